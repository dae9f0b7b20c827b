import type { MeasureEvaluator, MeasureProgram } from '../cql/program.js';
import type { Issue } from '../fhir/outcome.js';

/** The two evaluators a measure can run on. */
export interface MeasureEngines {
  /** Takes any CQL, one person after the other. */
  readonly reference: MeasureEvaluator;
  /** Takes whole populations, of the CQL that its compiler accepts: `refusals` names every expression that it doesn't, with the place in the CQL. */
  readonly sql?: { readonly evaluator: MeasureEvaluator; refusals(program: MeasureProgram): Promise<readonly Issue[]> };
}

/** The evaluator that serves a program, and why it isn't SQL where it isn't. */
export interface EngineChoice {
  readonly evaluator: MeasureEvaluator;
  readonly reasons: readonly Issue[];
}

/** SQL where the compiler takes the whole program, else the reference engine with the compiler's reasons. */
export async function chooseEngine(engines: MeasureEngines, program: MeasureProgram): Promise<EngineChoice> {
  if (!engines.sql) return { evaluator: engines.reference, reasons: [] };
  const reasons = await engines.sql.refusals(program);
  return reasons.length === 0 ? { evaluator: engines.sql.evaluator, reasons } : { evaluator: engines.reference, reasons };
}
