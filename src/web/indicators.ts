import type { MeasureGroup } from '@medplum/fhirtypes';
import type { PopulationCode } from '../cql/program.js';
import type { Text } from '../fhir/outcome.js';
import { splitLanguages, translated } from '../fhir/translation.js';
import type { Evaluation } from '../measure/evaluate.js';
import type { Counts } from '../measure/membership.js';
import { type DenominatorBasis, denominatorBasisOf, meetsTarget, type Target, targetOf } from '../measure/report/target.js';
import { proportion } from '../measure/score.js';
import type { GroupResult } from '../measure/strata.js';

/** One rate as a page shows it: the same numbers as the MeasureReport of the same evaluation. */
export interface Indicator {
  readonly code: string;
  readonly title: Text;
  /** The title up to its first colon or bracket: `K6`. */
  readonly short: Text;
  readonly numerator: number;
  readonly denominator: number;
  readonly percent?: number;
  readonly target?: Target;
  readonly basis?: DenominatorBasis;
  readonly lowerIsBetter: boolean;
  /** Absent where there is no target or nothing to judge. */
  readonly met?: boolean;
  /** Words for numerator and denominator, from the Measure. */
  readonly numeratorText: Text;
  readonly denominatorText: Text;
  readonly initialPopulation: number;
  readonly excluded: number;
}

/** The indicators of an evaluation, one a group, for the counts that `select` takes: the total, or those of a stratum. */
export function indicatorsOf(evaluation: Evaluation, select: (group: GroupResult) => Counts): readonly Indicator[] {
  return evaluation.groups.map((result, index) => indicatorOf(evaluation, result, index, select(result)));
}

function indicatorOf(evaluation: Evaluation, result: GroupResult, index: number, counts: Counts): Indicator {
  const group: MeasureGroup = evaluation.measure.group?.[index] ?? {};
  const score = proportion(result.populations, counts);
  const count = (code: PopulationCode): number => counts[result.populations.indexOf(code)] ?? 0;
  const title = translated(group.code ?? {}, group.code?.text ?? result.code);
  const target = targetOf(group);
  const basis = denominatorBasisOf(group);
  return {
    code: result.code,
    title,
    short: { id: shortOf(title.id), en: shortOf(title.en) },
    numerator: score.numerator,
    denominator: score.denominator,
    ...(score.percent === undefined ? {} : { percent: score.percent }),
    ...(target ? { target } : {}),
    ...(basis ? { basis } : {}),
    lowerIsBetter: evaluation.measure.improvementNotation?.coding?.[0]?.code === 'decrease',
    ...(target && score.percent !== undefined ? { met: meetsTarget(target, score) } : {}),
    numeratorText: populationText(group, 'numerator'),
    denominatorText: populationText(group, 'denominator'),
    initialPopulation: count('initial-population'),
    excluded: count('denominator-exclusion') + count('denominator-exception'),
  };
}

/** Descriptions of populations carry both languages with a slash between. */
function populationText(group: MeasureGroup, code: string): Text {
  return splitLanguages(group.population?.find((population) => population.code?.coding?.[0]?.code === code)?.description ?? '');
}

function shortOf(title: string): string {
  return (title.split(/[:(]/)[0] ?? title).trim();
}
