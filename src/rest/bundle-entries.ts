import { parseJson } from '../fhir/json.js';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import { isObject, isResource } from '../fhir/resource.js';
import { type Interaction, interactions, matchInteraction } from './interactions.js';
import type { FhirRequest } from './message.js';
import type { Services } from './services.js';
import { restText } from './text.js';
import { unknownTypeIssue } from './types.js';

const entryUnreadable = issue('structure', 'bundle-entry-resource', restText.entryResource);

/** An entry that can be understood: what it calls, as a request of its own. */
export interface Entry {
  readonly index: number;
  readonly fullUrl?: string;
  readonly interaction: Interaction;
  readonly request: FhirRequest;
}

export interface ParsedEntries {
  readonly entries: readonly Entry[];
  /** What is wrong with the entries that can't be understood, by index. */
  readonly issues: ReadonlyMap<number, readonly Issue[]>;
}

/** Takes the entries of a Bundle apart; what can't be understood is told by index. */
export function parseEntries(entries: readonly unknown[], request: FhirRequest, services: Services): ParsedEntries {
  const parsed: Entry[] = [];
  const issues = new Map<number, readonly Issue[]>();
  entries.forEach((entry, index) => {
    const found = parseEntry(entry, index, request, services);
    if ('issue' in found) issues.set(index, [found.issue]);
    else parsed.push(found.entry);
  });
  return { entries: parsed, issues };
}

function parseEntry(
  entry: unknown,
  index: number,
  outer: FhirRequest,
  services: Services,
): { readonly entry: Entry } | { readonly issue: Issue } {
  const at = `Bundle.entry[${index}]`;
  const call = isObject(entry) ? entry.request : undefined;
  const method = isObject(call) ? call.method : undefined;
  const url = isObject(call) ? call.url : undefined;
  if (!isObject(entry) || !isObject(call) || typeof method !== 'string' || typeof url !== 'string') {
    return { issue: issue('required', 'bundle-entry-request', restText.entryRequest, { expression: `${at}.request` }) };
  }
  const relative = url.startsWith(`${outer.baseUrl}/`) ? url.slice(outer.baseUrl.length + 1) : url.replace(/^\//, '');
  const [path = '', query = ''] = splitOnce(relative, '?');
  if (!['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
    return { issue: issue('value', 'bundle-entry-method', restText.entryMethod, { expression: `${at}.request.method` }) };
  }
  const match = matchInteraction(interactions, method === 'HEAD' ? 'GET' : method, path);
  if (match === undefined) return { issue: issue('value', 'bundle-entry-url', restText.entryUrl, { expression: `${at}.request.url` }) };
  const { type, id, versionId, compartmentType } = match.variables;
  const unknown = [type, compartmentType].find((name) => name !== undefined && !services.registry.isResourceType(name));
  if (unknown !== undefined) return { issue: { ...unknownTypeIssue(unknown, services), expression: `${at}.request.url` } };
  if (match.interaction.body === 'resource' && !isResource(entry.resource)) {
    return { issue: issue('required', 'bundle-entry-resource', restText.entryResource, { expression: `${at}.resource` }) };
  }
  const body = match.interaction.body === 'patch' ? patchBody(entry.resource) : ({ ok: true, value: entry.resource } as const);
  if (!body.ok) return { issue: { ...(body.issues[0] ?? entryUnreadable), expression: `${at}.resource.data` } };
  return {
    entry: {
      index,
      ...(typeof entry.fullUrl === 'string' ? { fullUrl: entry.fullUrl } : {}),
      interaction: match.interaction,
      request: {
        method,
        baseUrl: outer.baseUrl,
        ...(type === undefined ? {} : { type }),
        ...(id === undefined ? {} : { id }),
        ...(versionId === undefined ? {} : { versionId }),
        ...(compartmentType === undefined ? {} : { compartmentType }),
        query,
        headers: {
          'if-match': text(call.ifMatch),
          'if-none-match': text(call.ifNoneMatch),
          'if-modified-since': httpDate(call.ifModifiedSince),
          'if-none-exist': text(call.ifNoneExist),
          prefer: outer.headers.prefer,
        },
        body: body.value,
        language: outer.language,
        context: outer.context,
      },
    },
  };
}

// In a Bundle a JSON Patch travels as a Binary, a FHIRPath Patch as Parameters. Source: R4 http §3.1.0.6.
function patchBody(resource: unknown): Result<unknown> {
  if (!isObject(resource) || resource.resourceType !== 'Binary' || typeof resource.data !== 'string') return { ok: true, value: resource };
  return parseJson(Buffer.from(resource.data, 'base64'));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function httpDate(instant: unknown): string | undefined {
  const ms = typeof instant === 'string' ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toUTCString();
}

function splitOnce(whole: string, separator: string): readonly [string, string] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + 1)];
}

/** Order in which R4 has a Bundle's entries processed. Source: R4 http §3.1.0.11.2. */
const processingOrder: Readonly<Record<string, number>> = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 };

export function inProcessingOrder(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => (processingOrder[a.request.method] ?? 4) - (processingOrder[b.request.method] ?? 4));
}

/** Codes of interactions that write, and of those that only read. */
export const writes: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'patch']);
export const reads: ReadonlySet<string> = new Set([
  'read',
  'vread',
  'search-type',
  'search-compartment',
  'history-instance',
  'history-type',
  'history-system',
]);
