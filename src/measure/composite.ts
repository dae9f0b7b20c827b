import type { Measure, MeasureReport, MeasureReportGroup, Quantity } from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';
import { type EvaluationRequest, evaluateMeasure } from './evaluate.js';
import { findMeasure } from './find-measure.js';
import { canonicalOf } from './program.js';
import { measureReport, notApplicable, type ReportType } from './report.js';
import type { MeasureServices } from './services.js';
import { measureText } from './text.js';

export function isComposite(measure: Measure): boolean {
  return measure.scoring?.coding?.[0]?.code === 'composite';
}

/**
 * Report of a composite Measure: the mean of its components' scores (composite scoring `linear`), first, then the components' groups. A component without
 * a denominator has no score and no part in the mean. Throws OperationOutcomeError 422 for another composite scoring, no components, or a component
 * of several groups. Source: CQF Measures guide, composite measures.
 */
export async function compositeReport(
  services: MeasureServices,
  scope: Scope,
  request: EvaluationRequest,
  type: Exclude<ReportType, 'subject-list'>,
  smallCells = 0,
): Promise<MeasureReport> {
  const { measure } = request;
  const method = measure.compositeScoring?.coding?.[0]?.code ?? 'linear';
  if (method !== 'linear') throw refused('measure-scoring', measureText.compositeScoring(method), 'Measure.compositeScoring');
  const names = (measure.relatedArtifact ?? []).flatMap(({ type: kind, resource }) =>
    kind === 'composed-of' && resource ? [resource] : [],
  );
  if (names.length === 0) throw refused('measure-composite', measureText.compositeEmpty, 'Measure.relatedArtifact');
  const components: MeasureReport[] = [];
  for (const name of names) {
    const component = await findMeasure(services, scope, name);
    if (isComposite(component) || component.group?.length !== 1) {
      throw refused('measure-composite', measureText.compositeGroup(name), 'Measure.relatedArtifact');
    }
    components.push(
      measureReport(await evaluateMeasure(services, { ...request, measure: component }), type, services.areas, [], smallCells),
    );
  }
  const [first] = components;
  if (!first) throw refused('measure-composite', measureText.compositeEmpty, 'Measure.relatedArtifact');
  const { improvementNotation: _, contained: _lists, evaluatedResource: _resources, ...report } = first;
  const groups = components.flatMap(({ group = [] }) => group);
  const own: MeasureReportGroup = {
    code: { text: measure.title ?? measure.name ?? canonicalOf(measure) },
    measureScore: meanScore(groups),
  };
  return {
    ...report,
    measure: canonicalOf(measure),
    ...(measure.improvementNotation ? { improvementNotation: measure.improvementNotation } : {}),
    group: [own, ...groups],
  };
}

/** The mean of the scores that there are, to two decimals, in their unit where they share one. */
function meanScore(groups: readonly MeasureReportGroup[]): Quantity {
  const scores = groups.flatMap(({ measureScore }) =>
    measureScore?.value === undefined ? [] : [{ ...measureScore, value: measureScore.value }],
  );
  const [first] = scores;
  if (!first) return notApplicable;
  const value = Math.round((scores.reduce((sum, score) => sum + score.value, 0) / scores.length) * 100) / 100;
  const { code, unit, system } = first;
  const isShared = code !== undefined && scores.every((score) => score.code === code);
  return { value, ...(isShared ? { ...(unit ? { unit } : {}), ...(system ? { system } : {}), code } : {}) };
}

function refused(rule: string, text: Parameters<typeof issue>[2], expression: string): OperationOutcomeError {
  return new OperationOutcomeError(422, [issue('not-supported', rule, text, { expression })]);
}
