import { temporalRange } from '../fhir/date.js';

const dayMs = 86_400_000;

/** The calendar day of a date or dateTime in the zone `zoneMinutes` east of UTC, `2026-01-31`; undefined where the text names no single day. */
export function localDay(text: string, zoneMinutes: number): string | undefined {
  const range = temporalRange(text, zoneMinutes);
  if (range === undefined || range.precision === 'year' || range.precision === 'month') return undefined;
  return range.precision === 'day' ? text : new Date(range.low + zoneMinutes * 60_000).toISOString().slice(0, 10);
}

/** Days from one calendar day to another: age as the tables count it. Negative where the second comes first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}
