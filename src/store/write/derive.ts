import { type FhirResource, isResource, type JsonObject } from '../../fhir/resource.js';
import { resourceKey, tokenHash } from '../../search/hash.js';
import { sql } from '../../sql.js';
import type { Connection } from '../database.js';
import type { Cause, Change, Deriver, Side, Sources } from '../derive.js';
import type { FactInput } from '../facts.js';
import type { WriteOperation } from '../store.js';
import { lockKeys, readCurrent } from './current.js';

/** The change that a version makes, for derivers. `wasKnown`: there was a version before, alive or deleted. */
export function changeOf({ type, id, resource, patient, deleted, before }: FactInput, wasKnown: boolean): Change {
  const now: Side = { resource, ...(patient === undefined ? {} : { patient }) };
  if (deleted) return { type, id, before: now, isRestored: false };
  if (before === undefined) return { type, id, after: now, isRestored: wasKnown };
  return { type, id, before, after: now, isRestored: false };
}

/**
 * What is to be written and deleted since `changes` were made, which the transaction has sent already. Waits for other transactions that derive
 * for the same patients: whoever comes second sees what the first has written.
 */
export async function deriveAnew(connection: Connection, changes: readonly Change[], deriver: Deriver): Promise<readonly WriteOperation[]> {
  const byPatient = new Map<string, Cause[]>();
  for (const cause of changes.flatMap((change) => deriver.causes(change))) {
    const causes = byPatient.get(cause.patient);
    if (causes === undefined) byPatient.set(cause.patient, [cause]);
    else causes.push(cause);
  }
  if (byPatient.size === 0) return [];
  const patients = [...byPatient.keys()];
  const keys = new Map(patients.map((id) => [id, resourceKey('Patient', id)]));
  // Sent together: the connection takes them in turn, so that what is read is what was there once the locks were ours.
  const [, current, ...sources] = await Promise.all([
    connection.query(lockKeys(patients.map((id) => tokenHash(`derive Patient/${id}`))), { name: true }),
    readCurrent(connection, [...keys.values()]),
    ...[...byPatient].map(([id, causes]) => readSources(connection, id, deriver.sources(causes))),
  ]);
  const wanted = new Map<string, WriteOperation>();
  const owned = new Map<string, WriteOperation>();
  for (const [at, [id, causes]] of [...byPatient].entries()) {
    const patient = parsed(current.get(keys.get(id) ?? '')?.body);
    const derived = deriver.derive({ causes, sources: sources[at] ?? [], ...(patient === undefined ? {} : { patient }) });
    for (const one of derived.owned) owned.set(`${one.type}/${one.id}`, { kind: 'delete', ...one });
    for (const resource of derived.wanted) {
      if (resource.id === undefined) throw new Error('a derived resource needs an id');
      const { resourceType: type, id } = resource;
      wanted.set(`${type}/${id}`, { kind: 'update', type, id, resource });
    }
  }
  return [...wanted.values(), ...[...owned].flatMap(([name, operation]) => (wanted.has(name) ? [] : [operation]))];
}

async function readSources(
  connection: Connection,
  patient: string,
  wanted: Sources | undefined,
): Promise<ReadonlyArray<FhirResource & JsonObject>> {
  if (wanted === undefined) return [];
  const { type, from, to } = wanted;
  // One text each for a time and for ever: their plans are kept.
  const touches = from === undefined || to === undefined ? sql`true` : sql`r.date_low <= ${to}::bigint and r.date_high >= ${from}::bigint`;
  const rows = await connection.query(
    sql`
      select b.body
      from resource r
      join body b on b.shard = r.shard and b.key = r.key and b.version = r.version
      where r.patient = ${patient} and r.type = ${type} and ${touches}`,
    { name: true },
  );
  return rows.flatMap((row) => parsed(String(row['body'])) ?? []);
}

function parsed(body: string | null | undefined): (FhirResource & JsonObject) | undefined {
  if (body === undefined || body === null) return undefined;
  const resource: unknown = JSON.parse(body);
  return isResource(resource) ? resource : undefined;
}
