import { type SqlFragment, sql } from '../../sql.js';
import type { DatePrecision } from '../plan.js';
import { compare, equal, Incomparable } from './compare.js';
import { exactTemporal, neighbour } from './temporal.js';
import {
  and,
  boolean,
  choose,
  constant,
  type IntervalValue,
  isConstant,
  not,
  nullValue,
  or,
  present,
  type ScalarType,
  scalarOf,
  sqlFalse,
  sqlNull,
  sqlTrue,
  type TemporalType,
  type Value,
} from './value.js';

/** The two ends of an interval as the least and greatest point in it. */
interface Ends {
  readonly start: Value;
  readonly end: Value;
}

/** `start of`: the low bound where it is closed (the least value of the type where that is null), else the value after it (unknown where that is null). */
export function start(interval: IntervalValue): Value {
  return bound(interval, 'low');
}

export function end(interval: IntervalValue): Value {
  return bound(interval, 'high');
}

function bound(interval: IntervalValue, side: 'low' | 'high'): Value {
  const value = interval[side];
  const closed = side === 'low' ? interval.lowClosed : interval.highClosed;
  const extreme = extremeOf(value.shape === 'null' ? interval[side === 'low' ? 'high' : 'low'] : value, side);
  if (value.shape === 'null') return gate(closed, extreme, nullValue, interval.absent);
  const beyond = closed === sqlTrue ? nullValue : next(value, side === 'low' ? 1 : -1);
  const here = isConstant(value.shape === 'scalar' ? value.sql : value.shape === 'temporal' ? value.lo : sqlNull)
    ? value
    : orElse(value, extreme);
  return gate(closed, here, beyond, interval.absent);
}

/** `then` where the bound is closed, `otherwise` where it is open, null where there is no interval. */
function gate(closed: SqlFragment, result: Value, otherwise: Value, absent: SqlFragment): Value {
  const chosen = closed === sqlTrue ? result : closed === sqlFalse ? otherwise : chooseValue([{ when: closed, result }], otherwise);
  return absent === sqlFalse ? chosen : chooseValue([{ when: not(absent), result: chosen }], nullValue);
}

/** The first value that isn't null. */
function orElse(value: Value, otherwise: Value): Value {
  return chooseValue([{ when: present(value), result: value }], otherwise);
}

function extremeOf(value: Value, side: 'low' | 'high'): Value {
  if (value.shape === 'temporal') return exactTemporal(value.type, constant(temporalExtremes[value.type][side]));
  if (value.shape === 'scalar') {
    const extreme = scalarExtremes[value.type]?.[side];
    if (extreme) return scalarOf(value.type, constant(extreme));
  }
  return nullValue;
}

type Extremes = Readonly<Record<'low' | 'high', SqlFragment>>;

const temporalExtremes: Readonly<Record<TemporalType, Extremes>> = {
  Date: { low: sql`date '0001-01-01'`, high: sql`date '9999-12-31'` },
  DateTime: { low: sql`timestamp '0001-01-01 00:00:00'`, high: sql`timestamp '9999-12-31 23:59:59.999'` },
  Time: { low: sql`timestamp '2000-01-01 00:00:00'`, high: sql`timestamp '2000-01-01 23:59:59.999'` },
};

const scalarExtremes: Readonly<Partial<Record<ScalarType, Extremes>>> = {
  Integer: { low: sql`(-2147483648)`, high: sql`2147483647` },
  Long: { low: sql`(-9223372036854775808)`, high: sql`9223372036854775807` },
  Decimal: { low: sql`(-9999999999999999999999999999.99999999)`, high: sql`9999999999999999999999999999.99999999` },
};

/** Successor or predecessor of a point. Null beyond the type's ends. */
export function next(value: Value, direction: 1 | -1): Value {
  if (value.shape === 'null') return value;
  if (value.shape === 'temporal') return neighbour(value, direction);
  if (value.shape === 'scalar') {
    const step = steps[value.type];
    if (step) {
      const side = direction === 1 ? 'high' : 'low';
      const extreme = scalarExtremes[value.type]?.[side] ?? sqlNull;
      const moved = direction === 1 ? sql`${value.sql} + ${step}` : sql`${value.sql} - ${step}`;
      return scalarOf(value.type, sql`(case when ${value.sql} <> ${extreme} then ${moved} end)`);
    }
  }
  throw new Incomparable(`the value after a ${value.shape}`);
}

const steps: Readonly<Partial<Record<ScalarType, SqlFragment>>> = { Integer: sql`1`, Long: sql`1`, Decimal: sql`0.00000001` };

/** One of several values by condition; null takes the shape of the others. Throws Incomparable where the shapes differ. */
export function chooseValue(items: ReadonlyArray<{ readonly when: SqlFragment; readonly result: Value }>, otherwise: Value): Value {
  const all = [...items.map(({ result }) => result), otherwise];
  const model = all.find(({ shape }) => shape !== 'null');
  if (!model) return nullValue;
  const shaped = (value: Value): Value => (value.shape === 'null' ? likeNull(model) : value);
  return merge(
    items.map(({ when, result }) => ({ when, result: shaped(result) })),
    shaped(otherwise),
  );
}

/** Null in the shape of another value. */
function likeNull(model: Value): Value {
  switch (model.shape) {
    case 'null':
    case 'row':
      return nullValue;
    case 'scalar':
      return { ...model, sql: typedNull(model.type) };
    case 'temporal': {
      const lo = constant(model.type === 'Date' ? sql`null::date` : sql`null::timestamp`);
      return { ...model, lo, hi: lo, precision: constant(sql`null::int`), exact: true };
    }
    case 'uncertain':
      return { ...model, lo: typedNull('Integer'), hi: typedNull('Integer') };
    case 'quantity':
      return {
        shape: 'quantity',
        num: typedNull('Decimal'),
        dimension: typedNull('String'),
        value: typedNull('Decimal'),
        unit: typedNull('String'),
      };
    case 'concept':
      return { shape: 'concept', codes: constant(sql`null::bigint[]`) };
    case 'interval':
      return { ...model, low: likeNull(model.low), high: likeNull(model.high), lowClosed: sqlTrue, highClosed: sqlTrue, absent: sqlTrue };
    case 'tuple':
      return { ...model, elements: new Map([...model.elements].map(([name, value]) => [name, likeNull(value)])), absent: sqlTrue };
  }
}

export function typedNull(type: ScalarType): SqlFragment {
  return nulls[type];
}

const nulls: Readonly<Record<ScalarType, SqlFragment>> = {
  Boolean: constant(sql`null::boolean`),
  Integer: constant(sql`null::int`),
  Long: constant(sql`null::bigint`),
  Decimal: constant(sql`null::numeric`),
  String: constant(sql`null::text`),
};

type Items = ReadonlyArray<{ readonly when: SqlFragment; readonly result: Value }>;

function merge(items: Items, otherwise: Value): Value {
  const pick = (read: (value: Value) => SqlFragment | undefined): SqlFragment =>
    choose(
      items.map(({ when, result }) => ({ when, result: read(result) ?? sqlNull })),
      read(otherwise) ?? sqlNull,
    );
  const all = [...items.map(({ result }) => result), otherwise];
  const part = (read: (value: Value) => Value | undefined): Value =>
    chooseValue(
      items.map(({ when, result }) => ({ when, result: read(result) ?? nullValue })),
      read(otherwise) ?? nullValue,
    );
  if (all.every((value) => value.shape === 'scalar')) {
    const types = new Set(all.map((value) => (value.shape === 'scalar' ? value.type : 'String')));
    const type = types.has('Decimal') ? 'Decimal' : types.has('Long') ? 'Long' : ([...types][0] ?? 'String');
    return { shape: 'scalar', type, sql: pick((value) => (value.shape === 'scalar' ? value.sql : undefined)) };
  }
  if (all.every((value) => value.shape === 'scalar' || value.shape === 'uncertain')) {
    const side = (name: 'lo' | 'hi') =>
      pick((value) => (value.shape === 'uncertain' ? value[name] : value.shape === 'scalar' ? value.sql : undefined));
    return { shape: 'uncertain', lo: side('lo'), hi: side('hi') };
  }
  const [model] = all;
  if (!model || all.some(({ shape }) => shape !== model.shape)) throw new Incomparable('values of different kinds in one place');
  switch (model.shape) {
    case 'temporal': {
      if (all.some((value) => value.shape === 'temporal' && value.type !== model.type))
        throw new Incomparable('a Date and a DateTime in one place');
      const exact = all.every((value) => value.shape === 'temporal' && value.exact);
      const lo = pick((value) => (value.shape === 'temporal' ? value.lo : undefined));
      return {
        ...model,
        lo,
        hi: exact ? lo : pick((value) => (value.shape === 'temporal' ? value.hi : undefined)),
        precision: pick((value) => (value.shape === 'temporal' ? value.precision : undefined)),
        exact,
      };
    }
    case 'quantity': {
      const side = (name: 'num' | 'dimension' | 'value' | 'unit') =>
        pick((value) => (value.shape === 'quantity' ? value[name] : undefined));
      return { shape: 'quantity', num: side('num'), dimension: side('dimension'), value: side('value'), unit: side('unit') };
    }
    case 'concept':
      return { shape: 'concept', codes: pick((value) => (value.shape === 'concept' ? value.codes : undefined)) };
    case 'interval':
      return {
        shape: 'interval',
        low: part((value) => (value.shape === 'interval' ? value.low : undefined)),
        high: part((value) => (value.shape === 'interval' ? value.high : undefined)),
        lowClosed: pick((value) => (value.shape === 'interval' ? value.lowClosed : undefined)),
        highClosed: pick((value) => (value.shape === 'interval' ? value.highClosed : undefined)),
        absent: pick((value) => (value.shape === 'interval' ? value.absent : undefined)),
      };
    case 'tuple':
      return {
        shape: 'tuple',
        elements: new Map(
          [...model.elements.keys()].map((name) => [
            name,
            part((value) => (value.shape === 'tuple' ? value.elements.get(name) : undefined)),
          ]),
        ),
        absent: pick((value) => (value.shape === 'tuple' ? value.absent : undefined)),
      };
    default:
      throw new Incomparable(`a choice between two of shape ${model.shape}`);
  }
}

/** `point in interval`: per bound, a closed null is unbounded and an open null unknown. */
export function contains(interval: IntervalValue, point: Value, precision?: DatePrecision): SqlFragment {
  const side = (value: Value, closed: SqlFragment, inside: 'lessOrEqual' | 'greaterOrEqual', beyond: 'less' | 'greater'): SqlFragment => {
    const whenClosed = or(not(present(value)), value.shape === 'null' ? sqlFalse : compare(inside, value, point, precision));
    const whenOpen = value.shape === 'null' ? sqlNull : compare(beyond, value, point, precision);
    if (closed === sqlTrue) return isKnown(value) ? compare(inside, value, point, precision) : whenClosed;
    return closed === sqlFalse ? whenOpen : choose([{ when: closed, result: whenClosed }], whenOpen);
  };
  const inside = and(
    side(interval.low, interval.lowClosed, 'lessOrEqual', 'less'),
    side(interval.high, interval.highClosed, 'greaterOrEqual', 'greater'),
  );
  return point.shape === 'null' ? sqlNull : conditional(and(not(interval.absent), present(point)), inside);
}

/** True of a literal or parameter: its bound is never null. */
function isKnown(value: Value): boolean {
  const [first] = value.shape === 'scalar' ? [value.sql] : value.shape === 'temporal' ? [value.lo] : [];
  return first !== undefined && isConstant(first);
}

function conditional(when: SqlFragment, result: SqlFragment): SqlFragment {
  return when === sqlTrue ? result : sql`(case when ${when} then ${result} end)`;
}

type Relation = (a: Ends, b: Ends, precision: DatePrecision | undefined) => SqlFragment;

const { le, ge, lt, gt } = {
  le: (a: Value, b: Value, precision: DatePrecision | undefined) => compare('lessOrEqual', a, b, precision),
  ge: (a: Value, b: Value, precision: DatePrecision | undefined) => compare('greaterOrEqual', a, b, precision),
  lt: (a: Value, b: Value, precision: DatePrecision | undefined) => compare('less', a, b, precision),
  gt: (a: Value, b: Value, precision: DatePrecision | undefined) => compare('greater', a, b, precision),
};

/** The first's end is the value before the second's start; surely not where the first begins after the second's end, whatever the other two are. */
const meetsBefore: Relation = (a, b, precision) =>
  choose([{ when: gt(a.start, b.end, precision), result: sqlFalse }], compare('equal', next(a.end, 1), b.start, precision));

// CQL §Interval Operators, as comparisons of the least and greatest points of both.
const relations: Readonly<Record<string, Relation>> = {
  Includes: (a, b, p) => and(le(a.start, b.start, p), ge(a.end, b.end, p)),
  IncludedIn: (a, b, p) => and(ge(a.start, b.start, p), le(a.end, b.end, p)),
  ProperIncludes: (a, b, p) => and(le(a.start, b.start, p), ge(a.end, b.end, p), or(lt(a.start, b.start, p), gt(a.end, b.end, p))),
  ProperIncludedIn: (a, b, p) => and(ge(a.start, b.start, p), le(a.end, b.end, p), or(gt(a.start, b.start, p), lt(a.end, b.end, p))),
  Overlaps: (a, b, p) => and(le(a.start, b.end, p), ge(a.end, b.start, p)),
  OverlapsBefore: (a, b, p) => and(lt(a.start, b.start, p), ge(a.end, b.start, p)),
  OverlapsAfter: (a, b, p) => and(le(a.start, b.end, p), gt(a.end, b.end, p)),
  Starts: (a, b, p) => and(compare('equal', a.start, b.start, p), le(a.end, b.end, p)),
  Ends: (a, b, p) => and(ge(a.start, b.start, p), compare('equal', a.end, b.end, p)),
  Before: (a, b, p) => lt(a.end, b.start, p),
  After: (a, b, p) => gt(a.start, b.end, p),
  SameOrBefore: (a, b, p) => le(a.end, b.start, p),
  SameOrAfter: (a, b, p) => ge(a.start, b.end, p),
  SameAs: (a, b, p) => and(compare('equal', a.start, b.start, p), compare('equal', a.end, b.end, p)),
  Meets: (a, b, p) => or(meetsBefore(a, b, p), meetsBefore(b, a, p)),
  MeetsBefore: (a, b, p) => meetsBefore(a, b, p),
  MeetsAfter: (a, b, p) => meetsBefore(b, a, p),
  Equal: (a, b) => and(equal(a.start, b.start), equal(a.end, b.end)),
};

export function isIntervalRelation(operator: string): boolean {
  return relations[operator] !== undefined;
}

/** One of the interval operators; a point stands for the interval of that point. Null where one of the two is null. */
export function relate(operator: string, left: Value, right: Value, precision?: DatePrecision): Value {
  const relation = relations[operator];
  if (!relation) throw new Incomparable(`${operator} of intervals`);
  if (left.shape === 'null' || right.shape === 'null') return boolean(sqlNull);
  const both = and(present(left), present(right));
  return boolean(conditional(both, relation(ends(left), ends(right), precision)));
}

function ends(value: Value): Ends {
  return value.shape === 'interval' ? { start: start(value), end: end(value) } : { start: value, end: value };
}
