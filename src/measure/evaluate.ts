import { createHash } from 'node:crypto';
import type { Measure, Parameters } from '@medplum/fhirtypes';
import { CqlError } from '../cql/error.js';
import { findLibrary } from '../cql/libraries.js';
import type { CqlValue, EvaluationRun, MeasurementPeriod, MeasureProgram, PersonResult } from '../cql/program.js';
import { OperationOutcomeError } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';
import { cqlFault } from './cql-fault.js';
import { externalDenominators, withExternal } from './denominator.js';
import { chooseEngine, type EngineChoice } from './engines.js';
import type { Counts } from './membership.js';
import { withObservations } from './observation.js';
import type { CqlArguments } from './operations/cql-arguments.js';
import { measureProgram } from './program.js';
import type { HiddenAreas } from './report/hidden-areas.js';
import type { MeasureServices } from './services.js';
import { detailedResults, type GroupResult, groupResults, tally } from './strata.js';
import { isPartLevel, levelDigits, type StrataLevel } from './subject/level.js';
import { inParts, liesIn, posyanduNames } from './subject/parts.js';
import { residenceEvaluator } from './subject/residence-evaluator.js';
import { listedAreas, livesIn, type MeasureSubject, patientsOf, subjectsOf } from './subject/subject.js';

/** What a report is made of: who was counted how, by what definition, on which data. */
export interface Evaluation {
  readonly measure: Measure;
  readonly program: MeasureProgram;
  readonly period: MeasurementPeriod;
  readonly subject: MeasureSubject;
  readonly engine: EngineChoice;
  /** Instant whose data were read: evaluating again `asOf` it sees the same versions. */
  readonly watermark: string;
  readonly definition: {
    readonly measureHash: string;
    readonly libraries: ReadonlyArray<{ readonly library: string; readonly hash?: string }>;
  };
  readonly groups: readonly GroupResult[];
  /** Of which level the areas of the groups' strata are; villages where absent. */
  readonly level?: StrataLevel;
  /** Names of organizations that strata stand for, by reference. */
  readonly names?: ReadonlyMap<string, string>;
  /** Ids of the members by group and population, where the report names them. */
  readonly members?: ReadonlyArray<ReadonlyArray<readonly string[]>>;
  /** Values of the supplemental definitions, in their order, of everyone in an initial population. */
  readonly supplemental?: ReadonlyArray<ReadonlyArray<{ readonly value: CqlValue; readonly persons: number }>>;
  /** The persons in their strata, with what each adds to the groups' populations, where they were asked for. */
  readonly persons?: ReadonlyArray<{ readonly result: PersonResult; readonly counts: readonly Counts[] }>;
  /** What the CQL was given, as a resource. */
  readonly parameters?: Parameters;
  /** Areas of which this audience may be told nothing. */
  readonly hidden?: HiddenAreas;
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
  /** Of which level the areas of the strata are; `next` is the first part of a village that anybody is known to belong to. Villages where absent. */
  readonly level?: StrataLevel | 'next';
  /** Values of the CQL's parameters. */
  readonly arguments?: CqlArguments;
  /** Only counts by area are wanted, nothing that takes persons one by one. */
  readonly countsOnly?: boolean;
  readonly keepPersons?: boolean;
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
    return request.scope === undefined ? counted : await externally(services, { scope: request.scope, asOf: request.asOf }, counted);
  } catch (error) {
    throw error instanceof CqlError ? cqlFault(error, request.measure, services.libraries) : error;
  }
}

export type EvaluationServices = Pick<MeasureServices, 'areas' | 'engines' | 'libraries' | 'now' | 'past' | 'registry' | 'store'>;

async function evaluation(services: EvaluationServices, request: EvaluationRequest): Promise<Evaluation> {
  const { measure, period, subject, asOf, run } = request;
  const made = measureProgram(measure);
  if (!made.ok) throw new OperationOutcomeError(422, made.issues);
  const program = programOf(made.value, services, request);
  const engine = await chooseEngine(services.engines, program, asOf);
  const watermark = asOf ?? services.now().toISOString();
  const libraryHash = findLibrary(services.libraries, program.library)?.cqlHash;
  const common = {
    measure,
    program,
    period,
    subject,
    engine,
    watermark,
    ...(request.arguments ? { parameters: request.arguments.resource } : {}),
    definition: {
      measureHash: sha256(JSON.stringify(measure)),
      libraries: [{ library: program.library, ...(libraryHash === undefined ? {} : { hash: libraryHash }) }],
    },
  };
  const evaluator =
    program.basis === undefined && subject.kind !== 'person'
      ? residenceEvaluator(engine.evaluator, await services.past.movers(period.end, asOf))
      : engine.evaluator;
  const { level = 'village' } = request;
  const digits = level === 'next' || isPartLevel(level) ? levelDigits.village : levelDigits[level];
  const listed = listedAreas(services, subject, digits);
  const hasParts = level === 'next' || isPartLevel(level) || (subject.kind === 'area' && subject.part !== undefined);
  const isMeant = (village: string | undefined): boolean => patientsOf(subject) === undefined || livesIn(subject, village);
  if (!request.named && request.keepPersons !== true && program.values === undefined && !hasParts) {
    const counted = (await evaluator.areas(program, period, subjectsOf(subject), run)).filter(({ area }) => isMeant(area));
    const larger = counted.map((count) => (count.area === undefined ? count : { ...count, area: count.area.slice(0, digits) }));
    return { ...common, ...levelOf(level), groups: groupResults(program, larger, listed) };
  }
  const found = (await evaluator.persons(program, period, subjectsOf(subject), run)).filter(({ area }) => isMeant(area));
  const { persons, strata, ...parts } = hasParts
    ? await placed(services, request, found)
    : {
        persons: found,
        strata: found.map((person) => (person.area === undefined ? person : { ...person, area: person.area.slice(0, digits) })),
      };
  return {
    ...common,
    ...levelOf(level),
    ...parts,
    groups: detailedResults(program, strata, 'level' in parts ? [] : listed),
    ...(request.named ? { members: membersOf(program, persons) } : {}),
    ...(program.supplemental ? { supplemental: supplementalOf(program, persons) } : {}),
    ...(request.keepPersons === true ? { persons: strata.map((result) => ({ result, counts: countsOf(program, result) })) } : {}),
  };
}

/** The program that answers the request: with the parameters' values, and without what only persons one by one tell where counts are all that is wanted. */
function programOf(
  made: MeasureProgram,
  { libraries }: EvaluationServices,
  { arguments: given, countsOnly }: EvaluationRequest,
): MeasureProgram {
  const { values, supplemental, ...counted } = made;
  const groups = counted.groups.map(({ stratifiers: _, observations: _observations, ...group }) => group);
  const wanted = countsOnly === true ? { ...counted, groups } : made;
  return { ...withObservations(wanted, libraries), ...(given ? { parameters: given.elm } : {}) };
}

function countsOf(program: MeasureProgram, person: PersonResult): readonly Counts[] {
  return program.groups.map((group, at) => tally(group, person, at).counts);
}

function levelOf(level: StrataLevel | 'next'): { readonly level: StrataLevel } {
  return { level: level === 'next' ? 'village' : level };
}

/** The persons of a part of a village, and of them all where each belongs. */
async function placed(
  services: EvaluationServices,
  { subject, period, asOf, scope, level = 'village' }: EvaluationRequest,
  found: readonly PersonResult[],
): Promise<{
  readonly persons: readonly PersonResult[];
  readonly strata: readonly PersonResult[];
  readonly level?: StrataLevel;
  readonly names?: ReadonlyMap<string, string>;
}> {
  const places = await services.past.places(
    found.map(({ person }) => person),
    period.end,
    asOf,
  );
  const part = subject.kind === 'area' ? subject.part : undefined;
  const persons = found.filter(({ person }) => liesIn(places.get(person), part));
  if (level !== 'next' && !isPartLevel(level)) return { persons, strata: persons };
  const names = scope ? await posyanduNames(services, scope, places.values(), asOf) : new Map<string, string>();
  const parts = inParts(persons, places, names, level);
  return parts ? { persons, strata: parts.persons, level: parts.level, names } : { persons, strata: persons };
}

/** With denominators from outside in the groups whose basis says so; of one person there is none. */
async function externally(
  services: EvaluationServices,
  { scope, asOf }: { readonly scope: Scope; readonly asOf: string | undefined },
  counted: Evaluation,
): Promise<Evaluation> {
  const { subject, measure, period } = counted;
  if (subject.kind === 'person' || patientsOf(subject)) return counted;
  const groups: GroupResult[] = [];
  for (const [index, result] of counted.groups.entries()) {
    const found = await externalDenominators(services, scope, measure, index, period.end, asOf);
    const area = subject.kind === 'area' && subject.part === undefined ? subject.area.code : undefined;
    groups.push(found ? withExternal(result, found, area, services.areas) : result);
  }
  return { ...counted, groups };
}

/** Ids of the members of each population. */
export function membersOf(program: MeasureProgram, persons: readonly PersonResult[]): ReadonlyArray<ReadonlyArray<readonly string[]>> {
  return program.groups.map((group, at) => {
    const lists: string[][] = group.populations.map(() => []);
    for (const person of persons) {
      tally(group, person, at).counts.forEach((count, place) => {
        if (count > 0) lists[place]?.push(person.person);
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

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
