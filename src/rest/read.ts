import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { StoredVersion } from '../store/store.js';
import { etag, isNotModified, versionHeaders } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** The current version of a resource: 404 where there never was one, 410 where it was deleted. Source: R4 http §3.1.0.2. */
export async function read(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { type = '', id = '' } = request;
  return versionResponse(request, await services.store.read(request.context.scope, type, id), restText.notFound(type));
}

/** One version of a resource, current or not. Source: R4 http §3.1.0.3. */
export async function readVersion(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { type = '', id = '', versionId = '' } = request;
  const version = /^[1-9]\d{0,8}$/.test(versionId)
    ? await services.store.readVersion(request.context.scope, type, id, Number(versionId))
    : undefined;
  return versionResponse(request, version, restText.versionNotFound(type));
}

function versionResponse(request: FhirRequest, version: StoredVersion | undefined, missing: Parameters<typeof issue>[2]): FhirResponse {
  const type = request.type ?? '';
  if (version === undefined) throw new OperationOutcomeError(404, [issue('not-found', 'http-not-found', missing)]);
  if (version.deleted || version.body === undefined) {
    const headers = { etag: etag(version.version) };
    throw new OperationOutcomeError(410, [issue('deleted', 'http-gone', restText.deleted(type))], headers);
  }
  const headers = versionHeaders(version);
  if (isNotModified(request.headers, version)) return { status: 304, headers };
  return { status: 200, headers, body: version.body };
}
