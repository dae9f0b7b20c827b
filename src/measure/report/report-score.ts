import type { MeasureGroup, Quantity } from '@medplum/fhirtypes';
import type { MeasureProgram } from '../../cql/program.js';
import { aggregate, proportion, rate, type ScoreUnit, scoreUnit } from '../score.js';
import type { GroupResult, Stratum } from '../strata.js';
import { absentScore } from './absent.js';

/** What a table's row is told from. */
export type Told = Pick<Stratum, 'counts' | 'observed' | 'external'>;

/**
 * The score as its scoring has it: a rate of counts in the group's unit, one value of the observations of a continuous variable, the rate of two such values
 * of a ratio, none for a cohort. A side of a ratio without an observation is its count.
 */
export function measureScore(
  result: GroupResult,
  told: Told,
  group: MeasureProgram['groups'][number] | undefined,
  definition: MeasureGroup | undefined,
): { readonly measureScore?: Quantity } {
  const scoring = group?.scoring ?? 'proportion';
  if (scoring === 'cohort') return {};
  const unit = scoreUnit(definition, scoring);
  if (scoring === 'continuous-variable') {
    const value = observedValue(group, told, 'measure-population');
    return { measureScore: value === undefined ? absentScore('not-applicable') : { value, ...coded(unit) } };
  }
  if (told.external === 'unknown') return { measureScore: absentScore('unknown') };
  const value = rate(sides(result, told, group), unit);
  return { measureScore: value === undefined ? absentScore('not-applicable') : { value, ...coded(unit) } };
}

/** Both sides of a rate, as they are divided. */
function sides(
  result: GroupResult,
  told: Told,
  group: MeasureProgram['groups'][number] | undefined,
): { readonly numerator: number; readonly denominator: number } {
  const { counts, external } = told;
  const counted = proportion(result.populations, counts);
  const observes = (of: 'numerator' | 'denominator'): boolean => group?.observations?.some((one) => one.of === of) === true;
  // Exclusions and exceptions were taken from the persons counted here; a figure from outside knows none.
  const denominator = external === undefined || external === 'unknown' ? counted.denominator : external.count;
  return {
    numerator: observes('numerator') ? (observedValue(group, told, 'numerator') ?? 0) : counted.numerator,
    denominator: observes('denominator') ? (observedValue(group, told, 'denominator') ?? 0) : denominator,
  };
}

function observedValue(
  group: MeasureProgram['groups'][number] | undefined,
  { observed }: Told,
  of: 'measure-population' | 'numerator' | 'denominator',
): number | undefined {
  const at = group?.observations?.findIndex((one) => one.of === of) ?? -1;
  const observation = group?.observations?.[at];
  const value = observation && aggregate(observation.aggregate, observed?.[at] ?? []);
  return value === undefined || observation?.decimals === undefined ? value : Number(value.toFixed(observation.decimals));
}

function coded({ code, unit }: ScoreUnit): Partial<Quantity> {
  return code === undefined ? {} : { unit: unit ?? code, system: 'http://unitsofmeasure.org', code };
}
