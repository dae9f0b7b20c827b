import type { CodeSource } from './code-source.js';
import { grammarSource } from './grammar-source.js';

export const timeZoneSystem = 'https://www.iana.org/time-zones';

/** IANA time zones as the runtime knows them, links such as `Asia/Ujung_Pandang` among them; offsets such as `+07:00` are no zones. */
export function timeZoneSource(): CodeSource {
  return grammarSource(timeZoneSystem, (code) => (isTimeZone(code) ? code : undefined));
}

function isTimeZone(code: string): boolean {
  if (!/^[A-Za-z]/.test(code)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: code });
    return true;
  } catch {
    return false;
  }
}
