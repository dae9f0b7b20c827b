import { type Issue, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isResource } from '../fhir/resource.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import { operationParameters } from './parameters.js';
import { readStored } from './read.js';
import { reported } from './respond.js';
import type { Services } from './services.js';
import { restText } from './text.js';

const modes = ['create', 'update', 'delete', 'profile'];

/**
 * `$validate`: judges a resource without storing it and answers 200 with everything found, errors among it. The resource is the body, the
 * parameter `resource`, or on instance level without either the stored one. Source: R4 Resource-validate.
 */
export async function validateOperation(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const parameters = operationParameters(request);
  const mode = parameters.find((parameter) => parameter.name === 'mode')?.text;
  if (mode !== undefined && !modes.includes(mode)) {
    const expected = { id: `salah satu dari ${modes.join(', ')}`, en: `one of ${modes.join(', ')}` };
    throw new OperationOutcomeError(400, [issue('value', 'validate-mode', restText.badParameter('mode', expected))]);
  }
  const profiles = parameters.filter((parameter) => parameter.name === 'profile').flatMap((parameter) => parameter.text ?? []);
  for (const profile of profiles) {
    if (services.registry.structureDefinition(profile) === undefined) {
      throw new OperationOutcomeError(400, [
        issue('not-found', 'validate-profile', restText.unknownProfile, { diagnostics: profile.slice(0, 200) }),
      ]);
    }
  }
  const issues: Issue[] = [];
  if (mode === 'delete') await readStored(request, services);
  else {
    const resource =
      parameters.find((parameter) => parameter.name === 'resource')?.resource ??
      bodyResource(request) ??
      (await readStored(request, services));
    issues.push(...placeIssues(resource, request, mode));
    const found = services.validator.validate(resource, { now: services.clock(), ...(profiles.length === 0 ? {} : { profiles }) });
    issues.push(...services.convention.judged(resource, found));
  }
  return { status: 200, body: outcomeText(reported(issues), request.language, request.context.requestId) };
}

function bodyResource(request: FhirRequest): unknown {
  if (request.body === undefined) return undefined;
  if (isResource(request.body) && request.body.resourceType === 'Parameters' && request.type !== 'Parameters') {
    // A Parameters body without a resource asks about the stored one; only an instance has one.
    if (request.id !== undefined) return undefined;
    throw new OperationOutcomeError(400, [issue('required', 'operation-parameter', restText.missingParameter('resource'))]);
  }
  return request.body;
}

/** What is wrong with the resource for the address and mode it was sent with. */
function placeIssues(resource: unknown, request: FhirRequest, mode: string | undefined): readonly Issue[] {
  if (!isResource(resource)) return [];
  const found: Issue[] = [];
  if (request.type !== undefined && resource.resourceType !== request.type) {
    found.push(issue('invalid', 'http-type-mismatch', restText.typeMismatch(request.type)));
  }
  if (mode === 'update' && request.id !== undefined && resource.id !== request.id) {
    found.push(issue('invalid', 'http-id-mismatch', restText.idMismatch, { expression: `${resource.resourceType}.id` }));
  }
  return found;
}
