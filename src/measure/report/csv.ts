import type { Areas } from '../../definitions/areas.js';
import { csvLine, plainText } from '../../facts/csv-line.js';
import type { Evaluation } from '../evaluate.js';
import type { Counts } from '../membership.js';
import { proportion } from '../score.js';
import { type GroupResult, rollUp } from '../strata.js';
import { denominatorBasisOf, targetOf } from './target.js';

const columns = [
  'measure',
  'group',
  'area_code',
  'area_name',
  'period_start',
  'period_end',
  'initial_population',
  'denominator',
  'numerator',
  'percent',
  'target',
  'denominator_basis',
  'watermark',
  'engine',
] as const;

/**
 * Evaluations as CSV (RFC 4180, UTF-8, CRLF): a row for each group and area, then one for their sum with `total` as the code. Denominator and numerator are those
 * of the score, less exclusions; `percent` is empty where the denominator is. `digits` cuts area codes as `rollUp` does.
 */
export function evaluationsCsv(evaluations: readonly Evaluation[], areas: Pick<Areas, 'find'>, digits = 10): string {
  const rows = evaluations.flatMap((evaluation) =>
    evaluation.groups.flatMap((result, index) => {
      const rolled = rollUp(result, digits);
      const placed = rolled.strata.map(({ area, counts }) =>
        row(evaluation, result, index, area ?? '', areas.find(area ?? '')?.name ?? '', counts),
      );
      return [...placed, row(evaluation, result, index, 'total', '', result.total)];
    }),
  );
  return [columns, ...rows].map((cells) => csvLine(cells.map((cell) => (typeof cell === 'string' ? plainText(cell) : cell)))).join('');
}

function row(
  { measure, program, period, watermark, engine }: Evaluation,
  result: GroupResult,
  index: number,
  code: string,
  name: string,
  counts: Counts,
): ReadonlyArray<string | number> {
  const score = proportion(result.populations, counts);
  const group = measure.group?.[index];
  const target = group && targetOf(group);
  return [
    program.measure,
    result.code,
    code,
    name,
    period.start,
    period.end,
    counts[result.populations.indexOf('initial-population')] ?? 0,
    score.denominator,
    score.numerator,
    score.percent === undefined ? '' : score.percent.toFixed(2),
    target ? `${target.comparator}${target.percent}` : '',
    (group && denominatorBasisOf(group)?.code) ?? '',
    watermark,
    engine.evaluator.kind,
  ];
}
