import type { Issue } from '../fhir/outcome.js';
import type { FhirResource } from '../fhir/resource.js';
import type { SearchRequest } from '../search/request.js';
import type { Scope } from '../search/scope.js';
import type { FactFill } from './fact-fill.js';

/** One version of a resource as stored. `body` is its JSON text, with `id` and `meta` in it, sent to clients untouched; absent on a deletion. */
export interface StoredVersion {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Instant with milliseconds, UTC: `2026-11-21T20:57:00.123Z`. */
  readonly lastUpdated: string;
  readonly deleted: boolean;
  readonly body?: string;
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'PATCH';
}

export interface SearchPage {
  readonly matches: readonly StoredVersion[];
  readonly included: readonly StoredVersion[];
  readonly total?: number;
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
  readonly previous?: string;
  /** Limits that bit, such as that of included resources: to be told to the client. */
  readonly issues?: readonly Issue[];
}

export interface HistoryPage {
  readonly versions: readonly StoredVersion[];
  readonly total: number;
  readonly next?: string;
}

/** Who writes and why, for the audit row of each write. */
export interface WriteContext {
  readonly scope: Scope;
  readonly actor: string;
  readonly requestId: string;
  /** Whether a resource that was never here is kept by another server, as its id tells: a reference to it stands. None is unless this is given. */
  readonly livesElsewhere?: (type: string, id: string) => boolean;
}

/** Where the operation stands in the request, for the expressions of issues: `Bundle.entry[3].resource`. */
interface Placed {
  readonly expression?: string;
}

export type WriteOperation = Placed &
  (
    | { readonly kind: 'create'; readonly fullUrl?: string; readonly resource: FhirResource; readonly condition?: SearchRequest }
    | {
        readonly kind: 'update';
        readonly fullUrl?: string;
        readonly type: string;
        /** Absent only with `condition` (conditional update). */
        readonly id?: string;
        readonly resource: FhirResource;
        /** From If-Match: another current version is refused with 412. */
        readonly expectedVersion?: number;
        readonly condition?: SearchRequest;
        /** Recorded in the history; PUT where absent. */
        readonly method?: 'PUT' | 'PATCH';
      }
    | {
        readonly kind: 'delete';
        readonly type: string;
        readonly id?: string;
        readonly fullUrl?: string;
        readonly expectedVersion?: number;
        readonly condition?: SearchRequest;
      }
  );

/** What became of an operation. `existing` is a conditional create that found its match, or an update or delete that changed nothing. */
export interface WriteResult {
  readonly outcome: 'created' | 'updated' | 'deleted' | 'existing';
  readonly version: StoredVersion;
  /** What was found beside validation as it was written, to be told with it: warnings. */
  readonly issues?: readonly Issue[];
}

/**
 * Resources kept for good. Failures a client can cause are thrown as OperationOutcomeError (404, 409, 410, 412, 422);
 * one about the n-th operation of several carries an expression that starts with `Bundle.entry[n]`.
 */
export interface Store {
  /** The current version, a deletion too; undefined where there never was one, or the scope hides it. */
  read(scope: Scope, type: string, id: string): Promise<StoredVersion | undefined>;
  readVersion(scope: Scope, type: string, id: string, version: number): Promise<StoredVersion | undefined>;
  history(
    scope: Scope,
    of: { readonly type?: string; readonly id?: string },
    page: { readonly count: number; readonly since?: string; readonly cursor?: string },
  ): Promise<HistoryPage>;
  /** Given up, and cancelled in the database, when `signal` is aborted. */
  search(scope: Scope, request: SearchRequest, signal?: AbortSignal): Promise<SearchPage>;
  /** All or none, in one transaction. References between operations by `fullUrl` (urn:uuid:…) and conditional references are resolved to ids. */
  write(operations: readonly WriteOperation[], context: WriteContext): Promise<readonly WriteResult[]>;
  /** Fact tables that are still being filled; absent where there are none. */
  readonly facts?: FactFill;
  /** True while the database answers. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}
