import type { ValueSetComposeInclude } from '@medplum/fhirtypes';
import type { CodeSource } from './code-source.js';
import { type PreparedFilter, prepareFilter } from './filters.js';
import type { Concept } from './terminology.js';
import { type Expansion, failed } from './value-set.js';

/** The include's filters made ready, once for each code system that they are asked of. */
export function filtersOf(source: CodeSource, include: ValueSetComposeInclude): PreparedFilters {
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
export function* filteredConcepts(source: CodeSource, filters: readonly PreparedFilter[]): Generator<Concept> {
  const lister = filters.find((filter) => filter.codes);
  for (const concept of lister?.codes ? conceptsOf(source, lister.codes()) : source.all()) {
    if (filters.every((filter) => filter === lister || filter.test(concept))) yield concept;
  }
}

function* conceptsOf(source: CodeSource, codes: Iterable<string>): Generator<Concept> {
  for (const code of codes) {
    const concept = source.find(code);
    if (concept) yield concept;
  }
}

type Listed = NonNullable<ValueSetComposeInclude['concept']>[number];

/** What the value set says of a concept goes before what its code system says. */
export function listedConcept(system: string, listed: Listed, known: Concept | undefined): Concept {
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
