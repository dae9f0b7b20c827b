import { type FhirResource, isResource, type JsonObject } from '../../fhir/resource.js';
import { patientOf } from '../../search/extract.js';
import { resourceKey, tokenHash } from '../../search/hash.js';
import { parseSearch } from '../../search/parse.js';
import { searchPlans } from '../../search/plan.js';
import type { Connection } from '../database.js';
import type { Cause, Change, Deriver, Side } from '../derive.js';
import type { FactInput } from '../facts.js';
import type { WriteOperation } from '../store.js';
import { type Current, lockKeys, readCurrent } from './current.js';
import type { Writer } from './write.js';

/** More sources of one patient than this are not looked at: thirteen years of daily measurements. */
const maximumSources = 5000;

/** The change that a version makes, for derivers. */
export function changeOf({ type, id, resource, patient, deleted }: FactInput, before: Current | undefined, writer: Writer): Change {
  const now: Side = { resource, ...(patient === undefined ? {} : { patient }) };
  if (deleted) return { type, id, before: now, isRestored: false };
  if (before === undefined || before.body === null) return { type, id, after: now, isRestored: before !== undefined };
  const last = JSON.parse(before.body) as JsonObject;
  const patientBefore = type === 'Patient' ? id : patientOf(searchPlans(writer.registry).type(type), last, writer.extract);
  return {
    type,
    id,
    before: { resource: last, ...(patientBefore === undefined ? {} : { patient: patientBefore }) },
    after: now,
    isRestored: false,
  };
}

/**
 * What is to be written and deleted since `changes` were made, which the transaction has sent already. Waits for other transactions that derive
 * for the same patients: whoever comes second sees what the first has written.
 */
export async function deriveAnew(
  connection: Connection,
  changes: readonly Change[],
  writer: Writer,
  deriver: Deriver,
): Promise<readonly WriteOperation[]> {
  const byPatient = new Map<string, Cause[]>();
  for (const cause of changes.flatMap((change) => deriver.causes(change))) {
    const causes = byPatient.get(cause.patient);
    if (causes === undefined) byPatient.set(cause.patient, [cause]);
    else causes.push(cause);
  }
  if (byPatient.size === 0) return [];
  const ids = [...byPatient.keys()];
  await connection.query(lockKeys(ids.map((id) => tokenHash(`derive Patient/${id}`))), { name: true });
  const patients = await readCurrent(
    connection,
    ids.map((id) => resourceKey('Patient', id)),
  );
  const wanted = new Map<string, WriteOperation>();
  const owned = new Map<string, WriteOperation>();
  for (const [id, causes] of byPatient) {
    const patient = parsed(patients.get(resourceKey('Patient', id))?.body);
    const sources = await readSources(connection, id, deriver.sources(causes), writer);
    const derived = deriver.derive({ causes, sources, ...(patient === undefined ? {} : { patient }) });
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
  search: ReturnType<Deriver['sources']>,
  writer: Writer,
): Promise<ReadonlyArray<FhirResource & JsonObject>> {
  if (search === undefined) return [];
  const { type, query } = search;
  const request = parseSearch({
    registry: writer.registry,
    type,
    query: `patient=Patient/${patient}&${query}`,
    zoneMinutes: writer.extract.zoneMinutes,
  });
  if (!request.ok) throw new Error(`a deriver searches wrongly: ${request.issues[0]?.text.en}`);
  const found = await writer.find(connection, { ...request.value, count: maximumSources, sort: [] }, { kind: 'all' });
  return found.flatMap(({ body }) => parsed(body) ?? []);
}

function parsed(body: string | null | undefined): (FhirResource & JsonObject) | undefined {
  if (body === undefined || body === null) return undefined;
  const resource: unknown = JSON.parse(body);
  return isResource(resource) ? resource : undefined;
}
