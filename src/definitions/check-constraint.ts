import type { ElementDefinition } from '@medplum/fhirtypes';
import type { Text } from '../fhir/outcome.js';
import { asObject } from '../fhir/resource.js';
import type { FindStructure } from './snapshot.js';
import { text } from './text.js';

export interface Violation {
  readonly rule: string;
  readonly words: Text;
}

/**
 * What a constraint may not do: allow what its base forbids. `merged` is `base` with `change` over it; a slice may have a lower minimum than the element
 * it divides. Source: R4 profiling §5.1.0.3, ElementDefinition §2.26.0.4.
 */
export function checkConstraint(
  base: ElementDefinition,
  merged: ElementDefinition,
  change: ElementDefinition,
  isSlice: boolean,
  find: FindStructure,
): readonly Violation[] {
  return [...cardinality(base, merged, isSlice), ...types(base, change, find), ...binding(base, change), ...fixedValues(base, change)];
}

function cardinality(base: ElementDefinition, merged: ElementDefinition, isSlice: boolean): readonly Violation[] {
  const found: Violation[] = [];
  const min = merged.min ?? 0;
  const max = maximum(merged.max);
  if (!isSlice && min < (base.min ?? 0)) found.push({ rule: 'snapshot-min', words: text.minBelowBase(min, base.min ?? 0) });
  if (max > maximum(base.max)) found.push({ rule: 'snapshot-max', words: text.maxAboveBase(merged.max ?? '*', base.max ?? '*') });
  if (min > max) found.push({ rule: 'snapshot-min-max', words: text.minAboveMax(min, merged.max ?? '*') });
  return found;
}

function maximum(max: string | undefined): number {
  return max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

function types(base: ElementDefinition, change: ElementDefinition, find: FindStructure): readonly Violation[] {
  const allowed = new Set((base.type ?? []).map(({ code }) => code ?? ''));
  // Ids and urls bear a FHIRPath type in R4, and the primitive type in most differentials.
  if (!change.type || allowed.size === 0 || allowed.has('*') || [...allowed].every((code) => code.startsWith('http://hl7.org/fhirpath/')))
    return [];
  return change.type
    .filter(({ code = '' }) => !isOneOf(code, allowed, find))
    .map(({ code = '' }) => ({ rule: 'snapshot-type', words: text.typeNotInBase(code, [...allowed]) }));
}

/** The type itself or a specialization of one allowed: Patient for Resource, Age for Quantity. */
function isOneOf(code: string, allowed: ReadonlySet<string>, find: FindStructure): boolean {
  let at: string | undefined = code;
  for (let steps = 0; at !== undefined && steps < 20; steps += 1) {
    if (allowed.has(at)) return true;
    const parent: string | undefined = find(at)?.baseDefinition;
    at = parent?.slice(parent.lastIndexOf('/') + 1);
  }
  return false;
}

function binding(base: ElementDefinition, change: ElementDefinition): readonly Violation[] {
  const before = base.binding?.strength;
  const after = change.binding?.strength;
  if (before !== 'required' || after === undefined || after === 'required') return [];
  return [{ rule: 'snapshot-binding', words: text.bindingWeakened(after) }];
}

function fixedValues(base: ElementDefinition, change: ElementDefinition): readonly Violation[] {
  return Object.entries(change)
    .filter(([key]) => key.startsWith('fixed'))
    .filter(([key, value]) => {
      const before = asObject(base)[key];
      return before !== undefined && JSON.stringify(before) !== JSON.stringify(value);
    })
    .map(([key]) => ({ rule: 'snapshot-fixed', words: text.fixedChanged(key) }));
}
