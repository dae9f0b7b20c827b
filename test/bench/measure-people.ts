import { loadAreas } from '../../src/definitions/areas.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { packageRoot } from '../../src/root.js';
import { generateLives } from '../../src/synthetic/lives.js';
import { villagesBelow } from '../../src/synthetic/villages.js';
import { createWorld } from '../../src/synthetic/world.js';

/** All that is known of one person each, the Patient included. */
export type Persons = ReadonlyArray<readonly FhirResource[]>;

/** The persons of all hand-decided cases of the measures, each with ids of its own: mothers and children all, so that nobody is counted who costs nothing. */
export function casePersons(measures: readonly string[]): Persons {
  const cases = measures.flatMap((id) => [...loadCases(packageRoot, id).values()].flatMap((file) => file.cases));
  return cases.map(({ resources }, index) => {
    const text = JSON.stringify(resources).replace(
      /"(id|reference)":"((?:[A-Z][A-Za-z]+\/)?)([^"]+)"/g,
      (_, name, type, id) => `"${name}":"${type}s${index}-${id}"`,
    );
    return JSON.parse(text) as readonly FhirResource[];
  });
}

/** So many people of `lontar load synthetic`, households of all ages with two years of care, each resource as it is known last. */
export function generatedPersons(count: number): Persons {
  const areas = loadAreas();
  const world = createWorld({ seed: 1, villages: villagesBelow(areas, '620203'), until: '2026-10-31', errors: 0.01 }, areas);
  const persons = new Map<string, Map<string, FhirResource>>();
  for (const { records, revisions } of generateLives(world, count)) {
    for (const resource of [...records, ...revisions]) {
      const reference = `${resource.resourceType}/${resource.id}`;
      const person = resource.resourceType === 'Patient' ? reference : personOf(resource);
      if (person === undefined) continue;
      const known = persons.get(person) ?? new Map<string, FhirResource>();
      persons.set(person, known.set(reference, resource));
    }
  }
  // A mistake that the generator makes on purpose can name somebody who isn't there.
  return [...persons].flatMap(([person, known]) => (known.has(person) ? [[...known.values()]] : []));
}

function personOf(resource: FhirResource): string | undefined {
  const { subject, patient, beneficiary } = resource as FhirResource &
    Readonly<Record<string, { readonly reference?: string } | undefined>>;
  const reference = (subject ?? patient ?? beneficiary)?.reference;
  return reference?.startsWith('Patient/') === true ? reference : undefined;
}
