import type { MeasureReport, Parameters, Resource } from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { Scope } from '../../search/scope.js';
import { findMeasure } from '../find-measure.js';
import { canonicalOf, measureProgram } from '../program.js';
import type { MeasureServices } from '../services.js';
import { subjectOf } from '../subject/subject.js';
import { measureText } from '../text.js';
import { evaluatedVersions } from './evaluated.js';
import { about, type OperationParameter, parseEvaluateMeasure } from './request.js';

/**
 * Answers `Measure/$collect-data`: a MeasureReport of type data-collection and the resources that the measure reads of one person, those changed since
 * `lastReceivedOn` where it is given. Throws as `$evaluate-measure`. Source: R4 Measure $collect-data.
 */
export async function collectDataOperation(
  services: MeasureServices,
  scope: Scope,
  parameters: readonly OperationParameter[],
  id?: string,
): Promise<Parameters> {
  const parsed = parseEvaluateMeasure(parameters, id);
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
  const { period, lastReceivedOn } = parsed.value;
  const measure = await findMeasure(services, scope, parsed.value.measure);
  const program = measureProgram(measure);
  if (!program.ok) throw new OperationOutcomeError(422, program.issues);
  const subject = await subjectOf(services, scope, parsed.value.subject);
  if (subject.kind !== 'person') {
    throw new OperationOutcomeError(400, [issue('value', 'measure-subject', measureText.collectSubject, about('subject'))]);
  }
  const versions = await evaluatedVersions(services, scope, program.value.library, subject.id);
  const chosen = versions.filter(({ lastUpdated }) => lastReceivedOn === undefined || Date.parse(lastUpdated) >= lastReceivedOn);
  const resources = new Map(chosen.map(({ type, id: key, body }) => [`${type}/${key}`, JSON.parse(body ?? '{}') as Resource]));
  const report: MeasureReport = {
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'data-collection',
    measure: canonicalOf(measure),
    subject: { reference: subject.reference },
    date: services.now().toISOString(),
    period,
    ...(resources.size === 0 ? {} : { evaluatedResource: [...resources.keys()].map((reference) => ({ reference })) }),
  };
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'measureReport', resource: report },
      ...[...resources.values()].map((resource) => ({ name: 'resource', resource })),
    ],
  };
}
