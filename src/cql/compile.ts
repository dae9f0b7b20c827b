import type { Issue, Result } from '../fhir/outcome.js';
import type { FactCatalogue } from './catalogue.js';
import type { ElmLibrary } from './elm.js';
import { inline } from './inline.js';
import type { Libraries } from './libraries.js';
import type { Plan } from './plan.js';
import { plan } from './planner.js';
import { Refusal, refusalIssue } from './refusal.js';
import { simplify } from './simplify.js';
import type { SqlContext } from './sql/work.js';
import { type CompiledSql, planSql } from './sql.js';

/** A plan with the keys of the definitions asked for, in their order. */
export interface CompiledPlan {
  readonly plan: Plan;
  readonly keys: readonly string[];
}

/**
 * ELM to plan, in stages of one file each: translate (CQL → ELM, when the library is stored) → inline → plan (with types) → simplify; `compileSql` is the last
 * one, → sql, for a period and the persons asked for. What a stage can't take comes back as an issue with ELM node, place and reason.
 */
export function compilePlan(
  libraries: Libraries,
  library: ElmLibrary,
  expressions: readonly string[],
  parameters: ReadonlySet<string>,
  catalogue: FactCatalogue,
): Result<CompiledPlan> {
  return refusing(() => {
    const program = inline(libraries, library, expressions, parameters);
    const keys = expressions.map((name) => program.key(name) ?? name);
    return { plan: simplify(plan(program, keys, catalogue)), keys };
  });
}

/** The statement of a plan: one row a person with the definitions' values. */
export function compileSql({ plan: compiled, keys }: CompiledPlan, context: SqlContext): Result<CompiledSql> {
  return refusing(() => planSql(compiled, keys, context));
}

function refusing<Value>(work: () => Value): Result<Value> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    const reason = foreignReason(error);
    if (reason !== undefined) return { ok: false, issues: [refusalIssue(new Refusal('Library', '', reason))] };
    if (!(error instanceof Refusal)) throw error;
    const issues: readonly Issue[] = [refusalIssue(error)];
    return { ok: false, issues };
  }
}

/** ELM that a client made may be too deep to be walked by recursion, or no ELM within: then the reference engine, in a process of its own, has to see. */
function foreignReason(error: unknown): string | undefined {
  if (error instanceof RangeError) return 'the expressions are nested too deeply';
  return error instanceof TypeError ? `a node is not as ELM has it (${error.message})` : undefined;
}
