import { type TemporalRange, temporalRange } from '../fhir/date.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { convertUnit } from '../terminology/ucum.js';
import { type Context, report } from './context.js';
import { text } from './text.js';

/**
 * A value beside a `minValue[x]` or `maxValue[x]`. Quantities are brought to one unit by UCUM; a Duration as the limit of a date counts from now: back for a minimum, ahead for a maximum.
 * Source: R4 ElementDefinition.minValue[x].
 */
export function checkBounds(
  value: unknown,
  limit: unknown,
  side: 'minimum' | 'maximum',
  path: string,
  context: Context,
  origin: string,
): void {
  if (value === undefined || value === null) return;
  const order = compareValues(value, limit, context.options.now, side);
  const shown = isObject(limit) ? `${limit['value']} ${limit['unit'] ?? limit['code'] ?? ''}`.trim() : String(limit);
  if (order === undefined) {
    report(context, 'error', 'value', 'bounds', text.incomparable(shown), path, `${side} of ${origin}`);
    return;
  }
  if (side === 'minimum' ? order >= 0 : order <= 0) return;
  report(context, 'error', 'value', 'bounds', side === 'minimum' ? text.below(shown) : text.above(shown), path, `${side} of ${origin}`);
}

/** Negative where `value` is below `limit`, 0 where neither or unknown, positive above; undefined where the two can't be compared. */
export function compareValues(
  value: unknown,
  limit: unknown,
  now: number | undefined,
  side: 'minimum' | 'maximum' = 'maximum',
): number | undefined {
  if (typeof value === 'number' && typeof limit === 'number') return value - limit;
  if (typeof value === 'string' && typeof limit === 'string') return compareTexts(value, limit);
  if (isObject(value) && isObject(limit)) return compareQuantities(value, limit);
  if (typeof value === 'string' && isObject(limit)) {
    const range = temporalRange(value);
    const moment = now === undefined ? undefined : shifted(now, limit, side === 'minimum' ? -1 : 1);
    return range === undefined || moment === undefined ? 0 : beside(range, { low: moment, high: moment, precision: 'millisecond' });
  }
  return undefined;
}

function compareTexts(value: string, limit: string): number {
  const a = temporalRange(value);
  const b = temporalRange(limit);
  if (a && b) return beside(a, b);
  return value < limit ? -1 : value > limit ? 1 : 0;
}

/** Ranges that overlap are taken as equal: the coarser text leaves it open. */
function beside(a: TemporalRange, b: TemporalRange): number {
  if (a.high < b.low) return -1;
  return a.low > b.high ? 1 : 0;
}

function compareQuantities(value: JsonObject, limit: JsonObject): number | undefined {
  const a = value['value'];
  const b = limit['value'];
  if (typeof a !== 'number' || typeof b !== 'number') return 0;
  const from = value['code'];
  const to = limit['code'];
  if (value['system'] !== limit['system']) return undefined;
  if (from === to && (from !== undefined || value['unit'] === limit['unit'])) return from === undefined ? undefined : a - b;
  if (value['system'] !== 'http://unitsofmeasure.org' || typeof from !== 'string' || typeof to !== 'string') return undefined;
  const converted = convertUnit(a, from, to);
  return converted === undefined ? undefined : converted - b;
}

// Lengths of calendar units are taken as UCUM's means; a limit in years is not meant to the hour.
const millisecondsOf: Readonly<Record<string, number>> = {
  a: 31_557_600_000,
  mo: 2_629_800_000,
  wk: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  min: 60_000,
  s: 1000,
  ms: 1,
};

function shifted(now: number, duration: JsonObject, direction: number): number | undefined {
  const unit = millisecondsOf[String(duration['code'])];
  return unit === undefined || typeof duration['value'] !== 'number' ? undefined : now + direction * duration['value'] * unit;
}
