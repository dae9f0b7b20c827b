import { isObject } from '../fhir/resource.js';
import { FhirPathError } from './error.js';
import type { FhirPathContext, TypedValue } from './fhirpath.js';
import { type Collection, fromTyped, type Item, itemOf, toSystem } from './item.js';
import type { Model } from './types.js';
import { charge, type Work } from './work.js';

/** How literally an expression is taken: see `CompileOptions`. */
export type Mode = 'lenient' | 'strict';

/** What one evaluation shares among all its steps. */
export interface Evaluation extends Work {
  readonly mode: Mode;
  readonly context: FhirPathContext;
  readonly root: Collection;
}

export interface Binding {
  readonly name: string;
  readonly value: Collection;
  readonly next: Binding | undefined;
}

/** Where a step runs: its focus (`$this`) and what the functions around it have bound. Only `bindings` changes, as defineVariable() goes along. */
export interface Scope {
  readonly evaluation: Evaluation;
  readonly focus: Collection;
  readonly index: number | undefined;
  readonly total: Collection;
  bindings: Binding | undefined;
}

export type Run = (scope: Scope) => Collection;

/** A function at work: its input and its arguments, not yet evaluated. */
export interface Call {
  readonly input: Collection;
  readonly args: readonly Run[];
  readonly scope: Scope;
  readonly at: number;
}

/** `min` and `max` count the arguments. */
export interface FhirPathFunction {
  readonly min: number;
  readonly max: number;
  run(call: Call): Collection;
}

export type FunctionTable = Readonly<Record<string, FhirPathFunction>>;

/** Counts work, and ends an evaluation that takes too much of it. */
export function spend(scope: Scope, amount: number, at?: number): void {
  charge(scope.evaluation, amount, at);
}

export function modelIn(call: Call): Model {
  return call.scope.evaluation.model;
}

/** An argument that is a plain value: evaluated where the call stands. */
export function argument(call: Call, position: number): Collection {
  const run = call.args[position];
  if (!run) return [];
  const saved = call.scope.bindings;
  const value = run(call.scope);
  call.scope.bindings = saved;
  return value;
}

/** An argument that is an expression over each item of the input. */
export function onItem(call: Call, position: number, item: Item, index: number, total: Collection = call.scope.total): Collection {
  spend(call.scope, 1, call.at);
  const { evaluation, bindings } = call.scope;
  return call.args[position]?.({ evaluation, focus: [item], index, total, bindings }) ?? [];
}

/** An argument that is an expression over the whole input. */
export function onInput(call: Call, position: number): Collection {
  const { evaluation, bindings, index, total } = call.scope;
  return call.args[position]?.({ evaluation, focus: call.input, index, total, bindings }) ?? [];
}

/** The only item, or undefined where there is none. More than one is an error. Source: FHIRPath N1, singleton evaluation. */
export function single(items: Collection, at: number): Item | undefined {
  if (items.length > 1) throw new FhirPathError('execution', `one value is expected, not ${items.length}`, at);
  return items[0];
}

/** The only item as a System value. */
export function singleSystem(items: Collection, model: Model, at: number): Item | undefined {
  const item = single(items, at);
  return item && toSystem(item, model);
}

/** A collection where a boolean is wanted: a single item that is none counts as true. */
export function truth(items: Collection, at: number): boolean | undefined {
  const item = single(items, at);
  if (!item) return undefined;
  if (item.type !== 'System.Boolean' && item.type !== 'boolean') return true;
  return typeof item.value === 'boolean' ? item.value : undefined;
}

export function stringOf(items: Collection, call: Call): string | undefined {
  const item = single(items, call.at);
  if (!item) return undefined;
  const system = toSystem(item, modelIn(call));
  if (!system && item.value === undefined) return undefined;
  if (system?.type !== 'System.String') throw new FhirPathError('execution', `a string is expected, not ${nameOf(item)}`, call.at);
  return system.value as string;
}

export function integerOf(items: Collection, call: Call): number | undefined {
  const item = single(items, call.at);
  if (!item) return undefined;
  const system = toSystem(item, modelIn(call));
  if (!system) return undefined;
  if (system.type !== 'System.Integer') throw new FhirPathError('execution', `an integer is expected, not ${nameOf(item)}`, call.at);
  return system.value as number;
}

export function nameOf(item: Item): string {
  return item.type === '' ? 'an element of unknown type' : item.type;
}

/** JSON or typed values, as a caller hands in a variable. */
export function variableItems(value: unknown): Collection {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((member) => variableItems(member));
  if (isTyped(value)) return [fromTyped(value)];
  if (typeof value === 'string') return [{ type: 'System.String', value }];
  if (typeof value === 'boolean') return [{ type: 'System.Boolean', value }];
  if (typeof value === 'number') return [fromTyped({ type: Number.isInteger(value) ? 'System.Integer' : 'System.Decimal', value })];
  return [itemOf(value)];
}

const typedKeys: ReadonlySet<string> = new Set(['type', 'value', 'sibling', 'text']);

// No FHIR element has a `type` and a `value` that are plain and nothing else.
function isTyped(value: unknown): value is TypedValue {
  return (
    isObject(value) &&
    typeof value['type'] === 'string' &&
    Object.hasOwn(value, 'value') &&
    Object.keys(value).every((key) => typedKeys.has(key))
  );
}
