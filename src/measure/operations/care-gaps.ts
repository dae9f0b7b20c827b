import type { Bundle, BundleEntry, Composition, DetectedIssue, Measure } from '@medplum/fhirtypes';
import type { EvaluationRun, PopulationCode } from '../../cql/program.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { Scope } from '../../search/scope.js';
import { evaluateMeasure } from '../evaluate.js';
import { findMeasure, guideMeasures } from '../find-measure.js';
import { canonicalOf } from '../program.js';
import type { MeasureServices } from '../services.js';
import { subjectOf } from '../subject/subject.js';
import { measureText } from '../text.js';
import { about, type OperationParameter, parseEvaluateMeasure } from './request.js';

const maximumGaps = 5000;

/**
 * Answers `Measure/$care-gaps`: who of the subject counts in a measure's denominator and doesn't yet have what its numerator asks for (where less is better: has what
 * it should not), as a document of DetectedIssues. `topic` is a measure (id or canonical), the code of a measure's topic or group, or `*` for all on board.
 * Throws as `$evaluate-measure`; 422 for too many. Source: R4 Measure $care-gaps.
 */
export async function careGapsOperation(
  services: MeasureServices,
  scope: Scope,
  parameters: readonly OperationParameter[],
  newId: () => string,
  run: EvaluationRun = {},
): Promise<Bundle> {
  if (scope.kind !== 'all') throw new OperationOutcomeError(403, [issue('forbidden', 'measure-scope', measureText.scope)]);
  const topic = parameters.find(({ name }) => name === 'topic')?.text ?? '';
  // The same inputs otherwise, of one measure or more.
  const parsed = parseEvaluateMeasure(
    parameters.filter(({ name }) => name !== 'topic'),
    topic === '' ? undefined : topic,
  );
  const missing = ['topic', 'subject'].filter((name) => !parameters.some((parameter) => parameter.name === name));
  const issues = [
    ...(parsed.ok ? [] : parsed.issues.filter(({ expression }) => !expression?.includes("'measure'"))),
    ...missing.map((name) =>
      issue('required', 'parameter-missing', measureText.parameterMissing(name, name === 'topic' ? 'ANC-K6' : '6202061001'), about(name)),
    ),
  ];
  if (!parsed.ok || issues.length > 0) throw new OperationOutcomeError(400, issues);
  const { period } = parsed.value;
  const measures = await measuresAbout(services, scope, topic);
  const subject = await subjectOf(services, scope, parsed.value.subject);
  const gaps: DetectedIssue[] = [];
  for (const measure of measures) {
    const evaluation = await evaluateMeasure(services, { measure, period, subject, named: true, run });
    const lowerIsBetter = measure.improvementNotation?.coding?.[0]?.code === 'decrease';
    evaluation.groups.forEach((group, at) => {
      const of = (code: PopulationCode): ReadonlySet<string> => new Set(evaluation.members?.[at]?.[group.populations.indexOf(code)] ?? []);
      const denominator = group.populations.includes('denominator') ? of('denominator') : of('initial-population');
      const [excluded, excepted, numerator] = [of('denominator-exclusion'), of('denominator-exception'), of('numerator')];
      const definition = measure.group?.[at];
      const title = definition?.code?.text ?? measure.title ?? group.code;
      for (const person of denominator) {
        if (excluded.has(person) || excepted.has(person) || numerator.has(person) !== lowerIsBetter) continue;
        gaps.push(careGap(newId(), person, measure, definition?.code?.coding?.[0], title));
      }
    });
    if (gaps.length > maximumGaps) {
      throw new OperationOutcomeError(422, [
        issue('too-costly', 'care-gaps-limit', measureText.tooManyPersons(maximumGaps), about('subject')),
      ]);
    }
  }
  return documentOf(newId, services.now().toISOString(), gaps);
}

async function measuresAbout(services: MeasureServices, scope: Scope, topic: string): Promise<readonly Measure[]> {
  const active = guideMeasures(services).filter(({ status }) => status === 'active');
  if (topic === '*') return active;
  const found = active.filter(
    (measure) =>
      measure.id === topic ||
      (measure.topic ?? []).some(({ coding, text }) => text === topic || coding?.some(({ code }) => code === topic)) ||
      (measure.group ?? []).some(({ code }) => code?.coding?.some((coding) => coding.code === topic)),
  );
  if (found.length > 0) return found;
  try {
    return [await findMeasure(services, scope, topic)];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || error.status !== 404) throw error;
    const text = measureText.careGapTopic(topic.replace(/[^\w:/.|-]/g, ''));
    throw new OperationOutcomeError(404, [issue('not-found', 'care-gaps-topic', text, about('topic'))]);
  }
}

type GroupCoding = NonNullable<NonNullable<NonNullable<Measure['group']>[number]['code']>['coding']>[number];

function careGap(id: string, person: string, measure: Measure, coding: GroupCoding | undefined, title: string): DetectedIssue {
  return {
    resourceType: 'DetectedIssue',
    id,
    status: 'preliminary',
    code: { ...(coding ? { coding: [coding] } : {}), text: title },
    patient: { reference: `Patient/${person}` },
    detail: `${measureText.careGap(title).id} / ${measureText.careGap(title).en}`,
    reference: canonicalOf(measure).split('|')[0] ?? '',
  };
}

function documentOf(newId: () => string, date: string, gaps: readonly DetectedIssue[]): Bundle {
  const urlOf = (id: string | undefined): string => `urn:uuid:${id ?? ''}`;
  const composition: Composition = {
    resourceType: 'Composition',
    id: newId(),
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '96315-7', display: 'Gaps in care report' }] },
    date,
    author: [{ display: 'Lontar' }],
    title: `${measureText.careGapsTitle.id} / ${measureText.careGapsTitle.en}`,
    section: [
      {
        title: measureText.careGapsTitle.id,
        ...(gaps.length === 0
          ? { emptyReason: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', code: 'nilknown' }] } }
          : { entry: gaps.map(({ id }) => ({ reference: urlOf(id) })) }),
      },
    ],
  };
  const entries: BundleEntry[] = [composition, ...gaps].map((resource) => ({ fullUrl: urlOf(resource.id), resource }));
  return {
    resourceType: 'Bundle',
    identifier: { system: 'urn:ietf:rfc:3986', value: urlOf(newId()) },
    type: 'document',
    timestamp: date,
    entry: entries,
  };
}
