import { type Issue, OperationOutcomeError } from '../fhir/outcome.js';
import { parseSearch } from '../search/parse.js';
import { bundleText, type Link, searchEntry } from './bundle-text.js';
import { parsePrefer } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import type { Services } from './services.js';
import { subset } from './subset.js';

/** Resources of one type that meet the query, with what it includes. Unknown parameters are refused unless Prefer says lenient. Source: R4 search §3.1.1. */
export async function search(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const type = request.type ?? '';
  const lenient = parsePrefer(request.headers.prefer).handling === 'lenient';
  const parsed = parseSearch({ registry: services.registry, terminology: services.terminology, type, query: request.query, lenient });
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
  const wanted = parsed.value;
  const page = await services.store.search(request.context.scope, wanted);
  const path = `${request.baseUrl}/${type}`;
  const self = wanted.self === '' ? path : `${path}?${wanted.self}`;
  const turn = (cursor: string) => `${self}${wanted.self === '' ? '?' : '&'}_cursor=${encodeURIComponent(cursor)}`;
  const links: Link[] = [
    { relation: 'self', url: wanted.cursor === undefined ? self : turn(wanted.cursor) },
    ...(page.next === undefined ? [] : [{ relation: 'next', url: turn(page.next) } as const]),
    ...(page.previous === undefined ? [] : [{ relation: 'previous', url: turn(page.previous) } as const]),
  ];
  const entries = [
    ...page.matches.map((version) => searchEntry(request.baseUrl, version, 'match', subset(version.body ?? '', wanted, services.registry))),
    ...page.included.map((version) => searchEntry(request.baseUrl, version, 'include')),
    ...(wanted.issues.length === 0 ? [] : [outcomeEntry(wanted.issues, request)]),
  ];
  return {
    status: 200,
    body: bundleText({
      type: 'searchset',
      id: services.newId(),
      lastUpdated: new Date(services.clock()).toISOString(),
      ...(page.total === undefined ? {} : { total: page.total }),
      links,
      entries,
    }),
  };
}

// What was ignored or limited belongs to the answer. Source: R4 search §3.1.1.5.
function outcomeEntry(issues: readonly Issue[], request: FhirRequest): string {
  const outcome = outcomeText(issues, request.language, request.context.requestId);
  return `{"resource":${outcome},"search":{"mode":"outcome"}}`;
}
