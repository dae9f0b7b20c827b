import type { FhirResource } from '../../fhir/resource.js';

/**
 * The smallest person that still differs: takes away resources, then elements, as long as `differs` stays true for what remains.
 * `differs` is asked at most `budget` times.
 */
export async function shrinkPerson(
  resources: readonly FhirResource[],
  differs: (resources: readonly FhirResource[]) => Promise<boolean>,
  budget = 400,
): Promise<readonly FhirResource[]> {
  let best = resources;
  let left = budget;
  const accept = async (candidate: readonly FhirResource[]): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    if (!(await differs(candidate))) return false;
    best = candidate;
    return true;
  };
  // Halves, quarters … then single resources: a person of fifty is small after a dozen questions.
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < best.length; ) {
      const candidate = best.filter((resource, index) => resource.resourceType === 'Patient' || index < start || index >= start + size);
      if (candidate.length === best.length || !(await accept(candidate))) start += size;
    }
  }
  for (let index = 0; index < best.length; index += 1) {
    const resource = best[index];
    if (!resource) continue;
    for (const name of Object.keys(resource)) {
      if (name === 'resourceType' || name === 'id') continue;
      await accept(best.map((each, at) => (at === index ? without(best[index] ?? each, name) : each)));
    }
  }
  return best;
}

function without(resource: FhirResource, name: string): FhirResource {
  return Object.fromEntries(Object.entries(resource).filter(([found]) => found !== name)) as unknown as FhirResource;
}
