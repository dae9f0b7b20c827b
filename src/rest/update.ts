import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { FhirResource } from '../fhir/resource.js';
import { condition } from './condition.js';
import { only } from './create.js';
import { expectedVersion } from './headers.js';
import { judge, resourceOf } from './judge.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { writeResponse } from './respond.js';
import type { Services } from './services.js';
import { restText } from './text.js';

export const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;

/** A new version under the id in the address, or the first one there (update as create). Source: R4 http §3.1.0.4. */
export async function update(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { type = '', id = '' } = request;
  const resource = resourceOf(request.body, type);
  checkId(resource, id);
  const expected = expectedVersion(request.headers['if-match']);
  const issues = judge(resource, services);
  const results = await services.store.write(
    [{ kind: 'update', type, id, resource, ...(expected === undefined ? {} : { expectedVersion: expected }) }],
    request.context,
  );
  return writeResponse(request, only(results), issues);
}

/** A new version of the one resource that the query finds, or a new resource where it finds none; 412 where several. Source: R4 http §3.1.0.4.3. */
export async function conditionalUpdate(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const type = request.type ?? '';
  const resource = resourceOf(request.body, type);
  const matching = condition(request.query, type, services);
  const expected = expectedVersion(request.headers['if-match']);
  const issues = judge(resource, services);
  const results = await services.store.write(
    [{ kind: 'update', type, resource, condition: matching, ...(expected === undefined ? {} : { expectedVersion: expected }) }],
    request.context,
  );
  return writeResponse(request, only(results), issues);
}

/** Refuses an id that R4 doesn't allow, and a body whose id isn't the address's. */
function checkId(resource: FhirResource, id: string): void {
  if (!idPattern.test(id)) throw new OperationOutcomeError(400, [issue('value', 'http-id', restText.badId)]);
  if (resource.id === undefined) {
    throw new OperationOutcomeError(400, [
      issue('required', 'http-id-missing', restText.idMissing, { expression: `${resource.resourceType}.id` }),
    ]);
  }
  if (resource.id !== id) {
    throw new OperationOutcomeError(400, [
      issue('invalid', 'http-id-mismatch', restText.idMismatch, { expression: `${resource.resourceType}.id` }),
    ]);
  }
}
