import { createHash } from 'node:crypto';
import type { Measure } from '@medplum/fhirtypes';
import { CqlError } from '../cql/error.js';
import { findLibrary } from '../cql/libraries.js';
import type { CqlValue, EvaluationRun, MeasurementPeriod, MeasureProgram, PersonResult } from '../cql/program.js';
import { OperationOutcomeError } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';
import { externalDenominators, withExternal } from './denominator.js';
import { chooseEngine, type EngineChoice } from './engines.js';
import { membership } from './membership.js';
import { withObservations } from './observation.js';
import { measureProgram } from './program.js';
import type { MeasureServices } from './services.js';
import { detailedResults, type GroupResult, groupResults } from './strata.js';
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
  /** Values of the supplemental definitions, in their order, of everyone in an initial population. */
  readonly supplemental?: ReadonlyArray<ReadonlyArray<{ readonly value: CqlValue; readonly persons: number }>>;
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
  /** Who asks: external denominators are looked up as this caller may see them. Without it every denominator is counted. */
  readonly scope?: Scope;
}

/**
 * Evaluates a Measure for a period and subject, by SQL where the compiler takes it, else by the reference engine.
 * Throws OperationOutcomeError 422 where the Measure asks for what Lontar can't evaluate.
 */
export async function evaluateMeasure(services: EvaluationServices, request: EvaluationRequest): Promise<Evaluation> {
  try {
    const counted = await evaluation(services, request);
    return request.scope === undefined ? counted : await externally(services, request.scope, counted);
  } catch (error) {
    throw error instanceof CqlError ? new OperationOutcomeError(422, error.issues) : error;
  }
}

type EvaluationServices = Pick<MeasureServices, 'areas' | 'engines' | 'libraries' | 'now' | 'registry' | 'store'>;

async function evaluation(services: EvaluationServices, request: EvaluationRequest): Promise<Evaluation> {
  const { measure, period, subject, run } = request;
  const made = measureProgram(measure);
  if (!made.ok) throw new OperationOutcomeError(422, made.issues);
  const program = withObservations(made.value, services.libraries);
  const engine = await chooseEngine(services.engines, program, request.asOf);
  const watermark = request.asOf ?? services.now().toISOString();
  const villages = listedVillages(services, subject);
  const libraryHash = findLibrary(services.libraries, program.library)?.cqlHash;
  const common = {
    measure,
    program,
    period,
    subject,
    engine,
    watermark,
    definition: { measureHash: sha256(JSON.stringify(measure)), ...(libraryHash === undefined ? {} : { libraryHash }) },
  };
  if (!request.named && program.values === undefined) {
    const counted = await engine.evaluator.areas(program, period, subjectsOf(subject), run);
    return { ...common, groups: groupResults(program, counted, villages) };
  }
  const persons = await engine.evaluator.persons(program, period, subjectsOf(subject), run);
  return {
    ...common,
    groups: detailedResults(program, persons, villages),
    ...(request.named ? { members: membersOf(program, persons) } : {}),
    ...(program.supplemental ? { supplemental: supplementalOf(program, persons) } : {}),
  };
}

/** With denominators from outside in the groups whose basis says so; of one person there is none. */
async function externally(services: EvaluationServices, scope: Scope, counted: Evaluation): Promise<Evaluation> {
  const { subject, measure, period } = counted;
  if (subject.kind === 'person') return counted;
  const groups: GroupResult[] = [];
  for (const [index, result] of counted.groups.entries()) {
    const found = await externalDenominators(services, scope, measure, index, period.end);
    groups.push(found ? withExternal(result, found, subject.kind === 'area' ? subject.area.code : undefined) : result);
  }
  return { ...counted, groups };
}

function membersOf(program: MeasureProgram, persons: readonly PersonResult[]): ReadonlyArray<ReadonlyArray<readonly string[]>> {
  return program.groups.map((group, at) => {
    const codes = group.populations.map(({ code }) => code);
    const lists: string[][] = codes.map(() => []);
    for (const { person, populations } of persons) {
      membership(codes, populations[at] ?? [], group.scoring).forEach((member, index) => {
        if (member) lists[index]?.push(person);
      });
    }
    return lists;
  });
}

function supplementalOf(program: MeasureProgram, persons: readonly PersonResult[]): NonNullable<Evaluation['supplemental']> {
  const initial = persons.filter(({ populations }) =>
    program.groups.some(
      (group, at) => populations[at]?.[group.populations.findIndex(({ code }) => code === 'initial-population')] === true,
    ),
  );
  return (program.supplemental ?? []).map(({ expression }) => {
    const counted = new Map<string, { readonly value: CqlValue; persons: number }>();
    for (const { values } of initial) {
      const value = values?.[expression] ?? null;
      const key = JSON.stringify(value);
      const found = counted.get(key);
      if (found) found.persons += 1;
      else counted.set(key, { value, persons: 1 });
    }
    return [...counted].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, found]) => found);
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
