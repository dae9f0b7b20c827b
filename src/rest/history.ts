import { temporalRange } from '../fhir/date.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { StoredVersion } from '../store/store.js';
import { bundleText, type Link } from './bundle-text.js';
import { etag } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { refuseUnknownParameters } from './query.js';
import type { Services } from './services.js';
import { restText } from './text.js';

const defaultCount = 50;
const maximumCount = 1000;
const known = ['_count', '_since', '_cursor', '_format', '_pretty'];

/** Versions of a resource, of a type, or of everything, newest first. Source: R4 http §3.1.0.11. */
export async function history(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const { type, id } = request;
  const page = parsePage(request.query);
  const found = await services.store.history(
    request.context.scope,
    { ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) },
    page,
  );
  if (id !== undefined && type !== undefined && found.total === 0 && page.cursor === undefined && page.since === undefined) {
    throw new OperationOutcomeError(404, [issue('not-found', 'http-not-found', restText.notFound(type))]);
  }
  const path = [request.baseUrl, type, id, '_history'].filter((part) => part !== undefined).join('/');
  const parameters = new URLSearchParams({ _count: String(page.count), ...(page.since === undefined ? {} : { _since: page.since }) });
  const links: Link[] = [
    { relation: 'self', url: `${path}?${withCursor(parameters, page.cursor)}` },
    ...(found.next === undefined ? [] : [{ relation: 'next', url: `${path}?${withCursor(parameters, found.next)}` } as const]),
  ];
  return {
    status: 200,
    body: bundleText({
      type: 'history',
      id: services.newId(),
      lastUpdated: new Date(services.clock()).toISOString(),
      total: found.total,
      links,
      entries: found.versions.map((version) => historyEntry(request.baseUrl, version)),
    }),
  };
}

function parsePage(query: string): { readonly count: number; readonly since?: string; readonly cursor?: string } {
  const parameters = new URLSearchParams(query);
  refuseUnknownParameters(parameters, known);
  const countText = parameters.get('_count') ?? String(defaultCount);
  if (!/^\d{1,9}$/.test(countText)) {
    throw refused('history-count', restText.badParameter('_count', { id: 'bilangan bulat', en: 'a whole number' }));
  }
  const since = parameters.get('_since')?.replaceAll(' ', '+');
  const range = since === undefined ? undefined : temporalRange(since);
  if (since !== undefined && range === undefined) {
    throw refused(
      'history-since',
      restText.badParameter('_since', {
        id: 'instant, misalnya 2026-01-31T00:00:00+07:00',
        en: 'an instant, e.g. 2026-01-31T00:00:00+07:00',
      }),
    );
  }
  const cursor = parameters.get('_cursor');
  return {
    count: Math.min(Number(countText), maximumCount),
    ...(range === undefined ? {} : { since: new Date(range.low).toISOString() }),
    ...(cursor === null ? {} : { cursor }),
  };
}

function refused(rule: string, text: Parameters<typeof issue>[2]): OperationOutcomeError {
  return new OperationOutcomeError(400, [issue('value', rule, text)]);
}

function withCursor(parameters: URLSearchParams, cursor: string | undefined): string {
  if (cursor === undefined) return parameters.toString();
  const copy = new URLSearchParams(parameters);
  copy.set('_cursor', cursor);
  return copy.toString();
}

// R4 http §3.1.0.11: a POST names the type, the others the resource; a deletion has no resource.
function historyEntry(baseUrl: string, version: StoredVersion): string {
  const url = version.method === 'POST' ? version.type : `${version.type}/${version.id}`;
  const status = version.method === 'DELETE' ? '204 No Content' : version.version === 1 ? '201 Created' : '200 OK';
  const request = JSON.stringify({ method: version.method, url });
  const response = JSON.stringify({ status, etag: etag(version.version), lastModified: version.lastUpdated });
  const resource = version.deleted || version.body === undefined ? '' : `"resource":${version.body},`;
  return `{"fullUrl":${JSON.stringify(`${baseUrl}/${version.type}/${version.id}`)},${resource}"request":${request},"response":${response}}`;
}
