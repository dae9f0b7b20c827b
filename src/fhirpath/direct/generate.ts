import type { Expression } from '../expression.js';
import type { FhirPathContext, TypedValue } from '../fhirpath.js';
import type { Mode } from '../scope.js';
import type { Model } from '../types.js';
import { maxWork } from '../work.js';
import { fresh, type Generation, NotCovered, notCovered, only, type Path, type Place, quote } from './code.js';
import { generatePath, isPrimitiveType } from './path.js';
import { createRuntime } from './runtime.js';
import { generateTruth } from './truth.js';
import { truthCalls } from './value.js';

/** Generated from the checked tree alone: names are counters, texts are JSON literals, nothing of the expression's text is pasted. */
export interface DirectCode {
  /** For an expression that gives a boolean: true, false, or undefined for empty. Throws `handOver`. */
  readonly truth?: (focus: unknown, context: FhirPathContext) => boolean | undefined;
  /** Whether `truth` is what evaluation gives, and not only what the expression counts as. */
  readonly makesBoolean: boolean;
  /** Throws `handOver`. */
  readonly values?: (focus: unknown, context: FhirPathContext) => readonly TypedValue[];
}

/** Generated code for what of the expression it covers: a boolean, or a path. `type` is the focus' static type. */
export function generateDirect(expression: Expression, type: string, model: Model, mode: Mode): DirectCode {
  if (!model.shape(type)) return { makesBoolean: false };
  const truth = attempt(type, model, mode, (place, generation) => {
    const { code, value } = generateTruth(expression, place, generation);
    return `${code} return ${value};`;
  });
  const values = attempt(type, model, mode, (place, generation) =>
    pathCode(generatePath(expression, place, generation), expression, generation),
  );
  return {
    ...(truth === undefined ? {} : { truth: truth as NonNullable<DirectCode['truth']> }),
    ...(values === undefined ? {} : { values: values as NonNullable<DirectCode['values']> }),
    // A path's own boolean is a FHIR boolean, which only `values` gives; what no path gives is one of the System.
    makesBoolean: truth !== undefined && isTest(expression),
  };
}

function isTest(node: Expression): boolean {
  return (
    (node.kind === 'binary' && node.operator !== '|') ||
    (node.kind === 'type' && node.operator === 'is') ||
    (node.kind === 'call' && truthCalls.has(node.name))
  );
}

function attempt(type: string, model: Model, mode: Mode, write: (place: Place, generation: Generation) => string): unknown {
  const generation: Generation = { model, mode, type, constants: [], count: 0 };
  const primitive = isPrimitiveType(type);
  const focus: Path = only({ value: 'f', type, ...(primitive ? { sibling: 's' } : {}) });
  try {
    const body = write({ focus }, generation);
    // A focus of another form than its type's is the interpreter's.
    const check = primitive
      ? 'const s = c.sibling; if (f === undefined || f === null || typeof f === "object") rt.other();'
      : 'if (typeof f !== "object" || f === null || Array.isArray(f)) rt.other();';
    return new Function('rt', 'k', `"use strict"; return function (f, c) { let q = ${maxWork}; ${check} ${body} };`)(
      createRuntime(model),
      generation.constants,
    );
  } catch (error) {
    if (error instanceof NotCovered) return undefined;
    throw error;
  }
}

function pathCode(path: Path, expression: Expression, generation: Generation): string {
  const out = fresh(generation, 'r');
  const each = path.each((reference) =>
    reference.type.startsWith('System.')
      ? notCovered()
      : `${out}.push(rt.typed(${quote(reference.type)}, ${reference.value}, ${reference.sibling ?? 'undefined'}));`,
  );
  if (path.repeats && !(expression.kind === 'binary' && expression.operator === '|')) throw new NotCovered();
  return `const ${out} = []; ${each} return ${path.repeats ? `rt.distinct(${out})` : out};`;
}
