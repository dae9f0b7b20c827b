import type { Row } from './database.js';
import type { StoredVersion } from './store.js';

/** Epoch milliseconds as FHIR's instant in UTC. */
export function instantText(at: number): string {
  return new Date(at).toISOString();
}

/** A row of `body` with the columns type, id, version, last_updated, method, body. */
export function versionOf(row: Row): StoredVersion {
  const body = row['body'];
  return {
    type: String(row['type']),
    id: String(row['id']),
    version: Number(row['version']),
    lastUpdated: instantText(Number(row['last_updated'])),
    deleted: body === null,
    ...(typeof body === 'string' ? { body } : {}),
    method: String(row['method']) as StoredVersion['method'],
  };
}
