import type { ElmLibrary } from '../cql/elm.js';
import type { Libraries } from '../cql/libraries.js';
import type { EvaluationRun, Subjects } from '../cql/program.js';
import type { ReferencePerson } from '../cql/reference.js';
import type { JobResult, ReferenceJob } from '../cql/reference-job.js';
import type { Areas } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import type { Result } from '../fhir/outcome.js';
import type { Store } from '../store/store.js';
import type { AgreementService } from './agreement/service/service.js';
import type { MeasureEngines } from './engines.js';
import type { LiveLibraries } from './library/live-libraries.js';
import type { Audience, SmallCells } from './report/suppress.js';
import type { Past } from './subject/load-past.js';
import type { Kept } from './upkeep/kept.js';

/** Definitions of a library to evaluate, by what is asked of them; `libraries` where they aren't those on board. */
export interface CqlRequest extends Pick<ReferenceJob, 'library' | 'parameters' | 'values'> {
  readonly libraries?: Libraries;
  readonly subjects: Subjects | { readonly kind: 'given'; readonly person: ReferencePerson };
}

/** What the measure room needs from the rest of the house. */
export interface MeasureServices {
  readonly registry: Registry;
  readonly areas: Areas;
  readonly store: Pick<Store, 'read' | 'readVersion' | 'search'>;
  readonly libraries: Libraries;
  /** The stored ones among them; absent where none can be stored. */
  readonly live?: LiveLibraries;
  readonly engines: MeasureEngines;
  /** Keeps SQL from serving measures on which the engines don't agree; absent where all that compiles is served. */
  readonly agreement?: AgreementService;
  /** Measures whose numbers are kept while data arrive. */
  readonly kept: Kept;
  readonly past: Past;
  readonly smallCells: SmallCells;
  /** Whom reports are for where a caller doesn't say, and beyond whom none are. */
  readonly audience: Audience;
  /** CQL of any kind, in a thread of its own under limits: definitions' values for persons of the store, or for one that is given. Throws CqlError. */
  evaluateCql(request: CqlRequest, run?: EvaluationRun): Promise<readonly JobResult[]>;
  /** ELM of a CQL text, made in a thread of its own. */
  translateCql(cql: string): Promise<Result<ElmLibrary>>;
  now(): Date;
  /** Ends what runs in processes of its own. */
  close(): Promise<void>;
}
