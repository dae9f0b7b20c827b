import { parseJson } from '../fhir/json.js';
import { issue, OperationOutcomeError, type Text } from '../fhir/outcome.js';
import { type FhirResource, isResource, type JsonObject } from '../fhir/resource.js';
import type { StoredVersion } from '../store/store.js';
import { etag, isNotModified, versionHeaders } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { subsetAsked } from './query.js';
import type { Services } from './services.js';
import { type Subset, subset } from './subset.js';
import { restText } from './text.js';

/** The current version of a resource: 404 where there never was one, 410 where it was deleted. Source: R4 http §3.1.0.2. */
export async function read(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { type = '', id = '' } = request;
  const asked = subsetAsked(request.query);
  return versionResponse(request, await services.store.read(request.context.scope, type, id), restText.notFound(type), asked, services);
}

/** One version of a resource, current or not. Source: R4 http §3.1.0.3. */
export async function readVersion(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { type = '', id = '', versionId = '' } = request;
  const asked = subsetAsked(request.query);
  const version = /^[1-9]\d{0,8}$/.test(versionId)
    ? await services.store.readVersion(request.context.scope, type, id, Number(versionId))
    : undefined;
  return versionResponse(request, version, restText.versionNotFound(type), asked, services);
}

function versionResponse(
  request: FhirRequest,
  version: StoredVersion | undefined,
  missing: Text,
  asked: Subset,
  services: Services,
): FhirResponse {
  const type = request.type ?? '';
  if (version === undefined) throw new OperationOutcomeError(404, [issue('not-found', 'http-not-found', missing)]);
  if (version.deleted || version.body === undefined) {
    const headers = { etag: etag(version.version) };
    throw new OperationOutcomeError(410, [issue('deleted', 'http-gone', restText.deleted(type))], headers);
  }
  const headers = versionHeaders(version);
  if (isNotModified(request.headers, version)) return { status: 304, headers };
  return { status: 200, headers, body: subset(version.body, asked, services.registry) };
}

/** The stored resource that an operation on instance level is called on; 400 where the call names none, 404 where it isn't there. */
export async function readStored(request: FhirRequest, services: Services): Promise<FhirResource & JsonObject> {
  const { type, id } = request;
  if (type === undefined || id === undefined) {
    throw new OperationOutcomeError(400, [issue('required', 'operation-parameter', restText.missingParameter('resource'))]);
  }
  const version = await services.store.read(request.context.scope, type, id);
  const parsed = version?.body === undefined ? undefined : parseJson(version.body);
  if (parsed === undefined) throw new OperationOutcomeError(404, [issue('not-found', 'http-not-found', restText.notFound(type))]);
  if (!parsed.ok || !isResource(parsed.value)) throw new Error('a stored body is not a resource');
  return parsed.value;
}
