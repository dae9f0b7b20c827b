import { createHash } from 'node:crypto';
import type { Measure } from '@medplum/fhirtypes';
import { CqlError } from '../cql/error.js';
import { findLibrary } from '../cql/libraries.js';
import { areaCounts, type EvaluationRun, type MeasurementPeriod, type MeasureProgram, type PersonResult } from '../cql/program.js';
import { OperationOutcomeError } from '../fhir/outcome.js';
import { chooseEngine, type EngineChoice } from './engines.js';
import { membership } from './membership.js';
import { measureProgram } from './program.js';
import type { MeasureServices } from './services.js';
import { type GroupResult, groupResults } from './strata.js';
import { listedVillages, type MeasureSubject, subjectsOf } from './subject.js';

/** What a report is made of: who was counted how, by what definition, on which data. */
export interface Evaluation {
  readonly measure: Measure;
  readonly program: MeasureProgram;
  readonly period: MeasurementPeriod;
  readonly subject: MeasureSubject;
  readonly engine: EngineChoice;
  /** Instant whose data were read: evaluating again `asOf` it sees the same versions. */
  readonly watermark: string;
  readonly definition: { readonly measureHash: string; readonly libraryHash?: string };
  readonly groups: readonly GroupResult[];
  /** Ids of the members by group and population, where the report names them. */
  readonly members?: ReadonlyArray<ReadonlyArray<readonly string[]>>;
}

export interface EvaluationRequest {
  readonly measure: Measure;
  readonly period: MeasurementPeriod;
  readonly subject: MeasureSubject;
  /** Whether persons are to be named (subject and subject-list reports). */
  readonly named: boolean;
  /** ISO instant: evaluate the data as they stood then. */
  readonly asOf?: string;
  readonly run?: EvaluationRun;
}

/**
 * Evaluates a Measure for a period and subject, by SQL where the compiler takes it, else by the reference engine.
 * Throws OperationOutcomeError 422 where the Measure asks for what Lontar can't evaluate.
 */
export async function evaluateMeasure(services: EvaluationServices, request: EvaluationRequest): Promise<Evaluation> {
  try {
    return await evaluation(services, request);
  } catch (error) {
    throw error instanceof CqlError ? new OperationOutcomeError(422, error.issues) : error;
  }
}

type EvaluationServices = Pick<MeasureServices, 'areas' | 'engines' | 'libraries' | 'now'>;

async function evaluation(services: EvaluationServices, request: EvaluationRequest): Promise<Evaluation> {
  const { measure, period, subject, run } = request;
  const program = measureProgram(measure);
  if (!program.ok) throw new OperationOutcomeError(422, program.issues);
  const engine = await chooseEngine(services.engines, program.value, request.asOf);
  const watermark = request.asOf ?? services.now().toISOString();
  const villages = listedVillages(services, subject);
  const libraryHash = findLibrary(services.libraries, program.value.library)?.cqlHash;
  const common = {
    measure,
    program: program.value,
    period,
    subject,
    engine,
    watermark,
    definition: { measureHash: sha256(JSON.stringify(measure)), ...(libraryHash === undefined ? {} : { libraryHash }) },
  };
  if (!request.named) {
    const counted = await engine.evaluator.areas(program.value, period, subjectsOf(subject), run);
    return { ...common, groups: groupResults(program.value, counted, villages) };
  }
  const persons = await engine.evaluator.persons(program.value, period, subjectsOf(subject), run);
  return {
    ...common,
    groups: groupResults(program.value, areaCounts(persons), villages),
    members: membersOf(program.value, persons),
  };
}

function membersOf(program: MeasureProgram, persons: readonly PersonResult[]): ReadonlyArray<ReadonlyArray<readonly string[]>> {
  return program.groups.map((group, at) => {
    const codes = group.populations.map(({ code }) => code);
    const lists: string[][] = codes.map(() => []);
    for (const { person, populations } of persons) {
      membership(codes, populations[at] ?? []).forEach((member, index) => {
        if (member) lists[index]?.push(person);
      });
    }
    return lists;
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
