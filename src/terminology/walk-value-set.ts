import type { ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import { isInInclude, isInValueSet } from './in-value-set.js';
import { filteredConcepts, filtersOf, listedConcept } from './include.js';
import type { Concept } from './terminology.js';
import { memberKey, type TerminologyContext } from './value-set.js';

/**
 * The codes of a value set one by one, each once, for sets too large to hold: systems are walked, everything else is decided code by code.
 * Skips what can't be decided, so ask `expandValueSet` first whether `too-costly` is all that stands in the way.
 */
export function* walkValueSet(context: TerminologyContext, valueSet: ValueSet): Generator<Concept> {
  const compose = valueSet.compose;
  const seen = new Set<string>();
  for (const include of compose?.include ?? []) {
    for (const concept of candidatesOf(context, include)) {
      const key = memberKey(concept.system, concept.code);
      if (seen.has(key)) continue;
      if (compose?.inactive === false && concept.inactive) continue;
      if ((compose?.exclude ?? []).some((exclude) => isInInclude(context, exclude, concept) === true)) continue;
      seen.add(key);
      yield concept;
    }
  }
}

/** An include's codes: those of its system that pass its filters, or those of the first value set it imports; the other imports decide code by code. */
function* candidatesOf(context: TerminologyContext, include: ValueSetComposeInclude): Generator<Concept> {
  const imports = (include.valueSet ?? []).map((canonical) => context.valueSet(canonical));
  const [first, ...others] = imports;
  const deciding = include.system === undefined ? others : imports;
  const walked = include.system !== undefined ? systemCodes(context, include, include.system) : first ? walkValueSet(context, first) : [];
  for (const concept of walked) {
    if (deciding.every((valueSet) => valueSet && isInValueSet(context, valueSet, concept) === true)) yield concept;
  }
}

function* systemCodes(context: TerminologyContext, include: ValueSetComposeInclude, system: string): Generator<Concept> {
  const source = context.source(system, include.version);
  if (include.concept) {
    for (const listed of include.concept) yield listedConcept(system, listed, source?.find(listed.code ?? ''));
    return;
  }
  const filters = source && filtersOf(source, include);
  if (!source || !Array.isArray(filters)) return;
  yield* filteredConcepts(source, filters);
}
