import { daysInMonth } from '../fhir/date.js';

/** How far a date or time is known. Seconds and milliseconds are one level: `10:30:05` is `10:30:05.000`. Source: FHIRPath N1, precision. */
export type TemporalPrecision = 1 | 2 | 3 | 4 | 5 | 6;

/**
 * A Date, DateTime or Time as FHIRPath sees it: local parts down to `precision` (1 year … 3 day, 4 hour, 5 minute, 6 second), the rest at their least value.
 * A time stands on the day 0001-01-01 and starts at precision 4.
 */
export interface Temporal {
  readonly kind: 'date' | 'dateTime' | 'time';
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly precision: TemporalPrecision;
  /** True where milliseconds were written. */
  readonly fraction: boolean;
  readonly offsetMinutes?: number;
}

const datePattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
const dateTimePattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(?:(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:\d\d)?)?)?$/;
const timePattern = /^T?(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?$/;

export function parseDate(text: string): Temporal | undefined {
  const match = datePattern.exec(text);
  return match ? checked('date', match[1], match[2], match[3], undefined, undefined, undefined, undefined, undefined) : undefined;
}

/** Takes a date too, as a dateTime of that precision. */
export function parseDateTime(text: string): Temporal | undefined {
  const match = dateTimePattern.exec(text);
  if (!match || (match[4] !== undefined && match[3] === undefined)) return undefined;
  return checked('dateTime', match[1], match[2], match[3], match[4], match[5], match[6], match[7], match[8]);
}

export function parseTime(text: string): Temporal | undefined {
  const match = timePattern.exec(text);
  return match ? checked('time', '0001', '01', '01', match[1], match[2], match[3], match[4], undefined) : undefined;
}

function checked(
  kind: Temporal['kind'],
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
  fraction: string | undefined,
  zone: string | undefined,
): Temporal | undefined {
  const made = {
    kind,
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0')),
    precision: precisionOf(month, day, hour, minute, second),
    fraction: fraction !== undefined,
  };
  const calendar = made.year > 0 && made.month >= 1 && made.month <= 12 && made.day >= 1 && made.day <= daysInMonth(made.year, made.month);
  if (!calendar || made.hour > 23 || made.minute > 59 || made.second > 60) return undefined;
  if (zone === undefined) return made;
  const offsetMinutes = zoneMinutes(zone);
  return offsetMinutes === undefined ? undefined : { ...made, offsetMinutes };
}

function precisionOf(month?: string, day?: string, hour?: string, minute?: string, second?: string): TemporalPrecision {
  if (second !== undefined) return 6;
  if (minute !== undefined) return 5;
  if (hour !== undefined) return 4;
  if (day !== undefined) return 3;
  return month === undefined ? 1 : 2;
}

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** The text of a literal without its `@`; a dateTime of a day or less without the `T` that only the literal needs. */
export function printTemporal(value: Temporal): string {
  const date = [pad(value.year, 4), pad(value.month, 2), pad(value.day, 2)].slice(0, value.precision).join('-');
  if (value.kind === 'date' || value.precision <= 3) return date;
  const time = [value.hour, value.minute, value.second]
    .slice(0, value.precision - 3)
    .map((part) => pad(part, 2))
    .join(':');
  const fraction = value.fraction ? `.${pad(value.millisecond, 3)}` : '';
  return value.kind === 'time' ? `${time}${fraction}` : `${date}T${time}${fraction}${printZone(value.offsetMinutes)}`;
}

function printZone(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** An instant as a dateTime with milliseconds, on the clock of a zone. */
export function fromEpoch(ms: number, zoneEastMinutes = 0): Temporal {
  const date = new Date(ms + zoneEastMinutes * 60_000);
  return {
    kind: 'dateTime',
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
    precision: 6,
    fraction: true,
    offsetMinutes: zoneEastMinutes,
  };
}

/** Milliseconds on the local clock, of the earliest moment the value can mean. */
function localMs(value: Temporal): number {
  // Date.UTC takes the years 0-99 for 1900-1999.
  const date = new Date(Date.UTC(2000, 0, 1, value.hour, value.minute, value.second, value.millisecond));
  return date.setUTCFullYear(value.year, value.month - 1, value.day);
}

/** Milliseconds from the earliest to the latest moment that the value can mean. */
function width(value: Temporal, precision: TemporalPrecision): number {
  if (precision === 1) return localMs({ ...value, year: value.year + 1, month: 1, day: 1 }) - localMs({ ...value, month: 1, day: 1 }) - 1;
  if (precision === 2) return daysInMonth(value.year, value.month) * 86_400_000 - 1;
  return ({ 3: 86_400_000, 4: 3_600_000, 5: 60_000, 6: 1 } as const)[precision] - 1;
}

const zoneAheadMs = 14 * 3_600_000;
const zoneBehindMs = 12 * 3_600_000;

/**
 * -1, 0 or 1; undefined where the precisions differ too much to say, where only one has a zone and the other's could decide, and between a time and a date.
 * A value of day precision or less has no zone: it is compared with the other's local calendar.
 */
export function compareTemporals(left: Temporal, right: Temporal): number | undefined {
  if ((left.kind === 'time') !== (right.kind === 'time')) return undefined;
  const withTime = left.precision > 3 && right.precision > 3 && left.kind !== 'time';
  const leftZone = withTime ? left.offsetMinutes : undefined;
  const rightZone = withTime ? right.offsetMinutes : undefined;
  const leftLow = localMs(left) - (leftZone ?? 0) * 60_000;
  const rightLow = localMs(right) - (rightZone ?? 0) * 60_000;
  const leftHigh = leftLow + width(left, left.precision);
  const rightHigh = rightLow + width(right, right.precision);
  if ((leftZone === undefined) !== (rightZone === undefined)) {
    const unknownLeft = leftZone === undefined;
    if (leftHigh + (unknownLeft ? zoneBehindMs : zoneAheadMs) < rightLow) return -1;
    if (leftLow - (unknownLeft ? zoneAheadMs : zoneBehindMs) > rightHigh) return 1;
    return undefined;
  }
  if (leftHigh < rightLow) return -1;
  if (leftLow > rightHigh) return 1;
  return left.precision === right.precision ? 0 : undefined;
}

/** A text that two values share exactly when comparison finds them equal. */
export function temporalKey(value: Temporal): string {
  const zoned = value.precision > 3 && value.kind !== 'time' && value.offsetMinutes !== undefined;
  const ms = localMs(value) - (zoned ? (value.offsetMinutes ?? 0) * 60_000 : 0);
  return `${value.kind === 'time' ? 'T' : ''}${value.precision}${zoned ? 'Z' : ''}${ms}`;
}

/** Source: FHIRPath N1, equivalence of dates: never unknown; different precisions are not equivalent. */
export function equivalentTemporals(left: Temporal, right: Temporal): boolean {
  return left.precision === right.precision && compareTemporals(left, right) === 0;
}

export type TemporalUnit = 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const unitMs = { week: 604_800_000, day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 } as const;
const precisionUnitMs: Readonly<Record<number, number>> = { 3: 86_400_000, 4: 3_600_000, 5: 60_000, 6: 1 };

/**
 * The value moved by whole `amount` units; undefined where it leaves the years 1 to 9999. Units finer than the value's precision count as far as they
 * make whole steps of it (24 hours are a day to a date); a month's end stays at the month's end. Source: FHIRPath N1, date/time arithmetic.
 */
export function addTemporal(value: Temporal, amount: number, unit: TemporalUnit): Temporal | undefined {
  if (!Number.isSafeInteger(amount) || Math.abs(amount) > 1e15) return undefined;
  if (value.kind === 'time') {
    if (unit === 'year' || unit === 'month') return undefined;
    const day = 86_400_000;
    return fromLocalMs(value, (((localMs(value) + steps(value, amount * unitMs[unit])) % day) + day) % day);
  }
  if (unit === 'year' || unit === 'month' || value.precision < 3) return addMonths(value, wholeMonths(value, amount, unit));
  return fromLocalMs(value, localMs(value) + steps(value, amount * unitMs[unit]));
}

function steps(value: Temporal, ms: number): number {
  const step = precisionUnitMs[value.precision] ?? 1;
  return Math.trunc(ms / step) * step;
}

function wholeMonths(value: Temporal, amount: number, unit: TemporalUnit): number {
  const months = unit === 'year' ? amount * 12 : unit === 'month' ? amount : Math.trunc((amount * unitMs[unit]) / unitMs.day / 30);
  return value.precision === 1 ? Math.trunc(months / 12) * 12 : months;
}

function addMonths(value: Temporal, months: number): Temporal | undefined {
  const total = value.year * 12 + value.month - 1 + months;
  const year = Math.floor(total / 12);
  if (year < 1 || year > 9999) return undefined;
  const month = total - year * 12 + 1;
  return { ...value, year, month, day: Math.min(value.day, daysInMonth(year, month)) };
}

function fromLocalMs(value: Temporal, ms: number): Temporal | undefined {
  const date = new Date(ms);
  const year = value.kind === 'time' ? 1 : date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return undefined;
  const day = value.kind === 'time' ? { month: 1, day: 1 } : { month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  const clock = {
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
  return { ...value, year, ...day, ...clock, fraction: value.fraction || clock.millisecond !== 0 };
}

/** Digits that `precision()` counts: 4 for a year, 17 for a dateTime with milliseconds, 9 for a time with them. */
export function precisionDigits(value: Temporal): number {
  const digits = [4, 6, 8, 10, 12, value.fraction ? 17 : 14][value.precision - 1] ?? 0;
  return value.kind === 'time' ? digits - 8 : digits;
}

const digitsToPrecision: Readonly<Record<number, readonly [TemporalPrecision, boolean]>> = {
  4: [1, false],
  6: [2, false],
  8: [3, false],
  10: [4, false],
  12: [5, false],
  14: [6, false],
  17: [6, true],
};

/**
 * Least (`direction` -1) or greatest (1) moment the value can mean, written with `digits` digits; undefined where no such precision exists.
 * A dateTime without a zone gets the zone that makes it least or greatest: +14:00 or -12:00.
 */
export function temporalBoundary(value: Temporal, digits: number, direction: -1 | 1): Temporal | undefined {
  const wanted = digitsToPrecision[value.kind === 'time' ? digits + 8 : digits];
  if (!wanted || (value.kind === 'date' && wanted[0] > 3) || (value.kind === 'time' && wanted[0] < 4)) return undefined;
  const edge =
    direction < 0
      ? value
      : fromLocalMs({ ...value, fraction: true }, localMs(value) + width(value, value.fraction ? 6 : value.precision) + lastMs(value));
  if (!edge) return undefined;
  const [precision, fraction] = wanted;
  const zone =
    precision > 3 && value.kind === 'dateTime' ? { offsetMinutes: value.offsetMinutes ?? (direction < 0 ? 14 * 60 : -12 * 60) } : {};
  const { offsetMinutes: _, ...local } = edge;
  return { ...local, precision, fraction, ...zone };
}

// A time written to the second can lie anywhere in that second, though comparison takes it for its start.
function lastMs(value: Temporal): number {
  return value.precision === 6 && !value.fraction ? 999 : 0;
}
