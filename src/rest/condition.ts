import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { parseSearch } from '../search/parse.js';
import type { SearchRequest } from '../search/request.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** The search of a conditional interaction, from its URL or from If-None-Exist. One that names no criterion would hit everything: 412. Source: R4 http §3.1.0.8.1. */
export function condition(query: string, type: string, services: Services): SearchRequest {
  const bare = query.replace(/^\s*\??/, '').replace(new RegExp(`^${type}\\?`), '');
  const parsed = parseSearch({ registry: services.registry, terminology: services.terminology, type, query: bare });
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
  if (parsed.value.clauses.length === 0) {
    throw new OperationOutcomeError(412, [issue('required', 'http-empty-condition', restText.emptyCondition)]);
  }
  return parsed.value;
}
