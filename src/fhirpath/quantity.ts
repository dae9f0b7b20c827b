import { numberText } from '../fhir/json.js';
import type { JsonObject } from '../fhir/resource.js';
import { compareDecimals, type Decimal, divide, fromNumber, multiply, parseDecimal, printDecimal, round } from './decimal.js';
import type { TemporalUnit } from './temporal.js';
import { convertUnit, inBase, unitInBase } from './units.js';

/** System.Quantity. `calendar` marks a unit that is a word of the language (`day`), in the singular; otherwise `unit` is a UCUM code. */
export interface QuantityValue {
  readonly value: Decimal;
  readonly unit: string;
  readonly calendar: boolean;
}

const ucumSystem = 'http://unitsofmeasure.org';

/** Calendar words as the UCUM unit of the same length; years and months have none, since those of UCUM are averages. */
const definiteUcum: Readonly<Record<string, string>> = { week: 'wk', day: 'd', hour: 'h', minute: 'min', second: 's', millisecond: 'ms' };
const averageUcum: Readonly<Record<string, string>> = { year: 'a', month: 'mo' };

/** Units by which a date can be moved: calendar words (also between quotes) and the UCUM codes of definite length. */
const temporalUnits: Readonly<Record<string, TemporalUnit>> = {
  year: 'year',
  month: 'month',
  week: 'week',
  day: 'day',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
  millisecond: 'millisecond',
  wk: 'week',
  d: 'day',
  h: 'hour',
  min: 'minute',
  s: 'second',
  ms: 'millisecond',
};

export function temporalUnit(quantity: QuantityValue): TemporalUnit | undefined {
  return Object.hasOwn(temporalUnits, quantity.unit) ? temporalUnits[quantity.unit] : undefined;
}

export function calendarQuantity(value: Decimal, word: string): QuantityValue {
  return { value, unit: word.replace(/s$/, ''), calendar: true };
}

/**
 * A FHIR Quantity as a System.Quantity: the UCUM code, or the code of another system as `system|code` (comparable only with itself), or the unit's text.
 * Undefined where it has no value or a comparator. Source: R4 FHIRPath §2.9.1.4, implicit conversion.
 */
export function fromFhirQuantity(quantity: JsonObject): QuantityValue | undefined {
  const { value: raw, comparator, system, code, unit: text } = quantity;
  const digits = numberText(quantity, 'value');
  const value = typeof raw !== 'number' ? undefined : digits === undefined ? fromNumber(raw) : parseDecimal(digits);
  if (!value || comparator !== undefined) return undefined;
  if (typeof code === 'string')
    return { value, unit: system === ucumSystem || system === undefined ? code : `${String(system)}|${code}`, calendar: false };
  return { value, unit: typeof text === 'string' ? text : '1', calendar: false };
}

const quantityText = /^([+-]?\d+(?:\.\d+)?)(?:\s*(?:'([^']{1,100})'|([a-z]+)))?$/;
const calendarWord = /^(year|month|week|day|hour|minute|second|millisecond)s?$/;

/** `5.4 'mg'`, `1 day`, `7`: undefined for any other text. Source: FHIRPath N1, toQuantity. */
export function parseQuantity(text: string): QuantityValue | undefined {
  const match = quantityText.exec(text.trim());
  const value = match?.[1] === undefined ? undefined : parseDecimal(match[1]);
  if (!match || !value) return undefined;
  if (match[2] !== undefined) return { value, unit: match[2], calendar: false };
  if (match[3] === undefined) return { value, unit: '1', calendar: false };
  return calendarWord.test(match[3]) ? calendarQuantity(value, match[3]) : undefined;
}

export function printQuantity(quantity: QuantityValue): string {
  const number = printDecimal(quantity.value);
  if (!quantity.calendar) return `${number} '${quantity.unit}'`;
  return `${number} ${quantity.unit}${compareDecimals(quantity.value, { digits: 1n, scale: 0 }) === 0 ? '' : 's'}`;
}

/** -1, 0 or 1; undefined where the units don't measure the same, or one is a calendar year or month and the other of definite length. */
export function compareQuantities(left: QuantityValue, right: QuantityValue): number | undefined {
  if (left.unit === right.unit && left.calendar === right.calendar) return compareDecimals(left.value, right.value);
  const months = bothInMonths(left, right);
  if (months) return compareDecimals(months[0], months[1]);
  const base = bothInBase(left, right, false);
  return base && compareDecimals(base[0], base[1]);
}

/** As comparison, but a calendar year is a UCUM year, and values agree when they do to the decimals of the less precise. */
export function equivalentQuantities(left: QuantityValue, right: QuantityValue): boolean {
  const from = ucumUnit(right, true);
  const to = ucumUnit(left, true);
  const converted = from === to ? right.value : from === undefined || to === undefined ? undefined : convertUnit(right.value, from, to);
  if (!converted) return false;
  const scale = from === to ? Math.min(left.value.scale, right.value.scale) : left.value.scale;
  return compareDecimals(round(left.value, scale), round(converted, scale)) === 0;
}

export function areComparable(left: QuantityValue, right: QuantityValue): boolean {
  if (left.unit === right.unit) return true;
  return bothInMonths(left, right) !== undefined || bothInBase(left, right, false) !== undefined;
}

/** `right` in the unit of `left`; undefined where that can't be. */
export function inUnitOf(left: QuantityValue, right: QuantityValue): Decimal | undefined {
  if (left.unit === right.unit && left.calendar === right.calendar) return right.value;
  const from = ucumUnit(right, false);
  const to = ucumUnit(left, false);
  return from === undefined || to === undefined ? undefined : convertUnit(right.value, from, to);
}

export function multiplyQuantities(left: QuantityValue, right: QuantityValue): QuantityValue | undefined {
  const value = multiply(left.value, right.value);
  return value && combined(value, left, right, '.');
}

export function divideQuantities(left: QuantityValue, right: QuantityValue): QuantityValue | undefined {
  const value = divide(left.value, right.value);
  return value && combined(value, left, right, '/');
}

function combined(value: Decimal, left: QuantityValue, right: QuantityValue, sign: '.' | '/'): QuantityValue | undefined {
  const a = ucumUnit(left, true);
  const b = ucumUnit(right, true);
  if (a === undefined || b === undefined) return undefined;
  if (sign === '/' && a === b) return { value, unit: '1', calendar: false };
  if (b === '1') return { value, unit: a, calendar: false };
  return { value, unit: `${a === '1' && sign === '.' ? '' : `${grouped(a)}${sign}`}${grouped(b)}`, calendar: false };
}

function grouped(unit: string): string {
  return /[./]/.test(unit) ? `(${unit})` : unit;
}

function bothInMonths(left: QuantityValue, right: QuantityValue): readonly [Decimal, Decimal] | undefined {
  const a = inMonths(left);
  const b = inMonths(right);
  return a && b && [a, b];
}

function inMonths(quantity: QuantityValue): Decimal | undefined {
  if (!quantity.calendar || !Object.hasOwn(averageUcum, quantity.unit)) return undefined;
  return quantity.unit === 'month' ? quantity.value : multiply(quantity.value, { digits: 12n, scale: 0 });
}

function bothInBase(left: QuantityValue, right: QuantityValue, average: boolean): readonly [Decimal, Decimal] | undefined {
  const leftUnit = ucumUnit(left, average);
  const rightUnit = ucumUnit(right, average);
  const from = leftUnit === undefined ? undefined : unitInBase(leftUnit);
  const to = rightUnit === undefined ? undefined : unitInBase(rightUnit);
  if (leftUnit !== undefined && rightUnit !== undefined && (!from || !to)) {
    // Special units (degrees Celsius and Fahrenheit) convert only to each other.
    const converted = convertUnit(right.value, rightUnit, leftUnit);
    return converted && [left.value, converted];
  }
  if (!from || !to || from.dimension !== to.dimension) return undefined;
  const a = inBase(left.value, from);
  const b = inBase(right.value, to);
  return a && b && [significant(a), significant(b)];
}

// The factors carry 15 digits; beyond 13 a difference is noise of the conversion.
function significant(value: Decimal): Decimal {
  const digits = String(value.digits < 0n ? -value.digits : value.digits).length;
  return digits <= 13 ? value : round(value, Math.max(0, value.scale - (digits - 13)));
}

function ucumUnit(quantity: QuantityValue, average: boolean): string | undefined {
  if (quantity.calendar) return definiteUcum[quantity.unit] ?? (average ? averageUcum[quantity.unit] : undefined);
  return quantity.unit.includes('|') ? undefined : quantity.unit;
}
