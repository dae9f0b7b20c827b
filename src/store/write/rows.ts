import type { SearchValues } from '../../search/extract.js';
import { resourceKey } from '../../search/hash.js';
import { type SqlFragment, sql } from '../../sql.js';

// Each table gets the rows of a whole Bundle in one statement with one JSON parameter: the text never varies, so it is prepared once a connection.

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
}

export function insertDirectory(versions: readonly NewVersion[]): SqlFragment {
  return sql`
    insert into directory (key, shard)
    select key, shard from json_to_recordset(${JSON.stringify(versions.map(({ key, shard }) => ({ key, shard })))}::json) as r(key bigint, shard int)
    on conflict do nothing
    returning key`;
}

export function insertBodies(versions: readonly NewVersion[], writeId: string): SqlFragment {
  return sql`
    insert into body (shard, key, version, type, id, last_updated, method, write_id, body)
    select shard, key, version, type, id, at, method, ${writeId}::uuid, body
    from json_to_recordset(${JSON.stringify(versions)}::json)
      as r(shard int, key bigint, version int, type text, id text, at bigint, method text, body text)`;
}

export interface LiveVersion {
  readonly version: NewVersion;
  readonly values: SearchValues;
}

function resourceRows(live: readonly LiveVersion[]): string {
  return JSON.stringify(
    live.map(({ version: { shard, key, type, id, version, at }, values }) => ({
      shard,
      key,
      type,
      id,
      version,
      at,
      patient: values.patient,
      low: values.mainDate?.low,
      high: values.mainDate?.high,
      present: `{${values.present.join(',')}}`,
      tokens: `{${values.tokens.join(',')}}`,
    })),
  );
}

export function insertResources(live: readonly LiveVersion[]): SqlFragment {
  return sql`
    insert into resource (shard, key, type, id, version, last_updated, patient, date_low, date_high, present, tokens)
    select shard, key, type, id, version, at, patient, low, high, present, tokens
    from json_to_recordset(${resourceRows(live)}::json)
      as r(shard int, key bigint, type text, id text, version int, at bigint, patient text, low bigint, high bigint, present int[], tokens bigint[])`;
}

/** The version before stands in the condition: a row that another transaction has moved on is not updated, and not returned. */
export function updateResources(live: readonly LiveVersion[]): SqlFragment {
  return sql`
    update resource
    set version = r.version, last_updated = r.at, patient = r.patient, date_low = r.low, date_high = r.high, present = r.present, tokens = r.tokens
    from json_to_recordset(${resourceRows(live)}::json)
      as r(shard int, key bigint, version int, at bigint, patient text, low bigint, high bigint, present int[], tokens bigint[])
    where resource.shard = r.shard and resource.key = r.key and resource.version = r.version - 1
    returning resource.key`;
}

export function deleteResources(versions: readonly NewVersion[]): SqlFragment {
  return sql`
    delete from resource
    using json_to_recordset(${JSON.stringify(versions.map(({ shard, key, version }) => ({ shard, key, version })))}::json)
      as r(shard int, key bigint, version int)
    where resource.shard = r.shard and resource.key = r.key and resource.version = r.version - 1
    returning resource.key`;
}

const valueTables = ['string_value', 'date_value', 'quantity_value', 'reference_value', 'composite_value'] as const;

/** Takes the values of versions that are no longer current out of the narrow tables. */
export function deleteValues(versions: readonly NewVersion[]): readonly SqlFragment[] {
  const rows = JSON.stringify(versions.map(({ shard, key }) => ({ shard, key })));
  return [
    ...valueTables.map(
      (table): SqlFragment => ({
        strings: [
          `delete from ${table} v using json_to_recordset(`,
          '::json) as r(shard int, key bigint) where v.shard = r.shard and v.key = r.key',
        ],
        values: [rows],
      }),
    ),
    sql`delete from business_identifier where key = any(${`{${versions.map(({ key }) => key).join(',')}}`}::bigint[])`,
  ];
}

/** `shardOfTarget` knows the shards of targets that exist. */
export function insertValues(live: readonly LiveVersion[], shardOfTarget: (key: string) => number | undefined): readonly SqlFragment[] {
  const of = <Value>(pick: (values: SearchValues) => readonly Value[]) =>
    live.flatMap(({ version: { shard, key }, values }) => pick(values).map((value) => ({ shard, key, ...value })));
  const statements: SqlFragment[] = [];
  const strings = of(({ strings: found }) => found.map(({ parameter, value, exact }) => ({ parameter, value, exact })));
  if (strings.length > 0) {
    statements.push(sql`
      insert into string_value (shard, key, parameter, value, exact)
      select shard, key, parameter, value, exact from json_to_recordset(${JSON.stringify(strings)}::json)
        as r(shard int, key bigint, parameter int, value text, exact text)`);
  }
  const dates = of(({ dates: found }) => found);
  if (dates.length > 0) {
    statements.push(sql`
      insert into date_value (shard, key, parameter, low, high)
      select shard, key, parameter, low, high from json_to_recordset(${JSON.stringify(dates)}::json)
        as r(shard int, key bigint, parameter int, low bigint, high bigint)`);
  }
  const quantities = of(({ quantities: found }) =>
    found.map(({ parameter, low, high, system, code, unitText, canonical }) => ({
      parameter,
      low: jsonNumber(low),
      high: jsonNumber(high),
      system,
      code,
      unit_text: unitText,
      unit: canonical?.unit,
      unit_low: jsonNumber(canonical?.low),
      unit_high: jsonNumber(canonical?.high),
    })),
  );
  if (quantities.length > 0) {
    statements.push(sql`
      insert into quantity_value (shard, key, parameter, low, high, system, code, unit_text, unit, unit_low, unit_high)
      select shard, key, parameter, low, high, system, code, unit_text, unit, unit_low, unit_high
      from json_to_recordset(${JSON.stringify(quantities)}::json)
        as r(shard int, key bigint, parameter int, low float8, high float8, system text, code text, unit_text text, unit text, unit_low float8, unit_high float8)`);
  }
  const references = of(({ references: found }) =>
    found.map(({ parameter, target, isLocal, type }) => {
      const targetKey = resourceKey(isLocal ? (type ?? '') : '', isLocal ? target.slice((type ?? '').length + 1) : target);
      return { parameter, target: targetKey, target_shard: isLocal ? shardOfTarget(targetKey) : undefined };
    }),
  );
  if (references.length > 0) {
    statements.push(sql`
      insert into reference_value (shard, key, parameter, target_shard, target)
      select shard, key, parameter, target_shard, target from json_to_recordset(${JSON.stringify(references)}::json)
        as r(shard int, key bigint, parameter int, target_shard int, target bigint)`);
  }
  const composites = of(({ composites: found }) =>
    found.map(({ parameter, tokens, parts }) => ({ parameter, tokens: `{${tokens.join(',')}}`, parts })),
  );
  if (composites.length > 0) {
    statements.push(sql`
      insert into composite_value (shard, key, parameter, tokens, parts)
      select shard, key, parameter, tokens, parts from json_to_recordset(${JSON.stringify(composites)}::json)
        as r(shard int, key bigint, parameter int, tokens bigint[], parts jsonb)`);
  }
  return statements;
}

// JSON has no infinity; PostgreSQL reads it as text.
function jsonNumber(value: number | undefined): number | string | undefined {
  return value === undefined || Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

/** Gives references that were there before their target the target's shard. */
export function adoptReferences(versions: readonly NewVersion[]): SqlFragment {
  return sql`
    update reference_value v
    set target_shard = r.shard
    from json_to_recordset(${JSON.stringify(versions.map(({ shard, key }) => ({ shard, key })))}::json) as r(shard int, key bigint)
    where v.target = r.key and v.target_shard is null`;
}

export interface DictionaryRow {
  readonly parameter: number;
  readonly kind: string;
  readonly value: string;
  readonly token: string;
}

export function insertDictionary(rows: readonly DictionaryRow[]): SqlFragment {
  return sql`
    insert into dictionary (parameter, kind, value, token)
    select parameter, kind, value, token from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(parameter int, kind text, value text, token bigint)
    on conflict do nothing`;
}

export interface IdentifierRow {
  readonly value: string;
  readonly system: string;
  readonly type: string;
  readonly shard: number;
  readonly key: string;
  readonly id: string;
}

export function insertIdentifiers(rows: readonly IdentifierRow[]): SqlFragment {
  return sql`
    insert into business_identifier (value, system, type, shard, key, id)
    select value, system, type, shard, key, id from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(value text, system text, type text, shard int, key bigint, id text)`;
}

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
