import type { MeasurementPeriod } from '../cql/program.js';
import { daysInMonth } from '../fhir/date.js';
import type { Text } from '../fhir/outcome.js';

/** A year or a month as pages name it: `2026`, `2026-03`. */
export interface PagePeriod {
  readonly name: string;
  readonly period: MeasurementPeriod;
  readonly label: Text;
  /** Names of the periods of the same length before and after. */
  readonly previous: string;
  readonly next: string;
}

const months: readonly Text[] = [
  { id: 'Januari', en: 'January' },
  { id: 'Februari', en: 'February' },
  { id: 'Maret', en: 'March' },
  { id: 'April', en: 'April' },
  { id: 'Mei', en: 'May' },
  { id: 'Juni', en: 'June' },
  { id: 'Juli', en: 'July' },
  { id: 'Agustus', en: 'August' },
  { id: 'September', en: 'September' },
  { id: 'Oktober', en: 'October' },
  { id: 'November', en: 'November' },
  { id: 'Desember', en: 'December' },
];

/** The period that a page's `period` parameter names; undefined where it is neither a year nor a month from 1900 to 2100. */
export function pagePeriod(name: string): PagePeriod | undefined {
  const match = /^(\d{4})(?:-(\d{2}))?$/.exec(name);
  const year = Number(match?.[1]);
  if (!match || year < 1900 || year > 2100) return undefined;
  if (match[2] === undefined) {
    return {
      name,
      period: { start: `${name}-01-01`, end: `${name}-12-31` },
      label: { id: name, en: name },
      previous: String(year - 1),
      next: String(year + 1),
    };
  }
  const month = Number(match[2]);
  const text = months[month - 1];
  if (!text) return undefined;
  return {
    name,
    period: { start: `${name}-01`, end: `${name}-${String(daysInMonth(year, month)).padStart(2, '0')}` },
    label: { id: `${text.id} ${year}`, en: `${text.en} ${year}` },
    previous: monthName(year, month - 1),
    next: monthName(year, month + 1),
  };
}

/** The year that it is in western Indonesia. */
export function currentYear(now: Date): string {
  return String(new Date(now.getTime() + 7 * 3_600_000).getUTCFullYear());
}

/** An instant as people of a zone read it: `21 November 2026 09.15`. */
export function localInstant(instant: string, zoneMinutes: number): Text {
  const local = new Date(Date.parse(instant) + zoneMinutes * 60_000);
  const month = months[local.getUTCMonth()] ?? { id: '', en: '' };
  const [hour, minute] = [local.getUTCHours(), local.getUTCMinutes()].map((part) => String(part).padStart(2, '0'));
  const zone = { 420: 'WIB', 480: 'WITA', 540: 'WIT' }[zoneMinutes] ?? 'UTC';
  const of = (name: string, separator: string): string =>
    `${local.getUTCDate()} ${name} ${local.getUTCFullYear()} ${hour}${separator}${minute} ${zone}`;
  return { id: of(month.id, '.'), en: of(month.en, ':') };
}

function monthName(year: number, month: number): string {
  const at = new Date(Date.UTC(year, month - 1, 1));
  return at.toISOString().slice(0, 7);
}
