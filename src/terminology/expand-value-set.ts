import type { ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import type { CodeSource } from './code-source.js';
import type { PreparedFilter } from './filters.js';
import { filteredConcepts, filtersOf, listedConcept } from './include.js';
import { storedExpansion } from './stored-expansion.js';
import type { Concept } from './terminology.js';
import { type Expansion, failed, type Members, memberKey, membersOf, type TerminologyContext } from './value-set.js';

/**
 * All codes of a value set: the union of its includes without its excludes, where everything they name is on board and lists at most `limit` codes.
 * Within one include, filters and imported value sets narrow each other. A stored expansion stands in for a compose that can't be worked out.
 * Source: R4 ValueSet §4.9.8.
 */
export function expandValueSet(context: TerminologyContext, valueSet: ValueSet, limit: number): Expansion {
  return expandWithin({ context, limit, expanded: new Map() }, valueSet, 0);
}

interface Walk {
  readonly context: TerminologyContext;
  readonly limit: number;
  /** What is known of value sets met on the way; undefined while one is being worked out. However often one is imported, it is worked out once. */
  readonly expanded: Map<ValueSet, Expansion | undefined>;
}

// Value sets that import each other in a longer chain than this are made to harm.
const deepest = 100;

function expandWithin(walk: Walk, valueSet: ValueSet, depth: number): Expansion {
  if (walk.expanded.has(valueSet)) return walk.expanded.get(valueSet) ?? failed('circular', valueSet.url ?? '');
  if (depth > deepest) return failed('too-costly', valueSet.url ?? '');
  walk.expanded.set(valueSet, undefined);
  const expansion = compose(walk, valueSet, depth);
  const result = expansion.ok ? expansion : (storedExpansion(valueSet) ?? expansion);
  walk.expanded.set(valueSet, result);
  return result;
}

function compose(walk: Walk, valueSet: ValueSet, depth: number): Expansion {
  const url = valueSet.url ?? '';
  const { compose: definition } = valueSet;
  if (!definition) return failed('unknown-value-set', url);
  const members = new Map<string, Concept>();
  for (const include of definition.include ?? []) {
    const part = expandInclude(walk, include, depth);
    if (!part.ok) return part;
    for (const [key, concept] of part.members) if (!members.has(key)) members.set(key, concept);
    if (members.size > walk.limit) return failed('too-costly', url);
  }
  for (const exclude of definition.exclude ?? []) {
    const part = expandInclude(walk, exclude, depth);
    if (!part.ok) return part;
    for (const key of part.members.keys()) members.delete(key);
  }
  if (definition.inactive === false) for (const [key, concept] of members) if (concept.inactive) members.delete(key);
  return { ok: true, members };
}

function expandInclude(walk: Walk, include: ValueSetComposeInclude, depth: number): Expansion {
  const own = include.system === undefined ? undefined : expandSystem(walk.context, include, include.system, walk.limit);
  if (own && !own.ok) return own;
  let members = own?.members;
  for (const canonical of include.valueSet ?? []) {
    const imported = walk.context.valueSet(canonical);
    if (!imported) return failed('unknown-value-set', canonical);
    const part = expandWithin(walk, imported, depth + 1);
    if (!part.ok) return part;
    members = members === undefined ? part.members : intersection(members, part.members);
  }
  return { ok: true, members: members ?? new Map() };
}

function expandSystem(context: TerminologyContext, include: ValueSetComposeInclude, system: string, limit: number): Expansion {
  const source = context.source(system, include.version);
  if (include.concept) {
    return membersOf(include.concept.map((listed) => listedConcept(system, listed, source?.find(listed.code ?? ''))));
  }
  if (!source) return failed('unknown-system', system);
  if (source.size === undefined) return failed('unlistable-system', system);
  const filters = filtersOf(source, include);
  if (!Array.isArray(filters)) return filters;
  if (filters.length === 0) {
    if (!source.complete) return failed('incomplete-system', system);
    return source.size > limit ? failed('too-costly', system) : membersOf(source.all());
  }
  if (!source.complete) return failed('incomplete-system', system);
  return filterMembers(source, filters, limit);
}

function filterMembers(source: CodeSource, filters: readonly PreparedFilter[], limit: number): Expansion {
  const members = new Map<string, Concept>();
  for (const concept of filteredConcepts(source, filters)) {
    members.set(memberKey(concept.system, concept.code), concept);
    if (members.size > limit) return failed('too-costly', source.system);
  }
  return { ok: true, members };
}

function intersection(a: Members, b: Members): Members {
  return new Map([...a].filter(([key]) => b.has(key)));
}
