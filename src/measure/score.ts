import type { PopulationCode } from '../cql/program.js';
import type { Counts } from './membership.js';

/** A proportion as it is reported. `percent` is absent where the denominator is empty: not applicable, not 0. */
export interface Score {
  readonly numerator: number;
  readonly denominator: number;
  /** To two decimals, half up. */
  readonly percent?: number;
}

/**
 * Score of a proportion: members of the numerator over those of the denominator, less exclusions and exceptions.
 * Always computed from sums of persons, so that villages add up; percentages are never averaged.
 */
export function proportion(codes: readonly PopulationCode[], counts: Counts): Score {
  const of = (code: PopulationCode): number => codes.reduce((sum, found, index) => (found === code ? sum + (counts[index] ?? 0) : sum), 0);
  const base = codes.includes('denominator') ? of('denominator') : of('initial-population');
  const numerator = of('numerator') - of('numerator-exclusion');
  const denominator = base - of('denominator-exclusion') - of('denominator-exception');
  return denominator > 0 ? { numerator, denominator, percent: percent(numerator, denominator) } : { numerator, denominator };
}

/** `part / whole` as a percentage with two decimals, half up, exact for whole numbers: binary fractions never decide a rounding. */
export function percent(part: number, whole: number): number {
  return Math.floor((part * 20_000 + whole) / (2 * whole)) / 100;
}
