import { v7 } from 'uuid';
import { createAccess } from '../access/access.js';
import type { Config } from '../config.js';
import { loadRegistry } from '../definitions/load.js';
import { factTables, factViews } from '../facts/catalogue.js';
import { factWriter } from '../facts/writer.js';
import { createMeasureServices } from '../measure/create-services.js';
import { createStore } from '../store/create-store.js';
import type { Database } from '../store/database.js';
import { createTerminology } from '../terminology/create.js';
import { createValidator } from '../validation/create.js';
import { loadBusinessRules } from '../validation/rules/business.js';
import { createMetrics } from './metrics.js';
import type { Services } from './services.js';

/** Everything that requests need, over a database that is connected; brings its schema up to date. Throws StartError. */
export async function createServices(options: {
  readonly config: Config;
  readonly database: Database;
  readonly clock?: () => number;
}): Promise<Services> {
  const { config, database, clock = Date.now } = options;
  const registry = loadRegistry();
  const terminology = createTerminology(registry);
  const validator = createValidator({ registry, terminology, rules: loadBusinessRules() });
  const store = await createStore({
    database,
    registry,
    terminology,
    clock,
    newId: v7,
    facts: factWriter(factTables(factViews())),
    baseUrls: config.baseUrl === undefined ? [] : [`${config.baseUrl}/fhir`, `${config.baseUrl}/fhir-r4/v1`],
  });
  return {
    config,
    registry,
    terminology,
    validator,
    store,
    database,
    measures: createMeasureServices({ registry, terminology, store, database, clock }),
    access: createAccess(config.auth),
    metrics: createMetrics(),
    clock,
    newId: v7,
  };
}
