import type { ValueSet, ValueSetComposeInclude, ValueSetExpansionContains } from '@medplum/fhirtypes';
import type { CodeSource } from './code-source.js';
import { type PreparedFilter, prepareFilter } from './filters.js';
import type { FindSource } from './find-source.js';
import type { Coding, Concept } from './terminology.js';

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

/**
 * All codes of a value set: the union of its includes without its excludes, where everything they name is on board and lists at most `limit` codes.
 * Within one include, filters and imported value sets narrow each other. A stored expansion stands in for a compose that can't be worked out.
 * Source: R4 ValueSet §4.9.8.
 */
export function expandValueSet(context: TerminologyContext, valueSet: ValueSet, limit: number): Expansion {
  return expandWithin(context, valueSet, limit, []);
}

function expandWithin(context: TerminologyContext, valueSet: ValueSet, limit: number, above: readonly string[]): Expansion {
  const url = valueSet.url ?? '';
  if (above.includes(url)) return failed('circular', url);
  const compose = valueSet.compose;
  if (!compose) return stored(valueSet) ?? failed('unknown-value-set', url);
  const path = [...above, url];
  const members = new Map<string, Concept>();
  for (const include of compose.include ?? []) {
    const part = expandInclude(context, include, limit, path);
    if (!part.ok) return stored(valueSet) ?? part;
    for (const [key, concept] of part.members) if (!members.has(key)) members.set(key, concept);
    if (members.size > limit) return failed('too-costly', url);
  }
  for (const exclude of compose.exclude ?? []) {
    const part = expandInclude(context, exclude, limit, path);
    if (!part.ok) return stored(valueSet) ?? part;
    for (const key of part.members.keys()) members.delete(key);
  }
  if (compose.inactive === false) for (const [key, concept] of members) if (concept.inactive) members.delete(key);
  return { ok: true, members };
}

function expandInclude(context: TerminologyContext, include: ValueSetComposeInclude, limit: number, path: readonly string[]): Expansion {
  const own = include.system === undefined ? undefined : expandSystem(context, include, include.system, limit);
  if (own && !own.ok) return own;
  let members = own?.members;
  for (const canonical of include.valueSet ?? []) {
    const imported = context.valueSet(canonical);
    if (!imported) return failed('unknown-value-set', canonical);
    const part = expandWithin(context, imported, limit, path);
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

/** The include's filters made ready, once for each code system that they are asked of. */
function filtersOf(source: CodeSource, include: ValueSetComposeInclude): PreparedFilters {
  let bySource = preparedFilters.get(include);
  if (!bySource) {
    bySource = new WeakMap();
    preparedFilters.set(include, bySource);
  }
  const known = bySource.get(source);
  if (known) return known;
  const filters = prepareFilters(source, include);
  bySource.set(source, filters);
  return filters;
}

type PreparedFilters = PreparedFilter[] | (Expansion & { ok: false });

const preparedFilters = new WeakMap<ValueSetComposeInclude, WeakMap<CodeSource, PreparedFilters>>();

function prepareFilters(source: CodeSource, include: ValueSetComposeInclude): PreparedFilters {
  const prepared: PreparedFilter[] = [];
  for (const { property = '', op = '', value = '' } of include.filter ?? []) {
    const filter = prepareFilter(source, { property, op, value });
    if (!filter) return failed('unknown-filter', `${source.system} ${property} ${op} ${value}`);
    prepared.push(filter);
  }
  return prepared;
}

/** The codes that every filter accepts: those of the first filter that can list its own, else of the whole system, put to the others. */
function* filteredConcepts(source: CodeSource, filters: readonly PreparedFilter[]): Generator<Concept> {
  const lister = filters.find((filter) => filter.codes);
  for (const concept of lister?.codes ? conceptsOf(source, lister.codes()) : source.all()) {
    if (filters.every((filter) => filter === lister || filter.test(concept))) yield concept;
  }
}

function filterMembers(source: CodeSource, filters: readonly PreparedFilter[], limit: number): Expansion {
  const members = new Map<string, Concept>();
  for (const concept of filteredConcepts(source, filters)) {
    members.set(memberKey(concept.system, concept.code), concept);
    if (members.size > limit) return failed('too-costly', source.system);
  }
  return { ok: true, members };
}

function* conceptsOf(source: CodeSource, codes: Iterable<string>): Generator<Concept> {
  for (const code of codes) {
    const concept = source.find(code);
    if (concept) yield concept;
  }
}

type Listed = NonNullable<ValueSetComposeInclude['concept']>[number];

/** What the value set says of a concept goes before what its code system says. */
function listedConcept(system: string, listed: Listed, known: Concept | undefined): Concept {
  if (known && known.code === listed.code && listed.display === undefined && listed.designation === undefined) return known;
  const display = listed.display ?? known?.display;
  const designations = [
    ...(listed.designation ?? []).map(({ language, value }) => ({ ...(language === undefined ? {} : { language }), value: value ?? '' })),
    ...(known?.designations ?? []),
    ...(known?.display !== undefined && known.display !== display ? [{ value: known.display }] : []),
  ];
  return {
    system,
    code: listed.code ?? '',
    ...(display === undefined ? {} : { display }),
    ...(designations.length === 0 ? {} : { designations }),
    ...(known?.inactive ? { inactive: true } : {}),
    ...(known?.abstract ? { abstract: true } : {}),
  };
}

/** The expansion that came with the value set, if it came with a whole one. */
function stored(valueSet: ValueSet): Expansion | undefined {
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

function membersOf(concepts: Iterable<Concept>): Expansion & { ok: true } {
  const members = new Map<string, Concept>();
  for (const concept of concepts) {
    const key = memberKey(concept.system, concept.code);
    if (!members.has(key)) members.set(key, concept);
  }
  return { ok: true, members };
}

function intersection(a: Members, b: Members): Members {
  return new Map([...a].filter(([key]) => b.has(key)));
}

function failed(kind: ExpansionFailure['kind'], what: string): Expansion & { ok: false } {
  return { ok: false, failure: { kind, what } };
}

/**
 * The codes of a value set one by one, each once, for sets too large to hold: systems are walked, everything else is decided code by code.
 * Skips what can't be decided, so ask `expandValueSet` first whether `too-costly` is all that stands in the way.
 */
export function* walkValueSet(context: TerminologyContext, valueSet: ValueSet): Generator<Concept> {
  const url = valueSet.url ?? '';
  const compose = valueSet.compose;
  const seen = new Set<string>();
  for (const include of compose?.include ?? []) {
    for (const concept of candidatesOf(context, include, [url])) {
      const key = memberKey(concept.system, concept.code);
      if (seen.has(key)) continue;
      if (compose?.inactive === false && concept.inactive) continue;
      if ((compose?.exclude ?? []).some((exclude) => inInclude(context, exclude, concept, [url], true) === true)) continue;
      seen.add(key);
      yield concept;
    }
  }
}

/** An include's codes: those of its system that pass its filters, or those of the first value set it imports; the other imports decide code by code. */
function* candidatesOf(context: TerminologyContext, include: ValueSetComposeInclude, path: readonly string[]): Generator<Concept> {
  const imports = (include.valueSet ?? []).map((canonical) => context.valueSet(canonical));
  const [first, ...others] = imports;
  const deciding = include.system === undefined ? others : imports;
  const walked = include.system !== undefined ? systemCodes(context, include, include.system) : first ? walkValueSet(context, first) : [];
  for (const concept of walked) {
    if (deciding.every((valueSet) => valueSet && inValueSet(context, valueSet, concept, path) === true)) yield concept;
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

/**
 * Is the coding in the value set, without listing it? For systems that can't be listed or are too large. Undefined where what decides it isn't on board.
 * A coding without system is matched by its code alone.
 */
export function isInValueSet(context: TerminologyContext, valueSet: ValueSet, coding: Coding): boolean | undefined {
  return inValueSet(context, valueSet, coding, []);
}

function inValueSet(context: TerminologyContext, valueSet: ValueSet, coding: Coding, above: readonly string[]): boolean | undefined {
  const url = valueSet.url ?? '';
  if (above.includes(url)) return undefined;
  const path = [...above, url];
  const expansion = stored(valueSet);
  const listed = expansion?.ok ? hasCoding(expansion.members, coding) : undefined;
  const compose = valueSet.compose;
  if (!compose) return listed;
  const included = anyOf((compose.include ?? []).map((include) => inInclude(context, include, coding, path, compose.inactive !== false)));
  if (included === false) return false;
  const excluded = anyOf((compose.exclude ?? []).map((exclude) => inInclude(context, exclude, coding, path, true)));
  if (excluded === true) return false;
  return included === undefined || excluded === undefined ? listed : true;
}

function inInclude(
  context: TerminologyContext,
  include: ValueSetComposeInclude,
  coding: Coding,
  path: readonly string[],
  takesInactive: boolean,
): boolean | undefined {
  const verdicts: (boolean | undefined)[] = [];
  if (include.system !== undefined) verdicts.push(inSystem(context, include, include.system, coding, takesInactive));
  for (const canonical of include.valueSet ?? []) {
    const imported = context.valueSet(canonical);
    verdicts.push(imported ? inValueSet(context, imported, coding, path) : undefined);
  }
  return verdicts.length === 0 ? false : allOf(verdicts);
}

function inSystem(
  context: TerminologyContext,
  include: ValueSetComposeInclude,
  system: string,
  coding: Coding,
  takesInactive: boolean,
): boolean | undefined {
  if (coding.system !== undefined && coding.system !== system) return false;
  const code = coding.code ?? '';
  const source = context.source(system, include.version);
  const concept = source?.find(code);
  if (include.concept) {
    const listed = include.concept.some((entry) => entry.code === code || (concept !== undefined && entry.code === concept.code));
    return listed && (takesInactive || !concept?.inactive);
  }
  if (!source) return undefined;
  if (!concept) return source.complete ? false : undefined;
  if (!takesInactive && concept.inactive) return false;
  const filters = filtersOf(source, include);
  if (!Array.isArray(filters)) return undefined;
  const passes = filters.every((filter) => filter.test(concept));
  return passes || source.complete ? passes : undefined;
}

function hasCoding(members: Members, { system, code = '' }: Coding): boolean {
  if (system !== undefined) return members.has(memberKey(system, code));
  for (const concept of members.values()) if (concept.code === code) return true;
  return false;
}

/** Or of three-valued logic. */
function anyOf(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** And of three-valued logic. */
function allOf(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}
