import type { Registry } from '../definitions/registry.js';
import type { JsonObject } from '../fhir/resource.js';
import { type ExtractOptions, patientOf } from '../search/extract.js';
import { searchPlans } from '../search/plan.js';
import { identifier, joinSql, type SqlFragment, sql } from '../sql.js';
import type { Database, Row, TransactionConnection } from './database.js';
import type { FactInput, FactTable, FactWriter } from './facts.js';
import { patientShard } from './shard.js';
import { factStatements } from './write/fact-rows.js';

const pageSize = 500;
const settingPrefix = 'fact-table/';
const refillTimeoutMs = 3_600_000;

/**
 * Makes each fact table as its views say: one that is new, or whose views have changed, is made anew and filled from every stored version of its
 * resource types, in one transaction, before anyone evaluates. `log` hears of it.
 */
export async function keepFactTables(
  database: Database,
  writer: FactWriter,
  registry: Registry,
  extract: ExtractOptions,
  log: (message: string) => void,
): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query(sql`select pg_advisory_xact_lock(hashtext(${`lontar facts ${database.schema}`}))`);
    const rows = await connection.query(sql`select name, value from setting where starts_with(name, ${settingPrefix})`);
    const made = new Map(rows.map((row) => [String(row['name']).slice(settingPrefix.length), row['value']]));
    const outdated = writer.tables.filter(({ name, signature }) => made.get(name) !== signature);
    if (outdated.length === 0) return;
    for (const table of outdated) {
      for (const statement of tableStatements(table)) await connection.query(statement);
    }
    const count = await fill(connection, writer, new Set(outdated), registry, extract);
    for (const { name, signature } of outdated) {
      await connection.query(
        sql`insert into setting (name, value) values (${settingPrefix + name}, ${signature}) on conflict (name) do update set value = excluded.value`,
      );
    }
    if (count > 0) log(`fact tables ${outdated.map(({ name }) => name).join(', ')} are filled from ${count} versions`);
  });
}

function tableStatements(table: FactTable): readonly SqlFragment[] {
  const name = identifier(table.name);
  if (table.versioned === false) {
    const own = table.columns.map((column) => sql`${identifier(column.name)} ${columnType(column.type)}`);
    const key = joinSql(
      table.columns.map((column) => identifier(column.name)),
      ', ',
    );
    return [sql`create table if not exists ${name} (${joinSql(own, ', ')}, primary key (${key}))`];
  }
  const columns = table.columns.map(
    ({ name: column, type }) => sql`${identifier(column)} ${columnType(type)}${table.required.has(column) ? sql` not null` : sql``}`,
  );
  const keys = [
    sql`shard int not null`,
    sql`resource_type text not null`,
    sql`resource_id text not null`,
    sql`valid_from timestamptz not null`,
    sql`valid_to timestamptz not null default 'infinity'`,
  ];
  return [
    sql`drop table if exists ${name}`,
    sql`create table ${name} (${joinSql([...keys, ...columns], ', ')})`,
    sql`create index ${identifier(`${table.name}_open`)} on ${name} (shard, resource_id) where valid_to = 'infinity'`,
    ...table.indexes.map(
      (index, place) =>
        sql`create index ${identifier(`${table.name}_${place}`)} on ${name} (${joinSql(index.map(identifier), ', ')}) where valid_to = 'infinity'`,
    ),
  ];
}

// Types come from our own encoders; anything else is a fault of ours, never text for the database.
function columnType(type: string): SqlFragment {
  if (!/^(?:bigint|smallint|integer|int|numeric|text|boolean|uuid|jsonb|date|timestamp|timestamptz)(?:\[\])?$/.test(type))
    throw new Error(`no type of a fact column: ${type}`);
  return { ...sql``, strings: [type] };
}

/** Each type's versions are taken number by number, so that one page never holds two versions of a resource. */
async function fill(
  connection: TransactionConnection,
  writer: FactWriter,
  outdated: ReadonlySet<FactTable>,
  registry: Registry,
  extract: ExtractOptions,
): Promise<number> {
  const tables = [...outdated].filter(({ versioned }) => versioned !== false);
  const names = new Set(tables.map(({ name }) => name));
  const types = new Set(tables.flatMap((table) => table.types));
  const partial: FactWriter = {
    ...writer,
    tables,
    types,
    rows: (input) => writer.rows(input).filter(({ table }) => names.has(table)),
  };
  let count = 0;
  for (const type of types) {
    const [last] = await connection.query(sql`select max(version) as version from body where type = ${type}`, {
      timeoutMs: refillTimeoutMs,
    });
    for (let version = 1; version <= Number(last?.['version'] ?? 0); version++) {
      for await (const page of pagesOf(connection, type, version)) {
        count += page.length;
        const inputs = page.map((row) => inputOf(row, registry, extract));
        for (const statement of factStatements(partial, inputs)) await connection.query(statement, { timeoutMs: refillTimeoutMs });
      }
    }
  }
  return count;
}

async function* pagesOf(connection: TransactionConnection, type: string, version: number): AsyncGenerator<readonly Row[]> {
  let after = { at: '-1', key: '0' };
  for (;;) {
    const page = await connection.query(
      sql`
      select b.shard, b.key::text as key, b.type, b.id, b.version, b.last_updated, b.body, before.body as body_before
      from body b
      left join body before on before.shard = b.shard and before.key = b.key and before.version = b.version - 1
      where b.type = ${type} and b.version = ${version}::int and (b.last_updated, b.key) > (${after.at}::bigint, ${after.key}::bigint)
      order by b.last_updated, b.key
      limit ${pageSize}::int`,
      { timeoutMs: refillTimeoutMs },
    );
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { at: String(last['last_updated']), key: String(last['key']) };
  }
}

function inputOf(row: Readonly<Record<string, unknown>>, registry: Registry, extract: ExtractOptions): FactInput {
  const type = String(row['type']);
  const id = String(row['id']);
  const deleted = row['body'] === null;
  const patientIn = (body: unknown): string | undefined => {
    if (typeof body !== 'string') return undefined;
    return type === 'Patient' ? id : patientOf(searchPlans(registry).type(type), JSON.parse(body) as JsonObject, extract);
  };
  const resource = deleted ? { resourceType: type } : (JSON.parse(String(row['body'])) as JsonObject);
  const patient = patientIn(row['body']);
  const before = patientIn(row['body_before']);
  const own = Number(row['shard']);
  return {
    shard: patient === undefined ? own : patientShard(patient),
    shardBefore: before === undefined ? own : patientShard(before),
    type,
    id,
    version: Number(row['version']),
    at: Number(row['last_updated']),
    resource,
    deleted,
    ...(patient === undefined ? {} : { patient }),
  };
}
