import { type Issue, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { parseSearch } from '../search/parse.js';
import type { ParsedSearch } from '../search/request.js';
import { bundleText, type Link, searchEntry } from './bundle-text.js';
import { parsePrefer } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import type { Services } from './services.js';
import { subset } from './subset.js';
import { restText } from './text.js';
import { idPattern } from './update.js';

/** Types that R4 defines a compartment for. */
export const compartments: readonly string[] = ['Patient', 'Encounter', 'Practitioner', 'RelatedPerson', 'Device'];

/** Resources of one type, or of one type within a compartment, that meet the query, with what it includes. Unknown parameters are refused unless Prefer says lenient. Source: R4 search §3.1.1. */
export async function search(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const compartment = compartmentOf(request);
  const type = compartment === undefined ? (request.type ?? '') : (request.compartmentType ?? '');
  const lenient = parsePrefer(request.headers.prefer).handling === 'lenient';
  const parsed = parseSearch({ registry: services.registry, terminology: services.terminology, type, query: request.query, lenient });
  if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
  const wanted = compartment === undefined ? parsed.value : within(compartment, parsed.value, services);
  const page = await services.store.search(request.context.scope, wanted, request.signal);
  const path =
    compartment === undefined ? `${request.baseUrl}/${type}` : `${request.baseUrl}/${compartment.type}/${compartment.id}/${type}`;
  const self = wanted.self === '' ? path : `${path}?${wanted.self}`;
  const turn = (cursor: string) => `${self}${wanted.self === '' ? '?' : '&'}_cursor=${encodeURIComponent(cursor)}`;
  const links: Link[] = [
    { relation: 'self', url: wanted.cursor === undefined ? self : turn(wanted.cursor) },
    ...(page.next === undefined ? [] : [{ relation: 'next', url: turn(page.next) } as const]),
    ...(page.previous === undefined ? [] : [{ relation: 'previous', url: turn(page.previous) } as const]),
  ];
  const issues = [...wanted.issues, ...(page.issues ?? [])];
  const entries = [
    ...page.matches.map((version) => searchEntry(request.baseUrl, version, 'match', subset(version.body ?? '', wanted, services.registry))),
    ...page.included.map((version) => searchEntry(request.baseUrl, version, 'include')),
    ...(issues.length === 0 ? [] : [outcomeEntry(issues, request)]),
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

interface Compartment {
  readonly type: string;
  readonly id: string;
}

function compartmentOf({ type, id, compartmentType }: FhirRequest): Compartment | undefined {
  if (compartmentType === undefined || type === undefined || id === undefined) return undefined;
  if (!compartments.includes(type)) {
    throw new OperationOutcomeError(404, [issue('not-supported', 'http-no-compartment', restText.noCompartment(compartments.join(', ')))]);
  }
  if (!idPattern.test(id)) throw new OperationOutcomeError(404, [issue('not-found', 'http-not-found', restText.notFound(type))]);
  return { type, id };
}

/** The search, restricted to what refers to the compartment's owner by any of the parameters that R4 names. Source: R4 compartmentdefinition. */
function within(compartment: Compartment, search: ParsedSearch, { registry }: Services): ParsedSearch {
  const codes = registry.compartment(compartment.type.toLowerCase(), search.type);
  const clauses = codes.flatMap((code) => {
    const parameter = registry.searchParameter(search.type, code);
    return parameter === undefined ? [] : [{ kind: 'parameter' as const, parameter, values: [`${compartment.type}/${compartment.id}`] }];
  });
  const own = search.type === compartment.type ? registry.searchParameter(search.type, '_id') : undefined;
  const itself = own === undefined ? [] : [{ kind: 'parameter' as const, parameter: own, values: [compartment.id] }];
  return { ...search, clauses: [...search.clauses, { kind: 'any', clauses: [...itself, ...clauses] }] };
}

// What was ignored or limited belongs to the answer. Source: R4 search §3.1.1.5.
function outcomeEntry(issues: readonly Issue[], request: FhirRequest): string {
  const outcome = outcomeText(issues, request.language, request.context.requestId);
  return `{"resource":${outcome},"search":{"mode":"outcome"}}`;
}
