import type { Measure } from '@medplum/fhirtypes';
import type { FactCatalogue } from '../../cql/catalogue.js';
import { type Queryable, type SqlEvaluator, sqlEvaluator } from '../../cql/evaluator.js';
import type { Libraries } from '../../cql/libraries.js';
import type { Plan } from '../../cql/plan.js';
import type { EvaluationRun, PersonResult } from '../../cql/program.js';
import type { ReferencePerson } from '../../cql/reference.js';
import { createReferencePool, pooledReferenceEvaluator, type ReferencePool } from '../../cql/reference-pool.js';
import { factCatalogue, factTables, factViews } from '../../facts/catalogue.js';
import { residenceOf } from '../../facts/residence.js';
import { zoneMinutesOf } from '../../facts/zone.js';
import { type Issue, issue } from '../../fhir/outcome.js';
import type { Database } from '../../store/database.js';
import type { Terminology } from '../../terminology/terminology.js';
import { measureText } from '../text.js';
import { checkAgreement, type Disagreement } from './check.js';
import { type PopulationCoverage, populationCoverage } from './coverage.js';
import { edgeSeeds } from './edges.js';
import type { BoundaryPerson } from './persons.js';
import { seededRandom, shuffled } from './random.js';
import { withScratchFacts } from './scratch.js';
import { singleSteps } from './single-steps.js';
import { type AgreementSubject, agreementSubject, subjectPersons } from './subject.js';

/** What a check of agreement needs of the house. */
export interface AgreementParts {
  readonly database: Pick<Database, 'transaction'>;
  readonly libraries: Libraries;
  readonly catalogue: FactCatalogue;
  readonly terminology: Pick<Terminology, 'members'>;
  readonly pool: ReferencePool;
  /** Epoch milliseconds that both engines take for now. */
  now(): number;
  /** How long a statement may take; that of the compiler's own where absent. */
  readonly statementTimeoutMs?: number;
}

/** The parts of a check over a server's database, with a pool of their own that the caller closes. `now` in epoch milliseconds. */
export function agreementParts({
  now,
  ...parts
}: Pick<AgreementParts, 'database' | 'libraries' | 'terminology'> & { readonly now: number }): AgreementParts {
  return { ...parts, catalogue: factCatalogue(factTables(factViews())), pool: createReferencePool(), now: () => now };
}

export interface AgreementRequest {
  readonly persons: number;
  /** The same seed makes the same persons. */
  readonly seed: number;
  /** How many of the persons that differ are made small; one by default. */
  readonly shrinkLimit?: number;
  readonly run?: EvaluationRun;
  /** Makes another plan of the compiler's: a planted fault, which is to be noticed. */
  readonly plant?: (plan: Plan) => Plan;
}

/** Whether both engines agree on a measure. */
export interface MeasureAgreement {
  readonly id: string;
  /** How many persons both engines evaluated; none where SQL isn't served. */
  readonly persons: number;
  /** Why SQL doesn't serve the measure, so that the reference engine alone decides; empty where both were asked. */
  readonly refusals: readonly Issue[];
  readonly populations: readonly PopulationCoverage[];
  readonly disagreements: readonly Disagreement[];
  /** What the reference engine says of each, in order of id: of the measure's cases first. */
  readonly results: readonly PersonResult[];
}

/** Grows persons on the boundaries of a measure and has both engines evaluate them: over all populations, observations, strata and supplemental data. */
export async function measureAgreement(parts: AgreementParts, measure: Measure, request: AgreementRequest): Promise<MeasureAgreement> {
  const made = agreementSubject(parts, measure);
  const id = measure.id ?? '';
  if (!made.ok) return { id, persons: 0, refusals: made.issues, ...nobody };
  const subject = made.value;
  const refusals = refusalsOf(parts, subject);
  if (refusals.length > 0) return { id, persons: 0, refusals, ...nobody };
  const persons = await agreementPersons(parts, subject, request);
  const results: PersonResult[] = [];
  const disagreements = await checkAgreement({
    program: subject.program,
    persons,
    shrinkLimit: request.shrinkLimit ?? 1,
    evaluate: async (asked) => {
      const [left, right] = await Promise.all([
        referenceResults(parts, subject, asked, request.run),
        withScratchFacts(parts.database, asked, (facts) => sqlResults(parts, subject, facts, request.plant)),
      ]);
      if (asked === persons) results.push(...left);
      return { left, right };
    },
  });
  return { id, persons: persons.length, refusals: [], populations: populationCoverage(subject.program, results), disagreements, results };
}

const nobody = { populations: [], disagreements: [], results: [] } as const;

/** Why SQL doesn't serve a measure: what the compiler refuses, or a basis that facts aren't kept by. */
function refusalsOf(parts: AgreementParts, { program }: AgreementSubject): readonly Issue[] {
  if (program.basis !== undefined) {
    return [issue('not-supported', 'measure-basis', measureText.basisByReference(program.basis))];
  }
  return sqlOver(parts, nowhere).refusal(program) ?? [];
}

/** The compiler's plan of a subject; undefined where it refuses. */
export function planOf(parts: AgreementParts, { program }: AgreementSubject): Plan | undefined {
  let found: Plan | undefined;
  const keep = (plan: Plan): Plan => {
    found = plan;
    return plan;
  };
  return program.basis === undefined && sqlOver(parts, nowhere, keep).refusal(program) === undefined ? found : undefined;
}

/** What compiled SQL says of everyone in the facts, ordered by person. `rewrite` makes its plans other ones, to see whether that is noticed. */
export function sqlResults(
  parts: AgreementParts,
  { program, period }: AgreementSubject,
  facts: Queryable,
  rewrite?: (plan: Plan) => Plan,
): Promise<readonly PersonResult[]> {
  return sqlOver(parts, facts, rewrite).persons(program, period, { kind: 'all' });
}

/** Below so many, finding the edges would take longer than all the rest. */
const edgesFrom = 500;

/** Persons on the boundaries of a subject. Of many, some stand on edges that are looked for with SQL: if it errs there, it errs on both sides of its own edge. */
export async function agreementPersons(
  parts: AgreementParts,
  subject: AgreementSubject,
  { persons, seed }: AgreementRequest,
): Promise<readonly BoundaryPerson[]> {
  const random = seededRandom(seed);
  if (persons < edgesFrom) return subjectPersons(subject, persons, random);
  const edges = await edgeSeeds(subject.seeds, random, async (asked) => {
    const results = await withScratchFacts(parts.database, asked, (facts) => sqlResults(parts, subject, facts));
    const answers = new Map(results.map(({ person, populations }) => [person, JSON.stringify(populations)]));
    return asked.map(({ id }) => answers.get(id) ?? '');
  });
  return subjectPersons(subject, persons, random, shuffled([...edges, ...singleSteps(subject.seeds)], random));
}

/** What the reference engine says of the persons: in both of the pool's processes where there are many. */
export async function referenceResults(
  parts: AgreementParts,
  { program, period }: AgreementSubject,
  persons: readonly BoundaryPerson[],
  run: EvaluationRun = { timeoutMs: 3_600_000 },
): Promise<readonly PersonResult[]> {
  const middle = persons.length > 200 ? Math.ceil(persons.length / 2) : persons.length;
  const shares = [persons.slice(0, middle), persons.slice(middle)].filter((share) => share.length > 0);
  const now = parts.now();
  const found = shares.map((share) =>
    pooledReferenceEvaluator({
      pool: parts.pool,
      libraries: parts.libraries,
      members: (valueSet) => parts.terminology.members(valueSet)?.keys(),
      loadPersons: () => batches(share),
      now: () => now,
    }).persons(program, period, { kind: 'all' }, run),
  );
  return (await Promise.all(found)).flat();
}

function sqlOver(parts: AgreementParts, facts: Queryable, rewrite?: (plan: Plan) => Plan): SqlEvaluator {
  const { catalogue, libraries, terminology, now, statementTimeoutMs } = parts;
  return sqlEvaluator({
    database: facts,
    libraries,
    catalogue,
    members: (valueSet) => terminology.members(valueSet)?.keys(),
    now,
    ...(statementTimeoutMs === undefined ? {} : { timeoutMs: statementTimeoutMs }),
    ...(rewrite ? { rewrite } : {}),
  });
}

/** For compiling without evaluating. */
const nowhere: Queryable = {
  query: () => Promise.resolve([]),
  transaction: (work) => work({ query: () => Promise.resolve([]) }),
};

const batchSize = 250;

async function* batches(persons: readonly BoundaryPerson[]): AsyncGenerator<readonly ReferencePerson[]> {
  for (let start = 0; start < persons.length; start += batchSize) yield persons.slice(start, start + batchSize).map(referencePerson);
}

/** A generated person as the reference engine reads one: village and zone as the facts have them. */
function referencePerson({ id, resources }: BoundaryPerson): ReferencePerson {
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const area = patient && residenceOf(patient);
  return { id, ...(area === undefined ? {} : { area }), zoneMinutes: zoneMinutesOf(area), resources };
}
