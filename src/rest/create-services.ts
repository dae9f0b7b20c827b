import { join } from 'node:path';
import { createAccess } from '../access/access.js';
import { type Config, terminologyFolder } from '../config.js';
import { createLiveRegistry, type LiveRegistry } from '../definitions/live-registry.js';
import { loadRegistry } from '../definitions/load.js';
import type { Registry } from '../definitions/registry.js';
import { factTables, factViews } from '../facts/catalogue.js';
import { growthDeriver } from '../facts/growth-deriver.js';
import { factWriter } from '../facts/writer.js';
import { createMeasureServices } from '../measure/create-services.js';
import { openLibraries } from '../measure/library/open-libraries.js';
import { createStore } from '../store/create-store.js';
import type { Database } from '../store/database.js';
import { createTerminology } from '../terminology/create.js';
import type { FindSource } from '../terminology/find-source.js';
import { loadedSystems } from '../terminology/release/loaded-systems.js';
import type { Terminology } from '../terminology/terminology.js';
import { createValidator } from '../validation/create.js';
import { type BusinessRule, loadBusinessRules } from '../validation/rules/business.js';
import { loadPlatformRules, platformRules } from '../validation/rules/platform.js';
import type { Validator } from '../validation/validator.js';
import { agreementMetrics } from './agreement-metrics.js';
import { createJobs } from './async/jobs.js';
import { fhirConvention } from './convention.js';
import { withLiveDefinitions } from './live-definitions.js';
import { createMetrics, measureFilling } from './metrics.js';
import { createIdSource } from './new-id.js';
import type { Services } from './services.js';

/** What doesn't depend on a database: the same for every server of one process. */
export interface Knowledge {
  readonly registry: Registry;
  readonly loaded: FindSource;
  /** Over `registry` alone, without what users have stored. */
  readonly terminology: Terminology;
  /** Over `registry` alone, without what users have stored. */
  readonly validator: Validator;
}

/** The definitions on board with the code systems that users loaded into `dataDir`, and what judges by them. Cheap: they are read and compiled as they are needed. */
export function loadKnowledge({ dataDir }: Pick<Config, 'dataDir'>): Knowledge {
  const registry = loadRegistry();
  const loaded = loadedSystems(join(dataDir, terminologyFolder));
  const terminology = createTerminology(registry, loaded);
  return { registry, loaded, terminology, validator: createValidator({ registry, terminology, rules: allRules() }) };
}

/** Everything that requests need, over a database that is connected; brings its schema up to date. Throws StartError. */
export async function createServices(options: {
  readonly config: Config;
  readonly database: Database;
  readonly knowledge?: Knowledge;
  readonly clock?: () => number;
  /** Hears of long work at the start and behind the requests. */
  readonly log?: (message: string) => void;
}): Promise<Services> {
  const { config, database, knowledge = loadKnowledge(config), clock = Date.now } = options;
  const registry = createLiveRegistry(knowledge.registry);
  const terminology = createTerminology(registry, knowledge.loaded);
  const newId = createIdSource();
  const kept = await createStore({
    database,
    registry,
    terminology,
    clock,
    newId,
    facts: factWriter(factTables(factViews())),
    ...(options.log === undefined ? {} : { log: options.log }),
    marksDirty: config.upkeep,
    ...(config.growthDerive ? { deriver: growthDeriver } : {}),
    baseUrls: config.baseUrl === undefined ? [] : [`${config.baseUrl}/fhir`, `${config.baseUrl}/fhir-r4/v1`],
  });
  const defined = await withLiveDefinitions(kept, registry, knowledge.registry);
  const libraries = await openLibraries({
    store: defined,
    database,
    registry,
    terminology,
    enforces: config.validation === 'enforce',
    clock,
  });
  const { store } = libraries;
  const metrics = createMetrics();
  measureFilling(metrics, () => store.facts?.pending() ?? []);
  const measures = createMeasureServices({
    registry,
    terminology,
    store,
    database,
    clock,
    stored: libraries,
    agreement: { released: knowledge.terminology, sample: config.agreementSample },
    smallCells: config.smallCells,
    audience: config.audience,
  });
  if (measures.agreement) agreementMetrics(metrics.registry, measures.agreement);
  return {
    registry,
    terminology,
    validator: liveValidator(registry, terminology, knowledge.validator),
    config,
    convention: fhirConvention(config.platformRules),
    store,
    database,
    measures,
    access: createAccess(config.auth),
    metrics,
    jobs: createJobs({ database, clock, newId, ...(options.log === undefined ? {} : { log: options.log }) }),
    clock,
    newId,
  };
}

/** `base` while nothing is stored on top, so that what it has compiled serves many servers; then one that sees what is stored. */
function liveValidator(registry: LiveRegistry, terminology: Terminology, base: Validator): Validator {
  const own = createValidator({ registry, terminology, rules: allRules() });
  return { validate: (resource, options) => (registry.generation === 0 ? base : own).validate(resource, options) };
}

/** Ours, and the national platform's as warnings: each address weighs them by its convention, so that one compiled validator serves all. */
function allRules(): readonly BusinessRule[] {
  return [...loadBusinessRules(), ...platformRules(loadPlatformRules(), 'warning')];
}
