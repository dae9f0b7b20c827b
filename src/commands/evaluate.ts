import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { type ReportFormatName, reportFormats } from '../measure/export/formats.js';
import { reportTable } from '../measure/export/report-table.js';
import { reportText } from '../measure/export/text-table.js';
import { findMeasure } from '../measure/find-measure.js';
import { explainPerson } from '../measure/operations/explain.js';
import { evaluateMeasureOperation } from '../measure/operations/operation.js';
import { type OperationParameter, parseEvaluateMeasure } from '../measure/operations/request.js';
import { parsePeriod, periodForms } from '../measure/period.js';
import type { MeasureServices } from '../measure/services.js';
import { explanationText } from './explanation.js';
import { commandText } from './text.js';

const evaluateFormats = ['table', 'fhir', ...(Object.keys(reportFormats) as ReportFormatName[])] as const;

export type EvaluateFormat = (typeof evaluateFormats)[number];

export interface EvaluateOptions {
  /** Area code, or a reference to an Organization, Location, Group or Patient. */
  readonly area?: string;
  /** As `parsePeriod` takes it. */
  readonly period: string;
  readonly asOf?: string;
  /** Id of a person whose part in the measure is to be told instead of the report. */
  readonly explain?: string;
  readonly audience?: string;
  readonly format: EvaluateFormat;
}

// The operator of the server sees every person.
const scope = { kind: 'all' } as const;
const run = { timeoutMs: 3_600_000 };

/**
 * Evaluates a measure over the server's database: a table for the terminal, the MeasureReport, or the bytes of a file. Throws OperationOutcomeError for what
 * `$evaluate-measure` would refuse, and for a period that is none.
 */
export async function evaluateCommand(services: MeasureServices, measureName: string, options: EvaluateOptions): Promise<string | Buffer> {
  const { area, asOf, audience, explain, format } = options;
  const period = parsePeriod(options.period);
  if (!period) throw misused('evaluate-period', commandText.period(periodForms));
  const parameters: OperationParameter[] = [
    { name: 'periodStart', text: period.start },
    { name: 'periodEnd', text: period.end },
    ...(area === undefined ? [] : [{ name: 'subject', text: area }]),
    ...(asOf === undefined ? [] : [{ name: 'asOf', text: asOf }]),
    ...(audience === undefined ? [] : [{ name: 'audience', text: audience }]),
  ];
  const measure = await findMeasure(services, scope, measureName);
  if (explain !== undefined) {
    if (area !== undefined || (format !== 'table' && format !== 'fhir')) throw misused('evaluate-explain', commandText.explainForm);
    const parsed = parseEvaluateMeasure(parameters, measureName);
    if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
    const asked = {
      period,
      person: explain.replace(/^Patient\//, ''),
      ...(parsed.value.asOf === undefined ? {} : { asOf: parsed.value.asOf }),
    };
    const explanation = await explainPerson(services, scope, measure, asked, run);
    return format === 'fhir' ? `${JSON.stringify(explanation, undefined, 2)}\n` : explanationText(explanation);
  }
  const report = await evaluateMeasureOperation(services, scope, parameters, measureName, run);
  if (format === 'fhir') return `${JSON.stringify(report, undefined, 2)}\n`;
  const table = reportTable(report, measure);
  return format === 'table' ? reportText(table) : reportFormats[format].write(table, services.registry);
}

function misused(rule: string, text: Parameters<typeof issue>[2]): OperationOutcomeError {
  return new OperationOutcomeError(400, [issue('value', rule, text)]);
}
