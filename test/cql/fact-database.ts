import { factTables, factViews } from '../../src/facts/catalogue.js';
import { factWriter } from '../../src/facts/writer.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import type { Database } from '../../src/store/database.js';
import { keepFactTables } from '../../src/store/fact-tables.js';
import { migrate, storeMigrations } from '../../src/store/migrate.js';
import { registry } from '../measure/memory-persons.js';
import { testDatabase } from '../support/database.js';
import { loadFacts } from './load-facts.js';

export interface FactDatabase {
  readonly database: Database;
  load(resources: readonly FhirResource[]): Promise<void>;
}

/** A fresh schema with nothing but facts: what compiled SQL reads. */
export async function factDatabase(test: Parameters<typeof testDatabase>[0]): Promise<FactDatabase> {
  const { database } = await testDatabase(test);
  await prepareFacts(database);
  return { database, load: (resources) => loadFacts(database, resources) };
}

/** The tables and functions that compiled SQL reads, on a database without any. */
export async function prepareFacts(database: Database): Promise<void> {
  await migrate(database, storeMigrations());
  await keepFactTables(database, factWriter(factTables(factViews())), registry, { ownBases: [], zoneMinutes: 0 }, () => {});
}
