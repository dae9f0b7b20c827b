import { sql } from '../../sql.js';
import type { Connection, Database } from '../database.js';

/** What is done by one process at a time on a database: moving members and counters, or filling a new generation. */
export type KeptWork = 'move' | 'build';

/** Takes the work until the transaction ends; false where another process has it. */
export async function tryKeptWork(connection: Connection, database: Pick<Database, 'schema'>, work: KeptWork): Promise<boolean> {
  const [row] = await connection.query(sql`select pg_try_advisory_xact_lock(hashtext(${lockName(database, work)})) as mine`);
  return row?.['mine'] === true;
}

/** Waits for the work, and keeps it until the transaction ends. */
export async function takeKeptWork(connection: Connection, database: Pick<Database, 'schema'>, work: KeptWork): Promise<void> {
  await connection.query(sql`select pg_advisory_xact_lock(hashtext(${lockName(database, work)}))`);
}

function lockName({ schema }: Pick<Database, 'schema'>, work: KeptWork): string {
  return `lontar kept ${work} ${schema}`;
}
