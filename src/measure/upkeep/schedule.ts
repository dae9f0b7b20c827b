import { zoneMinutesOf, zones } from '../../facts/zone.js';
import type { Database } from '../../store/database.js';
import { addGenerations, type KeptMeasure, readDirectory, setNextChange, setState } from '../../store/kept/directory.js';
import { tryKeptWork } from '../../store/kept/lock.js';
import { markZone } from '../../store/kept/marks.js';
import { zonesOf } from './build.js';
import { type CalendarPeriod, earliestMidnight, nextMidnight, openPeriods, periodKinds, type Zones } from './periods.js';
import type { KeptProgram } from './programs.js';
import { programKey } from './refresh.js';

export interface ScheduleParts {
  readonly database: Database;
  readonly graceDays: number;
  /** Epoch milliseconds. */
  clock(): number;
  newId(): string;
}

/** Zone of people without a village, and of a server without people. */
const westernTime = zoneMinutesOf(undefined);

/**
 * Puts the directory in order with the measures to keep and the clock: queues generations for measures and periods that lack one of their definition, retires those
 * that nobody keeps any more, and marks the people of a zone in which a day began, for measures that ask for the day. Answers the generations whose period is
 * over: they are to be closed. Undefined where another process does this work right now.
 */
export async function schedule(
  parts: ScheduleParts,
  programs: readonly KeptProgram[],
): Promise<{ readonly ended: readonly KeptMeasure[]; readonly ends: Zones } | undefined> {
  const { database, graceDays } = parts;
  return database.transaction(async (connection) => {
    if (!(await tryKeptWork(connection, database, 'move'))) return undefined;
    const now = parts.clock();
    const inhabited = await zonesOf(connection);
    const ends = { east: inhabited.at(-1) ?? westernTime, west: inhabited[0] ?? westernTime };
    const directory = await readDirectory(connection);
    const living = directory.filter(({ state }) => state !== 'retired' && state !== 'closed');
    const wanted = programs.flatMap((program) =>
      periodKinds.flatMap((kind) => openPeriods(kind, now, ends, graceDays).map((period) => ({ program, period }))),
    );
    const missing = wanted.filter(({ program, period }) => !living.some((kept) => isOf(kept, program, period)));
    // The year of all before the months: it is what pages show.
    missing.sort((left, right) => left.period.name.length - right.period.name.length);
    // Of nobody there is nothing to count; who comes marks himself.
    const state = inhabited.length === 0 ? 'current' : 'queued';
    if (missing.length > 0) {
      await addGenerations(
        connection,
        missing.map((one) => added(one, state, now)),
      );
    }
    const known = new Map(programs.map((program) => [programKey({ measure: program.program.measure, hash: program.hash }), program]));
    const ended: KeptMeasure[] = [];
    const retired: number[] = [];
    for (const kept of living) {
      const isWanted = wanted.some(({ program, period }) => isOf(kept, program, period));
      if (isWanted) continue;
      const isOpen = wanted.some(({ program, period }) => program.program.measure === kept.measure && period.name === kept.period);
      // A changed definition's numbers stay until the new ones are there; they aren't read.
      if (isOpen && kept.state === 'current') continue;
      const canClose = kept.state === 'current' && known.has(programKey(kept)) && !isOpen;
      if (canClose) ended.push(kept);
      else retired.push(kept.generation);
    }
    if (retired.length > 0) await connection.query(setState(retired, 'retired'));
    for (const kept of living) {
      if (kept.state !== 'current' || kept.nextChange === undefined || kept.nextChange > now) continue;
      const before = kept.nextChange - 1;
      for (const zone of zones.filter((one) => nextMidnight(before, one) <= now)) {
        await connection.query(markZone(kept.generation, zone, parts.newId(), now), { timeoutMs: 600_000 });
      }
      await connection.query(setNextChange(kept.generation, earliestMidnight(now)));
    }
    return { ended, ends };
  });
}

function isOf(kept: KeptMeasure, { program, hash }: KeptProgram, period: CalendarPeriod): boolean {
  return kept.measure === program.measure && kept.hash === hash && kept.period === period.name;
}

function added(
  { program, period }: { readonly program: KeptProgram; readonly period: CalendarPeriod },
  state: KeptMeasure['state'],
  now: number,
): Omit<KeptMeasure, 'generation'> {
  const { name, start, end } = period;
  const { hash, followsClock } = program;
  const measure = program.program.measure;
  return {
    measure,
    period: name,
    start,
    end,
    hash,
    state,
    createdAt: now,
    ...(followsClock && state === 'current' ? { nextChange: earliestMidnight(now) } : {}),
  };
}
