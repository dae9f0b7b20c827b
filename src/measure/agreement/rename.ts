import { asObject, type FhirResource, isObject } from '../../fhir/resource.js';

/** The same person under new ids: the Patient's is `id`, the others' `id-n` in order, and references among them follow. */
export function renamePerson(resources: readonly FhirResource[], id: string): readonly FhirResource[] {
  const fresh = resources.map((resource, index) => (resource.resourceType === 'Patient' ? id : `${id}-${index}`));
  const ids = new Map<string, string>();
  resources.forEach((resource, index) => {
    const key = `${resource.resourceType}/${resource.id ?? ''}`;
    if (!ids.has(key)) ids.set(key, `${resource.resourceType}/${fresh[index]}`);
  });
  return resources.map((resource, index) => ({ ...(withReferences(asObject(resource), ids) as FhirResource), id: fresh[index] ?? id }));
}

function withReferences(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      name === 'reference' && typeof inner === 'string' ? [name, ids.get(inner) ?? inner] : [name, withReferences(inner, ids)],
    ),
  );
}
