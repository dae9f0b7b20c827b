const dayMs = 86_400_000;

/** Days since 1970-01-01: the demo reckons in whole local days. */
export type Day = number;

export function dayOf(date: string): Day {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

/** `2026-03-01` */
export function dateOf(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The instant of a local clock time on a local day, written in UTC as the national platform wants it: `2026-02-28T18:30:00+00:00`. */
export function instantOf(day: Day, minutesOfDay: number, zoneMinutes: number): string {
  return `${new Date(day * dayMs + (minutesOfDay - zoneMinutes) * 60_000).toISOString().slice(0, 19)}+00:00`;
}

/** The same day of the month, `months` later, clamped to the month's end. */
export function addMonths(day: Day, months: number): Day {
  const date = new Date(day * dayMs);
  const target = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  return target / dayMs + Math.min(date.getUTCDate(), last) - 1;
}
