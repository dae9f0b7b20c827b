import type { ValueSet } from '@medplum/fhirtypes';
import type { FindSource } from './find-source.js';
import type { Concept } from './terminology.js';

/** Where value sets and code systems are found. */
export interface TerminologyContext {
  source: FindSource;
  valueSet(canonical: string): ValueSet | undefined;
}

/** Why a value set can't be listed. `what` is the canonical or filter at fault. */
export type ExpansionFailure =
  | { readonly kind: 'unknown-system'; readonly what: string }
  | { readonly kind: 'unknown-value-set'; readonly what: string }
  | { readonly kind: 'incomplete-system'; readonly what: string }
  | { readonly kind: 'unlistable-system'; readonly what: string }
  | { readonly kind: 'unknown-filter'; readonly what: string }
  | { readonly kind: 'circular'; readonly what: string }
  | { readonly kind: 'too-costly'; readonly what: string };

export type Members = ReadonlyMap<string, Concept>;

export type Expansion = { readonly ok: true; readonly members: Members } | { readonly ok: false; readonly failure: ExpansionFailure };

/** Key of a concept among the members of a value set. */
export function memberKey(system: string, code: string): string {
  return `${system}|${code}`;
}

export function failed(kind: ExpansionFailure['kind'], what: string): Expansion & { ok: false } {
  return { ok: false, failure: { kind, what } };
}

export function membersOf(concepts: Iterable<Concept>): Expansion & { ok: true } {
  const members = new Map<string, Concept>();
  for (const concept of concepts) {
    const key = memberKey(concept.system, concept.code);
    if (!members.has(key)) members.set(key, concept);
  }
  return { ok: true, members };
}
