import type { SqlEvaluator } from '../../cql/evaluator.js';
import { sql } from '../../sql.js';
import type { Database, TransactionConnection } from '../../store/database.js';
import { type KeptMeasure, readDirectory, removeGenerations, setNextChange, setState } from '../../store/kept/directory.js';
import { takeKeptWork, tryKeptWork } from '../../store/kept/lock.js';
import { fillCounters, fillMembers, fillToldMembers } from '../../store/kept/members.js';
import { evaluatedMembers } from './moves.js';
import { earliestMidnight } from './periods.js';
import type { KeptProgram } from './programs.js';
import { programKey } from './refresh.js';

export interface BuildParts {
  readonly database: Database;
  compiled(): SqlEvaluator;
  /** Epoch milliseconds. */
  clock(): number;
  /** Gives up a generation that is being filled. */
  readonly signal?: AbortSignal;
}

/** A generation that was filled. */
export interface Built {
  readonly kept: KeptMeasure;
  readonly members: number;
}

const timeoutMs = 3_600_000;
const personsAtOnce = 1000;

/**
 * Fills the generation that has waited longest: the whole population by the same statement that moves a batch, without its restriction. Who changes meanwhile is
 * marked for it by those who move the others. Undefined where none waits, or another process is filling one.
 */
export async function buildNext(parts: BuildParts, programs: ReadonlyMap<string, KeptProgram>): Promise<Built | undefined> {
  const { database } = parts;
  const next = await begin(parts, programs);
  if (next === undefined) return undefined;
  const { kept, program } = next;
  return database.transaction(async (connection) => {
    await takeKeptWork(connection, database, 'build');
    const found = (await readDirectory(connection)).find(({ generation }) => generation === kept.generation);
    // Begun again by another process meanwhile.
    if (found?.state !== 'building') return undefined;
    await connection.query(sql`set local work_mem = '64MB'`, { timeoutMs });
    // As for reports: see `run` of the compiled evaluator.
    await connection.query(sql`set local enable_nestloop = off`);
    const zones = await zonesOf(connection);
    const now = parts.clock();
    if (zones.length > 0) await fill(parts, connection, kept, program, zones);
    await connection.query(sql`set local enable_nestloop = on`);
    await connection.query(fillCounters(kept.generation));
    const [row] = await connection.query(
      sql`select coalesce(sum(n), 0)::int as members from counter where generation = ${kept.generation}::int`,
    );
    if (program.followsClock) await connection.query(setNextChange(kept.generation, earliestMidnight(now)));
    await connection.query(setState([kept.generation], 'built'));
    return { kept, members: Number(row?.['members']) };
  });
}

/** The zones in which people live, in minutes east of UTC. */
export async function zonesOf(connection: Pick<TransactionConnection, 'query'>): Promise<readonly number[]> {
  const rows = await connection.query(sql`select distinct zone from fact_person where valid_to = 'infinity' order by zone`);
  return rows.map(({ zone }) => Number(zone));
}

/** Chooses a generation and says that it is being built, so that those who move others leave marks for it from now on. */
async function begin(
  { database }: BuildParts,
  programs: ReadonlyMap<string, KeptProgram>,
): Promise<{ readonly kept: KeptMeasure; readonly program: KeptProgram } | undefined> {
  return database.transaction(async (connection) => {
    if (!(await tryKeptWork(connection, database, 'build'))) return undefined;
    const directory = await readDirectory(connection);
    const retired = directory.filter(({ state }) => state === 'retired').map(({ generation }) => generation);
    if (retired.length > 0) {
      for (const statement of removeGenerations(retired)) await connection.query(statement, { timeoutMs });
    }
    // Nobody holds the lock, so whoever was building one has died: its members were never committed.
    const waiting = directory.filter(({ state }) => state === 'queued' || state === 'building');
    for (const kept of waiting) {
      const program = programs.get(programKey(kept));
      if (program === undefined) continue;
      await connection.query(sql`delete from dirty_person where generation = ${kept.generation}::int`);
      await connection.query(setState([kept.generation], 'building'));
      return { kept, program };
    }
    return undefined;
  });
}

async function fill(
  { compiled, signal }: BuildParts,
  connection: TransactionConnection,
  kept: KeptMeasure,
  program: KeptProgram,
  zones: readonly number[],
): Promise<void> {
  if (program.inDatabase) {
    const [zoneMinutes] = zones.length === 1 ? zones : [];
    const memberships = compiled().memberships(program.program, kept, zoneMinutes === undefined ? {} : { zoneMinutes });
    await connection.query(fillMembers(kept.generation, memberships), signal === undefined ? {} : { signal });
    return;
  }
  let after = '00000000-0000-0000-0000-000000000000';
  while (signal?.aborted !== true) {
    const rows = await connection.query(sql`
      select shard, person::text as person
      from fact_person
      where valid_to = 'infinity' and person > ${after}::uuid
      order by person
      limit ${personsAtOnce}::int`);
    const last = rows.at(-1);
    if (last === undefined) return;
    const persons = rows.map(({ person }) => String(person));
    const members = await evaluatedMembers(connection, program, kept, { shards: rows.map(({ shard }) => Number(shard)), persons });
    await connection.query(fillToldMembers(kept.generation, members));
    after = String(last['person']);
  }
  throw new Error('given up');
}
