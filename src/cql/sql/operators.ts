import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { DatePrecision } from '../plan.js';
import type { PlanType } from '../types.js';
import { arithmetic, isArithmetic } from './arithmetic.js';
import { compare, equal, equivalent, Incomparable } from './compare.js';
import { chooseValue, contains, end, isIntervalRelation, next, relate, start } from './interval.js';
import { between, component, componentNumber, dateFrom, exactTemporal, toDateTime } from './temporal.js';
import {
  and,
  boolean,
  constant,
  integer,
  isConstant,
  not,
  nullValue,
  or,
  present,
  type ScalarType,
  scalarOf,
  sqlFalse,
  sqlNull,
  type Value,
} from './value.js';

/** What an operator knows beside its operands. */
export interface Call {
  readonly operator: string;
  readonly precision?: DatePrecision;
  readonly type: PlanType;
  /** The present instant on the person's wall clock. */
  now(): SqlFragment;
}

type Operator = (operands: readonly Value[], call: Call) => Value;

/** The value of an operator that isn't a list's. Throws Incomparable with the reason where these operands aren't covered. */
export function operate(operands: readonly Value[], call: Call): Value {
  const operator = operators[call.operator];
  if (operator) return operator(operands, call);
  if (isArithmetic(call.operator)) return operands.some(({ shape }) => shape === 'null') ? nullValue : arithmetic(call.operator, operands);
  if (isIntervalRelation(call.operator)) return relate(call.operator, operand(operands, 0), operand(operands, 1), call.precision);
  throw new Incomparable('this operator is not covered');
}

function operand(operands: readonly Value[], place: number): Value {
  const found = operands[place];
  if (!found) throw new Incomparable('an operand is missing');
  return found;
}

/** A Boolean operand as SQL. */
function truth(value: Value): SqlFragment {
  if (value.shape === 'null') return sql`null::boolean`;
  if (value.shape !== 'scalar' || value.type !== 'Boolean') throw new Incomparable('a value that is not Boolean');
  return value.sql;
}

function textOf(value: Value): SqlFragment {
  if (value.shape === 'null') return sql`null::text`;
  if (value.shape !== 'scalar' || value.type !== 'String') throw new Incomparable('a value that is not text');
  return value.sql;
}

function wholeNumber(value: Value): SqlFragment {
  if (value.shape === 'null') return sql`null::int`;
  if (value.shape !== 'scalar' || value.type !== 'Integer') throw new Incomparable('a value that is not Integer');
  return value.sql;
}

type Order = Parameters<typeof compare>[0];

const ordered =
  (order: Order): Operator =>
  (operands, call) =>
    boolean(compare(order, operand(operands, 0), operand(operands, 1), call.precision));

/** Before, after, same: of points by comparison, of intervals by their ends. */
const timed =
  (order: Order): Operator =>
  (operands, call) =>
    operands.some(({ shape }) => shape === 'interval')
      ? relate(call.operator, operand(operands, 0), operand(operands, 1), call.precision)
      : boolean(compare(order, operand(operands, 0), operand(operands, 1), call.precision));

const comparedEqual: Operator = (operands) => {
  const [left, right] = [operand(operands, 0), operand(operands, 1)];
  return left.shape === 'interval' || right.shape === 'interval' ? relate('Equal', left, right) : boolean(equal(left, right));
};

const comparedEquivalent: Operator = (operands) => boolean(equivalent(operand(operands, 0), operand(operands, 1)));

const negated =
  (operator: Operator): Operator =>
  (operands, call) =>
    boolean(not(truth(operator(operands, call))));

const text =
  (make: (...texts: SqlFragment[]) => SqlFragment, type: ScalarType = 'String'): Operator =>
  (operands) =>
    scalarOf(type, make(...operands.map(textOf)));

const between_ =
  (kind: 'difference' | 'duration'): Operator =>
  (operands, call) => {
    const [from, to] = [operand(operands, 0), operand(operands, 1)];
    if (from.shape === 'null' || to.shape === 'null') return nullValue;
    if (from.shape !== 'temporal' || to.shape !== 'temporal' || !call.precision)
      throw new Incomparable('a difference of values that are not dates');
    // Engines don't agree whether a day without a time of day is known well enough to count whole periods from.
    const vague = [from, to].some((date) => date.type !== 'Date' && !date.exact);
    if (kind === 'duration' && vague)
      throw new Incomparable('a duration between dateTimes that may lack their time of day; take the date from them');
    const mixed = from.type !== to.type;
    return between(kind, mixed ? toDateTime(from) : from, mixed ? toDateTime(to) : to, call.precision);
  };

const identity: Operator = (operands) => operand(operands, 0);

const operators: Readonly<Record<string, Operator>> = {
  And: (operands) => boolean(and(...operands.map(truth))),
  Or: (operands) => boolean(or(...operands.map(truth))),
  Xor: (operands) => boolean(sql`(${truth(operand(operands, 0))} <> ${truth(operand(operands, 1))})`),
  Implies: (operands) => boolean(or(not(truth(operand(operands, 0))), truth(operand(operands, 1)))),
  Not: (operands) => boolean(not(truth(operand(operands, 0)))),
  IsTrue: (operands) => boolean(sql`(${truth(operand(operands, 0))} is true)`),
  IsFalse: (operands) => boolean(sql`(${truth(operand(operands, 0))} is false)`),
  IsNull: (operands) => boolean(not(present(operand(operands, 0)))),
  Coalesce: (operands) => {
    const values = [...operands];
    const last = values.pop() ?? nullValue;
    return chooseValue(
      values.map((value) => ({ when: present(value), result: value })),
      last,
    );
  },

  Equal: comparedEqual,
  NotEqual: negated(comparedEqual),
  Equivalent: comparedEquivalent,
  NotEquivalent: negated(comparedEquivalent),
  Less: ordered('less'),
  LessOrEqual: ordered('lessOrEqual'),
  Greater: ordered('greater'),
  GreaterOrEqual: ordered('greaterOrEqual'),
  Before: timed('less'),
  After: timed('greater'),
  SameAs: timed('equal'),
  SameOrBefore: timed('lessOrEqual'),
  SameOrAfter: timed('greaterOrEqual'),

  In: (operands, call) => {
    const [point, interval] = [operand(operands, 0), operand(operands, 1)];
    if (interval.shape === 'null') return boolean(sqlFalse);
    if (interval.shape !== 'interval') throw new Incomparable('membership in something that is no interval');
    return boolean(contains(interval, point, call.precision));
  },
  InValueSet: (operands) => {
    const [code, set] = [operand(operands, 0), operand(operands, 1)];
    if (code.shape === 'null') return boolean(sqlFalse);
    if (code.shape !== 'concept' || set.shape !== 'concept') throw new Incomparable('membership of a bare code');
    return boolean(sql`coalesce(${code.codes} && ${set.codes}, false)`);
  },
  Start: (operands) => endOf(operand(operands, 0), start),
  End: (operands) => endOf(operand(operands, 0), end),
  Successor: (operands) => neighbouring(operand(operands, 0), 1),
  Predecessor: (operands) => neighbouring(operand(operands, 0), -1),

  DateFrom: (operands) => {
    const value = operand(operands, 0);
    if (value.shape === 'null') return value;
    if (value.shape !== 'temporal') throw new Incomparable('the date of something that is no date');
    return dateFrom(value);
  },
  DateTimeComponentFrom: (operands, call) => {
    const value = operand(operands, 0);
    if (value.shape === 'null') return value;
    if (value.shape !== 'temporal' || !call.precision || call.precision === 'Week')
      throw new Incomparable('a component of something that is no date');
    const found = component(value, call.precision);
    return integer(isConstant(value.lo) ? constant(found) : found);
  },
  KnownTo: (operands, call) => {
    const value = operand(operands, 0);
    if (value.shape === 'null') return boolean(sqlFalse);
    if (value.shape !== 'temporal' || !call.precision || call.precision === 'Week')
      throw new Incomparable('the precision of something that is no date');
    const number = componentNumber[call.precision];
    if (value.exact && (value.type !== 'Date' || number <= componentNumber.Day)) return boolean(present(value));
    return boolean(sql`coalesce(${value.precision} >= ${number}::int, false)`);
  },
  DurationBetween: between_('duration'),
  DifferenceBetween: between_('difference'),
  CalculateAgeAt: between_('duration'),
  Now: (_, call) => exactTemporal('DateTime', call.now()),
  Today: (_, call) => exactTemporal('Date', sql`(${call.now()})::date`),

  ToDateTime: (operands) => {
    const value = operand(operands, 0);
    if (value.shape === 'null') return value;
    if (value.shape !== 'temporal') throw new Incomparable('a conversion of text to a DateTime');
    return toDateTime(value);
  },
  ToDate: (operands) => {
    const value = operand(operands, 0);
    if (value.shape === 'null') return value;
    if (value.shape !== 'temporal') throw new Incomparable('a conversion of text to a Date');
    return dateFrom(value);
  },
  ToDecimal: (operands) => numeric(operand(operands, 0), 'Decimal', sql`numeric`),
  ToLong: (operands) => numeric(operand(operands, 0), 'Long', sql`bigint`),
  ToInteger: (operands) => {
    const value = operand(operands, 0);
    if (value.shape === 'scalar' && value.type === 'Boolean') return integer(sql`(${value.sql})::int`);
    return numeric(value, 'Integer', sql`int`);
  },
  ToString: (operands) => {
    const value = operand(operands, 0);
    if (value.shape === 'null') return value;
    if (value.shape === 'scalar' && value.type !== 'Decimal') return scalarOf('String', sql`(${value.sql})::text`);
    throw new Incomparable(`a ${value.shape} as text`);
  },
  ToConcept: identity,

  Concatenate: text(
    (...texts) =>
      sql`(${joinSql(
        texts.map((part) => sql`${part} ||`),
        ' ',
      )} '')`,
  ),
  Upper: text((value) => sql`upper(${value})`),
  Lower: text((value) => sql`lower(${value})`),
  Length: text((value) => sql`length(${value})`, 'Integer'),
  StartsWith: text((value, prefix) => sql`starts_with(${value}, ${prefix})`, 'Boolean'),
  EndsWith: text((value, suffix) => sql`(right(${value}, length(${suffix})) = ${suffix})`, 'Boolean'),
  PositionOf: text((pattern, value) => sql`(strpos(${value}, ${pattern}) - 1)`, 'Integer'),
  Substring: (operands) => {
    const [value, from] = [textOf(operand(operands, 0)), wholeNumber(operand(operands, 1))];
    const length = operands[2] === undefined ? sqlNull : wholeNumber(operand(operands, 2));
    const part =
      operands[2] === undefined ? sql`substr(${value}, ${from} + 1)` : sql`substr(${value}, ${from} + 1, greatest(${length}, 0))`;
    return scalarOf('String', sql`(case when ${from} = 0 or ${from} > 0 and ${from} < length(${value}) then ${part} end)`);
  },
};

/** Beyond the last date there is none: that is an error in CQL, which SQL can't raise for one person alone. */
function neighbouring(value: Value, direction: 1 | -1): Value {
  if (value.shape === 'temporal') throw new Incomparable('the neighbour of a date, which may not exist');
  return next(value, direction);
}

function endOf(value: Value, read: typeof start): Value {
  if (value.shape === 'null') return value;
  if (value.shape !== 'interval') throw new Incomparable('an end of something that is no interval');
  return read(value);
}

function numeric(value: Value, type: ScalarType, cast: SqlFragment): Value {
  if (value.shape === 'null') return value;
  if (value.shape !== 'scalar' || value.type === 'String' || value.type === 'Boolean')
    throw new Incomparable(`a ${value.shape} as a number`);
  const made = sql`(${value.sql})::${cast}`;
  return scalarOf(type, isConstant(value.sql) ? constant(made) : made);
}
