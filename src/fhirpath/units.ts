import { ucum } from '../fhir/ucum.js';
import { type Decimal, fromNumber, multiply, parseDecimal } from './decimal.js';

/** A unit as a factor over the base units of UCUM: `mg` is 0.001 of `{ g: 1 }`. `special` units (Cel, pH) have no factor. */
export interface UnitInBase {
  readonly factor: Decimal;
  /** The base units and their exponents, sorted and joined: `g1.m-3`. */
  readonly dimension: string;
}

const known = new Map<string, UnitInBase | undefined>();
const maxUnitLength = 100;
const maxKnown = 5000;

/** Undefined for a text that is no UCUM unit, or a special one. */
export function unitInBase(unit: string): UnitInBase | undefined {
  if (unit === '1') return { factor: { digits: 1n, scale: 0 }, dimension: '' };
  if (known.has(unit)) return known.get(unit);
  const made = readUnit(unit);
  if (known.size < maxKnown) known.set(unit, made);
  return made;
}

function readUnit(unit: string): UnitInBase | undefined {
  if (unit.length > maxUnitLength || unit.trim() !== unit || unit === '') return undefined;
  const found = ucum().convertToBaseUnits(unit, 1);
  if (found.status !== 'succeeded' || typeof found.magnitude !== 'number' || found.fromUnitIsSpecial) return undefined;
  // Factors come out of binary floating point; 15 significant digits are what it holds.
  const factor = parseDecimal(String(Number(found.magnitude.toPrecision(15))));
  if (!factor) return undefined;
  const exponents = Object.entries(found.unitToExp ?? {}).filter(([, exponent]) => exponent !== 0);
  return {
    factor,
    dimension: exponents
      .map(([base, exponent]) => `${base}${exponent}`)
      .sort()
      .join('.'),
  };
}

/** `value` of `from` in `to`, special units (Cel, [degF]) too; undefined where they don't measure the same. */
export function convertUnit(value: Decimal, from: string, to: string): Decimal | undefined {
  if (from === to) return value;
  if (from.length > maxUnitLength || to.length > maxUnitLength) return undefined;
  const number = Number(value.digits) / 10 ** value.scale;
  const found = ucum().convertUnitTo(from, number, to);
  return found.status === 'succeeded' && typeof found.toVal === 'number' ? fromNumber(Number(found.toVal.toPrecision(15))) : undefined;
}

/** `value` in base units; undefined where the product has too many digits. */
export function inBase(value: Decimal, unit: UnitInBase): Decimal | undefined {
  return multiply(value, unit.factor);
}
