import type { Measure, MeasureReport } from '@medplum/fhirtypes';
import type { EvaluationRun } from '../../cql/program.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { Scope } from '../../search/scope.js';
import { evaluateComposite, isComposite } from '../composite.js';
import { type Evaluation, type EvaluationRequest, evaluateMeasure } from '../evaluate.js';
import { findMeasure } from '../find-measure.js';
import { type HiddenAreas, hiddenAreas } from '../report/hidden-areas.js';
import { measureReport, type ReportType } from '../report/report.js';
import { audiences } from '../report/suppress.js';
import type { MeasureServices } from '../services.js';
import { isPartLevel, nextLevel } from '../subject/level.js';
import { type MeasureSubject, patientsOf, subjectOf } from '../subject/subject.js';
import { measureText } from '../text.js';
import { type CqlArguments, cqlArguments } from './cql-arguments.js';
import { evaluatedResources } from './evaluated.js';
import { about, type EvaluateMeasureRequest, type OperationParameter, parseEvaluateMeasure } from './request.js';

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
  const { asOf, practitioner, period } = request;
  if (asOf !== undefined && Date.parse(asOf) > services.now().getTime()) throw refused('measure-as-of', 'asOf', measureText.asOfFuture);
  const measure = await findMeasure(services, scope, request.measure, id === undefined ? about('measure') : {});
  const subject = await subjectOf(services, scope, request.subject, {
    day: period.end,
    ...(practitioner === undefined ? {} : { practitioner }),
    ...(asOf === undefined ? {} : { asOf }),
  });
  const type = reportType(request, subject);
  const smallCells = smallCellsFor(services, request, subject, type);
  const given = argumentsOf(services, measure, request);
  const asked: EvaluationRequest = {
    measure,
    period,
    subject,
    named: type !== 'population',
    scope,
    level: levelFor(request, subject, smallCells),
    ...(given ? { arguments: given } : {}),
    ...(run === undefined ? {} : { run }),
    ...(asOf === undefined ? {} : { asOf }),
  };
  const evaluation = await evaluate(services, scope, asked);
  const hidden = smallCells > 0 ? { hidden: await hiddenFrom(services, scope, asked, smallCells) } : {};
  const evaluated =
    subject.kind === 'person' && type === 'subject'
      ? await evaluatedResources(services, scope, evaluation, {
          ...(asOf === undefined ? {} : { asOf }),
          ...(request.lastReceivedOn === undefined ? {} : { changedSince: request.lastReceivedOn }),
        })
      : [];
  return measureReport({ ...evaluation, ...hidden }, type, services.areas, evaluated, smallCells);
}

function evaluate(services: MeasureServices, scope: Scope, asked: EvaluationRequest): Promise<Evaluation> {
  return isComposite(asked.measure) ? evaluateComposite(services, scope, asked) : evaluateMeasure(services, asked);
}

/** The next level down from the subject, unless another was asked for; where small counts are hidden no part of a village is shown. */
function levelFor({ level }: EvaluateMeasureRequest, subject: MeasureSubject, smallCells: number): NonNullable<EvaluationRequest['level']> {
  const next = level ?? nextLevel(subject);
  return smallCells > 0 && next === 'next' ? 'village' : next;
}

/** What is hidden of the nation, and so of every area. */
async function hiddenFrom(services: MeasureServices, scope: Scope, asked: EvaluationRequest, smallCells: number): Promise<HiddenAreas> {
  const { scope: _, ...nation } = {
    ...asked,
    subject: { kind: 'all' as const },
    named: false,
    level: 'village' as const,
    countsOnly: true,
  };
  const { groups } = await evaluate(services, scope, nation);
  return hiddenAreas(groups, smallCells);
}

/** A report on one person for a Patient, else counts; refuses what goes only with the one or the other. */
function reportType({ reportType: wanted, lastReceivedOn }: EvaluateMeasureRequest, subject: MeasureSubject): ReportType {
  const type = wanted ?? (subject.kind === 'person' ? 'subject' : 'population');
  if (type === 'subject' && subject.kind !== 'person') throw refused('measure-report-type', 'reportType', measureText.reportTypeSubject);
  if (type !== 'subject' && lastReceivedOn !== undefined) throw refused('measure-received', 'lastReceivedOn', measureText.receivedSubject);
  return type;
}

/** Below how many persons a count is hidden from the audience. Nobody is told more than the server's own audience may know. */
function smallCellsFor(
  services: MeasureServices,
  { audience, level }: EvaluateMeasureRequest,
  subject: MeasureSubject,
  type: ReportType,
): number {
  const chosen = audience ?? services.audience;
  if (audiences.indexOf(chosen) < audiences.indexOf(services.audience)) {
    throw new OperationOutcomeError(403, [
      issue('forbidden', 'measure-audience', measureText.audienceBeyond(services.audience), about('audience')),
    ]);
  }
  const smallCells = services.smallCells[chosen];
  if (smallCells > 0) {
    // Who may not learn small counts may learn no names, and nothing of the parts of a village.
    if (type !== 'population') throw suppressed('reportType', measureText.audienceNames);
    if (level !== undefined && isPartLevel(level)) throw suppressed('level', measureText.audienceParts);
    if (!hasNeighbours(subject)) throw suppressed('subject', measureText.audienceSubject);
  }
  return smallCells;
}

/** Whether it is an area whose rows every report shows alike; a chosen group of people could be subtracted from another. */
function hasNeighbours(subject: MeasureSubject): boolean {
  if (patientsOf(subject)) return false;
  return subject.kind === 'all' || subject.kind === 'organization' || (subject.kind === 'area' && subject.part === undefined);
}

function argumentsOf(
  { libraries }: MeasureServices,
  measure: Measure,
  { parameters, productLine }: EvaluateMeasureRequest,
): CqlArguments | undefined {
  if (parameters === undefined && productLine === undefined) return undefined;
  const found = cqlArguments(libraries, measure.library?.[0] ?? '', parameters, productLine);
  if (!found.ok) throw new OperationOutcomeError(400, found.issues);
  return found.value;
}

function suppressed(name: string, text: Parameters<typeof issue>[2]): OperationOutcomeError {
  return new OperationOutcomeError(403, [issue('suppressed', 'measure-audience', text, about(name))]);
}

function refused(rule: string, name: string, text: Parameters<typeof issue>[2]): OperationOutcomeError {
  return new OperationOutcomeError(400, [issue('value', rule, text, about(name))]);
}
