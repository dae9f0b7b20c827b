import { isObject, type JsonObject } from '../../fhir/resource.js';
import type { FhirRequest } from '../message.js';

/** Types of which the platform keeps one open resource a person, with the search for the one that may be there already. */
const soleBy: Readonly<Record<string, (resource: JsonObject) => string | undefined>> = {
  EpisodeOfCare: ({ status, patient, type }) => {
    const reference = isObject(patient) ? patient['reference'] : undefined;
    const concept: unknown = Array.isArray(type) ? type[0] : undefined;
    const coding: unknown = isObject(concept) && Array.isArray(concept['coding']) ? concept['coding'][0] : undefined;
    if (status !== 'active' || typeof reference !== 'string' || !isObject(coding) || typeof coding['code'] !== 'string') return undefined;
    return criteria({ patient: reference, type: `${String(coding['system'] ?? '')}|${coding['code']}`, status: 'active' });
  },
};

/**
 * The create, on condition that no open resource of its kind is there yet: a second active EpisodeOfCare of a type for the same patient is a
 * duplicate. Two that come at once are told apart by the same lock as other conditional creates. A condition of the client's own stands.
 */
export function unlessOneIsOpen(request: FhirRequest): FhirRequest {
  if (request.headers['if-none-exist'] !== undefined || !isObject(request.body)) return request;
  const condition = soleBy[request.type ?? '']?.(request.body);
  return condition === undefined ? request : { ...request, headers: { ...request.headers, 'if-none-exist': condition } };
}

function criteria(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
