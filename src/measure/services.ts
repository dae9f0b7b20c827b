import type { Libraries } from '../cql/libraries.js';
import type { Areas } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import type { Store } from '../store/store.js';
import type { MeasureEngines } from './engines.js';

/** What the measure room needs from the rest of the house. */
export interface MeasureServices {
  readonly registry: Registry;
  readonly areas: Areas;
  readonly store: Pick<Store, 'read' | 'search'>;
  readonly libraries: Libraries;
  readonly engines: MeasureEngines;
  now(): Date;
}
