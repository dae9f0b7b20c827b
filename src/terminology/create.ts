import type { ValueSet } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import { nearestCodes } from '../fhir/nearest.js';
import type { FhirResource } from '../fhir/resource.js';
import { boundedMap } from './bounded-map.js';
import { isBelow } from './code-source.js';
import { expandValueSet } from './expand-value-set.js';
import { type FindSource, sourcesOf } from './find-source.js';
import { implicitValueSet } from './implicit-value-set.js';
import { isInValueSet } from './in-value-set.js';
import type { CodeVerdict, Coding, Concept, Terminology } from './terminology.js';
import { type Members, memberKey, type TerminologyContext } from './value-set.js';

// A set beyond this isn't held in memory: membership is then decided code by code.
const heldMembers = 20_000;

/** What a terminology is made of; the operations work on it too. */
export interface TerminologyParts extends Terminology {
  readonly context: TerminologyContext;
  readonly registry: Registry;
  /** The same with more value sets and code systems on top, such as those that come with a request. */
  with(resources: readonly FhirResource[]): TerminologyParts;
}

/**
 * Terminology over `registry`, wholly in memory and offline; each value set is worked out at first use and kept, as long as the registry's generation lasts.
 * `loaded` finds code systems that were loaded from release files.
 */
export function createTerminology(registry: Registry, loaded?: FindSource): TerminologyParts {
  return registry.generation === undefined ? fixedTerminology(registry, loaded) : liveTerminology(registry, loaded);
}

function liveTerminology(registry: Registry, loaded: FindSource | undefined): TerminologyParts {
  let made = { generation: registry.generation, parts: fixedTerminology(registry, loaded) };
  const parts = (): TerminologyParts => {
    if (made.generation !== registry.generation) made = { generation: registry.generation, parts: fixedTerminology(registry, loaded) };
    return made.parts;
  };
  return {
    get context() {
      return parts().context;
    },
    registry,
    with: (resources) => parts().with(resources),
    validateInValueSet: (valueSet, coding) => parts().validateInValueSet(valueSet, coding),
    validateInCodeSystem: (coding) => parts().validateInCodeSystem(coding),
    members: (valueSet) => parts().members(valueSet),
    lookup: (system, code) => parts().lookup(system, code),
    subsumes: (system, a, b) => parts().subsumes(system, a, b),
  };
}

function fixedTerminology(registry: Registry, loaded: FindSource | undefined): TerminologyParts {
  const source = sourcesOf(registry, loaded);
  // Value sets that resources define are as many as there are; canonicals that clients think up are without end.
  const defined = boundedMap<string, Prepared>(10_000);
  const passing = boundedMap<string, Prepared | undefined>(100);
  const context: TerminologyContext = {
    source,
    valueSet: (canonical) => registry.valueSet(canonical) ?? implicitValueSet(registry, source, canonical),
  };
  return {
    context,
    registry,
    with: (resources) => createTerminology(registry.with(resources), loaded),
    validateInValueSet,
    validateInCodeSystem,
    members: (valueSet) => prepare(valueSet)?.members,
    lookup,
    subsumes,
  };

  function prepare(canonical: string): Prepared | undefined {
    const known = defined.get(canonical) ?? passing.get(canonical);
    if (known || passing.has(canonical)) return known;
    const resource = registry.valueSet(canonical);
    if (resource) {
      const made = prepareValueSet(context, resource);
      defined.set(canonical, made);
      return made;
    }
    const implicit = implicitValueSet(registry, source, canonical);
    const made = implicit && prepareValueSet(context, implicit);
    passing.set(canonical, made);
    return made;
  }

  function validateInValueSet(canonical: string, coding: Coding): CodeVerdict {
    const set = prepare(canonical);
    if (!set) return { valid: undefined, reason: 'unknown-value-set' };
    const member = set.find(coding);
    if (member) return verdictOn(member, coding);
    const inside = set.members ? false : isInValueSet(context, set.valueSet, coding);
    const concept = coding.system === undefined ? undefined : source(coding.system)?.find(coding.code ?? '');
    if (inside === true) return concept ? verdictOn(concept, coding) : { valid: true };
    if (inside === undefined) return { valid: undefined, reason: 'unknown-system' };
    // In a system that ignores case the member may be spelt otherwise.
    const spelt = concept && concept.code !== coding.code ? set.find({ ...coding, code: concept.code }) : undefined;
    if (spelt) return verdictOn(spelt, coding);
    return refusal(concept ? 'not-in-value-set' : reasonOutside(coding), coding.code ?? '', set.codes(coding.system));
  }

  /** The code is right; what else is to say of it. */
  function verdictOn(concept: Concept, coding: Coding): CodeVerdict {
    const display = concept.display === undefined ? {} : { display: concept.display };
    const isWrong = coding.display !== undefined && !isDisplayOf(concept, coding.display) && !source(concept.system)?.freeDisplays;
    if (isWrong) return { valid: true, ...display, reason: 'wrong-display' };
    if (concept.inactive) return { valid: true, ...display, reason: 'inactive' };
    return concept.abstract ? { valid: true, ...display, reason: 'abstract' } : { valid: true, ...display };
  }

  function reasonOutside({ system }: Coding): 'unknown-code' | 'not-in-value-set' {
    return system !== undefined && source(system)?.complete ? 'unknown-code' : 'not-in-value-set';
  }

  function validateInCodeSystem(coding: Coding): CodeVerdict {
    const system = coding.system === undefined ? undefined : source(coding.system, coding.version);
    if (!system) return { valid: undefined, reason: 'unknown-system' };
    const code = coding.code ?? '';
    const concept = system.find(code);
    if (concept) return verdictOn(concept, coding);
    if (!system.complete) return { valid: undefined, reason: 'unknown-code' };
    return refusal('unknown-code', code, codesOf(system.all()));
  }

  function lookup(system: string, code: string): Concept | undefined {
    return source(system)?.find(code);
  }

  function subsumes(system: string, a: string, b: string): boolean | undefined {
    const found = source(system);
    if (!found) return undefined;
    if (a === b) return true;
    return found.hierarchical ? isBelow(found, b, a) : undefined;
  }
}

/** A value set ready to answer. `members` is absent where it can't be listed or is too large to hold. */
interface Prepared {
  readonly valueSet: ValueSet;
  readonly members?: Members;
  find(coding: Coding): Concept | undefined;
  codes(system: string | undefined): Iterable<string>;
}

function prepareValueSet(context: TerminologyContext, valueSet: ValueSet): Prepared {
  const expansion = expandValueSet(context, valueSet, heldMembers);
  if (!expansion.ok) return { valueSet, find: () => undefined, codes: () => [] };
  const { members } = expansion;
  let byCode: ReadonlyMap<string, Concept> | undefined;
  return {
    valueSet,
    members,
    find({ system, code = '' }) {
      if (system !== undefined) return members.get(memberKey(system, code));
      byCode ??= new Map([...members.values()].map((concept) => [concept.code, concept]));
      return byCode.get(code);
    },
    *codes(system) {
      for (const concept of members.values()) if (system === undefined || concept.system === system) yield concept.code;
    },
  };
}

/** A display is right if it is the concept's display or one of its designations, whatever the case and spacing. */
function isDisplayOf(concept: Concept, display: string): boolean {
  if (concept.display === undefined && !concept.designations) return true;
  const wanted = fold(display);
  return fold(concept.display ?? '') === wanted || (concept.designations?.some(({ value }) => fold(value) === wanted) ?? false);
}

function fold(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** The nearest codes are looked for when they are read. */
function refusal(reason: 'unknown-code' | 'not-in-value-set', code: string, candidates: Iterable<string>): CodeVerdict {
  let suggestions: readonly string[] | undefined;
  return {
    valid: false,
    reason,
    get suggestions() {
      suggestions ??= nearestCodes(code, candidates);
      return suggestions;
    },
  };
}

function* codesOf(concepts: Iterable<Concept>): Generator<string> {
  for (const concept of concepts) yield concept.code;
}
