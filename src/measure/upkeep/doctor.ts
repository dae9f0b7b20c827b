import type { SqlEvaluator } from '../../cql/evaluator.js';
import { sql } from '../../sql.js';
import type { Database } from '../../store/database.js';
import { type CounterDifference, differingCounters, differingMembers, type MemberDifference } from '../../store/kept/compare.js';
import { addGenerations, type KeptMeasure, readDirectory } from '../../store/kept/directory.js';
import { takeKeptWork } from '../../store/kept/lock.js';
import { toldMembers } from '../../store/kept/members.js';
import { zonesOf } from './build.js';
import { evaluatedMembers } from './moves.js';
import type { KeptProgram } from './programs.js';
import { programKey } from './refresh.js';

/** What was found of a measure in a period. */
export interface KeptFinding {
  readonly kept: KeptMeasure;
  readonly members: number;
  /** At most `namedDifferences` of them. */
  readonly differing: readonly MemberDifference[];
  readonly counters: readonly CounterDifference[];
}

export interface DoctorParts {
  readonly database: Database;
  compiled(): SqlEvaluator;
  /** Epoch milliseconds. */
  clock(): number;
}

export const namedDifferences = 1000;

/**
 * Evaluates everything that is kept anew, and compares it with members and counters, one generation after the other, each in a snapshot of its own: writes may go on
 * meanwhile, and whoever is marked by one is left out.
 */
export async function* checkKept(
  { database, compiled, clock }: DoctorParts,
  programs: readonly KeptProgram[],
): AsyncGenerator<KeptFinding> {
  const byKey = new Map(programs.map((program) => [programKey({ measure: program.program.measure, hash: program.hash }), program]));
  for (const kept of await readDirectory(database)) {
    const program = byKey.get(programKey(kept));
    if (kept.state !== 'current' || program === undefined) continue;
    // The day has changed and nobody has looked yet.
    if (kept.nextChange !== undefined && kept.nextChange <= clock()) continue;
    yield await database.transaction(async (connection) => {
      await connection.query(sql`set transaction isolation level repeatable read, read only`);
      const zones = await zonesOf(connection);
      const [zoneMinutes] = zones.length === 1 ? zones : [];
      const fresh = program.inDatabase
        ? sql`select r.shard, r.person, r.area, r.bits, '' as stratum from (${compiled().memberships(program.program, kept, zoneMinutes === undefined ? {} : { zoneMinutes })}) r`
        : toldMembers(await everyone(connection, program, kept));
      await connection.query(sql`set local enable_nestloop = off`);
      await connection.query(sql`set local work_mem = '64MB'`);
      const differing = await differingMembers(connection, kept.generation, fresh, namedDifferences);
      const [row] = await connection.query(sql`select count(*)::int as members from member where generation = ${kept.generation}::int`);
      return { kept, members: Number(row?.['members']), differing, counters: await differingCounters(connection, kept.generation) };
    });
  }
}

/** Has generations counted anew: the worker builds others that take their place. */
export async function rebuildKept({ database, clock }: DoctorParts, kept: readonly KeptMeasure[]): Promise<void> {
  if (kept.length === 0) return;
  await database.transaction(async (connection) => {
    await takeKeptWork(connection, database, 'move');
    await addGenerations(
      connection,
      kept.map(({ generation: _, ...one }) => ({ ...one, state: 'queued' as const, createdAt: clock() })),
    );
  });
}

async function everyone(
  connection: Parameters<typeof evaluatedMembers>[0],
  program: KeptProgram,
  kept: KeptMeasure,
): Promise<Awaited<ReturnType<typeof evaluatedMembers>>> {
  const rows = await connection.query(sql`select shard, person::text as person from fact_person where valid_to = 'infinity'`);
  return evaluatedMembers(connection, program, kept, {
    shards: rows.map(({ shard }) => Number(shard)),
    persons: rows.map(({ person }) => String(person)),
  });
}
