import type { MeasureEvaluator, MeasureProgram } from '../cql/program.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { FillProgress } from '../store/fact-fill.js';
import { measureText } from './text.js';
import type { Turns } from './turns.js';

export interface Guards {
  /** Evaluations of more than single persons go through these. */
  readonly turns: Turns;
  /** Fact tables that aren't whole. */
  pending(): readonly FillProgress[];
}

/**
 * The evaluator under guard: whole populations take turns, and a program that reads a fact table which is still being filled is refused with 503, how far the filling
 * is, and when to ask again. The reference engine is no way round: it would hold up the filling for hours. `readsOf` gives the resource types that a program reads.
 */
export function guarded<Evaluator extends MeasureEvaluator>(
  evaluator: Evaluator,
  { turns, pending }: Guards,
  readsOf: (program: MeasureProgram) => readonly string[],
): Evaluator {
  const waitForFacts = (program: MeasureProgram): void => {
    const tables = pending();
    if (tables.length === 0) return;
    const types = readsOf(program);
    const missing = tables.filter((table) => table.types.some((type) => types.includes(type)));
    if (missing.length === 0) return;
    const percent = Math.floor(Math.min(...missing.map(({ share }) => share)) * 100);
    const text = measureText.factsFilling(missing.map(({ table }) => table).join(', '), percent);
    throw new OperationOutcomeError(503, [issue('transient', 'measure-facts', text)], { 'retry-after': '30' });
  };
  return {
    ...evaluator,
    async persons(program, period, subjects, run) {
      waitForFacts(program);
      const work = () => evaluator.persons(program, period, subjects, run);
      return subjects.kind === 'persons' ? work() : turns.take(work, run?.signal);
    },
    async areas(program, period, subjects, run) {
      waitForFacts(program);
      const work = () => evaluator.areas(program, period, subjects, run);
      return subjects.kind === 'persons' ? work() : turns.take(work, run?.signal);
    },
  };
}
