import type { Mode } from '../scope.js';
import type { Model } from '../types.js';

/** Thrown while generating, for an expression that generated code doesn't cover: the interpreter serves it. Never leaves this folder. */
export class NotCovered extends Error {}

export function notCovered(): never {
  throw new NotCovered();
}

/** An element in generated code: JavaScript expressions for its JSON and its `_` sibling, and what is known of its type. */
export interface Reference {
  readonly value: string;
  /** Absent for what can't have one. */
  readonly sibling?: string;
  readonly type: string;
}

/**
 * A collection in generated code. `each` writes statements that run `sink` for every member, in order; where `sink` writes nothing for a type, neither
 * does `each`. `single`: at most one member, by its types.
 */
export interface Path {
  /** What its members can be; none where the types leave it no members. */
  readonly types: readonly string[];
  readonly single: boolean;
  /** Members may be equal where FHIRPath wants them distinct, which counting would notice. */
  readonly repeats: boolean;
  each(sink: (reference: Reference) => string): string;
  /** Statements that run `hit` once or more where there is a member. */
  present(hit: string): string;
}

/** A boolean in generated code: statements, then an expression that is true, false or undefined (never undefined where `total`). */
export interface Truth {
  readonly code: string;
  readonly value: string;
  readonly total: boolean;
}

export type ValueKind = 'string' | 'number' | 'boolean' | 'element';

/** A value in generated code: at most one, undefined for none. `type` is the FHIR or System type, for values that are compared by it. */
export interface Value {
  readonly code: string;
  readonly value: string;
  readonly kind: ValueKind;
  readonly type: string;
}

/** What generation shares. Text of the expression enters the code only through `quote` and `constant`. */
export interface Generation {
  readonly model: Model;
  readonly mode: Mode;
  /** Static type of the focus. */
  readonly type: string;
  readonly constants: unknown[];
  count: number;
}

/** A fresh name. */
export function fresh(generation: Generation, prefix: string): string {
  generation.count += 1;
  // Code that grows beyond reason is better interpreted.
  if (generation.count > 4000) notCovered();
  return `${prefix}${generation.count}`;
}

/** A value that code reads from outside, where it can't be written as a literal. */
export function constant(generation: Generation, value: unknown): string {
  generation.constants.push(value);
  return `k[${generation.constants.length - 1}]`;
}

/** What `generate` writes, or, where it isn't covered, code that hands over to the interpreter when it is reached. */
export function orHandOver<Made>(generate: () => Made, otherwise: Made): Made {
  try {
    return generate();
  } catch (error) {
    if (error instanceof NotCovered) return otherwise;
    throw error;
  }
}

/** The only way by which text enters code. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** Where a member without a source starts. */
export interface Place {
  readonly focus: Path;
}

/** A path of one member that is known to be there. */
export function only(reference: Reference): Path {
  return { types: [reference.type], single: true, repeats: false, each: (sink) => sink(reference), present: (hit) => hit };
}

/** The same value under a short name, so that using it twice costs nothing. */
export function named<Side extends { readonly code: string; readonly value: string }>(side: Side, generation: Generation): Side {
  if (side.value.length <= 8) return side;
  const name = fresh(generation, 'w');
  return { ...side, code: `${side.code} const ${name} = ${side.value};`, value: name };
}
