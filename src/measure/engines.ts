import type { MeasureEvaluator, MeasureProgram } from '../cql/program.js';
import { type Issue, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { measureText } from './text.js';

/** The two evaluators a measure can run on. */
export interface MeasureEngines {
  /** Takes any CQL, one person after the other. */
  readonly reference: MeasureEvaluator;
  /** Takes whole populations, of the CQL that its compiler accepts: `refusals` names every expression that it doesn't, with the place in the CQL. */
  readonly sql?: {
    readonly evaluator: MeasureEvaluator;
    refusals(program: MeasureProgram): Promise<readonly Issue[]>;
    /** The same over the data as they stood at an instant (ISO): versions written later, and deletions, are not seen. */
    at(asOf: string): MeasureEvaluator;
  };
  /** Why SQL must not serve a program although the compiler takes it: the engines don't agree on it, or nobody knows yet. Where absent SQL serves all that compiles. */
  agreement?(program: MeasureProgram): Promise<readonly Issue[]>;
  /** Evaluators of measures that count something else than people, by the type that they count. */
  readonly bases?: Readonly<Record<string, MeasureEvaluator>>;
}

/** The evaluator that serves a program, and why it isn't SQL where it isn't. */
export interface EngineChoice {
  readonly evaluator: MeasureEvaluator;
  readonly reasons: readonly Issue[];
}

/**
 * SQL where the compiler takes the whole program and the engines agree on it, else the reference engine with the reasons. Only SQL knows the past:
 * with `asOf` a program that it doesn't take is refused by OperationOutcomeError 422.
 */
export async function chooseEngine(engines: MeasureEngines, program: MeasureProgram, asOf?: string): Promise<EngineChoice> {
  const counted = program.basis === undefined ? undefined : engines.bases?.[program.basis];
  if (counted && asOf === undefined) return { evaluator: counted, reasons: [] };
  const reasons = await sqlReasons(engines, program);
  if (engines.sql && reasons.length === 0) {
    return { evaluator: asOf === undefined ? engines.sql.evaluator : engines.sql.at(asOf), reasons };
  }
  if (asOf === undefined) return { evaluator: engines.reference, reasons };
  const refused = issue('not-supported', 'measure-as-of', measureText.asOfReference, {
    expression: "Parameters.parameter.where(name = 'asOf')",
  });
  throw new OperationOutcomeError(422, [refused, ...reasons]);
}

/** Why SQL doesn't serve a program: what the compiler doesn't take of it, else that the engines don't agree. Empty where it serves. */
export async function sqlReasons(engines: MeasureEngines, program: MeasureProgram): Promise<readonly Issue[]> {
  const refusals = (await engines.sql?.refusals(program)) ?? [];
  return refusals.length > 0 ? refusals : ((await engines.agreement?.(program)) ?? []);
}
