import type { MeasurementPeriod } from '../../cql/program.js';
import { temporalRange } from '../../fhir/date.js';
import { type Issue, issue, type Result, type Text } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import type { ReportType } from '../report/report.js';
import { type Audience, audiences } from '../report/suppress.js';
import { type StrataLevel, strataLevels } from '../subject/level.js';
import { measureText } from '../text.js';

/** One input of an operation: `text` of a primitive, `value` as it stood in a Parameters resource (a Reference for `subject`). */
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
  /** Only those of whom this is the general practitioner. */
  readonly practitioner?: string;
  readonly reportType?: ReportType;
  /** Instant in epoch milliseconds: an individual report names only the resources changed since. */
  readonly lastReceivedOn?: number;
  /** Value of the CQL parameter "Product Line". */
  readonly productLine?: string;
  /** Values of the CQL's parameters, as a Parameters resource. */
  readonly parameters?: JsonObject;
  /** ISO instant in UTC with milliseconds: a parameter of ours, for reports that are evaluated again at their watermark. */
  readonly asOf?: string;
  /** A parameter of ours: whose eyes the report is for; decides which small counts are hidden. */
  readonly audience?: Audience;
  /** A parameter of ours: of which level the areas are that a report is stratified by. */
  readonly level?: StrataLevel;
}

type Reader = (text: string) => { readonly value: string } | { readonly allowed: string };

const dateForms = 'YYYY, YYYY-MM, YYYY-MM-DD';

/** R4's codes, and the words of other editions and implementations for them. */
const reportTypes: Readonly<Record<string, ReportType>> = {
  subject: 'subject',
  individual: 'subject',
  patient: 'subject',
  'subject-list': 'subject-list',
  'patient-list': 'subject-list',
  population: 'population',
  summary: 'population',
};

function oneOf(allowed: readonly string[]): Reader {
  return (text) => (allowed.includes(text) ? { value: text } : { allowed: allowed.join(', ') });
}

function filled(example: string): Reader {
  return (text) => (text.trim() === '' ? { allowed: example } : { value: text });
}

// R4 $evaluate-measure; productLine and parameters as later editions have them; asOf, audience and level are ours.
const readers: Readonly<Record<string, Reader>> = {
  periodStart: (text) => readDay(text, 'low'),
  periodEnd: (text) => readDay(text, 'high'),
  measure: filled('ANC-K6, https://lontar.id/fhir/Measure/ANC-K6'),
  subject: filled('Patient/…, Group/…, Organization/…, Location/…, 6202061001'),
  reportType: oneOf(Object.keys(reportTypes)),
  practitioner: (text) => (/^Practitioner(Role)?\/[A-Za-z0-9\-.]{1,64}$/.test(text) ? { value: text } : { allowed: 'Practitioner/…' }),
  lastReceivedOn: (text) => {
    const range = temporalRange(text);
    return range ? { value: String(range.low) } : { allowed: '2026-01-31T00:00:00Z' };
  },
  productLine: filled('JKN'),
  asOf: (text) => {
    const range = /T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? temporalRange(text) : undefined;
    return range ? { value: new Date(range.low).toISOString() } : { allowed: '2026-01-31T00:00:00Z' };
  },
  audience: oneOf(audiences),
  level: oneOf(strataLevels),
};

/** Checks names, number and values of the parameters; all problems at once, each by the parameter's name. `id` is that of an instance-level call. */
export function parseEvaluateMeasure(parameters: readonly OperationParameter[], id?: string): Result<EvaluateMeasureRequest> {
  const issues: Issue[] = [];
  const fail = (rule: string, name: string, text: Text, code: Issue['code'] = 'value'): void => {
    issues.push(issue(code, rule, text, about(name)));
  };
  const values = readValues(parameters, fail);
  const given = parameters.find(({ name }) => name === 'parameters');
  if (given && given.resource?.['resourceType'] !== 'Parameters') {
    fail('parameter-value', 'parameters', measureText.parameterValue('parameters', 'Parameters (POST)'));
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
  const reportType = reportTypes[values.get('reportType') ?? ''];
  if (reportType === 'subject' && subject === undefined) fail('measure-report-type', 'subject', measureText.reportTypeSubject, 'required');
  if (issues.length > 0 || measure === undefined) return { ok: false, issues };
  const practitioner = values.get('practitioner');
  const received = values.get('lastReceivedOn');
  const productLine = values.get('productLine');
  const asOf = values.get('asOf');
  const audience = audiences.find((one) => one === values.get('audience'));
  const level = strataLevels.find((one) => one === values.get('level'));
  return {
    ok: true,
    value: {
      measure,
      period: { start, end },
      ...(subject === undefined ? {} : { subject }),
      ...(practitioner === undefined ? {} : { practitioner }),
      ...(reportType === undefined ? {} : { reportType }),
      ...(received === undefined ? {} : { lastReceivedOn: Number(received) }),
      ...(productLine === undefined ? {} : { productLine }),
      ...(given?.resource === undefined ? {} : { parameters: given.resource }),
      ...(asOf === undefined ? {} : { asOf }),
      ...(audience === undefined ? {} : { audience }),
      ...(level === undefined ? {} : { level }),
    },
  };
}

/** The parameters' texts as their readers understand them; empty where one doesn't. */
function readValues(
  parameters: readonly OperationParameter[],
  fail: (rule: string, name: string, text: Text, code?: Issue['code']) => void,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  for (const parameter of parameters) {
    const { name } = parameter;
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (seen.has(name)) fail('parameter-twice', name, measureText.parameterTwice(name), 'invalid');
    else if (read) {
      const result = read(textOf(parameter));
      if ('allowed' in result) fail('parameter-value', name, measureText.parameterValue(name, result.allowed));
      values.set(name, 'value' in result ? result.value : '');
    } else if (name !== 'parameters') {
      const known = [...Object.keys(readers), 'parameters'].join(', ');
      fail('parameter-unknown', name, measureText.parameterUnknown(name, known), 'not-supported');
    }
    seen.add(name);
  }
  return values;
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
