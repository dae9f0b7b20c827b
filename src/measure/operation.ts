import type { MeasureReport } from '@medplum/fhirtypes';
import type { EvaluationRun, MeasurementPeriod } from '../cql/program.js';
import { temporalRange } from '../fhir/date.js';
import { type Issue, issue, OperationOutcomeError, type Result, type Text } from '../fhir/outcome.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import type { Scope } from '../search/scope.js';
import { compositeReport, isComposite } from './composite.js';
import { evaluateMeasure } from './evaluate.js';
import { evaluatedResources } from './evaluated.js';
import { findMeasure } from './find-measure.js';
import { measureReport, type ReportType } from './report.js';
import type { MeasureServices } from './services.js';
import { type MeasureSubject, patientsOf, resolveSubject } from './subject.js';
import type { Audience } from './suppress.js';
import { measureText } from './text.js';

/** One input of the operation: `text` of a primitive, `value` as it stood in a Parameters resource (a Reference for `subject`). */
export interface OperationParameter {
  readonly name: string;
  readonly text?: string;
  readonly value?: unknown;
  readonly resource?: JsonObject;
}

/** `$evaluate-measure` as asked for, checked; subject not yet resolved. */
export interface EvaluateMeasureRequest {
  readonly measure: string;
  readonly period: MeasurementPeriod;
  readonly subject?: string;
  /** Instead of a subject: those of whom this is the general practitioner. */
  readonly practitioner?: string;
  readonly reportType?: ReportType;
  /** Instant in epoch milliseconds: an individual report names only the resources changed since. */
  readonly lastReceivedOn?: number;
  /** ISO instant in UTC with milliseconds: a parameter of ours, for reports that are evaluated again at their watermark. */
  readonly asOf?: string;
  /** A parameter of ours: whose eyes the report is for; decides which small counts are hidden. */
  readonly audience?: Audience;
}

/**
 * Answers `Measure/$evaluate-measure` and `Measure/[id]/$evaluate-measure` (`id` given): the report itself, as R4 asks.
 * Throws OperationOutcomeError: 403 for a caller who may not see every person, 400 for parameters, 404 for an unknown Measure or subject, 422 for a Measure that can't be evaluated.
 * Source: R4 Measure operations, $evaluate-measure.
 */
export async function evaluateMeasureOperation(
  services: MeasureServices,
  scope: Scope,
  parameters: readonly OperationParameter[],
  id?: string,
  run?: EvaluationRun,
): Promise<MeasureReport> {
  // Counts reach over all persons, so only a caller who may see all gets them; scopes that see less come with the access issue.
  if (scope.kind !== 'all') throw new OperationOutcomeError(403, [issue('forbidden', 'measure-scope', measureText.scope)]);
  const parsed = parseEvaluateMeasure(parameters, id);
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
  const request = parsed.value;
  const measure = await findMeasure(services, scope, request.measure);
  const subject = await subjectOf(services, scope, request.subject, request.practitioner);
  const type = request.reportType ?? (subject.kind === 'person' ? 'subject' : 'population');
  if (type === 'subject' && subject.kind !== 'person') {
    throw new OperationOutcomeError(400, [issue('invalid', 'measure-report-type', measureText.reportTypeSubject, about('reportType'))]);
  }
  if (request.asOf !== undefined) refuseAsOf(request.asOf, type, services.now());
  const smallCells = services.smallCells[request.audience ?? 'care'];
  // Who may not learn small counts may learn no names.
  if (smallCells > 0 && type !== 'population') {
    throw new OperationOutcomeError(403, [issue('suppressed', 'measure-audience', measureText.audienceNames, about('reportType'))]);
  }
  const asked = {
    measure,
    period: request.period,
    subject,
    named: type !== 'population',
    scope,
    ...(run === undefined ? {} : { run }),
    ...(request.asOf === undefined ? {} : { asOf: request.asOf }),
  };
  if (isComposite(measure)) {
    if (type === 'subject-list')
      throw new OperationOutcomeError(422, [issue('not-supported', 'measure-composite', measureText.compositeList)]);
    return compositeReport(services, scope, asked, type, smallCells);
  }
  const evaluation = await evaluateMeasure(services, asked);
  const evaluated =
    subject.kind === 'person' && type === 'subject' ? await evaluatedResources(services, scope, evaluation, request.lastReceivedOn) : [];
  return measureReport(evaluation, type, services.areas, evaluated, smallCells);
}

function refuseAsOf(asOf: string, type: ReportType, now: Date): void {
  const text = type === 'subject' ? measureText.asOfSubject : Date.parse(asOf) > now.getTime() ? measureText.asOfFuture : undefined;
  if (text) throw new OperationOutcomeError(400, [issue('value', 'measure-as-of', text, about('asOf'))]);
}

export async function subjectOf(
  services: MeasureServices,
  scope: Scope,
  text: string | undefined,
  practitioner?: string,
): Promise<MeasureSubject> {
  if (practitioner !== undefined) return patientsOf(services, scope, practitioner);
  if (text === undefined) return { kind: 'all' };
  const subject = await resolveSubject(services, scope, text);
  if (subject.ok) return subject.value;
  throw new OperationOutcomeError(subject.issues.some(({ code }) => code === 'not-found') ? 404 : 400, subject.issues);
}

type Reader = (text: string) => { readonly value: string } | { readonly allowed: string };

const dateForms = 'YYYY, YYYY-MM, YYYY-MM-DD';
const reportTypes: readonly ReportType[] = ['subject', 'subject-list', 'population'];

const audiences: readonly Audience[] = ['care', 'programme', 'public'];

// R4 $evaluate-measure, asOf and audience.
const readers: Readonly<Record<string, Reader>> = {
  periodStart: (text) => readDay(text, 'low'),
  periodEnd: (text) => readDay(text, 'high'),
  measure: (text) => (text.trim() === '' ? { allowed: 'ANC-K6, https://lontar.id/fhir/Measure/ANC-K6' } : { value: text }),
  subject: (text) => (text.trim() === '' ? { allowed: 'Patient/…, Organization/…, Location/…, 6202061001' } : { value: text }),
  reportType: (text) => (reportTypes.some((type) => type === text) ? { value: text } : { allowed: reportTypes.join(', ') }),
  audience: (text) => (audiences.some((audience) => audience === text) ? { value: text } : { allowed: audiences.join(', ') }),
  asOf: (text) => {
    const range = /T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? temporalRange(text) : undefined;
    return range ? { value: new Date(range.low).toISOString() } : { allowed: '2026-01-31T00:00:00Z' };
  },
  practitioner: (text) => (/^Practitioner\/[A-Za-z0-9\-.]{1,64}$/.test(text) ? { value: text } : { allowed: 'Practitioner/…' }),
  lastReceivedOn: (text) => {
    const range = temporalRange(text);
    return range ? { value: String(range.low) } : { allowed: '2026-01-31T00:00:00Z' };
  },
};

/** Checks names, number and values of the parameters; all problems at once, each by the parameter's name. `id` is that of an instance-level call. */
export function parseEvaluateMeasure(parameters: readonly OperationParameter[], id?: string): Result<EvaluateMeasureRequest> {
  const issues: Issue[] = [];
  const values = new Map<string, string>();
  const fail = (rule: string, name: string, text: Text, code: Issue['code'] = 'value'): void => {
    issues.push(issue(code, rule, text, about(name)));
  };
  for (const parameter of parameters) {
    const { name } = parameter;
    const read = readers[name];
    if (!Object.hasOwn(readers, name) || !read) {
      fail('parameter-unknown', name, measureText.parameterUnknown(name, Object.keys(readers).join(', ')), 'not-supported');
    } else if (values.has(name)) fail('parameter-twice', name, measureText.parameterTwice(name), 'invalid');
    else {
      const result = read(textOf(parameter));
      if ('allowed' in result) fail('parameter-value', name, measureText.parameterValue(name, result.allowed));
      values.set(name, 'value' in result ? result.value : '');
    }
  }
  for (const [name, example] of [
    ['periodStart', '2026-01-01'],
    ['periodEnd', '2026-12-31'],
  ] as const) {
    if (!values.has(name)) fail('parameter-missing', name, measureText.parameterMissing(name, example), 'required');
  }
  if (id !== undefined && values.has('measure'))
    fail('parameter-unsupported', 'measure', measureText.parameterUnsupported('measure'), 'invalid');
  const measure = id ?? values.get('measure');
  if (measure === undefined) fail('parameter-missing', 'measure', measureText.parameterMissing('measure', 'ANC-K6'), 'required');
  const start = values.get('periodStart') ?? '';
  const end = values.get('periodEnd') ?? '';
  if (start !== '' && end !== '' && end < start) fail('measure-period', 'periodEnd', measureText.periodOrder, 'invalid');
  const subject = values.get('subject');
  const practitioner = values.get('practitioner');
  if (practitioner !== undefined && subject !== undefined) {
    fail('parameter-conflict', 'practitioner', measureText.practitionerOrSubject, 'invalid');
  }
  const reportType = reportTypes.find((type) => type === values.get('reportType'));
  if (reportType === 'subject' && subject === undefined) fail('measure-report-type', 'subject', measureText.reportTypeSubject, 'required');
  if (issues.length > 0 || measure === undefined) return { ok: false, issues };
  const received = values.get('lastReceivedOn');
  const asOf = values.get('asOf');
  const audience = audiences.find((one) => one === values.get('audience'));
  return {
    ok: true,
    value: {
      measure,
      period: { start, end },
      ...(subject === undefined ? {} : { subject }),
      ...(practitioner === undefined ? {} : { practitioner }),
      ...(reportType === undefined ? {} : { reportType }),
      ...(received === undefined ? {} : { lastReceivedOn: Number(received) }),
      ...(asOf === undefined ? {} : { asOf }),
      ...(audience === undefined ? {} : { audience }),
    },
  };
}

/** A Reference stands for its literal reference; any other complex value reads as empty and is refused by the parameter's own reader. */
export function textOf({ text, value }: OperationParameter): string {
  if (text !== undefined) return text;
  return isObject(value) && typeof value.reference === 'string' ? value.reference : '';
}

/** The first or last day of a year, month or day. A time of day isn't taken: a period is made of local days. */
function readDay(text: string, end: 'low' | 'high'): { readonly value: string } | { readonly allowed: string } {
  const range = /^\d{4}(-\d{2}(-\d{2})?)?$/.test(text) ? temporalRange(text) : undefined;
  return range ? { value: new Date(range[end]).toISOString().slice(0, 10) } : { allowed: dateForms };
}

export function about(name: string): { readonly expression: string } {
  return { expression: `Parameters.parameter.where(name = '${name.replace(/[^A-Za-z0-9_-]/g, '')}')` };
}
