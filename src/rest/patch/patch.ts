import { parseJson } from '../../fhir/json.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import { type FhirResource, isResource } from '../../fhir/resource.js';
import type { StoredVersion, WriteOperation } from '../../store/store.js';
import { condition } from '../condition.js';
import { only } from '../create.js';
import { etag, expectedVersion } from '../headers.js';
import { judge } from '../judge.js';
import type { FhirRequest, FhirResponse } from '../message.js';
import { writeResponse } from '../respond.js';
import type { Services } from '../services.js';
import { restText } from '../text.js';
import { applyFhirPathPatch } from './fhirpath-patch.js';
import { applyJsonPatch } from './json-patch.js';
import { patchText } from './text.js';

/** How often a patch is tried again where someone else's write came between its reading and writing. */
const attempts = 5;

/** Changes parts of a resource by JSON Patch or FHIRPath Patch; the address names it by id or by a query that finds exactly one. Source: R4 http §3.1.0.6. */
export async function patch(request: FhirRequest, services: Services): Promise<FhirResponse> {
  for (let attempt = 1; ; attempt++) {
    const { operation, resource } = await patchOperation(request, services);
    const issues = judge(resource, services);
    try {
      return writeResponse(request, only(await services.store.write([operation], request.context)), issues);
    } catch (error) {
      // Without an If-Match of the client's own, a lost race is ours to repeat.
      const isLostRace = error instanceof OperationOutcomeError && error.status === 412 && request.headers['if-match'] === undefined;
      if (!isLostRace || attempt >= attempts) throw error;
    }
  }
}

/** The update that a patch comes to, given the current version, which it insists on. */
export async function patchOperation(
  request: FhirRequest,
  services: Services,
): Promise<{ readonly operation: WriteOperation; readonly resource: FhirResource }> {
  const habits = services.convention.patchIssues(request.type ?? '', request.body);
  if (habits.length > 0) throw new OperationOutcomeError(400, habits);
  const current = await currentVersion(request, services);
  const expected = expectedVersion(request.headers['if-match']);
  const type = request.type ?? '';
  if (expected !== undefined && expected !== current.version) {
    throw new OperationOutcomeError(412, [issue('conflict', 'http-stale', restText.staleVersion(type))], { etag: etag(current.version) });
  }
  const resource = applyPatch(current.body ?? '', request, services);
  return {
    resource,
    operation: { kind: 'update', type, id: current.id, resource, expectedVersion: current.version, method: 'PATCH' },
  };
}

async function currentVersion(request: FhirRequest, services: Services): Promise<StoredVersion> {
  const { type = '', id } = request;
  const { scope } = request.context;
  if (id !== undefined) {
    const version = await services.store.read(scope, type, id);
    if (version === undefined) throw new OperationOutcomeError(404, [issue('not-found', 'http-not-found', restText.notFound(type))]);
    if (version.body === undefined) throw new OperationOutcomeError(410, [issue('deleted', 'http-gone', restText.deleted(type))]);
    return version;
  }
  const page = await services.store.search(scope, { ...condition(request.query, type, services), count: 2, includes: [] });
  const [match, second] = page.matches;
  if (match === undefined) throw new OperationOutcomeError(404, [issue('not-found', 'http-no-match', restText.noMatch)]);
  if (second !== undefined) throw new OperationOutcomeError(412, [issue('multiple-matches', 'http-many-matches', restText.manyMatches)]);
  return match;
}

function applyPatch(body: string, request: FhirRequest, services: Services): FhirResource {
  const before = parseJson(body);
  if (!before.ok || !isResource(before.value)) throw new Error('a stored body is not a resource');
  const after = isResource(request.body)
    ? request.body.resourceType === 'Parameters'
      ? applyFhirPathPatch(before.value, request.body, services.registry)
      : undefined
    : applyJsonPatch(before.value, request.body);
  if (after === undefined) throw new OperationOutcomeError(400, [issue('structure', 'patch-format', patchText.notAPatch)]);
  // R4 http §3.1.0.6: a patch that can't be applied, or whose test fails, is unprocessable.
  if (!after.ok) throw new OperationOutcomeError(422, after.issues);
  const resource = after.value;
  if (!isResource(resource) || resource.resourceType !== before.value.resourceType || resource.id !== before.value.id) {
    throw new OperationOutcomeError(422, [issue('processing', 'patch-identity', patchText.changesIdentity)]);
  }
  return resource;
}
