import { createHash } from 'node:crypto';
import type { AreaCount, MeasureEvaluator } from '../../cql/program.js';
import type { FhirResource } from '../../fhir/resource.js';
import { sql } from '../../sql.js';
import type { Database } from '../../store/database.js';
import { closeGeneration, type KeptMeasure } from '../../store/kept/directory.js';
import { takeKeptWork } from '../../store/kept/lock.js';
import type { Store, WriteContext } from '../../store/store.js';
import { evaluateMeasure } from '../evaluate.js';
import { measureReport } from '../report/report.js';
import type { MeasureServices } from '../services.js';
import type { MeasureSubject } from '../subject/subject.js';
import { closesAt, type Zones } from './periods.js';
import type { KeptProgram } from './programs.js';

export interface CloseParts {
  readonly database: Database;
  readonly services: MeasureServices;
  readonly write: Store['write'];
  readonly graceDays: number;
  /** Epoch milliseconds. */
  clock(): number;
}

const context: WriteContext = { scope: { kind: 'all' }, actor: 'lontar', requestId: 'upkeep' };

/** A write is committed this long after the instant that it carries, at most: what a report says of an instant is final after it. */
const settledMs = 15_000;

/**
 * Closes a generation whose period is over: one MeasureReport for each district with people in it, stratified by village, and one for everyone, where people without a
 * village are a stratum, as the data stood at the end of the days of grace, whenever that is noticed. Its counters become those of that instant; its members go, since $trace evaluates as of the watermark. A
 * district is the cut because a report is what a Puskesmas answers for, and larger areas are sums of it. Answers how many reports were stored; undefined
 * while the instant is too close.
 */
export async function closePeriod(
  parts: CloseParts,
  kept: KeptMeasure,
  program: KeptProgram,
  { west }: Zones,
): Promise<number | undefined> {
  const closed = closesAt(kept, west, parts.graceDays);
  if (parts.clock() < closed + settledMs) return undefined;
  const { services } = parts;
  // Only SQL knows the past; the reference engine reports on what there is.
  const asOf = program.engine.evaluator.kind === 'sql' ? new Date(closed).toISOString() : undefined;
  const evaluator = asOf === undefined ? program.engine.evaluator : (services.engines.sql?.at(asOf) ?? program.engine.evaluator);
  const period = { start: kept.start, end: kept.end };
  const counted = await evaluator.areas(program.program, period, { kind: 'all' });
  const members = counted.filter(({ bits }) => bits > 0);
  const districts = [...new Set(members.flatMap(({ area }) => (area === undefined ? [] : [area.slice(0, 6)])))].sort();
  const counting = knowing(services, evaluator, counted);
  const subjects = new Map<string, MeasureSubject>(members.length > 0 ? [[everyone, { kind: 'all' }]] : []);
  for (const district of districts) {
    const area = services.areas.find(district);
    if (area !== undefined) subjects.set(district, { kind: 'area', area });
  }
  for (const [place, subject] of subjects) {
    const evaluation = await evaluateMeasure(counting, {
      measure: program.measure,
      period,
      subject,
      named: false,
      scope: context.scope,
      ...(asOf === undefined ? {} : { asOf }),
    });
    const report = measureReport(evaluation, 'population', services.areas);
    const resource = { ...report, id: reportId(kept, place) } as FhirResource;
    await parts.write([{ kind: 'update', type: 'MeasureReport', id: resource.id ?? '', resource }], context);
  }
  await parts.database.transaction(async (connection) => {
    await takeKeptWork(connection, parts.database, 'move');
    for (const statement of closeGeneration(kept.generation, closed, members)) await connection.query(statement, { timeoutMs: 600_000 });
    await connection.query(sql`delete from dirty_person where generation = ${kept.generation}::int`);
  });
  return subjects.size;
}

/** The place of the report on everyone. */
const everyone = 'all';

/** The same id each time: a close that was interrupted writes the same report again, which changes nothing. `place`: a district's code, or `everyone`. */
export function reportId({ measure, period }: Pick<KeptMeasure, 'measure' | 'period'>, place: string): string {
  return `kept-${createHash('sha256').update(`${measure} ${period} ${place}`).digest('hex').slice(0, 40)}`;
}

/** The services with an engine that has counted everyone already. */
function knowing(services: MeasureServices, evaluator: MeasureEvaluator, counted: readonly AreaCount[]): MeasureServices {
  const known: MeasureEvaluator = {
    kind: evaluator.kind,
    persons: evaluator.persons,
    areas: async (_program, _period, subjects) =>
      subjects.kind === 'areas'
        ? counted.filter(({ area }) => subjects.prefixes.some((prefix) => area?.startsWith(prefix) === true))
        : counted,
  };
  const movers = new Map<string, ReturnType<MeasureServices['past']['movers']>>();
  const past: MeasureServices['past'] = {
    ...services.past,
    movers(day, asOf) {
      const found = movers.get(day) ?? services.past.movers(day, asOf);
      movers.set(day, found);
      return found;
    },
  };
  return { ...services, past, engines: { reference: known, sql: { evaluator: known, refusals: async () => [], at: () => known } } };
}
