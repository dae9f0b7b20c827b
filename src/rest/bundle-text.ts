import type { StoredVersion } from '../store/store.js';

export interface Link {
  readonly relation: 'self' | 'first' | 'next' | 'previous';
  readonly url: string;
}

/** JSON text of a Bundle around entries that are JSON text already: stored bodies go out as they are. */
export function bundleText(bundle: {
  readonly type: 'searchset' | 'history' | 'transaction-response' | 'batch-response';
  readonly id?: string;
  /** Instant. */
  readonly lastUpdated?: string;
  readonly total?: number;
  readonly links?: readonly Link[];
  readonly entries: readonly string[];
}): string {
  const parts = ['"resourceType":"Bundle"'];
  if (bundle.id !== undefined) parts.push(`"id":${JSON.stringify(bundle.id)}`);
  if (bundle.lastUpdated !== undefined) parts.push(`"meta":{"lastUpdated":${JSON.stringify(bundle.lastUpdated)}}`);
  parts.push(`"type":"${bundle.type}"`);
  if (bundle.total !== undefined) parts.push(`"total":${bundle.total}`);
  if (bundle.links !== undefined && bundle.links.length > 0) parts.push(`"link":${JSON.stringify(bundle.links)}`);
  if (bundle.entries.length > 0) parts.push(`"entry":[${bundle.entries.join(',')}]`);
  return `{${parts.join(',')}}`;
}

/** An entry of a searchset. */
export function searchEntry(baseUrl: string, version: StoredVersion, mode: 'match' | 'include', body = version.body ?? ''): string {
  return `{"fullUrl":${JSON.stringify(`${baseUrl}/${version.type}/${version.id}`)},"resource":${body},"search":{"mode":"${mode}"}}`;
}
