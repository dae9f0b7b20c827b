import type { PopulationCode, Scoring } from '../cql/program.js';

/** Places among a group's populations of the initial populations that its denominator and its numerator are drawn from, where it has two. */
export interface Initials {
  readonly denominator: number;
  readonly numerator: number;
}

/**
 * Turns one person's criteria into membership, population by population. In a proportion nobody is in the denominator without being in the
 * initial population, nor in the numerator without being in the denominator; who is excluded isn't in the numerator; an exception counts only outside it.
 * In a ratio numerator and denominator are independent of each other, and may have an initial population each; a continuous variable observes the measure
 * population less its exclusions. `codes` and `criteria` go by the same index. A group without a denominator takes the initial population for it.
 * Source: R4 clinical reasoning, Measure §13.10.4 (population criteria) and the CQF Measures guide, membership determination.
 */
export function membership(
  codes: readonly PopulationCode[],
  criteria: readonly boolean[],
  scoring: Scoring = 'proportion',
  initials?: Initials,
): readonly boolean[] {
  const meets = (code: PopulationCode): boolean => codes.some((found, index) => found === code && criteria[index] === true);
  const initial = meets('initial-population');
  const denominator =
    (initials ? criteria[initials.denominator] === true : initial) && (meets('denominator') || !codes.includes('denominator'));
  const excluded = denominator && meets('denominator-exclusion');
  const counted = initials ? criteria[initials.numerator] === true : initial;
  const numerator = scoring === 'ratio' ? counted && meets('numerator') : denominator && !excluded && meets('numerator');
  const measured = initial && meets('measure-population');
  const unmeasured = measured && meets('measure-population-exclusion');
  const numeratorExcluded = numerator && meets('numerator-exclusion');
  const excepted = denominator && !excluded && !numerator && meets('denominator-exception');
  const member: Readonly<Record<Exclude<PopulationCode, 'initial-population'>, boolean>> = {
    denominator,
    'denominator-exclusion': excluded,
    'denominator-exception': excepted,
    numerator,
    'numerator-exclusion': numeratorExcluded,
    'measure-population': measured,
    'measure-population-exclusion': unmeasured,
    'measure-observation': measured && !unmeasured,
  };
  return codes.map((code, index) => (code === 'initial-population' ? criteria[index] === true : member[code]));
}

/** How many persons are in each population, in the order of the group's populations. */
export type Counts = readonly number[];

export function addCounts(left: Counts, right: Counts): Counts {
  return left.map((count, index) => count + (right[index] ?? 0));
}

export function noCounts(codes: readonly PopulationCode[]): Counts {
  return codes.map(() => 0);
}
