import type { Registry } from '../definitions/registry.js';
import { checkTypes } from './check.js';
import { generateDirect } from './direct/generate.js';
import { handOver } from './direct/runtime.js';
import { FhirPathError } from './error.js';
import type { CompiledFhirPath, FhirPathContext, TypedValue } from './fhirpath.js';
import { interpret } from './interpret.js';
import { type Collection, itemOf, toTyped } from './item.js';
import { parseFhirPath } from './parse.js';
import { type Evaluation, type Mode, truth } from './scope.js';
import { modelOf } from './types.js';

export interface CompileOptions {
  readonly registry: Registry;
  /**
   * Type of the focus: `Patient`, `Quantity`, `code`, or an element by its path, `Patient.contact`, `Patient.name`. Absent, the focus must be a resource, which names its own.
   * Knowing it is what makes `holds` fast.
   */
  readonly type?: string;
  /**
   * `lenient` (default) reads expressions as R4 publishes them: `as` filters many items, `is Boolean` takes a FHIR boolean, `Observation.valueQuantity`
   * works, an unknown element is empty. `strict` takes the specification at its word, and refuses what its types can't bear (an unknown element, `skip` on
   * children()) when compiling.
   */
  readonly mode?: Mode;
  /** No generated code: for tests that compare the two ways. */
  readonly interpretOnly?: boolean;
}

/**
 * An expression ready to run. Throws FhirPathError with the position of a fault: grammar, unknown function or type, limits, and in strict mode types.
 * Costs some 20 µs: keep what it returns.
 */
export function compileFhirPath(expression: string, options: CompileOptions): CompiledFhirPath {
  const model = modelOf(options.registry);
  const mode = options.mode ?? 'lenient';
  const type = options.type === undefined ? '' : (model.typeAt(options.type) ?? options.type);
  const tree = parseFhirPath(expression);
  const run = interpret(tree, model, mode);
  if (mode === 'strict') checkTypes(tree, type, model);

  function collect(focus: unknown, context: FhirPathContext): Collection {
    const root = focus === undefined && context.sibling === undefined ? [] : [itemOf(focus, type, context.sibling)];
    const evaluation: Evaluation = { model, mode, context, root, spent: 0 };
    return guarded(() => run({ evaluation, focus: root, index: undefined, total: [], bindings: undefined }));
  }

  const direct = type === '' || options.interpretOnly ? { makesBoolean: false } : generateDirect(tree, type, model, mode);

  /** Generated code where it reaches, else the interpreter, which also serves callers that listen or bring variables. */
  function directly<Value>(
    code: ((focus: unknown, context: FhirPathContext) => Value) | undefined,
    focus: unknown,
    context: FhirPathContext,
  ): Value | undefined {
    if (code === undefined || context.trace !== undefined || context.variables !== undefined) return missing as Value;
    try {
      return code(focus, context);
    } catch (error) {
      if (error === handOver) return missing as Value;
      throw exhausted(error);
    }
  }

  return {
    expression,
    direct: direct.truth !== undefined || direct.values !== undefined,
    evaluate(focus, context = {}) {
      const values = directly(direct.values, focus, context);
      if (values !== missing && values !== undefined) return values;
      const truthValue = direct.makesBoolean ? directly(direct.truth, focus, context) : missing;
      if (truthValue !== missing) return truthValue === undefined ? [] : truthValue === true ? trueValues : falseValues;
      return collect(focus, context).map((item) => toTyped(item, model));
    },
    holds(focus, context = {}) {
      const held = directly(direct.truth, focus, context);
      return held === missing ? truth(collect(focus, context), 0) !== false : held !== false;
    },
  };
}

// No answer from generated code; undefined is one.
const missing: unknown = Symbol('missing');
const trueValues: readonly TypedValue[] = [{ type: 'System.Boolean', value: true }];
const falseValues: readonly TypedValue[] = [{ type: 'System.Boolean', value: false }];

function guarded<Value>(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    throw exhausted(error);
  }
}

/** Nested input can exhaust the stack where nested expressions can't. */
function exhausted(error: unknown): unknown {
  return error instanceof RangeError ? new FhirPathError('too-costly', 'the resource nests too deep for this expression') : error;
}
