import { asObject, isObject, type JsonObject } from './resource.js';

const medicated: ReadonlySet<string> = new Set([
  'MedicationAdministration',
  'MedicationDispense',
  'MedicationRequest',
  'MedicationStatement',
]);

/** Id of the stored Medication that a resource names in place of a code; undefined where it has a code, contains its Medication or names none. */
export function medicationId(resource: JsonObject): string | undefined {
  return /^Medication\/([A-Za-z0-9\-.]{1,64})(\/_history\/\d+)?$/.exec(reference(resource) ?? '')?.[1];
}

/**
 * The resource with the code of its medication in its own `medicationCodeableConcept`, where it refers to a Medication: the one that it contains, or
 * the one that `find` knows by id. What is read of a medicine (facts, measures) is its code, and clients of the national platform send it apart.
 */
export function withMedicationCode(resource: JsonObject, find: (id: string) => JsonObject | undefined): JsonObject {
  const named = reference(resource);
  if (named === undefined) return resource;
  const id = medicationId(resource);
  const medication = named.startsWith('#') ? contained(resource, named.slice(1)) : id === undefined ? undefined : find(id);
  const code = medication?.['code'];
  if (!isObject(code)) return resource;
  const { medicationReference: _, ...rest } = resource;
  return { ...rest, medicationCodeableConcept: code };
}

function reference(resource: JsonObject): string | undefined {
  if (!medicated.has(String(resource['resourceType']))) return undefined;
  const { medicationReference } = asObject(resource);
  const named = isObject(medicationReference) ? medicationReference['reference'] : undefined;
  return typeof named === 'string' ? named : undefined;
}

function contained(resource: JsonObject, id: string): JsonObject | undefined {
  const all = resource['contained'];
  const found: unknown = Array.isArray(all) ? all.find((one: unknown) => isObject(one) && one['id'] === id) : undefined;
  return isObject(found) ? found : undefined;
}
