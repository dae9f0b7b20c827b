import type { FhirResource } from '../fhir/resource.js';

/** A value with its FHIR or System type: `{ type: 'Quantity', value: {…} }`, `{ type: 'code', value: 'final' }`, `{ type: 'System.Boolean', value: true }`. */
export interface TypedValue {
  readonly type: string;
  readonly value: unknown;
}

/** What an expression may look at beside its focus. All of it is optional; what is absent makes the functions that need it yield empty. */
export interface FhirPathContext {
  /** `%resource`: the resource that holds the focus. */
  readonly resource?: unknown;
  /** `%rootResource`: the outermost one. */
  readonly rootResource?: unknown;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch for now() and today(). */
  readonly now?: number;
  resolve?(reference: string): FhirResource | undefined;
  memberOf?(value: unknown, valueSet: string): boolean | undefined;
  conformsTo?(value: unknown, profile: string): boolean | undefined;
}

/** A FHIRPath expression compiled to a JavaScript function. Evaluation throws only `FhirPathError`. */
export interface CompiledFhirPath {
  readonly expression: string;
  evaluate(focus: unknown, context?: FhirPathContext): readonly TypedValue[];
  /** Invariant semantics: true, or empty, passes; anything else fails. */
  holds(focus: unknown, context?: FhirPathContext): boolean;
}
