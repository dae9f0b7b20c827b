import type { FhirResource } from '../fhir/resource.js';

/**
 * A value with its FHIR or System type: `{ type: 'Quantity', value: {…} }`, `{ type: 'code', value: 'final' }`, `{ type: 'System.Boolean', value: true }`.
 * The value of a FHIR type is its JSON as it stands in the resource (undefined for a primitive that has only extensions). Of System types: Boolean is a
 * boolean, String a string, Integer and Decimal a number, Date, DateTime and Time their text without `@`, Quantity `{ value: number, unit: string }`.
 * An element with children of its own (`Patient.contact`) has the type `BackboneElement` or `Element`.
 */
export interface TypedValue {
  readonly type: string;
  readonly value: unknown;
  /** The `_` sibling of a primitive, where it has one. */
  readonly sibling?: unknown;
  /** System.Decimal and System.Quantity: the exact text, with the zeros that were written. */
  readonly text?: string;
}

/** What an expression may look at beside its focus. All of it is optional; what is absent makes the functions that need it yield empty. */
export interface FhirPathContext {
  /** The `_` sibling of the focus, where the focus is a primitive: its id and extensions. */
  readonly sibling?: unknown;
  /** `%resource`: the resource that holds the focus; the focus itself where absent. */
  readonly resource?: unknown;
  /** `%rootResource`: the resource that contains `%resource`, or the same where it isn't contained. */
  readonly rootResource?: unknown;
  /** More `%name` variables: JSON, TypedValue, or an array of either. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch for now() and today(). */
  readonly now?: number;
  /** Where today() is: minutes east of UTC (WIB 420, WITA 480, WIT 540); 0 where absent. */
  readonly zoneMinutes?: number;
  /** The target of a literal reference that is neither contained nor in the Bundle of `%rootResource`. */
  resolve?(reference: string): FhirResource | undefined;
  memberOf?(value: unknown, valueSet: string): boolean | undefined;
  /** Whether the code, Coding or CodeableConcept `wider` subsumes `narrower`. */
  subsumes?(wider: unknown, narrower: unknown): boolean | undefined;
  conformsTo?(value: unknown, profile: string): boolean | undefined;
  /** Whether `value` belongs to slice `name` of the profile `structure`. */
  slice?(value: unknown, structure: string, name: string): boolean | undefined;
  /** Receives what trace() sees. */
  trace?(name: string, values: readonly TypedValue[]): void;
}

/** A FHIRPath expression compiled to a JavaScript function. Evaluation throws only `FhirPathError` (in error.ts), also where a limit on its cost is reached. */
export interface CompiledFhirPath {
  readonly expression: string;
  /** True where it runs as generated code on the plain JSON; the rest runs through the interpreter, ten times slower. */
  readonly direct: boolean;
  /** `focus` is a resource or element as parsed JSON, of the type the expression was compiled for; undefined gives an empty focus. */
  evaluate(focus: unknown, context?: FhirPathContext): readonly TypedValue[];
  /** Invariant semantics: true, or empty, passes; anything else fails. */
  holds(focus: unknown, context?: FhirPathContext): boolean;
}
