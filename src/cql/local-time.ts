import { asObject, type FhirResource, isObject, type JsonObject } from '../fhir/resource.js';
import { isKnownUnit } from './canonical-quantity.js';

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * The resource with every instant on the wall clock of a zone. The offset written is this computer's, whatever the zone: cql-execution gives it to texts
 * that have none, so dates without a time and literals stand on the same clock. Seconds get milliseconds: CQL takes the two as one precision
 * (CQL §Comparing Dates and Times), the library doesn't. Quantities on which the library would give up lose what it can't read: a number beyond CQL's
 * decimals its value, a unit that isn't UCUM its comparability.
 */
export function localResource(resource: FhirResource, zoneMinutes: number): FhirResource {
  const offset = wallClockOffset();
  return localObject(asObject(resource), zoneMinutes * 60_000, offset) as FhirResource & JsonObject;
}

/** The UTC fields of `ms` as text with this computer's offset. */
export function wallClock(ms: number, offset: string = wallClockOffset()): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${offset}`;
}

/** The offset that cql-execution assumes: this computer's of today. */
export function wallClockOffset(): string {
  const minutes = -new Date().getTimezoneOffset();
  const text = `${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
  return `${minutes < 0 ? '-' : '+'}${text}`;
}

function localObject(value: JsonObject, shiftMs: number, offset: string): JsonObject {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = localValue(value[name], shiftMs, offset);
  return typeof copy['value'] === 'number' ? readableQuantity(copy, copy['value']) : copy;
}

function localValue(value: unknown, shiftMs: number, offset: string): unknown {
  if (typeof value === 'string') return instantPattern.test(value) ? localInstant(value, shiftMs, offset) : value;
  if (Array.isArray(value)) return value.map((item) => localValue(item, shiftMs, offset));
  return isObject(value) ? localObject(value, shiftMs, offset) : value;
}

function localInstant(text: string, shiftMs: number, offset: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : wallClock(ms + shiftMs, offset);
}

/** A unit of UCUM that can be compared with no other. */
const incomparableUnit = "[arb'U]";

function readableQuantity(quantity: Record<string, unknown>, number: number): JsonObject {
  const unit = quantity['code'] ?? quantity['unit'];
  if (typeof unit === 'string' && !isKnownUnit(unit)) quantity['code'] = incomparableUnit;
  if (Math.abs(number) >= maximumDecimal) delete quantity['value'];
  return quantity;
}

/** What CQL's Decimal holds, twenty digits before the point, to the next number that JavaScript has. */
export const maximumDecimal = 1e20;
