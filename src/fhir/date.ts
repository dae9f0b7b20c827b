export type Precision = 'year' | 'month' | 'day' | 'minute' | 'second' | 'millisecond';

/** A FHIR date, dateTime or instant as the range of instants it can mean: `low` to `high`, both inclusive, in epoch milliseconds. */
export interface TemporalRange {
  readonly low: number;
  readonly high: number;
  readonly precision: Precision;
  /** Offset written in the text, in minutes; absent for a text without one. */
  readonly offsetMinutes?: number;
}

const pattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * Range of a date or dateTime; undefined where the text is none or names a day that the calendar lacks.
 * A text without an offset is read in the zone `zoneMinutes` east of UTC. Minutes without seconds are taken (search allows them).
 * Source: R4 datatypes §2.24.0.1 and search §3.1.1.4.8.
 */
export function temporalRange(text: string, zoneMinutes = 0): TemporalRange | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, yearText, monthText, dayText, hourText, minuteText, secondText, fractionText, zoneText] = match;
  const year = Number(yearText);
  const month = monthText === undefined ? 1 : Number(monthText);
  const day = dayText === undefined ? 1 : Number(dayText);
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const hour = Number(hourText ?? 0);
  const minute = Number(minuteText ?? 0);
  const second = Number(secondText ?? 0);
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const offsetMinutes = zoneText === undefined ? undefined : parseOffset(zoneText);
  if (zoneText !== undefined && offsetMinutes === undefined) return undefined;
  const shift = (offsetMinutes ?? zoneMinutes) * 60_000;
  const fraction = fractionText === undefined ? 0 : Math.trunc(Number(`0.${fractionText}`) * 1000);
  const low = utc(year, month, day, hour, minute, second, fraction) - shift;
  const precision = precisionOf(match);
  const high =
    precision === 'year'
      ? utc(year + 1, 1, 1, 0, 0, 0, 0) - shift - 1
      : precision === 'month'
        ? utc(year, month + 1, 1, 0, 0, 0, 0) - shift - 1
        : low + widthMs[precision] - 1;
  return offsetMinutes === undefined ? { low, high, precision } : { low, high, precision, offsetMinutes };
}

const widthMs = { day: 86_400_000, minute: 60_000, second: 1000, millisecond: 1 } as const;

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function precisionOf(match: RegExpExecArray): Precision {
  if (match[7] !== undefined) return 'millisecond';
  if (match[6] !== undefined) return 'second';
  if (match[4] !== undefined) return 'minute';
  if (match[3] !== undefined) return 'day';
  return match[2] === undefined ? 'year' : 'month';
}

function parseOffset(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

// Date.UTC maps the years 0-99 to 1900-1999; setUTCFullYear does not.
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number, ms: number): number {
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second, ms));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

/** The day of a date or dateTime as it is written, whatever its offset; the first or last of a year or month. Undefined where the text is none. */
export function writtenDay(text: string, end: 'low' | 'high'): string | undefined {
  const range = temporalRange(text.slice(0, 10));
  return range && new Date(range[end]).toISOString().slice(0, 10);
}
