import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { StoredVersion } from '../store/store.js';
import { restText } from './text.js';

/** The version an If-Match header insists on; undefined without one. A header that is no ETag of ours is refused with 400. */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const match = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(ifMatch);
  if (!match) throw new OperationOutcomeError(400, [issue('value', 'http-if-match', restText.badIfMatch)]);
  return Number(match[1]);
}

/** Headers that name a version. Source: R4 http §3.1.0.1.3. */
export function versionHeaders(version: StoredVersion): Record<string, string> {
  return { etag: etag(version.version), 'last-modified': new Date(version.lastUpdated).toUTCString() };
}

/** Where a version is to be read. */
export function versionLocation(baseUrl: string, version: StoredVersion): string {
  return `${baseUrl}/${version.type}/${version.id}/_history/${version.version}`;
}

export function etag(version: number): string {
  return `W/"${version}"`;
}

/** Whether a conditional read may be answered 304. Source: R4 http §3.1.0.5.1; If-None-Match outweighs If-Modified-Since (RFC 9110 §13.1.3). */
export function isNotModified(headers: Readonly<Record<string, string | undefined>>, version: StoredVersion): boolean {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    return noneMatch.split(',').some((candidate) => {
      const bare = candidate.trim().replace(/^W\//, '').replaceAll('"', '');
      return bare === '*' || bare === String(version.version);
    });
  }
  const since = headers['if-modified-since'];
  if (since === undefined) return false;
  const sinceMs = Date.parse(since);
  // HTTP dates have no fraction: a version changed within the named second counts as known.
  return !Number.isNaN(sinceMs) && Math.floor(Date.parse(version.lastUpdated) / 1000) * 1000 <= sinceMs;
}

export interface Preference {
  readonly return?: 'minimal' | 'representation' | 'OperationOutcome';
  readonly handling?: 'strict' | 'lenient';
  readonly respondAsync: boolean;
}

/** What a Prefer header asks for; values we don't know of names we do are refused, other names ignored (RFC 7240 §2). */
export function parsePrefer(prefer: string | undefined): Preference {
  let chosen: Preference = { respondAsync: false };
  for (const part of (prefer ?? '').split(/[,;]/)) {
    const [name = '', value = ''] = part.split('=').map((text) => text.trim().replaceAll('"', ''));
    if (name === 'respond-async') chosen = { ...chosen, respondAsync: true };
    else if (name === 'return') chosen = { ...chosen, return: oneOf(returns, name, value) };
    else if (name === 'handling') chosen = { ...chosen, handling: oneOf(handlings, name, value) };
  }
  return chosen;
}

const returns = ['minimal', 'representation', 'OperationOutcome'] as const;
const handlings = ['strict', 'lenient'] as const;

function oneOf<Value extends string>(allowed: readonly Value[], name: string, value: string): Value {
  const found = allowed.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw new OperationOutcomeError(400, [issue('value', 'http-prefer', restText.badPrefer(`${name}=…`))]);
  return found;
}
