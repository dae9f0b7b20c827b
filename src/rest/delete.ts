import { issue } from '../fhir/outcome.js';
import type { WriteOperation } from '../store/store.js';
import { condition } from './condition.js';
import { etag, expectedVersion, parsePrefer } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** Marks a resource as deleted; what isn't there counts as deleted too. Its versions stay readable. Source: R4 http §3.1.0.7. */
export async function remove(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { type = '', id = '' } = request;
  const expected = expectedVersion(request.headers['if-match']);
  return removeBy({ kind: 'delete', type, id, ...(expected === undefined ? {} : { expectedVersion: expected }) }, request, services);
}

/** Deletes the one resource that the query finds; 412 where it finds several. Source: R4 http §3.1.0.7.1. */
export async function conditionalRemove(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const type = request.type ?? '';
  return removeBy({ kind: 'delete', type, condition: condition(request.query, type, services) }, request, services);
}

async function removeBy(operation: WriteOperation, request: FhirRequest, services: Services): Promise<FhirResponse> {
  const [result] = await services.store.write([operation], request.context);
  const headers: Record<string, string> = result?.outcome === 'deleted' ? { etag: etag(result.version.version) } : {};
  if (parsePrefer(request.headers.prefer).return !== 'OperationOutcome') return { status: 204, headers };
  const done = issue('informational', 'done', restText.done, { severity: 'information' });
  return { status: 200, headers, body: outcomeText([done], request.language, request.context.requestId) };
}
