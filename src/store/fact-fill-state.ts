import { identifier, sql } from '../sql.js';
import type { Connection } from './database.js';
import type { FactTable } from './facts.js';

/** Setting that holds the signature of a whole table. */
export const wholePrefix = 'fact-table/';
const fillPrefix = 'fact-fill/';

/** How far the filling of a table has come: up to and including the resource at (shard, key). */
export interface FillState {
  readonly table: string;
  readonly signature: string;
  readonly shard: number;
  readonly key: string;
  readonly versions: number;
}

/** States of the tables that are to be filled as they are now declared. */
export async function readFills(connection: Connection, tables: readonly FactTable[]): Promise<readonly FillState[]> {
  const rows = await connection.query(sql`select name, value from setting where starts_with(name, ${fillPrefix}) order by name`);
  return rows
    .map((row) => JSON.parse(String(row['value'])) as FillState)
    .filter(({ table, signature }) => tables.some((one) => one.name === table && one.signature === signature));
}

/** Notes that a table was made and has to be filled from the beginning. While it is, its rows are found by their resource. */
export async function beginFill(connection: Connection, { name, signature }: FactTable): Promise<void> {
  await connection.query(sql`create index ${identifier(fillIndex(name))} on ${identifier(name)} (resource_id)`);
  await writeState(connection, { table: name, signature, shard: -1, key: '0', versions: 0 });
}

export async function advanceFill(
  connection: Connection,
  states: readonly FillState[],
  to: Pick<FillState, 'shard' | 'key'>,
  versions: number,
): Promise<void> {
  for (const state of states) await writeState(connection, { ...state, ...to, versions: state.versions + versions });
}

/** Notes that the tables are whole. */
export async function finishFill(connection: Connection, states: readonly FillState[]): Promise<void> {
  for (const { table, signature } of states) {
    await connection.query(sql`drop index if exists ${identifier(fillIndex(table))}`);
    await connection.query(sql`delete from setting where name = ${fillPrefix + table}`);
    await noteWhole(connection, { name: table, signature });
  }
}

export async function noteWhole(connection: Connection, { name, signature }: Pick<FactTable, 'name' | 'signature'>): Promise<void> {
  await connection.query(
    sql`insert into setting (name, value) values (${wholePrefix + name}, ${signature}) on conflict (name) do update set value = excluded.value`,
  );
}

function fillIndex(table: string): string {
  return `${table}_fill`;
}

async function writeState(connection: Connection, state: FillState): Promise<void> {
  await connection.query(
    sql`insert into setting (name, value) values (${fillPrefix + state.table}, ${JSON.stringify(state)}) on conflict (name) do update set value = excluded.value`,
  );
}
