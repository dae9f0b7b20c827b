import { sqlEvaluator } from '../cql/evaluator.js';
import { packedLibraries } from '../cql/libraries.js';
import { type JobResult, referenceJob } from '../cql/reference-job.js';
import { createReferencePool, pooledReferenceEvaluator, type ReferencePoolOptions } from '../cql/reference-pool.js';
import { createTranslator } from '../cql/translator.js';
import { loadAreas } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import { factCatalogue, factTables, factViews } from '../facts/catalogue.js';
import { packFolder } from '../root.js';
import type { Database } from '../store/database.js';
import type { Store } from '../store/store.js';
import type { Terminology } from '../terminology/terminology.js';
import { bases, isBasis, loadBasis } from './load-basis.js';
import { loadPersons } from './load-persons.js';
import type { MeasureServices } from './services.js';
import { defaultSmallCells, type SmallCells } from './suppress.js';

export interface MeasureParts {
  readonly registry: Registry;
  readonly terminology: Terminology;
  readonly store: Pick<Store, 'read' | 'readVersion' | 'search'>;
  readonly database: Pick<Database, 'query' | 'transaction'>;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** Limits of the reference engine. */
  readonly reference?: ReferencePoolOptions;
  readonly smallCells?: SmallCells;
}

/** The measure room over a database that the store has brought up to date. Reads the libraries that the build translated; throws with one clear line where they are absent. */
export function createMeasureServices(parts: MeasureParts): MeasureServices {
  const { registry, terminology, store, database, clock } = parts;
  const libraries = packedLibraries(packFolder);
  const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();
  const sqlOptions = { database, libraries, catalogue: factCatalogue(factTables(factViews())), members, now: clock };
  const compiled = sqlEvaluator(sqlOptions);
  const pool = createReferencePool(parts.reference);
  const translator = createTranslator();
  return {
    registry,
    areas: loadAreas(),
    store,
    libraries,
    smallCells: parts.smallCells ?? defaultSmallCells,
    engines: {
      reference: pooledReferenceEvaluator({
        pool,
        libraries,
        members,
        loadPersons: (subjects) => loadPersons(database, subjects),
        now: clock,
      }),
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
        evaluator: compiled,
        refusals: async (program) => compiled.refusal(program) ?? [],
        at: (asOf) => sqlEvaluator({ ...sqlOptions, asOf }),
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
  };
}

async function* only<Value>(value: Value): AsyncGenerator<Value> {
  yield value;
}
