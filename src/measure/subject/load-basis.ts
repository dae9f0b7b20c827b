import type { Subjects } from '../../cql/program.js';
import type { ReferencePerson } from '../../cql/reference.js';
import { residenceOf } from '../../facts/residence.js';
import { zoneMinutesOf } from '../../facts/zone.js';
import { asObject, type FhirResource, isObject } from '../../fhir/resource.js';
import { resourceKey } from '../../search/hash.js';
import { sql } from '../../sql.js';
import type { Database } from '../../store/database.js';

/** What a measure can count beside people, with the types of the resources that belong to one of them by pointing to it. */
export const bases = {
  Organization: ['PractitionerRole', 'HealthcareService', 'QuestionnaireResponse'],
  PractitionerRole: [],
  Group: ['QuestionnaireResponse'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Basis = keyof typeof bases;

export function isBasis(name: string | undefined): name is Basis {
  return name !== undefined && Object.hasOwn(bases, name);
}

const batchSize = 500;

/**
 * The subjects of a measure whose population basis isn't Patient, in batches by id: each resource of the basis with those that belong to it.
 * It lies in the village of its address; one without an address in that of its organization, a household in that of its first member.
 */
export async function* loadBasis(
  database: Pick<Database, 'query'>,
  basis: Basis,
  subjects: Subjects,
): AsyncGenerator<readonly ReferencePerson[]> {
  let after = '';
  for (;;) {
    const rows = await database.query(sql`
      select resource.id, resource.key, body.body
      from resource
      join body on body.shard = resource.shard and body.key = resource.key and body.version = resource.version
      where resource.type = ${basis} and resource.id > ${after}
      order by resource.id
      limit ${batchSize}`);
    if (rows.length === 0) return;
    const found = rows.map(({ id, key, body }) => ({
      id: String(id),
      key: String(key),
      resource: JSON.parse(String(body)) as FhirResource,
    }));
    const owners = await residences(
      database,
      found.flatMap(({ resource }) => ownerKey(resource) ?? []),
    );
    const belongings = await belongingTo(
      database,
      basis,
      found.map(({ key }) => key),
    );
    yield found
      .map(({ id, key, resource }) => {
        const area = residenceOf(resource) ?? owners.get(ownerKey(resource) ?? '');
        const resources = [resource, ...(belongings.get(key) ?? [])];
        return { id, ...(area === undefined ? {} : { area }), zoneMinutes: zoneMinutesOf(area), resources };
      })
      .filter((subject) => isSubject(subject, subjects));
    after = found.at(-1)?.id ?? after;
  }
}

async function belongingTo(
  database: Pick<Database, 'query'>,
  basis: Basis,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly FhirResource[]>> {
  const types: readonly string[] = bases[basis];
  const belongings = new Map<string, FhirResource[]>();
  if (types.length === 0) return belongings;
  const rows = await database.query(sql`
    select distinct value.target, body.key, body.body
    from reference_value value
    join resource on resource.shard = value.shard and resource.key = value.key
    join body on body.shard = resource.shard and body.key = resource.key and body.version = resource.version
    where value.target = any(${[...keys]}::bigint[]) and resource.type = any(${[...types]}::text[])`);
  for (const { target, body } of rows) {
    const resource = JSON.parse(String(body)) as FhirResource;
    belongings.set(String(target), [...(belongings.get(String(target)) ?? []), resource]);
  }
  return belongings;
}

/** Villages of the organizations and persons that say where their own lie, by key. */
async function residences(database: Pick<Database, 'query'>, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(keys)];
  if (wanted.length === 0) return new Map();
  const rows = await database.query(sql`
    select resource.key, body.body
    from resource
    join body on body.shard = resource.shard and body.key = resource.key and body.version = resource.version
    where resource.key = any(${wanted}::bigint[])`);
  return new Map(
    rows.flatMap(({ key, body }) => {
      const area = residenceOf(JSON.parse(String(body)) as FhirResource);
      return area === undefined ? [] : [[String(key), area] as const];
    }),
  );
}

function ownerKey(resource: FhirResource): string | undefined {
  const { organization, member } = asObject(resource);
  const first: unknown = Array.isArray(member) ? member.find((one: unknown) => isObject(one) && one['inactive'] !== true) : undefined;
  const owner = isObject(first) ? first['entity'] : organization;
  const reference = isObject(owner) ? owner['reference'] : undefined;
  const [, type, id] = /^(Organization|Patient)\/([^/]+)$/.exec(typeof reference === 'string' ? reference : '') ?? [];
  return type === undefined || id === undefined ? undefined : resourceKey(type, id);
}

function isSubject({ id, area }: ReferencePerson, subjects: Subjects): boolean {
  if (subjects.kind === 'all') return true;
  if (subjects.kind === 'persons') return subjects.ids.includes(id);
  return subjects.prefixes.some((prefix) => area?.startsWith(prefix) === true);
}
