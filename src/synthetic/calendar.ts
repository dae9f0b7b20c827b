const dayMs = 86_400_000;

/** Days since 1970-01-01: lives are reckoned in whole local days. */
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

export function yearOf(day: Day): number {
  return new Date(day * dayMs).getUTCFullYear();
}

/** 1 to 12. */
export function monthOf(day: Day): number {
  return new Date(day * dayMs).getUTCMonth() + 1;
}

/** The day of the month, 1 to 31; `month` is 1 to 12. */
export function dayIn(year: number, month: number, dayOfMonth: number): Day {
  return Date.UTC(year, month - 1, dayOfMonth) / dayMs;
}

/** Completed years between two days. */
export function yearsBetween(born: Day, day: Day): number {
  const years = yearOf(day) - yearOf(born);
  return addMonths(born, years * 12) > day ? years - 1 : years;
}

/** First days of the months that begin between two days, both included. */
export function* monthsBetween(from: Day, to: Day): Generator<Day> {
  const start = dayIn(yearOf(from), monthOf(from), 1);
  for (let month = start === from ? start : addMonths(start, 1); month <= to; month = addMonths(month, 1)) yield month;
}
