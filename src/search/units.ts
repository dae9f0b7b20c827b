import { ucum } from '../fhir/ucum.js';

export interface CanonicalQuantity {
  /** Base units with exponents, sorted: `g1.m-3`. */
  readonly unit: string;
  readonly low: number;
  readonly high: number;
}

interface BaseUnit {
  readonly unit: string;
  /** Undefined for special units such as Cel, whose values need the library one by one. */
  readonly factor?: number;
}

const ucumSystem = 'http://unitsofmeasure.org';
const known = new Map<string, BaseUnit | undefined>();
const knownLimit = 5000;

/** A quantity in the base units of UCUM, so that 0.5 g and 500 mg compare; undefined for units of other systems or none. */
export function canonicalQuantity(
  system: string | undefined,
  code: string | undefined,
  low: number,
  high: number,
): CanonicalQuantity | undefined {
  if (system !== ucumSystem || code === undefined) return undefined;
  const base = baseUnit(code);
  if (base === undefined) return undefined;
  const convert = (value: number) => {
    if (!Number.isFinite(value)) return value;
    return round(base.factor === undefined ? (ucum().convertToBaseUnits(code, value).magnitude ?? Number.NaN) : value * base.factor);
  };
  const converted = { unit: base.unit, low: convert(low), high: convert(high) };
  return Number.isNaN(converted.low) || Number.isNaN(converted.high) ? undefined : converted;
}

function baseUnit(code: string): BaseUnit | undefined {
  if (known.has(code)) return known.get(code);
  const made = readUnit(code);
  if (known.size < knownLimit) known.set(code, made);
  return made;
}

function readUnit(code: string): BaseUnit | undefined {
  if (code.length > 100) return undefined;
  const found = ucum().convertToBaseUnits(code, 1);
  if (found.status !== 'succeeded' || typeof found.magnitude !== 'number') return undefined;
  const unit = Object.entries(found.unitToExp ?? {})
    .filter(([, exponent]) => exponent !== 0)
    .map(([base, exponent]) => `${base}${exponent}`)
    .sort()
    .join('.');
  return found.fromUnitIsSpecial ? { unit } : { unit, factor: found.magnitude };
}

// Conversion runs in binary floating point: twelve digits are what survives it, so that equal quantities in two units are equal.
function round(value: number): number {
  return Number(value.toPrecision(12));
}
