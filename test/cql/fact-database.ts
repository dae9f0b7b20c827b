import type { FhirResource } from '../../src/fhir/resource.js';
import type { Database } from '../../src/store/database.js';
import { testDatabase } from '../support/database.js';
import { loadFacts } from './load-facts.js';
import { prepareFacts } from './prepare-facts.js';

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
