import type { MeasurementPeriod } from '../../cql/program.js';
import { zones } from '../../facts/zone.js';
import { daysInMonth } from '../../fhir/date.js';

/** How long the periods are for which measures are kept. */
export const periodKinds = ['year', 'month'] as const;

type PeriodKind = (typeof periodKinds)[number];

/** A calendar period: `2026`, `2026-01`. */
export interface CalendarPeriod extends MeasurementPeriod {
  readonly name: string;
}

/** Where periods begin and end: the zones, in minutes east of UTC, of those who live furthest east and west. */
export interface Zones {
  readonly east: number;
  readonly west: number;
}

const monthsOf = { month: 1, year: 12 } as const satisfies Readonly<Record<PeriodKind, number>>;
const dayMs = 86_400_000;

/**
 * The periods that are open at an instant (epoch milliseconds), the latest first: begun for those furthest east, and not yet `graceDays` past their end for those
 * furthest west, so that data which come late still count.
 */
export function openPeriods(kind: PeriodKind, now: number, { east, west }: Zones, graceDays: number): readonly CalendarPeriod[] {
  const found: CalendarPeriod[] = [];
  const today = new Date(now + east * 60_000);
  let first = today.getUTCFullYear() * 12 + Math.floor(today.getUTCMonth() / monthsOf[kind]) * monthsOf[kind];
  for (;;) {
    const period = calendarPeriod(kind, first);
    if (closesAt(period, west, graceDays) <= now) return found;
    found.push(period);
    first -= monthsOf[kind];
  }
}

/** The instant (epoch milliseconds) at which a period is closed: midnight after its last day and the days of grace, in the zone. */
export function closesAt({ end }: MeasurementPeriod, zoneMinutes: number, graceDays: number): number {
  return Date.parse(`${end}T00:00:00Z`) + (1 + graceDays) * dayMs - zoneMinutes * 60_000;
}

/** The next midnight in a zone, after an instant. */
export function nextMidnight(now: number, zoneMinutes: number): number {
  const shift = zoneMinutes * 60_000;
  return (Math.floor((now + shift) / dayMs) + 1) * dayMs - shift;
}

/** The next midnight anywhere in the country. */
export function earliestMidnight(now: number): number {
  return Math.min(...zones.map((zone) => nextMidnight(now, zone)));
}

/** `first` counts months from the year 0. */
function calendarPeriod(kind: PeriodKind, first: number): CalendarPeriod {
  const last = first + monthsOf[kind] - 1;
  const year = Math.floor(first / 12);
  const names = { month: monthName(first), year: String(year) };
  return { name: names[kind], start: `${monthName(first)}-01`, end: `${monthName(last)}-${daysInMonth(year, (last % 12) + 1)}` };
}

function monthName(month: number): string {
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}
