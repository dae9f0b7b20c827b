import { parseJson } from '../fhir/json.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isResource, type JsonObject } from '../fhir/resource.js';
import { condition } from './condition.js';
import type { FhirRequest } from './message.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** The Questionnaire of a canonical: the newest stored one, else that of the guide; 422 where there is none. A version asked for must be met. */
export async function questionnaireOf(canonical: string, request: FhirRequest, services: Services): Promise<JsonObject> {
  const [url = '', version] = canonical.split('|');
  const literal = /^Questionnaire\/([A-Za-z0-9\-.]{1,64})$/.exec(url)?.[1];
  const criterion = literal === undefined ? `url=${encodeURIComponent(url.replace(/([\\,$|])/g, '\\$1'))}` : `_id=${literal}`;
  const sorted = `${criterion}${version === undefined ? '' : `&version=${encodeURIComponent(version)}`}&_sort=-_lastUpdated`;
  const search = condition(sorted, 'Questionnaire', services);
  const page = await services.store.search(request.context.scope, { ...search, count: 1, includes: [] });
  const stored = page.matches[0]?.body;
  const parsed = stored === undefined ? undefined : parseJson(stored);
  if (parsed?.ok && isResource(parsed.value)) return parsed.value;
  const known = services.registry.canonical(canonical);
  if (known?.resourceType === 'Questionnaire' && isResource(known)) return known;
  throw new OperationOutcomeError(422, [issue('not-found', 'questionnaire', restText.noQuestionnaire)]);
}
