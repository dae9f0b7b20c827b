import { datedResidence, presentResidence, type Residence, residenceOn, residencesOf } from '../../facts/residence.js';
import { zoneMinutesOf } from '../../facts/zone.js';
import { asObject, type FhirResource, isObject } from '../../fhir/resource.js';
import { resourceKey } from '../../search/hash.js';
import { sql } from '../../sql.js';
import type { Database } from '../../store/database.js';

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
  /**
   * As they stood at `asOf`: the resources of a type that have changed since, outside patients' compartments; or, of any type, those in whose text all of
   * `words` occurred.
   */
  versions(type: string, asOf: string, words?: readonly string[]): Promise<readonly PastVersion[]>;
}

/** Beyond so many the addresses that are remembered are read anew. */
const mostRemembered = 200_000;

export function pastOf(database: Pick<Database, 'query'>): Past {
  // Where people have lived changes only with a new row of fact_moved.
  const remembered = new Map<string, { readonly stamp: string; readonly versions: readonly PatientVersion[] }>();

  async function recall(movers: ReadonlyMap<string, string>): Promise<void> {
    if (remembered.size > mostRemembered) remembered.clear();
    const missing = [...movers].filter(([id, stamp]) => remembered.get(id)?.stamp !== stamp).map(([id]) => id);
    for (const [id, versions] of await versionsOf(database, missing)) {
      remembered.set(id, {
        stamp: movers.get(id) ?? '',
        versions: versions.map(({ at, patient }) => ({ at, residences: residencesOf(patient) })),
      });
    }
  }

  return {
    async movers(day, asOf) {
      const rows = await database.query(sql`select resource_id as id, max(valid_from)::text as stamp from fact_moved group by resource_id`);
      const movers = new Map(rows.map(({ id, stamp }) => [String(id), String(stamp)]));
      await recall(movers);
      return [...movers.keys()].flatMap((id) => moverOf(id, remembered.get(id)?.versions ?? [], day, asOf) ?? []);
    },
    async places(ids, day, asOf) {
      const patients = await versionsOf(database, ids);
      const found = [...patients].map(([id, versions]) => {
        const current = versions.findLast((one) => one.at <= instant(asOf))?.patient;
        return [id, current === undefined ? {} : placeOf(current, day)] as const;
      });
      return new Map(found);
    },
    async versions(type, asOf, words) {
      const rows = await database.query(sql`
        select past.* from (
          select distinct on (body.key) body.id, body.version, body.last_updated, body.body
          from body
          join (
            select distinct changed.shard, changed.key
            from body changed
            left join resource on resource.shard = changed.shard and resource.key = changed.key
            where changed.type = ${type} and changed.last_updated > ${instant(asOf)}::bigint
              and ${words === undefined ? sql`resource.patient is null` : sql`true`}
          ) changed on changed.shard = body.shard and changed.key = body.key
          where body.last_updated <= ${instant(asOf)}::bigint
          order by body.key, body.version desc
        ) past
        where not exists (select from unnest(${[...(words ?? [])]}::text[]) word where position(word in past.body) = 0)`);
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

/** Where somebody lived by a version of the Patient. */
interface PatientVersion {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly residences: readonly Residence[];
}

/** The living versions of Patients by id, the oldest first. */
async function versionsOf(
  database: Pick<Database, 'query'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyArray<{ readonly at: number; readonly patient: FhirResource }>>> {
  const found = new Map<string, Array<{ readonly at: number; readonly patient: FhirResource }>>();
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
  const current = known.at(-1)?.residences;
  if (!current) return undefined;
  const now = presentResidence(current)?.village;
  const endOfDay = Date.parse(`${day}T23:59:59.999Z`) - zoneMinutesOf(now) * 60_000;
  const atThatTime = known.findLast(({ at }) => at <= endOfDay)?.residences ?? known[0]?.residences ?? current;
  const then = (datedResidence(current, day) ?? residenceOn(atThatTime, day))?.village;
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
