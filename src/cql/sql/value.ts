import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { FactColumn } from '../catalogue.js';
import type { PlanType } from '../types.js';

export type ScalarType = 'Boolean' | 'Integer' | 'Long' | 'Decimal' | 'String';
export type TemporalType = 'Date' | 'DateTime' | 'Time';

/**
 * A value of the plan as SQL expressions.
 * - `temporal`: all instants it can mean, on the person's wall clock: `lo` to `hi`, with the number of its components; `exact` where lo is hi by construction.
 *   Date as `date`, DateTime as `timestamp`, Time as a `timestamp` on the first of January 2000.
 * - `uncertain`: an integer between two, from dates that aren't known exactly.
 * - `concept`: the hashes of its codings, `bigint[]`.
 * - `row`: a resource or an item of a list, its columns read on demand.
 */
export type Value =
  | { readonly shape: 'null' }
  | { readonly shape: 'scalar'; readonly type: ScalarType; readonly sql: SqlFragment }
  | Temporal
  | Uncertain
  | QuantityValue
  | { readonly shape: 'concept'; readonly codes: SqlFragment }
  | IntervalValue
  | { readonly shape: 'tuple'; readonly elements: ReadonlyMap<string, Value>; readonly absent: SqlFragment }
  | { readonly shape: 'row'; readonly row: RowSource };

export interface Temporal {
  readonly shape: 'temporal';
  readonly type: TemporalType;
  readonly lo: SqlFragment;
  readonly hi: SqlFragment;
  readonly precision: SqlFragment;
  readonly exact: boolean;
}

export interface Uncertain {
  readonly shape: 'uncertain';
  readonly lo: SqlFragment;
  readonly hi: SqlFragment;
}

export interface QuantityValue {
  readonly shape: 'quantity';
  /** In base units, and which: see canonicalQuantity. */
  readonly num: SqlFragment;
  readonly dimension: SqlFragment;
  readonly value: SqlFragment;
  readonly unit: SqlFragment;
}

export interface IntervalValue {
  readonly shape: 'interval';
  readonly low: Value;
  readonly high: Value;
  readonly lowClosed: SqlFragment;
  readonly highClosed: SqlFragment;
  readonly absent: SqlFragment;
}

/** Where a row's elements come from. */
export interface RowSource {
  value(column: FactColumn): Value;
  /** A list element: a jsonb array of objects. */
  json(column: FactColumn): SqlFragment;
  /** The resource's id; of a list's item its place. */
  id(): SqlFragment;
  /** The zone of the person, as an interval east of UTC. */
  zone(): SqlFragment;
  /** An expression over the row, computed where the row is first read: those who read it further on see one column instead of all that the expression needs. */
  derived(make: (row: RowSource) => SqlFragment): SqlFragment;
}

const constants = new WeakSet<SqlFragment>();

/** Marks a fragment that is the same for every row. */
export function constant(fragment: SqlFragment): SqlFragment {
  constants.add(fragment);
  return fragment;
}

export function isConstant(fragment: SqlFragment): boolean {
  return constants.has(fragment);
}

const neverNull = new WeakSet<SqlFragment>();

/** The same expression, of which it is known that it isn't null in any row that counts. */
export function knownPresent(fragment: SqlFragment): SqlFragment {
  const made = isConstant(fragment) ? fragment : sql`${fragment}`;
  neverNull.add(made);
  return made;
}

export const sqlTrue: SqlFragment = constant(sql`true`);
export const sqlFalse: SqlFragment = constant(sql`false`);
export const sqlNull: SqlFragment = constant(sql`null`);

export const nullValue: Value = { shape: 'null' };

export function boolean(fragment: SqlFragment): Value {
  return { shape: 'scalar', type: 'Boolean', sql: fragment };
}

export function integer(fragment: SqlFragment): Value {
  return { shape: 'scalar', type: 'Integer', sql: fragment };
}

export function scalarOf(type: ScalarType, fragment: SqlFragment): Value {
  return { shape: 'scalar', type, sql: fragment };
}

/** The same value with every SQL expression replaced; rows are handed to `row`. */
export function mapValue(value: Value, change: (fragment: SqlFragment) => SqlFragment, row: (source: RowSource) => RowSource): Value {
  switch (value.shape) {
    case 'null':
      return value;
    case 'scalar':
      return { ...value, sql: change(value.sql) };
    case 'temporal': {
      const lo = change(value.lo);
      return { ...value, lo, hi: value.exact ? lo : change(value.hi), precision: change(value.precision) };
    }
    case 'uncertain':
      return { ...value, lo: change(value.lo), hi: change(value.hi) };
    case 'quantity':
      return { ...value, num: change(value.num), dimension: change(value.dimension), value: change(value.value), unit: change(value.unit) };
    case 'concept':
      return { ...value, codes: change(value.codes) };
    case 'interval':
      return {
        ...value,
        low: mapValue(value.low, change, row),
        high: mapValue(value.high, change, row),
        lowClosed: change(value.lowClosed),
        highClosed: change(value.highClosed),
        absent: change(value.absent),
      };
    case 'tuple':
      return {
        ...value,
        elements: new Map([...value.elements].map(([name, element]) => [name, mapValue(element, change, row)])),
        absent: change(value.absent),
      };
    case 'row':
      return { shape: 'row', row: row(value.row) };
  }
}

/** The expressions of a value, in a fixed order. */
export function fragmentsOf(value: Value): readonly SqlFragment[] {
  const found: SqlFragment[] = [];
  mapValue(
    value,
    (fragment) => {
      found.push(fragment);
      return fragment;
    },
    (source) => {
      found.push(source.id());
      return source;
    },
  );
  return found;
}

/** True where the value isn't null. Never null itself. */
export function present(value: Value): SqlFragment {
  switch (value.shape) {
    case 'null':
      return sqlFalse;
    case 'scalar':
      return isKeyword(value.sql) ? sqlTrue : sql`(${value.sql} is not null)`;
    case 'temporal':
    case 'uncertain':
      return neverNull.has(value.lo) ? sqlTrue : sql`(${value.lo} is not null)`;
    case 'quantity':
      return sql`(${value.unit} is not null)`;
    case 'concept':
      return sql`(${value.codes} is not null)`;
    case 'interval':
    case 'tuple':
      return value.absent === sqlFalse ? sqlTrue : sql`(not ${value.absent})`;
    case 'row':
      return sql`(${value.row.id()} is not null)`;
  }
}

function isKeyword(fragment: SqlFragment): boolean {
  return fragment === sqlTrue || fragment === sqlFalse;
}

/** A condition whose null counts as false. */
export function holds(condition: SqlFragment): SqlFragment {
  return isKeyword(condition) ? condition : sql`(${condition} is true)`;
}

export function and(...conditions: readonly SqlFragment[]): SqlFragment {
  const needed = conditions.filter((condition) => condition !== sqlTrue);
  if (needed.includes(sqlFalse)) return sqlFalse;
  const [only] = needed;
  if (only === undefined) return sqlTrue;
  return needed.length === 1 ? only : sql`(${joinSql(needed, ' and ')})`;
}

export function or(...conditions: readonly SqlFragment[]): SqlFragment {
  const needed = conditions.filter((condition) => condition !== sqlFalse);
  if (needed.includes(sqlTrue)) return sqlTrue;
  const [only] = needed;
  if (only === undefined) return sqlFalse;
  return needed.length === 1 ? only : sql`(${joinSql(needed, ' or ')})`;
}

export function not(condition: SqlFragment): SqlFragment {
  if (condition === sqlTrue) return sqlFalse;
  return condition === sqlFalse ? sqlTrue : sql`(not ${condition})`;
}

/** The first whose condition is true, else the last; expression by expression. */
export function choose(
  items: ReadonlyArray<{ readonly when: SqlFragment; readonly result: SqlFragment }>,
  otherwise: SqlFragment,
): SqlFragment {
  const needed = items.filter(({ when }) => when !== sqlFalse);
  const [first] = needed;
  if (!first) return otherwise;
  if (first.when === sqlTrue) return first.result;
  if (needed.every(({ result }) => result === otherwise)) return otherwise;
  return sql`(case ${joinSql(
    needed.map(({ when, result }) => sql`when ${when} then ${result}`),
    ' ',
  )} else ${otherwise} end)`;
}

/** The type of a value, as far as its shape tells it. */
export function scalarTypeOf(type: PlanType): ScalarType | undefined {
  return type.kind === 'Boolean' || type.kind === 'Integer' || type.kind === 'Long' || type.kind === 'Decimal' || type.kind === 'String'
    ? type.kind
    : undefined;
}
