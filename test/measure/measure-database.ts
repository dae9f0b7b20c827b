import { v7 } from 'uuid';
import { factTables, factViews } from '../../src/facts/catalogue.js';
import { factWriter } from '../../src/facts/writer.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { createMeasureServices } from '../../src/measure/create-services.js';
import type { MeasureServices } from '../../src/measure/services.js';
import { sql } from '../../src/sql.js';
import { createStore } from '../../src/store/create-store.js';
import type { Database } from '../../src/store/database.js';
import type { Store } from '../../src/store/store.js';
import { testDatabase } from '../support/database.js';
import { registry, terminology } from './memory-persons.js';

export interface MeasureDatabase {
  readonly database: Database;
  readonly store: Store;
  readonly services: MeasureServices;
  /** Writes the resources at their ids, many to a transaction. */
  load(resources: readonly FhirResource[]): Promise<void>;
}

export const everyone = { kind: 'all' } as const;

let seconds = 0;
/** Epoch milliseconds: a second later at every look. */
export const clock = (): number => {
  seconds += 1;
  return Date.parse('2026-11-21T02:00:00Z') + seconds * 1000;
};

/** The measure room over a fresh schema of the tests' PostgreSQL. References may lead to resources that aren't there. */
export async function measureDatabase(test: Parameters<typeof testDatabase>[0]): Promise<MeasureDatabase> {
  const { database } = await testDatabase(test);
  const store = await createStore({
    database,
    registry,
    terminology,
    clock,
    newId: v7,
    facts: factWriter(factTables(factViews())),
    referentialIntegrity: false,
  });
  return {
    database,
    store,
    services: createMeasureServices({ registry, terminology, store, database, clock }),
    load: async (resources) => {
      for (let start = 0; start < resources.length; start += 1000) {
        const operations = resources
          .slice(start, start + 1000)
          .map((resource) => ({ kind: 'update', type: resource.resourceType, id: resource.id ?? v7(), resource }) as const);
        await store.write(operations, { scope: everyone, actor: 'test', requestId: 'test' });
      }
      // Without statistics the planner guesses; the server's own autovacuum comes only after a minute.
      if (resources.length > 100) await database.query(sql`analyze`);
    },
  };
}
