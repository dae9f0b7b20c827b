import { sqlEvaluator } from '../cql/evaluator.js';
import { packedLibraries } from '../cql/libraries.js';
import { referenceEvaluator } from '../cql/reference.js';
import { loadAreas } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import { factCatalogue, factTables, factViews } from '../facts/catalogue.js';
import { packFolder } from '../root.js';
import type { Database } from '../store/database.js';
import type { Store } from '../store/store.js';
import type { Terminology } from '../terminology/terminology.js';
import { loadPersons } from './load-persons.js';
import type { MeasureServices } from './services.js';

export interface MeasureParts {
  readonly registry: Registry;
  readonly terminology: Terminology;
  readonly store: Pick<Store, 'read' | 'search'>;
  readonly database: Pick<Database, 'query' | 'transaction'>;
  /** Milliseconds since the epoch. */
  clock(): number;
}

/** The measure room over a database that the store has brought up to date. Reads the libraries that the build translated; throws with one clear line where they are absent. */
export function createMeasureServices(parts: MeasureParts): MeasureServices {
  const { registry, terminology, store, database, clock } = parts;
  const libraries = packedLibraries(packFolder);
  const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();
  const sqlOptions = { database, libraries, catalogue: factCatalogue(factTables(factViews())), members, now: clock };
  const compiled = sqlEvaluator(sqlOptions);
  return {
    registry,
    areas: loadAreas(),
    store,
    libraries,
    engines: {
      reference: referenceEvaluator({
        libraries,
        members,
        loadPersons: (subjects) => loadPersons(database, subjects),
        now: clock,
      }),
      sql: {
        evaluator: compiled,
        refusals: async (program) => compiled.refusal(program) ?? [],
        at: (asOf) => sqlEvaluator({ ...sqlOptions, asOf }),
      },
    },
    now: () => new Date(clock()),
  };
}
