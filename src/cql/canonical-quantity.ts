import { baseUnitsOf, ucum } from '../fhir/ucum.js';

/** A quantity in base units: `num` as exact decimal text, `dimension` the base unit (`g.m-3`); quantities of different dimensions can't be compared. */
export interface CanonicalQuantity {
  readonly num: string;
  readonly dimension: string;
}

/**
 * The quantity in UCUM's base units. The factor of a unit is taken as a decimal of at most 15 digits and the multiplication is exact, so equal
 * quantities in one unit stay equal and order is kept: 11.0 g/dL and 110 g/L are both 110·100 g.m-3.
 * A unit that isn't UCUM, is arbitrary ([IU]) or special (Cel) is a dimension of its own.
 * `value` is decimal text. Undefined where it is no decimal number.
 */
export function canonicalQuantity(value: string, unit: string): CanonicalQuantity | undefined {
  if (!/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return undefined;
  const { factor, dimension } = unitFactor(unit);
  return { num: multiply(value, factor), dimension };
}

/** True of UCUM units and CQL's calendar units. */
export function isKnownUnit(unit: string): boolean {
  return calendarUnits.has(unit) || unitFactor(unit).known;
}

const calendarUnits: ReadonlySet<string> = new Set(
  ['year', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'].flatMap((unit) => [unit, `${unit}s`]),
);

interface UnitFactor {
  readonly known: boolean;
  readonly factor: string;
  readonly dimension: string;
}

// CQL §Quantities: calendar units from the week down are what UCUM means by them; years and months aren't, and are comparable only with each other.
const calendarFactors: Readonly<Record<string, { readonly factor: string; readonly dimension: string }>> = {
  year: { factor: '12', dimension: 'calendar month' },
  month: { factor: '1', dimension: 'calendar month' },
  week: { factor: '604800', dimension: 's' },
  day: { factor: '86400', dimension: 's' },
  hour: { factor: '3600', dimension: 's' },
  minute: { factor: '60', dimension: 's' },
  second: { factor: '1', dimension: 's' },
  millisecond: { factor: '0.001', dimension: 's' },
};

const factors = new Map<string, UnitFactor>();

function unitFactor(unit: string): UnitFactor {
  const known = factors.get(unit);
  if (known) return known;
  const found = findFactor(unit);
  if (factors.size < 10_000) factors.set(unit, found);
  return found;
}

function findFactor(code: string): UnitFactor {
  const calendar = calendarFactors[code.replace(/s$/, '')];
  if (calendar && calendarUnits.has(code)) return { known: true, ...calendar };
  if (code === '1' || code === '') return { known: true, factor: '1', dimension: '1' };
  const unit = ucum().getSpecifiedUnit(code, 'validate')?.unit;
  if (!unit || unit.isArbitrary_ || unit.cnv_ !== null) return { known: Boolean(unit), factor: '1', dimension: code };
  return {
    known: true,
    factor: String(Number(unit.magnitude_.toPrecision(15))),
    dimension: baseUnitsOf(unit),
  };
}

/** Product of two decimals, exact, without trailing zeros. */
export function multiply(left: string, right: string): string {
  const [a, scaleA] = scaled(left);
  const [b, scaleB] = scaled(right);
  return unscaled(a * b, scaleA + scaleB);
}

/** `12.50` → [1250n, 2]: the value is the integer divided by ten to the scale; `1e3` → [1n, -3]. */
function scaled(decimal: string): readonly [bigint, number] {
  const [digits = '', exponent = '0'] = decimal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  return [BigInt(whole + fraction), fraction.length - Number(exponent)];
}

function unscaled(integer: bigint, scale: number): string {
  if (scale <= 0) return (integer * 10n ** BigInt(-scale)).toString();
  const digits = (integer < 0n ? -integer : integer).toString().padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${integer < 0n ? '-' : ''}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`;
}
