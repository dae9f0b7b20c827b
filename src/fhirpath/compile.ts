import type { Registry } from '../definitions/registry.js';
import { isResource } from '../fhir/resource.js';
import { checkTypes } from './check.js';
import { type DirectCode, generateDirect } from './direct/generate.js';
import { handOver } from './direct/runtime.js';
import { FhirPathError } from './error.js';
import { childrenOf, type Expression } from './expression.js';
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
 * Costs some 50 µs: keep what it returns.
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

  const known = new Map<string, DirectCode>();
  const typed = type === '' ? undefined : generate(type);
  const variables = variableNames(tree);
  let runs = 0;

  function generate(focusType: string): DirectCode {
    return options.interpretOnly ? noCode : generateDirect(tree, focusType, model, mode);
  }

  /** Without a static type a resource gives its own; code is made for it when the expression runs a second time. */
  function codeFor(focus: unknown): DirectCode {
    if (typed) return typed;
    runs += 1;
    const own = isResource(focus) && runs > 1 ? focus.resourceType : undefined;
    if (own === undefined || !model.isResource(own)) return noCode;
    const code = known.get(own) ?? generate(own);
    known.set(own, code);
    return code;
  }

  /** The interpreter serves callers that listen, and those whose variables the expression uses. */
  function isPlain(context: FhirPathContext): boolean {
    if (context.trace !== undefined) return false;
    const given = context.variables;
    return given === undefined || !variables.some((name) => Object.hasOwn(given, name));
  }

  return {
    expression,
    direct: typed?.truth !== undefined || typed?.values !== undefined,
    evaluate(focus, context = {}) {
      const code = isPlain(context) ? codeFor(focus) : noCode;
      const values = directly(code.values, focus, context);
      if (values !== missing) return values as readonly TypedValue[];
      const truthValue = code.makesBoolean ? directly(code.truth, focus, context) : missing;
      if (truthValue !== missing) return truthValue === undefined ? [] : truthValue === true ? trueValues : falseValues;
      return collect(focus, context).map((item) => toTyped(item, model));
    },
    holds(focus, context = {}) {
      const held = isPlain(context) ? directly(codeFor(focus).truth, focus, context) : missing;
      return held === missing ? truth(collect(focus, context), 0) !== false : held !== false;
    },
  };
}

const noCode: DirectCode = { makesBoolean: false };

/** Runs generated code; `missing` where there is none or it hands over to the interpreter. */
function directly(
  code: ((focus: unknown, context: FhirPathContext) => unknown) | undefined,
  focus: unknown,
  context: FhirPathContext,
): unknown {
  if (code === undefined) return missing;
  try {
    return code(focus, context);
  } catch (error) {
    if (error === handOver) return missing;
    throw exhausted(error);
  }
}

function variableNames(tree: Expression): readonly string[] {
  const own = tree.kind === 'variable' ? [tree.name] : [];
  return [...own, ...childrenOf(tree).flatMap(variableNames)];
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
