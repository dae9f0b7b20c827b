import { identifier, joinSql, type SqlFragment, sql } from '../sql.js';
import type { TransactionConnection } from './database.js';
import { type FactFill, type FillParts, fillFactTables } from './fact-fill.js';
import { beginFill, type FillState, noteWhole, readFills, wholePrefix } from './fact-fill-state.js';
import type { FactTable } from './facts.js';

/**
 * Makes each fact table as its views say: one that is new, or whose views have changed, is made anew, and from then on gets the rows of everything that is written. What
 * was stored before is filled in by the returned work, in the background; it goes on where an earlier process left off. `log` hears of it.
 */
export async function keepFactTables(parts: FillParts): Promise<FactFill> {
  const { database, writer } = parts;
  const states = await database.transaction(async (connection) => {
    await connection.query(sql`select pg_advisory_xact_lock(hashtext(${`lontar facts ${database.schema}`}))`);
    const rows = await connection.query(sql`select name, value from setting where starts_with(name, ${wholePrefix})`);
    const whole = new Map(rows.map((row) => [String(row['name']).slice(wholePrefix.length), row['value']]));
    const under = await readFills(connection, writer.tables);
    const outdated = writer.tables.filter(
      ({ name, signature }) => whole.get(name) !== signature && !under.some(({ table }) => table === name),
    );
    for (const table of outdated) await makeTable(connection, table);
    return outdated.length === 0 ? under : readFills(connection, writer.tables);
  });
  if (states.length > 0) parts.log(`fact tables ${tableNames(states)} are being filled`);
  return fillFactTables(parts, states);
}

function tableNames(states: readonly FillState[]): string {
  return states.map(({ table }) => table).join(', ');
}

async function makeTable(connection: TransactionConnection, table: FactTable): Promise<void> {
  for (const statement of tableStatements(table)) await connection.query(statement);
  await connection.query(sql`delete from setting where name = ${wholePrefix + table.name}`);
  const [stored] = await connection.query(sql`select exists (select 1 from body where type = any(${[...table.types]}::text[])) as any`);
  if (stored?.['any'] === true && table.versioned !== false) await beginFill(connection, table);
  else await noteWhole(connection, table);
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
