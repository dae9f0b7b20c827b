import type { Readable } from 'node:stream';
import type { Language } from '../fhir/outcome.js';
import type { WriteContext } from '../store/store.js';

/** A FHIR interaction, free of its transport: an HTTP request or an entry of a Bundle. */
export interface FhirRequest {
  readonly method: string;
  /** Service root as the client sees it, without a trailing slash: `https://example.org/fhir`. */
  readonly baseUrl: string;
  /** From the path, checked to be a type of R4. */
  readonly type?: string;
  readonly id?: string;
  readonly versionId?: string;
  /** Type asked for within a compartment: `Patient/1/Observation`. */
  readonly compartmentType?: string;
  /** Query string without `?`; of a form sent to `_search`, both joined. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly language: Language;
  /** Aborted when the client goes away before the answer. */
  readonly signal?: AbortSignal;
  /** Where the answer is fetched later: told how far the work has come. */
  readonly progress?: (text: string) => void;
  /** Caller's scope, actor and request id. */
  readonly context: WriteContext;
}

/** An answer before it is written to the wire. */
export interface FhirResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text of a resource, or of whatever `contentType` says. */
  readonly body?: string;
  /** Only of a body that is no resource, which is sent as it is. */
  readonly contentType?: string;
  /** Instead of `body`: bytes, or a stream of them, of the kind that `contentType` says. */
  readonly content?: Buffer | Readable;
}
