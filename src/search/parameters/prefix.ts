import type { Prefix } from '../request.js';

const prefixed = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+.\d])/;

/** Takes the comparison off the front of a date, number or quantity; `eq` where there is none. */
export function splitPrefix(text: string): { readonly prefix: Prefix; readonly rest: string } {
  const match = prefixed.exec(text);
  return match === null ? { prefix: 'eq', rest: text } : { prefix: match[1] as Prefix, rest: text.slice(2) };
}
