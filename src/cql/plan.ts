import type { FactColumn, FactSource } from './catalogue.js';
import type { PlanType } from './types.js';

/** Where in the CQL a node of the plan comes from, for refusals: the ELM node's type, and library with line:column. */
export interface Origin {
  readonly node: string;
  readonly locator: string;
}

/** Precisions of dates and times, coarse to fine, as ELM spells them. */
export const precisions = ['Year', 'Month', 'Week', 'Day', 'Hour', 'Minute', 'Second', 'Millisecond'] as const;
export type DatePrecision = (typeof precisions)[number];

/** One value per person, or per row where it stands within a query. */
export type Scalar = { readonly type: PlanType; readonly origin: Origin } & (
  | { readonly kind: 'null' }
  /** Text as in ELM: a number's digits, a string, `true`. */
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'quantity'; readonly value: string; readonly unit: string }
  | { readonly kind: 'code'; readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }> }
  | { readonly kind: 'valueSet'; readonly url: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'definition'; readonly key: string }
  | { readonly kind: 'let'; readonly name: string }
  /** The element of the row that `alias` stands for: a resource, an item of a list, a value. */
  | { readonly kind: 'alias'; readonly alias: string }
  /** An element of a row, as its fact column holds it. */
  | { readonly kind: 'column'; readonly row: Scalar; readonly column: FactColumn }
  | { readonly kind: 'resourceId'; readonly row: Scalar }
  /** An element of a tuple, quantity or interval. */
  | { readonly kind: 'field'; readonly source: Scalar; readonly name: string }
  | {
      readonly kind: 'interval';
      readonly low: Scalar;
      readonly high: Scalar;
      readonly lowClosed: Scalar;
      readonly highClosed: Scalar;
    }
  | { readonly kind: 'tuple'; readonly elements: ReadonlyArray<{ readonly name: string; readonly value: Scalar }> }
  | { readonly kind: 'case'; readonly items: ReadonlyArray<{ readonly when: Scalar; readonly result: Scalar }>; readonly otherwise: Scalar }
  | { readonly kind: 'call'; readonly operator: string; readonly operands: readonly Scalar[]; readonly precision?: DatePrecision }
  /** A list reduced to one value. */
  | { readonly kind: 'aggregate'; readonly operator: AggregateOperator; readonly rows: Rows }
  /** Membership in a list of values. */
  | { readonly kind: 'member'; readonly value: Scalar; readonly items: readonly Scalar[] }
);

export type AggregateOperator =
  | 'Exists'
  | 'Count'
  | 'Sum'
  | 'Min'
  | 'Max'
  | 'Avg'
  | 'Median'
  | 'AllTrue'
  | 'AnyTrue'
  | 'First'
  | 'Last'
  | 'SingletonFrom';

/** A list: rows of a person. `element` is the type of its elements. */
export type Rows = { readonly element: PlanType; readonly origin: Origin } & (
  | { readonly kind: 'scan'; readonly source: FactSource; readonly codes?: readonly CodeFilter[] }
  | { readonly kind: 'literal'; readonly items: readonly Scalar[] }
  /** The items of a list element of a row. */
  | { readonly kind: 'items'; readonly row: Scalar; readonly column: FactColumn }
  | { readonly kind: 'list'; readonly key: string }
  | {
      readonly kind: 'query';
      readonly sources: ReadonlyArray<{ readonly alias: string; readonly rows: Rows }>;
      readonly lets: ReadonlyMap<string, Scalar>;
      /** All must be true. */
      readonly where: readonly Scalar[];
      readonly yields?: { readonly value: Scalar; readonly distinct: boolean };
      readonly sort: readonly SortKey[];
    }
  | { readonly kind: 'set'; readonly operator: 'Union' | 'Intersect' | 'Except'; readonly operands: readonly Rows[] }
  | { readonly kind: 'distinct'; readonly rows: Rows }
);

/** Which codes a scan takes: single ones, or those of a value set. */
export type CodeFilter =
  | { readonly kind: 'codes'; readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }> }
  | { readonly kind: 'valueSet'; readonly url: string };

export interface SortKey {
  readonly value: Scalar;
  readonly descending: boolean;
}

/** The definitions that a program asks for, and those they refer to. */
export interface Plan {
  readonly scalars: ReadonlyMap<string, Scalar>;
  readonly lists: ReadonlyMap<string, Rows>;
}

/** The alias of the person's own Patient resource. */
export const patientAlias = 'Patient';

/** Aliases that a plan refers to and doesn't bring itself; the Patient and definitions don't count, they are the same for every row. */
export function freeAliases(
  plan: Scalar | Rows,
  bound: ReadonlySet<string> = new Set(),
  lets: ReadonlyMap<string, Scalar> = new Map(),
): ReadonlySet<string> {
  const found = new Set<string>();
  visit(plan, bound, lets);
  return found;

  function visit(part: Scalar | Rows, inner: ReadonlySet<string>, known: ReadonlyMap<string, Scalar>): void {
    if (part.kind === 'alias') {
      if (part.alias !== patientAlias && !inner.has(part.alias)) found.add(part.alias);
      return;
    }
    if (part.kind === 'let') {
      const value = known.get(part.name);
      if (value) visit(value, inner, known);
      else found.add(`let ${part.name}`);
      return;
    }
    if (part.kind === 'query') {
      const aliases = new Set([...inner, ...part.sources.map(({ alias }) => alias)]);
      const all = new Map([...known, ...part.lets]);
      for (const source of part.sources) visit(source.rows, inner, known);
      for (const condition of part.where) visit(condition, aliases, all);
      if (part.yields) visit(part.yields.value, aliases, all);
      for (const key of part.sort) visit(key.value, new Set([...aliases, sortAlias]), all);
      return;
    }
    for (const below of parts(part)) visit(below, inner, known);
  }
}

/** The alias under which a sort clause speaks of the query's element. */
export const sortAlias = '$this';

/** The direct parts of a plan node, clauses of a query included. */
export function parts(part: Scalar | Rows): ReadonlyArray<Scalar | Rows> {
  switch (part.kind) {
    case 'column':
    case 'resourceId':
    case 'items':
      return [part.row];
    case 'field':
      return [part.source];
    case 'interval':
      return [part.low, part.high, part.lowClosed, part.highClosed];
    case 'tuple':
      return part.elements.map(({ value }) => value);
    case 'case':
      return [...part.items.flatMap(({ when, result }) => [when, result]), part.otherwise];
    case 'call':
      return part.operands;
    case 'aggregate':
    case 'distinct':
      return [part.rows];
    case 'member':
      return [part.value, ...part.items];
    case 'literal':
      return 'items' in part ? part.items : [];
    case 'set':
      return part.operands;
    case 'query':
      return [
        ...part.sources.map(({ rows }) => rows),
        ...part.lets.values(),
        ...part.where,
        ...(part.yields ? [part.yields.value] : []),
        ...part.sort.map(({ value }) => value),
      ];
    default:
      return [];
  }
}
