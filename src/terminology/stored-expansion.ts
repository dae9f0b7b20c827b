import type { ValueSet, ValueSetExpansionContains } from '@medplum/fhirtypes';
import type { Concept } from './terminology.js';
import { type Expansion, membersOf } from './value-set.js';

/** The expansion that came with the value set, if it came with a whole one. */
export function storedExpansion(valueSet: ValueSet): Expansion | undefined {
  if (!valueSet.expansion) return undefined;
  const known = storedExpansions.get(valueSet);
  if (known) return known;
  const read = readStored(valueSet);
  if (read) storedExpansions.set(valueSet, read);
  return read;
}

const storedExpansions = new WeakMap<ValueSet, Expansion>();

function readStored(valueSet: ValueSet): Expansion | undefined {
  const contains = valueSet.expansion?.contains;
  if (!contains || (valueSet.expansion?.total !== undefined && valueSet.expansion.total > countOf(contains))) return undefined;
  const concepts: Concept[] = [];
  const visit = (entries: readonly ValueSetExpansionContains[]): void => {
    for (const { system, code, display, inactive, abstract, contains: nested } of entries) {
      // Without a code it's a heading; an abstract one can't be chosen.
      if (code !== undefined && !abstract) {
        concepts.push({
          system: system ?? '',
          code,
          ...(display === undefined ? {} : { display }),
          ...(inactive ? { inactive: true } : {}),
        });
      }
      if (nested) visit(nested);
    }
  };
  visit(contains);
  return membersOf(concepts);
}

function countOf(contains: readonly ValueSetExpansionContains[]): number {
  return contains.reduce((sum, entry) => sum + (entry.code === undefined ? 0 : 1) + countOf(entry.contains ?? []), 0);
}
