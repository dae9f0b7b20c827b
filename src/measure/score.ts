import type { MeasureGroup } from '@medplum/fhirtypes';
import type { AggregateMethod, PopulationCode, Scoring } from '../cql/program.js';
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
  return scaled(part, whole, 100, 2);
}

/** What a score is told in: `part / whole × factor`, rounded half up. */
export interface ScoreUnit {
  readonly factor: number;
  readonly decimals: number;
  /** UCUM; absent for a bare number. */
  readonly code?: string;
  readonly unit?: string;
}

export const scoringUnitUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-scoringUnit';

const percentUnit: ScoreUnit = { factor: 100, decimals: 2, code: '%', unit: '%' };
const bareUnit: ScoreUnit = { factor: 1, decimals: 4 };

// UCUM codes under which rates are told: per hundred, thousand, hundred thousand, million.
const units: Readonly<Record<string, ScoreUnit>> = {
  '%': percentUnit,
  '1': bareUnit,
  '[ppth]': { factor: 1000, decimals: 2, code: '[ppth]', unit: 'per 1.000' },
  '10*-3': { factor: 1000, decimals: 2, code: '10*-3', unit: 'per 1.000' },
  '10*-5': { factor: 100_000, decimals: 2, code: '10*-5', unit: 'per 100.000' },
  '[ppm]': { factor: 1_000_000, decimals: 2, code: '[ppm]', unit: 'per 1.000.000' },
};

/** The unit that the group asks for by the CQF extension; else per cent for a proportion and a bare number for a ratio. */
export function scoreUnit(group: Pick<MeasureGroup, 'extension'> | undefined, scoring: Scoring = 'proportion'): ScoreUnit {
  const extension = group?.extension?.find(({ url }) => url === scoringUnitUrl);
  const code = extension?.valueCodeableConcept?.coding?.[0]?.code ?? extension?.valueCode ?? '';
  const unit = Object.hasOwn(units, code) ? units[code] : undefined;
  return unit ?? (scoring === 'proportion' ? percentUnit : bareUnit);
}

/** The value of a proportion or ratio in its unit; undefined where the denominator is empty. */
export function rate(
  { numerator, denominator }: Pick<Score, 'numerator' | 'denominator'>,
  { factor, decimals }: ScoreUnit,
): number | undefined {
  return denominator > 0 ? scaled(numerator, denominator, factor, decimals) : undefined;
}

/** One value of many observations; undefined where there are none, but for their count and sum. */
export function aggregate(method: AggregateMethod, observed: readonly number[]): number | undefined {
  const total = (): number => observed.reduce((sum, value) => sum + value, 0);
  if (method === 'count') return observed.length;
  if (observed.length === 0) return undefined;
  switch (method) {
    case 'sum':
      return rounded(total());
    case 'average':
      return rounded(total() / observed.length);
    case 'minimum':
      return observed.reduce((least, value) => Math.min(least, value));
    case 'maximum':
      return observed.reduce((most, value) => Math.max(most, value));
    case 'median':
      return median(observed);
  }
}

function median(observed: readonly number[]): number {
  const sorted = [...observed].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : rounded(((sorted[middle - 1] ?? 0) + upper) / 2);
}

/** Eight decimals, as CQL's decimals have: the dust of binary fractions is left out. */
function rounded(value: number): number {
  return Number(value.toFixed(8));
}

function scaled(part: number, whole: number, factor: number, decimals: number): number {
  const steps = 10 ** decimals;
  return Math.floor((part * factor * steps * 2 + whole) / (2 * whole)) / steps;
}
