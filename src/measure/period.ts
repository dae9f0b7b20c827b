import type { MeasurementPeriod } from '../cql/program.js';
import { daysInMonth, temporalRange } from '../fhir/date.js';

/** Forms that `parsePeriod` takes. */
export const periodForms = '2026, 2026-Q1, 2026-S1, 2026-03, 2026-03-31, 2026-01..2026-06';

/**
 * The days from the first to the last of a year, half-year (`2026-S1`), quarter (`2026-Q1`), month or day, or of a range of two of them (`2026-01..2026-06`).
 * Undefined for anything else, and for a range that ends before it starts.
 */
export function parsePeriod(text: string): MeasurementPeriod | undefined {
  const [first = '', last, ...more] = text.split('..');
  if (more.length > 0) return undefined;
  const from = singlePeriod(first);
  const to = last === undefined ? from : singlePeriod(last);
  return from && to && from.start <= to.end ? { start: from.start, end: to.end } : undefined;
}

function singlePeriod(text: string): MeasurementPeriod | undefined {
  const part = /^(\d{4})-?([QS])([1-4])$/.exec(text);
  if (part) {
    const [, year = '', kind, number] = part;
    const months = kind === 'Q' ? 3 : 6;
    const last = months * Number(number);
    return last > 12 ? undefined : { start: `${year}-${two(last - months + 1)}-01`, end: endOfMonth(year, last) };
  }
  const range = /^\d{4}(-\d{2}(-\d{2})?)?$/.test(text) ? temporalRange(text) : undefined;
  return range && { start: dayOf(range.low), end: dayOf(range.high) };
}

function endOfMonth(year: string, month: number): string {
  return `${year}-${two(month)}-${daysInMonth(Number(year), month)}`;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
