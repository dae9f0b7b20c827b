import type { MeasureReport } from '@medplum/fhirtypes';
import { OperationOutcomeError } from '../fhir/outcome.js';
import { evaluationsCsv } from '../measure/csv.js';
import { evaluateMeasure } from '../measure/evaluate.js';
import { findMeasure } from '../measure/find-measure.js';
import { parseEvaluateMeasure, subjectOf } from '../measure/operation.js';
import { measureReport } from '../measure/report.js';
import { proportion } from '../measure/score.js';
import type { MeasureServices } from '../measure/services.js';
import { rollUp } from '../measure/strata.js';

export const evaluateFormats = ['table', 'csv', 'fhir'] as const;

export interface EvaluateOptions {
  readonly area?: string;
  /** A year, month or day. */
  readonly period: string;
  readonly asOf?: string;
  readonly format: (typeof evaluateFormats)[number];
}

// The operator of the server sees every person.
const scope = { kind: 'all' } as const;

/**
 * Evaluates a measure over the server's database as text: a table of areas, CSV, or the MeasureReport. Throws OperationOutcomeError for what
 * `$evaluate-measure` would refuse.
 */
export async function evaluateCommand(services: MeasureServices, measureName: string, options: EvaluateOptions): Promise<string> {
  const { area, asOf, period, format } = options;
  const parsed = parseEvaluateMeasure(
    [
      { name: 'periodStart', text: period },
      { name: 'periodEnd', text: period },
      ...(area === undefined ? [] : [{ name: 'subject', text: area }]),
      ...(asOf === undefined ? [] : [{ name: 'asOf', text: asOf }]),
    ],
    measureName,
  );
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
  const measure = await findMeasure(services, scope, measureName);
  const subject = await subjectOf(services, scope, area);
  const request = { measure, period: parsed.value.period, subject, named: false, scope, run: { timeoutMs: 3_600_000 } };
  const evaluation = await evaluateMeasure(services, parsed.value.asOf === undefined ? request : { ...request, asOf: parsed.value.asOf });
  if (format === 'csv') return evaluationsCsv([evaluation], services.areas);
  if (format === 'fhir')
    return `${JSON.stringify(measureReport(evaluation, 'population', services.areas) satisfies MeasureReport, undefined, 2)}\n`;
  const lines = evaluation.groups.flatMap((result, index) => {
    const title = measure.group?.[index]?.code?.text ?? result.code;
    const rows = [...rollUp(result, 10).strata, { area: 'total', counts: result.total }].map((stratum) => {
      const { numerator, denominator, percent } = proportion(result.populations, stratum.counts);
      const code = stratum.area ?? '-';
      const name = services.areas.find(code)?.name ?? '';
      const share = percent === undefined ? '-' : `${percent.toFixed(2)} %`;
      return `  ${code.padEnd(10)}  ${name.slice(0, 28).padEnd(28)}  ${String(numerator).padStart(8)} / ${String(denominator).padStart(8)}  ${share.padStart(9)}`;
    });
    return [title, ...rows, ''];
  });
  const { program, watermark, engine } = evaluation;
  const head = `${measure.title ?? program.measure}\n${program.measure}\n${request.period.start} – ${request.period.end}; data ${watermark}; ${engine.evaluator.kind}\n`;
  return `${head}\n${lines.join('\n')}`;
}
