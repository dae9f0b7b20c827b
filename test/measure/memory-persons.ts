import { packedLibraries } from '../../src/cql/libraries.js';
import type { Subjects } from '../../src/cql/program.js';
import { type ReferenceOptions, type ReferencePerson, referenceEvaluator } from '../../src/cql/reference.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { residenceOf } from '../../src/facts/residence.js';
import { zoneMinutesOf } from '../../src/facts/zone.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { packFolder } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';

export const registry = loadRegistry();
export const terminology = createTerminology(registry);
export const libraries = packedLibraries(packFolder);

/** A subject for the reference engine: a person, from resources with a Patient among them, or what the first resource is. */
export function personOf(resources: readonly FhirResource[]): ReferencePerson {
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient') ?? resources[0];
  const area = patient && residenceOf(patient);
  return { id: patient?.id ?? '', ...(area === undefined ? {} : { area }), zoneMinutes: zoneMinutesOf(area), resources };
}

/** The reference engine over persons held in memory. */
export function memoryEvaluator(persons: readonly ReferencePerson[]): ReturnType<typeof referenceEvaluator> {
  const options: ReferenceOptions = {
    libraries,
    members: (valueSet) => terminology.members(valueSet)?.keys(),
    loadPersons: (subjects) => batches(persons, subjects),
    now: () => Date.parse('2026-11-21T00:00:00Z'),
  };
  return referenceEvaluator(options);
}

async function* batches(persons: readonly ReferencePerson[], subjects: Subjects): AsyncIterable<readonly ReferencePerson[]> {
  yield persons.filter(({ id, area }) => {
    if (subjects.kind === 'persons') return subjects.ids.includes(id);
    return subjects.kind === 'all' || subjects.prefixes.some((prefix) => area?.startsWith(prefix));
  });
}
