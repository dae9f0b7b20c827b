import { shapeIssues } from '../../definitions/shape.js';
import type { Issue } from '../../fhir/outcome.js';
import { type FhirResource, isObject } from '../../fhir/resource.js';
import type { TerminologyParts } from '../create.js';
import type { Inputs } from './inputs.js';

/** Names a resource that came with a request and has no url. */
export const inlineUrl = 'urn:lontar:inline';

/** A resource that came with the request instead of its canonical. */
export type Given<Resource> =
  | { readonly ok: true; readonly resource: Resource | undefined }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * The resource of type `type` sent as parameter `name`, with an url for the time of the answer where it has none; undefined where none was sent.
 * Fails where its parts aren't of the shape that its type says, since what was sent wasn't validated.
 */
export function givenResource<Resource extends FhirResource>(
  terminology: TerminologyParts,
  inputs: Inputs,
  name: string,
  type: Resource['resourceType'],
): Given<Resource & { readonly url: string }> {
  const sent = inputs.resource(name);
  if (!sent || sent.resourceType !== type) return { ok: true, resource: undefined };
  const issues = shapeIssues(terminology.registry, sent);
  if (issues.length > 0) return { ok: false, issues };
  const url = isObject(sent) && typeof sent.url === 'string' ? sent.url : inlineUrl;
  return { ok: true, resource: { ...sent, url } as unknown as Resource & { readonly url: string } };
}
