import { datedResidence, type Residence, residenceOf, residenceOn, residencesOf } from '../facts/residence.js';
import { zoneMinutesOf } from '../facts/zone.js';
import { asObject, type FhirResource, isObject } from '../fhir/resource.js';
import { resourceKey } from '../search/hash.js';
import { type SqlFragment, sql } from '../sql.js';
import type { Database } from '../store/database.js';

/** Somebody whose village on a day isn't that of fact_person. */
export interface Mover {
  readonly id: string;
  /** As fact_person has it. */
  readonly now?: string;
  readonly then?: string;
}

/** Where in a village somebody belongs. */
export interface Place {
  readonly rw?: string;
  readonly rt?: string;
  /** `Organization/…`: the managing one, a Posyandu where people are registered with one. */
  readonly organization?: string;
}

/** One version of a resource that was the current one at an instant. */
export interface PastVersion {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly lastUpdated: string;
  readonly body: string;
}

/** What measures ask of the past beside facts. Days are `YYYY-MM-DD`; without `asOf` (an ISO instant) the data are the present ones. */
export interface Past {
  /** Those who lived on a day in another village than fact_person has: by the periods of their addresses, else by the version of the Patient that was current. */
  movers(day: string, asOf?: string): Promise<readonly Mover[]>;
  places(ids: readonly string[], day: string, asOf?: string): Promise<ReadonlyMap<string, Place>>;
  /** As they stood at `asOf`: the resources of a type outside patients' compartments that have changed since. */
  versions(type: string, asOf: string): Promise<readonly PastVersion[]>;
}

export function pastOf(database: Pick<Database, 'query'>): Past {
  return {
    async movers(day, asOf) {
      const candidates = await database.query(sql`
        select distinct here.resource_id as id
        from fact_person here
        join fact_person before on before.shard = here.shard and before.resource_id = here.resource_id
        where ${isCurrent(sql`here`, asOf)} and before.valid_to <> 'infinity' and before.area is distinct from here.area
        union
        select moved.resource_id from fact_moved moved where ${isCurrent(sql`moved`, asOf)}`);
      const patients = await versionsOf(
        database,
        candidates.map(({ id }) => String(id)),
      );
      return [...patients].flatMap(([id, versions]) => moverOf(id, versions, day, asOf) ?? []);
    },
    async places(ids, day, asOf) {
      const patients = await versionsOf(database, ids);
      const found = [...patients].map(([id, versions]) => {
        const current = versions.findLast((one) => one.at <= instant(asOf))?.patient;
        return [id, current === undefined ? {} : placeOf(current, day)] as const;
      });
      return new Map(found);
    },
    async versions(type, asOf) {
      const rows = await database.query(sql`
        select distinct on (body.key) body.id, body.version, body.last_updated, body.body
        from body
        join (
          select distinct changed.shard, changed.key
          from body changed
          left join resource on resource.shard = changed.shard and resource.key = changed.key
          where changed.type = ${type} and changed.last_updated > ${instant(asOf)}::bigint and resource.patient is null
        ) changed on changed.shard = body.shard and changed.key = body.key
        where body.last_updated <= ${instant(asOf)}::bigint
        order by body.key, body.version desc`);
      return rows.flatMap(({ id, version, last_updated, body }) =>
        typeof body === 'string'
          ? [{ type, id: String(id), version: Number(version), lastUpdated: new Date(Number(last_updated)).toISOString(), body }]
          : [],
      );
    },
  };
}

function instant(asOf: string | undefined): number {
  return asOf === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(asOf);
}

function isCurrent(alias: SqlFragment, asOf: string | undefined): SqlFragment {
  if (asOf === undefined) return sql`${alias}.valid_to = 'infinity'`;
  return sql`(${alias}.valid_from <= ${asOf}::timestamptz and ${alias}.valid_to > ${asOf}::timestamptz)`;
}

interface PatientVersion {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly patient: FhirResource;
}

/** The living versions of Patients by id, the oldest first. */
async function versionsOf(
  database: Pick<Database, 'query'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly PatientVersion[]>> {
  const found = new Map<string, PatientVersion[]>();
  if (ids.length === 0) return found;
  const keys = ids.map((id) => resourceKey('Patient', id));
  const rows = await database.query(sql`
    select body.id, body.last_updated, body.body
    from directory
    join body on body.shard = directory.shard and body.key = directory.key
    where directory.key = any(${keys}::bigint[]) and body.type = 'Patient' and body.body is not null
    order by body.key, body.version`);
  for (const { id, last_updated, body } of rows) {
    const version = { at: Number(last_updated), patient: JSON.parse(String(body)) as FhirResource };
    const before = found.get(String(id));
    if (before) before.push(version);
    else found.set(String(id), [version]);
  }
  return found;
}

function moverOf(id: string, versions: readonly PatientVersion[], day: string, asOf: string | undefined): Mover | undefined {
  const known = versions.filter(({ at }) => at <= instant(asOf));
  const current = known.at(-1)?.patient;
  if (!current) return undefined;
  const now = residenceOf(current);
  const endOfDay = Date.parse(`${day}T23:59:59.999Z`) - zoneMinutesOf(now) * 60_000;
  const atThatTime = known.findLast(({ at }) => at <= endOfDay)?.patient ?? known[0]?.patient ?? current;
  const then = datedResidence(residencesOf(current), day)?.village ?? residenceOn(residencesOf(atThatTime), day)?.village;
  if (then === now) return undefined;
  return { id, ...(now === undefined ? {} : { now }), ...(then === undefined ? {} : { then }) };
}

function placeOf(patient: FhirResource, day: string): Place {
  const { rw, rt }: Partial<Residence> = residenceOn(residencesOf(patient), day) ?? {};
  const managing = asObject(patient)['managingOrganization'];
  const organization = isObject(managing) && typeof managing['reference'] === 'string' ? managing['reference'] : undefined;
  return {
    ...(rw === undefined ? {} : { rw }),
    ...(rt === undefined ? {} : { rt }),
    ...(organization === undefined ? {} : { organization }),
  };
}
