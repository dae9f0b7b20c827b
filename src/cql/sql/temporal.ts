import { type SqlFragment, sql } from '../../sql.js';
import type { DatePrecision } from '../plan.js';
import { constant, isConstant, type Temporal, type TemporalType, type Uncertain, type Value } from './value.js';

/** Components of a full date, dateTime and time. */
const fullPrecision: Readonly<Record<TemporalType, number>> = { Date: 3, DateTime: 7, Time: 7 };

/** Number of components down to a precision; a week has none of its own. */
export const componentNumber: Readonly<Record<Exclude<DatePrecision, 'Week'>, number>> = {
  Year: 1,
  Month: 2,
  Day: 3,
  Hour: 4,
  Minute: 5,
  Second: 6,
  Millisecond: 7,
};

/** A full date or instant. */
export function exactTemporal(type: TemporalType, instant: SqlFragment): Temporal {
  return { shape: 'temporal', type, lo: instant, hi: instant, precision: constant(sql`${fullPrecision[type]}::int`), exact: true };
}

/** A date or dateTime literal of `components` (year first), whose unwritten ones are unknown. Undefined where the calendar lacks it. */
export function literalTemporal(type: TemporalType, components: readonly number[]): Temporal | undefined {
  const [year = 2000, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0] = components;
  const low = utc(year, month, day, hour, minute, second, millisecond);
  const date = new Date(low);
  const valid =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second &&
    year >= 1 &&
    year <= 9999;
  if (!valid || Number.isNaN(low)) return undefined;
  const count = components.length;
  const high = count >= 7 ? low : highest(count, year, month, day, hour, minute, second);
  const exact = count >= (type === 'Date' ? 3 : 7);
  const instant = (ms: number): SqlFragment => constant(type === 'Date' ? sql`${isoDate(ms)}::date` : sql`${isoTimestamp(ms)}::timestamp`);
  const lo = instant(low);
  return { shape: 'temporal', type, lo, hi: exact ? lo : instant(high), precision: constant(sql`${count}::int`), exact };
}

function highest(count: number, year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const next = [
    utc(year + 1, 1, 1, 0, 0, 0, 0),
    utc(year, month + 1, 1, 0, 0, 0, 0),
    utc(year, month, day + 1, 0, 0, 0, 0),
    utc(year, month, day, hour + 1, 0, 0, 0),
    utc(year, month, day, hour, minute + 1, 0, 0),
    utc(year, month, day, hour, minute, second + 1, 0),
  ][count - 1];
  return (next ?? 0) - 1;
}

function utc(year: number, month: number, day: number, hour: number, minute: number, second: number, ms: number): number {
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second, ms));
  date.setUTCFullYear(year, month - 1, day);
  if (hour === 24) date.setUTCFullYear(year, month - 1, day + 1);
  return date.getTime();
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function isoTimestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1);
}

/** Start of the period of `precision` that an expression lies in. */
export function truncated(expression: SqlFragment, type: TemporalType, precision: DatePrecision): SqlFragment {
  if (type === 'Date' && precision === 'Day') return expression;
  if (precision === 'Millisecond') return expression;
  if (precision === 'Day') return same(expression, sql`${expression}::date`);
  const unit = truncationUnit[precision];
  return same(
    expression,
    type === 'Date' ? sql`date_trunc(${unit}, ${expression}::timestamp)::date` : sql`date_trunc(${unit}, ${expression})`,
  );
}

const truncationUnit: Readonly<Record<DatePrecision, SqlFragment>> = {
  Year: sql`'year'`,
  Month: sql`'month'`,
  Week: sql`'week'`,
  Day: sql`'day'`,
  Hour: sql`'hour'`,
  Minute: sql`'minute'`,
  Second: sql`'second'`,
  Millisecond: sql`'milliseconds'`,
};

/** What is made of a constant alone is constant. */
function same(source: SqlFragment, made: SqlFragment): SqlFragment {
  return isConstant(source) ? constant(made) : made;
}

/** DateTime → Date. */
export function dateFrom(value: Temporal): Temporal {
  if (value.type === 'Date') return value;
  const lo = same(value.lo, sql`(${value.lo})::date`);
  const hi = value.exact ? lo : same(value.hi, sql`(${value.hi})::date`);
  const precision = value.exact ? constant(sql`3::int`) : same(value.precision, sql`least(${value.precision}, 3)`);
  return { shape: 'temporal', type: 'Date', lo, hi, precision, exact: value.exact };
}

/** Date → DateTime whose time of day is unknown. */
export function toDateTime(value: Temporal): Temporal {
  if (value.type !== 'Date') return value;
  const lo = same(value.lo, sql`(${value.lo})::timestamp`);
  const hi = same(value.hi, sql`((${value.hi})::timestamp + interval '86399.999 seconds')`);
  return { shape: 'temporal', type: 'DateTime', lo, hi, precision: value.precision, exact: false };
}

/** A component of a date, or null where the date doesn't go so far. */
export function component(value: Temporal, precision: Exclude<DatePrecision, 'Week'>): SqlFragment {
  const fields: Readonly<Record<typeof precision, SqlFragment>> = {
    Year: sql`extract(year from ${value.lo})::int`,
    Month: sql`extract(month from ${value.lo})::int`,
    Day: sql`extract(day from ${value.lo})::int`,
    Hour: sql`extract(hour from ${value.lo})::int`,
    Minute: sql`extract(minute from ${value.lo})::int`,
    Second: sql`floor(extract(second from ${value.lo}))::int`,
    Millisecond: sql`(extract(milliseconds from ${value.lo})::int % 1000)`,
  };
  if (value.exact && (value.type !== 'Date' || componentNumber[precision] <= 3)) return fields[precision];
  return sql`(case when ${value.precision} >= ${componentNumber[precision]}::int then ${fields[precision]} end)`;
}

/** How much is added to a date, from the literal quantity `value` `unit`; undefined where the unit is no calendar or clock unit. */
export function addend(
  value: string,
  unit: string,
): { readonly amount: SqlFragment; readonly negative: boolean; readonly months: number; readonly finest: number } | undefined {
  const unitName = units[unit];
  if (!unitName) return undefined;
  const number = Number(value);
  const whole = Math.trunc(number);
  const months = unitName === 'year' ? whole * 12 : unitName === 'month' ? whole : 0;
  const amount =
    months !== 0
      ? sql`make_interval(months => ${months}::int)`
      : unitName === 'week' || unitName === 'day'
        ? sql`make_interval(days => ${whole * (unitName === 'week' ? 7 : 1)}::int)`
        : sql`(${unitName === 'second' ? value : String(whole)}::float8 * ${oneOf[unitName]})`;
  return { amount: constant(amount), negative: number < 0, months, finest: finestComponent[unitName] };
}

/** The component of a date that a unit counts. */
const finestComponent: Readonly<Record<UnitName, number>> = {
  year: 1,
  month: 2,
  week: 3,
  day: 3,
  hour: 4,
  minute: 5,
  second: 6,
  millisecond: 6,
};

type UnitName = 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const oneOf: Readonly<Record<UnitName, SqlFragment>> = {
  year: sql`interval '1 year'`,
  month: sql`interval '1 month'`,
  week: sql`interval '7 days'`,
  day: sql`interval '1 day'`,
  hour: sql`interval '1 hour'`,
  minute: sql`interval '1 minute'`,
  second: sql`interval '1 second'`,
  millisecond: sql`interval '1 millisecond'`,
};

// CQL §Quantities: calendar units by name, and the UCUM codes it takes for them.
const units: Readonly<Record<string, UnitName>> = {
  year: 'year',
  years: 'year',
  a: 'year',
  month: 'month',
  months: 'month',
  mo: 'month',
  week: 'week',
  weeks: 'week',
  wk: 'week',
  day: 'day',
  days: 'day',
  d: 'day',
  hour: 'hour',
  hours: 'hour',
  h: 'hour',
  minute: 'minute',
  minutes: 'minute',
  min: 'minute',
  second: 'second',
  seconds: 'second',
  s: 'second',
  millisecond: 'millisecond',
  milliseconds: 'millisecond',
  ms: 'millisecond',
};

/**
 * A date moved by an amount of calendar or clock time: the day is clamped to the month's end. A date that isn't exact is moved from its start (from its end,
 * backwards) and keeps its precision.
 */
export function moved(value: Temporal, amount: SqlFragment, negative: boolean): Temporal {
  const target = (expression: SqlFragment): SqlFragment => {
    const sum = sql`(${expression} + ${amount})`;
    return same(expression, value.type === 'Date' ? sql`${sum}::date` : sum);
  };
  if (value.exact) {
    const instant = target(value.lo);
    return { ...value, lo: instant, hi: instant };
  }
  const start = negative ? value.hi : value.lo;
  const instant = sql`(${start} + ${amount})::timestamp`;
  const floor = sql`cql_floor(${instant}, ${value.precision})`;
  const ceiling = sql`cql_ceiling(${instant}, ${value.precision})`;
  // Most are full, and rounding them takes more time than all the rest.
  const rounded = (expression: SqlFragment): SqlFragment =>
    same(
      start,
      value.type === 'Date'
        ? sql`(case when ${value.precision} >= ${fullPrecision.Date}::int then ${instant} else ${expression} end)::date`
        : sql`(case when ${value.precision} >= ${fullPrecision.DateTime}::int then ${instant} else ${expression} end)`,
    );
  return { ...value, lo: rounded(floor), hi: rounded(ceiling) };
}

/** The next (or previous) value at the date's own precision. */
export function neighbour(value: Temporal, direction: 1 | -1): Temporal {
  const step = value.type === 'Date' ? sql`interval '1 day'` : sql`interval '1 millisecond'`;
  const amount = constant(direction === 1 ? step : sql`(- ${step})`);
  if (value.exact) return moved(value, amount, direction === -1);
  const beyond = direction === 1 ? sql`(${value.hi} + ${amount})::timestamp` : sql`(${value.lo} + ${amount})::timestamp`;
  const cast = (expression: SqlFragment): SqlFragment => (value.type === 'Date' ? sql`${expression}::date` : expression);
  return { ...value, lo: cast(sql`cql_floor(${beyond}, ${value.precision})`), hi: cast(sql`cql_ceiling(${beyond}, ${value.precision})`) };
}

/** Calendar boundaries crossed between two dates (`difference in`), or whole periods that fit (`duration in`). */
export function between(kind: 'difference' | 'duration', from: Temporal, to: Temporal, precision: DatePrecision): Value {
  const count = kind === 'difference' ? difference : duration;
  if (from.exact && to.exact) return { shape: 'scalar', type: 'Integer', sql: count(from.lo, to.lo, from.type, precision) };
  const made: Uncertain = {
    shape: 'uncertain',
    lo: count(from.hi, to.lo, from.type, precision),
    hi: count(from.lo, to.hi, from.type, precision),
  };
  return made;
}

function difference(from: SqlFragment, to: SqlFragment, type: TemporalType, precision: DatePrecision): SqlFragment {
  switch (precision) {
    case 'Year':
      return sql`(extract(year from ${to}) - extract(year from ${from}))::int`;
    case 'Month':
      return sql`((extract(year from ${to}) - extract(year from ${from})) * 12 + extract(month from ${to}) - extract(month from ${from}))::int`;
    case 'Week':
      // Weeks begin on Sunday; day 0 of the division is a Sunday.
      return sql`(floor((${to}::date - date '1999-12-26') / 7.0) - floor((${from}::date - date '1999-12-26') / 7.0))::int`;
    case 'Day':
      return type === 'Date' ? sql`(${to} - ${from})` : sql`(${to}::date - ${from}::date)`;
    default:
      return elapsed(truncated(from, type, precision), truncated(to, type, precision), precision);
  }
}

function duration(from: SqlFragment, to: SqlFragment, type: TemporalType, precision: DatePrecision): SqlFragment {
  switch (precision) {
    case 'Year':
      return sql`(cql_months_between((${from})::timestamp, (${to})::timestamp) / 12)`;
    case 'Month':
      return sql`cql_months_between((${from})::timestamp, (${to})::timestamp)`;
    case 'Day':
      if (type === 'Date') return sql`(${to} - ${from})`;
      return elapsed(from, to, precision);
    case 'Week':
      if (type === 'Date') return sql`((${to} - ${from}) / 7)`;
      return elapsed(from, to, precision);
    default:
      return elapsed(from, to, precision);
  }
}

const milliseconds: Readonly<Record<'Week' | 'Day' | 'Hour' | 'Minute' | 'Second' | 'Millisecond', number>> = {
  Week: 604_800_000,
  Day: 86_400_000,
  Hour: 3_600_000,
  Minute: 60_000,
  Second: 1000,
  Millisecond: 1,
};

function elapsed(from: SqlFragment, to: SqlFragment, precision: DatePrecision): SqlFragment {
  const divisor = precision === 'Year' || precision === 'Month' ? 1 : milliseconds[precision];
  return sql`trunc(extract(epoch from (${to})::timestamp - (${from})::timestamp) * 1000 / ${divisor}::numeric)::int`;
}

/** `lo` and `hi` truncated to a precision: the range of periods that the date can lie in. */
export function atPrecision(
  value: Temporal,
  precision: DatePrecision | undefined,
): { readonly lo: SqlFragment; readonly hi: SqlFragment; readonly exact: boolean } {
  if (precision === undefined || precision === 'Week') return value;
  const lo = truncated(value.lo, value.type, precision);
  return { lo, hi: value.exact ? lo : truncated(value.hi, value.type, precision), exact: value.exact };
}
