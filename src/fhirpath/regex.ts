import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import { FhirPathError } from './error.js';

/** A regular expression whose work is bounded by the length of the text. */
export interface BoundedRegex {
  test(text: string): boolean;
  /** All matches replaced by `template`, in which `$1` and `${name}` stand for groups. */
  replace(text: string, template: string): string;
}

type Match = readonly [start: number, end: number, groups: (name: string) => string];

/** One engine's way to run a pattern. */
interface Engine {
  test(text: string): boolean;
  matches(text: string): Iterable<Match>;
}

const maxPattern = 2000;
const maxKnown = 500;
const known = new Map<string, BoundedRegex>();

/**
 * A pattern, to be found in a part of the text or to match the whole. Runs on JavaScript's engine where the pattern's form and the text's length rule out
 * a blow-up, on RE2 (linear time) elsewhere. Look-around, which RE2 lacks, runs over short texts only; back references are refused.
 * `.` takes line ends too. Source: FHIRPath N1, matches: single line mode.
 */
export function boundedRegex(pattern: string, use: 'part' | 'whole', at: number): BoundedRegex {
  const key = `${use} ${pattern}`;
  const found = known.get(key);
  if (found) return found;
  const made = create(pattern, use, at);
  if (known.size < maxKnown) known.set(key, made);
  return made;
}

function create(pattern: string, use: 'part' | 'whole', at: number): BoundedRegex {
  if (pattern.length > maxPattern)
    throw new FhirPathError('too-costly', `the regular expression is longer than ${maxPattern} characters`, at);
  const source = use === 'whole' ? `^(?:${pattern})$` : pattern;
  const native = nativeEngine(source);
  const nativeLength = native ? safeLength(pattern) : 0;
  let linear: Engine | undefined;

  function engineFor(text: string): Engine {
    if (native && text.length <= nativeLength) return native;
    linear ??= linearEngine(source, at);
    if (text.length > maxText)
      throw new FhirPathError('too-costly', `the text is longer than the ${maxText} characters that a regular expression takes`, at);
    return linear;
  }

  // A pattern that neither engine takes is a fault of the expression, not of the text it meets.
  if (nativeLength === 0) linear = linearEngine(source, at);
  else if (/\(\?<?[=!]/.test(pattern)) linear = { test: () => tooLong(at), matches: () => tooLong(at) };
  return {
    test: (text) => engineFor(text).test(text),
    replace: (text, template) => replaced(text, engineFor(text).matches(text), template, at),
  };
}

function tooLong(at: number): never {
  throw new FhirPathError('too-costly', 'a regular expression with look-around takes short texts only', at);
}

const maxText = 200_000;
const shortText = 300;
const mediumText = 3000;

/**
 * The longest text on which JavaScript's backtracking stays cheap: 0 where a repeated group holds a repetition or alternatives of its own, or anything
 * refers back; with one repetition of more than a few, work is at most quadratic, with two cubic.
 */
function safeLength(pattern: string): number {
  let depth = 0;
  let repetitions = 0;
  let options = 0;
  const inside: number[] = [0];
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (character === '\\') {
      index += 1;
      if (/[1-9k]/.test(pattern.charAt(index))) return 0;
    } else if (character === '[') {
      index = classEnd(pattern, index);
    } else if (character === '(') {
      depth += 1;
      inside[depth] = 0;
      if (pattern.startsWith('(?', index)) index += 1;
    } else if (character === ')') {
      const held = inside[depth] ?? 0;
      depth = Math.max(0, depth - 1);
      inside[depth] = (inside[depth] ?? 0) + held;
      if (held > 0 && quantifier.test(pattern.slice(index + 1, index + 20))) return 0;
    } else if (character === '|') inside[depth] = (inside[depth] ?? 0) + 1;
    else {
      const repeat = quantifier.exec(pattern.slice(index, index + 20))?.[0];
      if (repeat === undefined) continue;
      inside[depth] = (inside[depth] ?? 0) + 1;
      if (repeat === '?') options += 1;
      else if (!/^\{\d+\}$/.test(repeat)) repetitions += 1;
      index += repeat.length - 1;
    }
  }
  if (repetitions > 2 || options > 4) return 0;
  return repetitions < 2 ? mediumText : shortText;
}

const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})/;

function classEnd(pattern: string, start: number): number {
  for (let index = start + 1; index < pattern.length; index += 1) {
    if (pattern.charAt(index) === '\\') index += 1;
    else if (pattern.charAt(index) === ']') return index;
  }
  return pattern.length;
}

// Unicode mode counts characters beyond the basic plane as one, but refuses needless escapes, which published patterns have.
function nativeEngine(source: string): Engine | undefined {
  const regex = attempt(() => new RegExp(source, 'su')) ?? attempt(() => new RegExp(source, 's'));
  if (!regex) return undefined;
  const all = new RegExp(regex.source, `${regex.flags}g`);
  return {
    test: (text) => regex.test(text),
    *matches(text) {
      for (const match of text.matchAll(all)) {
        const group = (name: string): string => (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
        yield [match.index, match.index + match[0].length, group];
      }
    },
  };
}

function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

let library: typeof RE2JS | undefined;

function linearEngine(source: string, at: number): Engine {
  // Loaded when a pattern first needs it: start-up is the command line's concern.
  library ??= (createRequire(import.meta.url)('re2js') as typeof import('re2js')).RE2JS;
  const { DOTALL } = library;
  const engine = library;
  const regex = attempt(() => engine.compile(source, DOTALL));
  if (!regex)
    throw new FhirPathError(
      'execution',
      `the regular expression ${JSON.stringify(source)} is wrong, too large, or looks around or back`,
      at,
    );
  return {
    test: (text) => regex.matcher(text).find(),
    *matches(text) {
      const matcher = regex.matcher(text);
      while (matcher.find()) {
        const group = (name: string): string => attempt(() => matcher.group(/^\d+$/.test(name) ? Number(name) : name)) ?? '';
        yield [matcher.start(), matcher.end(), group];
      }
    },
  };
}

const maxResult = 10_000_000;

function replaced(text: string, matches: Iterable<Match>, template: string, at: number): string {
  const pieces = template.split(/\$(\d|\{[A-Za-z][A-Za-z0-9]*\})/);
  let made = '';
  let last = 0;
  for (const [start, end, group] of matches) {
    made += text.slice(last, start);
    pieces.forEach((piece, index) => {
      made += index % 2 === 0 ? piece : group(piece.replace(/[{}]/g, ''));
    });
    last = end;
    if (made.length > maxResult) throw new FhirPathError('too-costly', 'the replacement grows too long', at);
  }
  return made + text.slice(last);
}
