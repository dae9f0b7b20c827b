import { createRequire } from 'node:module';

export interface BoundedPattern {
  /** True where the whole text matches. Time grows with the text's length, whatever the pattern. */
  test(text: string): boolean;
}

const longestPattern = 2000;

/** A regular expression from outside, run by RE2 in linear time; undefined where it is too long or RE2 lacks the syntax (back references, lookaround). */
export function boundedPattern(pattern: string): BoundedPattern | undefined {
  if (pattern.length > longestPattern) return undefined;
  const { RE2JS }: typeof import('re2js') = createRequire(import.meta.url)('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    return { test: (text) => compiled.matches(text) };
  } catch {
    return undefined;
  }
}
