import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { DatePrecision } from '../plan.js';
import { atPrecision, toDateTime } from './temporal.js';
import { and, holds, not, or, present, sqlFalse, sqlNull, type Temporal, type Uncertain, type Value } from './value.js';

/** What a comparison couldn't be made of: the caller knows node and place. */
export class Incomparable extends Error {}

/** A range of what a value can be. */
interface Range {
  readonly lo: SqlFragment;
  readonly hi: SqlFragment;
  readonly exact: boolean;
}

type Order = 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual' | 'equal';

/**
 * `left` before, after or equal to `right` as true, false or null. Dates of unequal precision whose ranges lie in each other give null, as do quantities of
 * different dimensions. With a precision both are cut to it first. Source: CQL §Comparing Dates and Times, §Uncertainty.
 */
export function compare(order: Order, left: Value, right: Value, precision?: DatePrecision): SqlFragment {
  if (left.shape === 'null' || right.shape === 'null') return sqlNull;
  if (left.shape === 'scalar' && right.shape === 'scalar') return scalars(order, left.sql, right.sql);
  if (left.shape === 'temporal' && right.shape === 'temporal') return temporals(order, left, right, precision);
  if (left.shape === 'quantity' && right.shape === 'quantity') {
    return sql`(case when ${left.dimension} = ${right.dimension} then ${scalars(order, left.num, right.num)} end)`;
  }
  const [a, b] = [integerRange(left), integerRange(right)];
  if (a && b) return numbers[order](a, b);
  throw new Incomparable(`${left.shape} with ${right.shape}`);
}

function integerRange(value: Value): (Range & Uncertain) | undefined {
  if (value.shape === 'uncertain') return { ...value, exact: false };
  return value.shape === 'scalar' && value.type !== 'Boolean' && value.type !== 'String'
    ? { shape: 'uncertain', lo: value.sql, hi: value.sql, exact: true }
    : undefined;
}

const signs: Readonly<Record<Order, SqlFragment>> = {
  less: sql`<`,
  lessOrEqual: sql`<=`,
  greater: sql`>`,
  greaterOrEqual: sql`>=`,
  equal: sql`=`,
};

function scalars(order: Order, left: SqlFragment, right: SqlFragment): SqlFragment {
  return sql`(${left} ${signs[order]} ${right})`;
}

function temporals(order: Order, left: Temporal, right: Temporal, precision: DatePrecision | undefined): SqlFragment {
  const mixed = left.type !== right.type;
  const a = atPrecision(mixed ? toDateTime(left) : left, precision);
  const b = atPrecision(mixed ? toDateTime(right) : right, precision);
  if (a.exact && b.exact) return scalars(order, a.lo, b.lo);
  // Two partial dates of one precision are the same date; cut to a precision that they don't reach they aren't known to be.
  return (precision === undefined ? partials : cut)[order](a, b);
}

type Comparison = Readonly<Record<Order, (a: Range, b: Range) => SqlFragment>>;

const identical = (a: Range, b: Range): SqlFragment => sql`${a.lo} = ${b.lo} and ${a.hi} = ${b.hi}`;

/** Ranges of which equal ones mean the same value. */
const partials: Comparison = {
  less: (a, b) => sql`(case when ${a.hi} < ${b.lo} then true when ${a.lo} > ${b.hi} then false when ${identical(a, b)} then false end)`,
  lessOrEqual: (a, b) =>
    sql`(case when ${a.hi} < ${b.lo} then true when ${a.lo} > ${b.hi} then false when ${identical(a, b)} then true end)`,
  greater: (a, b) => partials.less(b, a),
  greaterOrEqual: (a, b) => partials.lessOrEqual(b, a),
  equal: (a, b) => sql`(case when ${a.hi} < ${b.lo} or ${a.lo} > ${b.hi} then false when ${identical(a, b)} then true end)`,
};

/** Dates cut to a precision: those that don't reach it are undecided where they lie in each other. */
const cut: Comparison = {
  less: (a, b) => sql`(case when ${a.hi} < ${b.lo} then true when ${a.lo} > ${b.hi} then false when ${point(a, b)} then false end)`,
  lessOrEqual: (a, b) => sql`(case when ${a.hi} < ${b.lo} then true when ${a.lo} > ${b.hi} then false when ${point(a, b)} then true end)`,
  greater: (a, b) => cut.less(b, a),
  greaterOrEqual: (a, b) => cut.lessOrEqual(b, a),
  equal: (a, b) => sql`(case when ${a.hi} < ${b.lo} or ${a.lo} > ${b.hi} then false when ${point(a, b)} then true end)`,
};

/** Both are one and the same instant. */
function point(a: Range, b: Range): SqlFragment {
  return sql`${a.lo} = ${a.hi} and ${identical(a, b)}`;
}

/** Ranges of numbers that may differ even where the ranges are equal. */
const numbers: Comparison = {
  less: (a, b) => sql`(case when ${a.hi} < ${b.lo} then true when ${a.lo} >= ${b.hi} then false end)`,
  lessOrEqual: (a, b) => sql`(case when ${a.hi} <= ${b.lo} then true when ${a.lo} > ${b.hi} then false end)`,
  greater: (a, b) => numbers.less(b, a),
  greaterOrEqual: (a, b) => numbers.lessOrEqual(b, a),
  equal: (a, b) =>
    sql`(case when ${a.hi} < ${b.lo} or ${a.lo} > ${b.hi} then false when ${a.lo} = ${a.hi} and ${identical(a, b)} then true end)`,
};

/** `=`: null where it can't be decided. */
export function equal(left: Value, right: Value): SqlFragment {
  if (left.shape === 'tuple' && right.shape === 'tuple') {
    const pairs = [...left.elements].map(([name, value]) => [value, right.elements.get(name)] as const);
    // Elements that are null on both sides are no difference; null on one side leaves it open.
    const parts = pairs.map(([a, b]) => (b ? or(and(not(present(a)), not(present(b))), equal(a, b)) : sqlNull));
    // In the elements' order: the first that is undecided or differs decides.
    const steps = parts.map((part) => sql`when ${part} is not true then ${part}`);
    return guarded(left, right, sql`(case ${joinSql(steps, ' ')} else true end)`);
  }
  if (left.shape === 'concept' || right.shape === 'concept') throw new Incomparable('codes by =; use ~');
  return compare('equal', left, right);
}

/** Null where one of the two is null, whatever the parts say. */
function guarded(left: Value, right: Value, condition: SqlFragment): SqlFragment {
  return sql`(case when ${present(left)} and ${present(right)} then ${condition} end)`;
}

/** `~`: true or false, never null. Source: CQL §Equivalent. */
export function equivalent(left: Value, right: Value): SqlFragment {
  if (left.shape === 'null' && right.shape === 'null') return sql`true`;
  const bothNull = and(not(present(left)), not(present(right)));
  if (left.shape === 'null') return not(present(right));
  if (right.shape === 'null') return not(present(left));
  if (left.shape === 'concept' && right.shape === 'concept') return or(holds(sql`(${left.codes} && ${right.codes})`), bothNull);
  if (left.shape === 'scalar' && right.shape === 'scalar') {
    if (left.type === 'String' && right.type === 'String') return or(holds(sql`(${folded(left.sql)} = ${folded(right.sql)})`), bothNull);
    if (left.type === 'Decimal' || right.type === 'Decimal') throw new Incomparable('decimals by ~');
    return sql`(${left.sql} is not distinct from ${right.sql})`;
  }
  if (left.shape === 'tuple' && right.shape === 'tuple') {
    const parts = [...left.elements].map(([name, value]) => {
      const other = right.elements.get(name);
      return other ? equivalent(value, other) : sqlFalse;
    });
    return or(and(present(left), present(right), ...parts), bothNull);
  }
  if (left.shape === 'quantity') throw new Incomparable('quantities by ~');
  return or(holds(compare('equal', left, right)), bothNull);
}

/** Strings are equivalent whatever their case and kind of white space. */
function folded(fragment: SqlFragment): SqlFragment {
  return sql`regexp_replace(lower(${fragment}), '\\s', ' ', 'g')`;
}
