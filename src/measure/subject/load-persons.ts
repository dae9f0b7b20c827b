import type { Subjects } from '../../cql/program.js';
import type { ReferencePerson } from '../../cql/reference.js';
import type { FhirResource, JsonObject } from '../../fhir/resource.js';
import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { Database } from '../../store/database.js';
import { withMedications } from '../../store/medications.js';

const batchSize = 200;

/**
 * The persons asked for, in batches by id, each with the current versions of everything in the Patient compartment: what the reference engine reads.
 * Village and zone come from the facts, so that both engines place a person alike; a medicine that is named by reference has its code, as in the facts.
 */
export async function* loadPersons(database: Pick<Database, 'query'>, subjects: Subjects): AsyncGenerator<readonly ReferencePerson[]> {
  let after = '';
  for (;;) {
    const people = await database.query(sql`
      select resource_id as id, area, zone
      from fact_person
      where valid_to = 'infinity' and resource_id > ${after} and ${isSubject(subjects)}
      order by resource_id
      limit ${batchSize}`);
    if (people.length === 0) return;
    const ids = people.map(({ id }) => String(id));
    const bodies = await database.query(sql`
      select resource.patient, body.body
      from resource
      join body on body.shard = resource.shard and body.key = resource.key and body.version = resource.version
      where resource.patient = any(${ids}::text[])`);
    const resources = new Map<string, FhirResource[]>(ids.map((id) => [id, []]));
    const read = bodies.map(({ patient, body }) => ({ patient, resource: JSON.parse(String(body)) as JsonObject }));
    for (const { patient, resource } of await withMedications(database, read)) {
      resources.get(String(patient))?.push(resource as unknown as FhirResource);
    }
    yield people.map(({ id, area, zone }) => ({
      id: String(id),
      ...(typeof area === 'string' ? { area } : {}),
      zoneMinutes: Number(zone),
      resources: resources.get(String(id)) ?? [],
    }));
    after = ids.at(-1) ?? after;
  }
}

function isSubject(subjects: Subjects): SqlFragment {
  switch (subjects.kind) {
    case 'all':
      return sql`true`;
    case 'areas':
      if (subjects.prefixes.length === 0) return sql`false`;
      return sql`(${joinSql(
        // Digits only, so that nothing in a prefix is a wildcard.
        subjects.prefixes.map((prefix) => sql`area like ${`${prefix.replace(/\D/g, '')}%`}`),
        ' or ',
      )})`;
    case 'persons':
      return sql`resource_id = any(${[...subjects.ids]}::text[])`;
  }
}
