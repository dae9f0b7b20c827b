import { boundedPattern } from './bounded-pattern.js';
import { type CodeSource, descendants, isBelow, type PropertyValue } from './code-source.js';
import type { Concept } from './terminology.js';

/** `ValueSet.compose.include.filter` over one code system. */
export interface Filter {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}

/** A filter made ready: `test` one concept, or where it is cheaper than testing all, list the `codes`. */
export interface PreparedFilter {
  test(concept: Concept): boolean;
  readonly codes?: () => Iterable<string>;
}

/** Undefined where the filter can't be decided: an operator or property that the system doesn't know, an unsafe regular expression. */
export function prepareFilter(source: CodeSource, filter: Filter): PreparedFilter | undefined {
  return operators[filter.op]?.(source, filter);
}

const hierarchyProperties: ReadonlySet<string> = new Set(['concept', 'code']);

// R4 ValueSet §4.9.7.1 and the filter operators' code system.
const operators: Readonly<Record<string, (source: CodeSource, filter: Filter) => PreparedFilter | undefined>> = {
  'is-a': (source, filter) => hierarchical(filter, below(source, filter.value, true)),
  'descendent-of': (source, filter) => hierarchical(filter, below(source, filter.value, false)),
  'is-not-a': (source, filter) =>
    hierarchical(filter, { test: ({ code }) => code !== filter.value && !isBelow(source, code, filter.value) }),
  generalizes: (source, filter) =>
    hierarchical(filter, { test: ({ code }) => code === filter.value || isBelow(source, filter.value, code) }),
  '=': (source, filter) => byValue(source, filter, (value) => value === filter.value),
  in: (source, filter) => {
    const values = listOf(filter.value);
    return byValue(source, filter, (value) => values.has(value));
  },
  'not-in': (source, filter) => {
    const values = listOf(filter.value);
    return negate(byValue(source, filter, (value) => values.has(value)));
  },
  regex: (source, filter) => {
    const pattern = boundedPattern(filter.value);
    return pattern && byValue(source, filter, (value) => pattern.test(value));
  },
  exists: (source, filter) => {
    const exists = byValue(source, filter, () => true);
    return filter.value === 'false' ? negate(exists) : exists;
  },
};

function below(source: CodeSource, root: string, withRoot: boolean): PreparedFilter {
  const start = source.find(root)?.code ?? root;
  return {
    test: ({ code }) => (code === start ? withRoot : isBelow(source, code, start)),
    *codes() {
      if (withRoot && source.find(start)) yield start;
      yield* descendants(source, start);
    },
  };
}

/** R4 says `concept`; `code` stands in published value sets too. Hierarchy filters on another property aren't defined. */
function hierarchical(filter: Filter, prepared: PreparedFilter): PreparedFilter | undefined {
  return hierarchyProperties.has(filter.property) ? prepared : undefined;
}

function byValue(source: CodeSource, filter: Filter, accepts: (value: string) => boolean): PreparedFilter | undefined {
  const read = readerOf(source, filter.property);
  return read && { test: (concept) => read(concept).some((value) => accepts(String(value))) };
}

function readerOf(source: CodeSource, property: string): ((concept: Concept) => readonly PropertyValue[]) | undefined {
  const known = conceptProperties[property];
  if (known) return (concept) => known(concept, source);
  const sample = source.property('', property);
  if (sample === undefined && source.size !== undefined) {
    for (const concept of source.all()) {
      if (source.property(concept.code, property) !== undefined) return (found) => source.property(found.code, property) ?? [];
    }
    return undefined;
  }
  return (concept) => source.property(concept.code, property) ?? [];
}

// R4 CodeSystem §4.8.10.1: the properties that every code system has.
const conceptProperties: Readonly<Record<string, (concept: Concept, source: CodeSource) => readonly PropertyValue[]>> = {
  code: ({ code }) => [code],
  concept: ({ code }) => [code],
  display: ({ display }) => (display === undefined ? [] : [display]),
  inactive: ({ inactive }) => [inactive === true],
  notSelectable: ({ abstract }) => [abstract === true],
  abstract: ({ abstract }) => [abstract === true],
  parent: ({ code }, source) => source.parents(code),
  child: ({ code }, source) => source.children(code),
  definition: ({ code }, source) => {
    const definition = source.definition?.(code);
    return definition === undefined ? [] : [definition];
  },
};

function listOf(value: string): ReadonlySet<string> {
  return new Set(value.split(',').map((item) => item.trim()));
}

function negate(filter: PreparedFilter | undefined): PreparedFilter | undefined {
  return filter && { test: (concept) => !filter.test(concept) };
}
