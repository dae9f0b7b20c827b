import { medicationId, withMedicationCode } from '../fhir/medication.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { resourceKey } from '../search/hash.js';
import { sql } from '../sql.js';
import type { Connection } from './database.js';

/** Stored Medications by id: those of `ids` that are here and live. */
async function readMedications(connection: Pick<Connection, 'query'>, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
  if (ids.length === 0) return new Map();
  const keys = [...new Set(ids)].map((id) => resourceKey('Medication', id));
  const rows = await connection.query(sql`
    select resource.id, body.body
    from resource
    join body on body.shard = resource.shard and body.key = resource.key and body.version = resource.version
    where resource.key = any(${`{${keys.join(',')}}`}::bigint[])`);
  return new Map(
    rows.flatMap(({ id, body }) => {
      const medication: unknown = JSON.parse(String(body));
      return isObject(medication) ? [[String(id), medication] as const] : [];
    }),
  );
}

/**
 * The items with the code of the medicine in each resource that refers to a Medication: one of `known`, by id, else a stored one. A Medication
 * whose code is corrected later changes what is read of its dispenses when they are next written.
 */
export async function withMedications<Item extends { readonly resource: JsonObject }>(
  connection: Pick<Connection, 'query'>,
  items: readonly Item[],
  known: ReadonlyMap<string, JsonObject> = new Map(),
): Promise<readonly Item[]> {
  const wanted = items.flatMap(({ resource }) => medicationId(resource) ?? []).filter((id) => !known.has(id));
  const stored = await readMedications(connection, wanted);
  return items.map((item) => {
    const resource = withMedicationCode(item.resource, (id) => known.get(id) ?? stored.get(id));
    return resource === item.resource ? item : { ...item, resource };
  });
}
