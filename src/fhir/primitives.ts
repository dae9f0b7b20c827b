import { temporalRange } from './date.js';

/** Why a JSON value is not a value of its primitive type. */
export type PrimitiveFault =
  | 'not-boolean'
  | 'not-number'
  | 'not-string'
  | 'not-integer'
  | 'range'
  | 'empty'
  | 'blank'
  | 'control-character'
  | 'too-long'
  | 'whitespace'
  | 'format'
  | 'calendar'
  | 'no-timezone';

export type PrimitiveCheck = (value: unknown) => PrimitiveFault | undefined;

/** Strings may hold at most 1 MiB. Source: R4 datatypes §2.24.0.1. */
export const maxStringLength = 1_048_576;

/** One check for each primitive type of R4; each answers the first fault, or undefined. Source: R4 datatypes §2.24.0.1. */
export const primitiveChecks: Readonly<Record<string, PrimitiveCheck>> = Object.assign(Object.create(null), {
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'not-boolean'),
  integer: integerBetween(-2_147_483_648, 2_147_483_647),
  unsignedInt: integerBetween(0, 2_147_483_647),
  positiveInt: integerBetween(1, 2_147_483_647),
  decimal: (value) => (typeof value === 'number' && Number.isFinite(value) ? undefined : 'not-number'),
  string: stringFault,
  markdown: stringFault,
  xhtml: (value) => (typeof value !== 'string' ? 'not-string' : value.length === 0 ? 'empty' : undefined),
  code: matching(/^[^\s]+(?:\s[^\s]+)*$/, 'whitespace'),
  id: matching(/^[A-Za-z0-9\-.]{1,64}$/, 'format'),
  uri: matching(/^\S*$/, 'whitespace'),
  url: matching(/^\S*$/, 'whitespace'),
  canonical: matching(/^\S*$/, 'whitespace'),
  oid: matching(/^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/, 'format'),
  uuid: matching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'format'),
  date: temporal(/^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/),
  dateTime: temporal(
    /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/,
  ),
  instant: temporal(
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))$/,
  ),
  time: matching(/^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/, 'format'),
  base64Binary: base64Fault,
} satisfies Record<string, PrimitiveCheck>);

export function isPrimitiveType(type: string): boolean {
  return primitiveChecks[type] !== undefined;
}

/** Octets that a base64 text stands for, white space left out of account; undefined where the text is no base64. */
export function base64Length(text: string): number | undefined {
  if (base64Fault(text) !== undefined) return undefined;
  let significant = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 32 && unit !== 61) significant++;
  }
  return Math.floor((significant * 3) / 4);
}

function integerBetween(low: number, high: number): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'number') return 'not-number';
    if (!Number.isInteger(value)) return 'not-integer';
    return value < low || value > high ? 'range' : undefined;
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that R4 forbids
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

// most strings are short, and a loop over a short one is done before a regular expression has begun
function hasControlCharacter(value: string): boolean {
  if (value.length > 80) return controlCharacters.test(value);
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13) return true;
  }
  return false;
}

function stringFault(value: unknown): PrimitiveFault | undefined {
  if (typeof value !== 'string') return 'not-string';
  if (value.length === 0) return 'empty';
  if (hasControlCharacter(value)) return 'control-character';
  if (value.length > maxStringLength) return 'too-long';
  return value.charCodeAt(0) <= 32 && value.trim() === '' ? 'blank' : undefined;
}

function matching(pattern: RegExp, otherwise: PrimitiveFault): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'string') return 'not-string';
    if (value.length === 0) return 'empty';
    if (value.length > maxStringLength) return 'too-long';
    if (!pattern.test(value)) return controlCharacters.test(value) ? 'control-character' : otherwise;
    return undefined;
  };
}

const zoneless = /T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/;

function temporal(pattern: RegExp): PrimitiveCheck {
  return (value) => {
    if (typeof value !== 'string') return 'not-string';
    if (value.length === 0) return 'empty';
    if (!pattern.test(value)) return value.length < 64 && zoneless.test(value) ? 'no-timezone' : 'format';
    // the calendar is only in doubt from the 29th on, and in the year 0
    if (value.length < 10) return value.startsWith('0000') ? 'calendar' : undefined;
    return value.charCodeAt(8) * 10 + value.charCodeAt(9) < 557 && !value.startsWith('0000') ? undefined : calendarFault(value);
  };
}

function calendarFault(value: string): PrimitiveFault | undefined {
  return temporalRange(value.slice(0, 10)) === undefined ? 'calendar' : undefined;
}

function base64Fault(value: unknown): PrimitiveFault | undefined {
  if (typeof value !== 'string') return 'not-string';
  if (value.length === 0) return 'empty';
  let significant = 0;
  let padding = 0;
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if (unit === 61) padding++;
    else if (isBase64Unit(unit)) {
      if (padding > 0) return 'format';
      significant++;
    } else if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) return 'format';
  }
  return padding > 2 || (significant + padding) % 4 !== 0 || significant === 0 ? 'format' : undefined;
}

function isBase64Unit(unit: number): boolean {
  return (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || unit === 43 || unit === 47;
}
