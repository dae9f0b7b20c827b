import type { SearchValues } from '../../search/extract.js';
import { resourceKey } from '../../search/hash.js';
import { type SqlFragment, sql } from '../../sql.js';
import { type Column, insertStatement, type RowStatement, rowStatement } from './columns.js';

/** One version on its way into the tables. */
export interface NewVersion {
  readonly shard: number;
  readonly key: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly body: string | null;
  /** Id of the write it belongs to, which auditors follow. */
  readonly write: string;
}

const shardAndKey: readonly Column<{ readonly shard: number; readonly key: string }>[] = [
  { name: 'shard', type: 'int', of: ({ shard }) => shard },
  { name: 'key', type: 'bigint', of: ({ key }) => key },
];

const withVersion: readonly Column<NewVersion>[] = [...shardAndKey, { name: 'version', type: 'int', of: ({ version }) => version }];

export const insertDirectory: RowStatement<NewVersion> = insertStatement('directory', shardAndKey, 'on conflict do nothing returning key');

const bodyColumns: readonly Column<NewVersion>[] = [
  ...withVersion,
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'last_updated', type: 'bigint', of: ({ at }) => at },
  { name: 'method', type: 'text', of: ({ method }) => method },
  { name: 'body', type: 'text', of: ({ body }) => body },
  { name: 'write_id', type: 'uuid', of: ({ write }) => write },
];

export const insertBodies: RowStatement<NewVersion> = insertStatement('body', bodyColumns);

export interface LiveVersion {
  readonly version: NewVersion;
  readonly values: SearchValues;
}

const resourceColumns: readonly Column<LiveVersion>[] = [
  { name: 'shard', type: 'int', of: ({ version }) => version.shard },
  { name: 'key', type: 'bigint', of: ({ version }) => version.key },
  { name: 'type', type: 'text', of: ({ version }) => version.type },
  { name: 'id', type: 'text', of: ({ version }) => version.id },
  { name: 'version', type: 'int', of: ({ version }) => version.version },
  { name: 'last_updated', type: 'bigint', of: ({ version }) => version.at },
  { name: 'patient', type: 'text', of: ({ values }) => values.patient },
  { name: 'date_low', type: 'bigint', of: ({ values }) => values.mainDate?.low },
  { name: 'date_high', type: 'bigint', of: ({ values }) => values.mainDate?.high },
  { name: 'present', type: 'int[]', of: ({ values }) => `{${values.present.join(',')}}` },
  { name: 'tokens', type: 'bigint[]', of: ({ values }) => `{${values.tokens.join(',')}}` },
];

export const insertResources: RowStatement<LiveVersion> = insertStatement('resource', resourceColumns);

/** The version before stands in the condition: a row that another transaction has moved on is not updated, and not returned. */
export const updateResources: RowStatement<LiveVersion> = rowStatement(
  resourceColumns,
  (source) => sql`
    update resource
    set version = r.version, last_updated = r.last_updated, patient = r.patient, date_low = r.date_low, date_high = r.date_high,
      present = r.present::int[], tokens = r.tokens::bigint[]
    from ${source}
    where resource.shard = r.shard and resource.key = r.key and resource.version = r.version - 1
    returning resource.key`,
);

export const deleteResources: RowStatement<NewVersion> = rowStatement(
  withVersion,
  (source) => sql`
    delete from resource
    using ${source}
    where resource.shard = r.shard and resource.key = r.key and resource.version = r.version - 1
    returning resource.key`,
);

/** New search values for versions that stay as they are. */
export const refreshResources: RowStatement<LiveVersion> = rowStatement(
  resourceColumns,
  (source) => sql`
    update resource
    set patient = r.patient, date_low = r.date_low, date_high = r.date_high, present = r.present::int[], tokens = r.tokens::bigint[]
    from ${source}
    where resource.shard = r.shard and resource.key = r.key and resource.version = r.version
    returning resource.key::text as key`,
);

const deleteFrom = (table: SqlFragment): RowStatement<NewVersion> =>
  rowStatement(shardAndKey, (source) => sql`delete from ${table} v using ${source} where v.shard = r.shard and v.key = r.key`);

/** Takes the values of resources out of the narrow tables. */
export const deleteSearchValues: ReadonlyArray<RowStatement<NewVersion>> = [
  sql`string_value`,
  sql`date_value`,
  sql`quantity_value`,
  sql`reference_value`,
  sql`composite_value`,
].map(deleteFrom);

export const deleteIdentifiers: RowStatement<NewVersion> = deleteFrom(sql`business_identifier`);

type Owned<Value> = Value & { readonly shard: number; readonly key: string };

function valueColumns<Value extends { readonly parameter: number }>(
  columns: readonly Column<Owned<Value>>[],
): readonly Column<Owned<Value>>[] {
  return [...shardAndKey, { name: 'parameter', type: 'int', of: ({ parameter }) => parameter }, ...columns];
}

type Found<Name extends keyof SearchValues> = SearchValues[Name] extends ReadonlyArray<infer Value> ? Value : never;

const insertStrings = insertStatement(
  'string_value',
  valueColumns<Found<'strings'>>([
    { name: 'value', type: 'text', of: ({ value }) => value },
    { name: 'exact', type: 'text', of: ({ exact }) => exact },
  ]),
);

const insertDates = insertStatement(
  'date_value',
  valueColumns<Found<'dates'>>([
    { name: 'low', type: 'bigint', of: ({ low }) => low },
    { name: 'high', type: 'bigint', of: ({ high }) => high },
  ]),
);

const insertQuantities = insertStatement(
  'quantity_value',
  valueColumns<Found<'quantities'>>([
    { name: 'low', type: 'float8', of: ({ low }) => low },
    { name: 'high', type: 'float8', of: ({ high }) => high },
    { name: 'system', type: 'text', of: ({ system }) => system },
    { name: 'code', type: 'text', of: ({ code }) => code },
    { name: 'unit_text', type: 'text', of: ({ unitText }) => unitText },
    { name: 'unit', type: 'text', of: ({ canonical }) => canonical?.unit },
    { name: 'unit_low', type: 'float8', of: ({ canonical }) => canonical?.low },
    { name: 'unit_high', type: 'float8', of: ({ canonical }) => canonical?.high },
  ]),
);

interface StoredReference {
  readonly parameter: number;
  readonly target: string;
  readonly targetShard: number | undefined;
}

const insertReferences = insertStatement(
  'reference_value',
  valueColumns<StoredReference>([
    { name: 'target_shard', type: 'int', of: ({ targetShard }) => targetShard },
    { name: 'target', type: 'bigint', of: ({ target }) => target },
  ]),
);

const insertComposites = insertStatement(
  'composite_value',
  valueColumns<Found<'composites'>>([
    { name: 'tokens', type: 'bigint[]', of: ({ tokens }) => `{${tokens.join(',')}}` },
    { name: 'parts', type: 'jsonb', of: ({ parts }) => JSON.stringify(parts) },
  ]),
);

/** `shardOfTarget` knows the shards of targets that exist. */
export function insertValues(live: readonly LiveVersion[], shardOfTarget: (key: string) => number | undefined): readonly SqlFragment[] {
  const statements: SqlFragment[] = [];
  const add = <Value>(statement: RowStatement<Owned<Value>>, pick: (values: SearchValues) => readonly Value[]) => {
    const items = live.flatMap(({ version: { shard, key }, values }) => pick(values).map((value) => ({ ...value, shard, key })));
    if (items.length > 0) statements.push(statement(items));
  };
  add(insertStrings, ({ strings }) => strings);
  add(insertDates, ({ dates }) => dates);
  add(insertQuantities, ({ quantities }) => quantities);
  add(insertReferences, ({ references }) =>
    references.map(({ parameter, target, isLocal, type = '' }) => {
      const key = isLocal ? resourceKey(type, target.slice(type.length + 1)) : resourceKey('', target);
      return { parameter, target: key, targetShard: isLocal ? shardOfTarget(key) : undefined };
    }),
  );
  add(insertComposites, ({ composites }) => composites);
  return statements;
}

/** Gives references that were there before their target the target's shard. */
export const adoptReferences: RowStatement<NewVersion> = rowStatement(
  shardAndKey,
  (source) => sql`
    update reference_value v
    set target_shard = r.shard
    from ${source}
    where v.target = r.key and v.target_shard is null`,
);

export interface DictionaryRow {
  readonly parameter: number;
  readonly kind: string;
  readonly value: string;
  readonly token: string;
}

const dictionaryColumns: readonly Column<DictionaryRow>[] = [
  { name: 'parameter', type: 'int', of: ({ parameter }) => parameter },
  { name: 'kind', type: 'text', of: ({ kind }) => kind },
  { name: 'value', type: 'text', of: ({ value }) => value },
  { name: 'token', type: 'bigint', of: ({ token }) => token },
];

export const insertDictionary: RowStatement<DictionaryRow> = insertStatement('dictionary', dictionaryColumns, 'on conflict do nothing');

export interface IdentifierRow {
  readonly value: string;
  readonly system: string;
  readonly type: string;
  readonly shard: number;
  readonly key: string;
  readonly id: string;
}

const identifierColumns: readonly Column<IdentifierRow>[] = [
  { name: 'value', type: 'text', of: ({ value }) => value },
  { name: 'system', type: 'text', of: ({ system }) => system },
  { name: 'type', type: 'text', of: ({ type }) => type },
  ...shardAndKey,
  { name: 'id', type: 'text', of: ({ id }) => id },
];

export const insertIdentifiers: RowStatement<IdentifierRow> = insertStatement('business_identifier', identifierColumns);

export interface WriteRecord {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly requestId: string;
  /** `[[type, id, version, method], …]` */
  readonly entries: string;
}

export function insertRecord({ id, at, actor, requestId, entries }: WriteRecord): readonly SqlFragment[] {
  return [
    sql`insert into audit (id, at, actor, request_id, action, entries) values (${id}::uuid, ${at}, ${actor}, ${requestId}, 'write', ${entries})`,
    sql`insert into outbox (id, at, entries) values (${id}::uuid, ${at}, ${entries})`,
  ];
}
