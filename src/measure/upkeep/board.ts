import type { Measure } from '@medplum/fhirtypes';
import type { AreaCount, MeasureEvaluator, MeasurementPeriod, Subjects } from '../../cql/program.js';
import { sql } from '../../sql.js';
import { readCounts } from '../../store/kept/counts.js';
import { readPeriod } from '../../store/kept/directory.js';
import { markCount } from '../../store/kept/marks.js';
import { guideMeasures } from '../find-measure.js';
import { canonicalOf } from '../program.js';
import type { MeasureServices } from '../services.js';
import { keptProgramOf } from './programs.js';
import { sum } from './read-kept.js';

/** All measures that are kept for a period, with their counts in some areas read at once. */
export interface Board {
  readonly measures: readonly Measure[];
  /** Services that evaluate these measures for the period and areas out of those counts. Their present is the instant that the counts are current to. */
  readonly services: MeasureServices;
  /** Whether the period is closed: then these are its numbers for good. */
  readonly closed: boolean;
}

/**
 * The counters of every measure that is kept for a period, as they stand: for pages, which show many measures at once and say to which instant they are current. A period
 * that is closed is shown as it was frozen. `ids` narrows it to some measures. Undefined where nothing is kept for it.
 */
export async function keptBoard(
  services: MeasureServices,
  period: MeasurementPeriod,
  subjects: Subjects,
  ids?: ReadonlySet<string>,
): Promise<Board | undefined> {
  if (subjects.kind === 'persons') return undefined;
  const { database, hashOf, clock } = services.kept.parts;
  const areas = subjects.kind === 'all' ? 'all' : subjects.prefixes;
  const now = clock();
  const wanted = guideMeasures(services).filter(({ status, id = '' }) => status === 'active' && (ids?.has(id) ?? true));
  const canonicals = new Set(wanted.map(canonicalOf));
  const read = await database.transaction(async (connection) => {
    await connection.query(sql`set transaction isolation level repeatable read, read only`);
    const kept = (await readPeriod(connection, period.start, period.end)).filter(({ measure }) => canonicals.has(measure));
    const generations = kept.map(({ generation }) => generation);
    return { kept, counts: await readCounts(connection, generations, areas), marks: await markCount(connection) };
  });
  const chosen = new Map<string, { readonly generation: number; readonly measure: Measure }>();
  for (const measure of wanted) {
    const program = keptProgramOf(services, measure);
    const found =
      program && read.kept.find((kept) => kept.measure === program.measure && (kept.state === 'closed' || kept.hash === hashOf(program)));
    if (!program || !found || program.values !== undefined) continue;
    if (((await services.engines.agreement?.(program)) ?? []).length > 0) continue;
    chosen.set(program.measure, { generation: found.generation, measure });
  }
  if (chosen.size === 0) return undefined;
  const closedAt = read.kept.find(({ state }) => state === 'closed')?.closedAt;
  const currentTo = new Date(closedAt ?? Math.min(now, (read.marks.oldest ?? now + 1) - 1));
  const counted = new Map<number, AreaCount[]>();
  const countsOf = (generation: number): readonly AreaCount[] => {
    let found = counted.get(generation);
    if (!found) {
      found = [...sum(read.counts.filter((count) => count.generation === generation))];
      counted.set(generation, found);
    }
    return found;
  };
  const compiled = services.kept.parts.compiled();
  const evaluator: MeasureEvaluator = {
    kind: 'sql',
    areas: async (program) => countsOf(chosen.get(program.measure)?.generation ?? 0),
    persons: compiled.persons,
  };
  const movers = services.past.movers(period.end);
  return {
    measures: [...chosen.values()].map(({ measure }) => measure),
    closed: closedAt !== undefined,
    services: {
      ...services,
      past: { ...services.past, movers: () => movers },
      now: () => currentTo,
      engines: { reference: services.engines.reference, sql: { evaluator, refusals: async () => [], at: () => evaluator } },
    },
  };
}
