import { type SqlEvaluator, sqlEvaluator } from '../cql/evaluator.js';
import { packedLibraries } from '../cql/libraries.js';
import { type JobResult, referenceJob } from '../cql/reference-job.js';
import { createReferencePool, pooledReferenceEvaluator, type ReferencePoolOptions } from '../cql/reference-pool.js';
import { createTranslator } from '../cql/translator.js';
import { loadAreas } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import { factCatalogue, factTables, factViews } from '../facts/catalogue.js';
import { factWriter } from '../facts/writer.js';
import { packFolder } from '../root.js';
import type { Database } from '../store/database.js';
import type { Store } from '../store/store.js';
import type { Terminology } from '../terminology/terminology.js';
import { type AgreementOptions, openAgreement } from './agreement/service/create.js';
import { guideMeasures } from './find-measure.js';
import { type Guards, guarded } from './guarded.js';
import type { OpenLibraries } from './library/open-libraries.js';
import { type Audience, defaultSmallCells, type SmallCells } from './report/suppress.js';
import type { MeasureServices } from './services.js';
import { bases, isBasis, loadBasis } from './subject/load-basis.js';
import { pastOf } from './subject/load-past.js';
import { loadPersons } from './subject/load-persons.js';
import { createTurns } from './turns.js';
import { createKept } from './upkeep/kept.js';

/** Evaluations of whole populations that run at once, and that may wait for their turn. */
const populationsAtOnce = 2;
const populationsWaiting = 100;

export interface MeasureParts {
  readonly registry: Registry;
  readonly terminology: Terminology;
  readonly store: Pick<Store, 'facts' | 'read' | 'readVersion' | 'search'>;
  readonly database: Pick<Database, 'schema' | 'query' | 'transaction'>;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** Limits of the reference engine. */
  readonly reference?: ReferencePoolOptions;
  readonly smallCells?: SmallCells;
  readonly audience?: Audience;
  /** Stored libraries beside ours; only ours without it. */
  readonly stored?: Pick<OpenLibraries, 'live' | 'ours' | 'translator' | 'onChange'>;
  /** How the engines' agreement is kept, with `stored`; without it SQL serves all that compiles. */
  readonly agreement?: AgreementOptions;
}

/** The measure room over a database that the store has brought up to date. Reads the libraries that the build translated; throws with one clear line where they are absent. */
export function createMeasureServices(parts: MeasureParts): MeasureServices {
  const { registry, terminology, store, database, clock } = parts;
  const live = parts.stored?.live;
  const libraries = live?.libraries ?? packedLibraries(packFolder);
  const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();
  const tables = factTables(factViews());
  const sqlOptions = { database, libraries, catalogue: factCatalogue(tables), members, now: clock };
  const pool = createReferencePool(parts.reference);
  const translator = parts.stored?.translator ?? createTranslator();
  const state = (): string => `${live?.generation ?? 0} ${registry.generation ?? 0}`;
  const guards: Guards = { turns: createTurns(populationsAtOnce, populationsWaiting), pending: () => store.facts?.pending() ?? [] };
  const guardedSql = (asOf?: string): SqlEvaluator => {
    const evaluator = sqlEvaluator(asOf === undefined ? sqlOptions : { ...sqlOptions, asOf });
    return guarded(evaluator, guards, (program) => evaluator.reads(program)?.resources.map(({ type }) => type) ?? []);
  };
  const compiled = renewed(() => guardedSql(), state);
  const kept = createKept({ database, libraries, compiled, members, factTables: factWriter(tables).tables, definitions: state, clock });
  const pooled = pooledReferenceEvaluator({
    pool,
    libraries,
    members,
    loadPersons: (subjects) => loadPersons(database, subjects),
    now: clock,
  });
  // Whom to evaluate is read from the facts of persons.
  const reference = guarded(pooled, guards, () => ['Patient']);
  const agreement =
    parts.stored &&
    parts.agreement &&
    openAgreement(
      {
        database,
        libraries,
        ours: parts.stored.ours,
        catalogue: sqlOptions.catalogue,
        terminology,
        store,
        clock,
        guide: () => guideMeasures({ registry }),
        engines: { reference, sql: compiled },
        keys: renewed(() => sqlEvaluator({ ...sqlOptions, now: () => 0 }), state),
      },
      parts.agreement,
    );
  if (agreement) parts.stored?.onChange(() => agreement.activate());
  return {
    registry,
    areas: loadAreas(),
    store,
    libraries,
    ...(live ? { live } : {}),
    kept,
    past: pastOf(database),
    smallCells: parts.smallCells ?? defaultSmallCells,
    audience: parts.audience ?? 'care',
    ...(agreement ? { agreement } : {}),
    engines: {
      reference,
      ...(agreement ? { agreement: (program) => agreement.reasons(program) } : {}),
      bases: Object.fromEntries(
        Object.keys(bases)
          .filter(isBasis)
          .map((basis) => [
            basis,
            pooledReferenceEvaluator({
              pool,
              libraries,
              members,
              loadPersons: (subjects) => loadBasis(database, basis, subjects),
              now: clock,
            }),
          ]),
      ),
      sql: {
        evaluator: kept.evaluator,
        refusals: async (program) => compiled().refusal(program) ?? [],
        at: (asOf) => guardedSql(asOf),
      },
    },
    evaluateCql: async ({ subjects, libraries: given = libraries, ...request }, run) => {
      const persons = subjects.kind === 'given' ? only([subjects.person]) : loadPersons(database, subjects);
      const job = referenceJob({ libraries: given, members }, { ...request, criteria: [], now: clock() });
      const results: JobResult[] = [];
      for await (const batch of pool.run(job, persons, run)) results.push(...batch);
      return results;
    },
    translateCql: (cql) => translator.translate(cql),
    now: () => new Date(clock()),
    close: async () => {
      await Promise.all([agreement?.close(), pool.close(), translator.close()]);
    },
  };
}

/** What `make` gives, made anew whenever `state` is another: plans are of the libraries and value sets that they were made from. */
function renewed<Value>(make: () => Value, state: () => string): () => Value {
  let made: { readonly state: string; readonly value: Value } | undefined;
  return () => {
    const now = state();
    if (made?.state !== now) made = { state: now, value: make() };
    return made.value;
  };
}

async function* only<Value>(value: Value): AsyncGenerator<Value> {
  yield value;
}
