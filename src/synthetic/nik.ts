import { type Day, dateOf } from './calendar.js';

/**
 * A NIK of the right form that nobody has: province code 99 has never been given out. The day of birth counts from 41 for women.
 * `serial` is spread over the digits of regency, district and serial number, so that numbers stay apart whoever is born on the same day.
 */
export function createNik(female: boolean, born: Day, serial: number): string {
  const date = dateOf(born);
  const day = Number(date.slice(8)) + (female ? 40 : 0);
  const place = String(Math.floor(serial / 9999) % 10_000).padStart(4, '0');
  return `99${place}${String(day).padStart(2, '0')}${date.slice(5, 7)}${date.slice(2, 4)}${String((serial % 9999) + 1).padStart(4, '0')}`;
}
