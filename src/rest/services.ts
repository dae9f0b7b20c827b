import type { Access } from '../access/access.js';
import type { Config } from '../config.js';
import type { Registry } from '../definitions/registry.js';
import type { MeasureServices } from '../measure/services.js';
import type { Database } from '../store/database.js';
import type { Store } from '../store/store.js';
import type { TerminologyParts } from '../terminology/create.js';
import type { Validator } from '../validation/validator.js';
import type { Jobs } from './async/jobs.js';
import type { Convention } from './convention.js';
import type { Metrics } from './metrics.js';

/** Everything a request may need, made once at start and handed down. Time and ids come from here too. */
export interface Services {
  readonly config: Config;
  /** That of the address that is served. */
  readonly convention: Convention;
  readonly registry: Registry;
  readonly terminology: TerminologyParts;
  readonly validator: Validator;
  readonly store: Store;
  readonly database: Database;
  readonly measures: MeasureServices;
  readonly access: Access;
  readonly metrics: Metrics;
  /** Requests that are answered later. */
  readonly jobs: Jobs;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** A new id for requests and resources: uuid v7. */
  newId(): string;
}
