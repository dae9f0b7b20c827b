import type { FhirResource } from '../../fhir/resource.js';
import { type Draft, type Json, type Slot, temporals } from './mutations/draft.js';
import type { Seed } from './persons.js';

/** What is done to one resource of a person; undefined where nothing can be. */
type Step = (draft: Draft, place: number) => readonly Json[] | undefined;

/** Every seed with every step done to every resource: without it, with it twice, entered in error, or on the day of another of its kind. */
export function singleSteps(seeds: readonly Seed[]): readonly Seed[] {
  return seeds.flatMap((seed) =>
    seed.resources.flatMap(({ resourceType }, place) =>
      Object.entries(steps).flatMap(([name, step]): readonly Seed[] => {
        if (resourceType === 'Patient') return [];
        const made = step(structuredClone([...seed.resources]) as unknown as Draft, place);
        return made
          ? [{ name: `${seed.name}; ${resourceType} ${place + 1} ${name}`, resources: made as unknown as readonly FhirResource[] }]
          : [];
      }),
    ),
  );
}

const steps: Readonly<Record<string, Step>> = {
  removed: (draft, place) => draft.filter((_, at) => at !== place),
  twice: (draft, place) => {
    const resource = draft[place];
    return resource && [...draft, { ...structuredClone(resource), id: `${String(resource.id)}-twice` }];
  },
  'entered in error': (draft, place) => {
    const resource = draft[place];
    if (typeof resource?.status !== 'string') return undefined;
    resource.status = 'entered-in-error';
    return draft;
  },
  'on the day of another': (draft, place) => {
    const resource = draft[place];
    const other = draft.find((found, at) => at !== place && kindOf(found) === kindOf(resource));
    if (!resource || !other) return undefined;
    const [own, theirs] = [temporals([resource]), temporals([other])];
    for (const slot of own)
      anotherHour(
        slot,
        theirs.find(({ name }) => name === slot.name),
      );
    return draft;
  },
};

/** Type and codes: two of a kind are counted by the same condition. */
function kindOf(resource: Json | undefined): string {
  const { resourceType, code, type, vaccineCode, medicationCodeableConcept } = resource ?? {};
  return JSON.stringify([resourceType, code, type, vaccineCode, medicationCodeableConcept]);
}

/** Writes a slot as another's instant, at the end of its hour: the same day in every zone of whole hours. */
function anotherHour(slot: Slot, other: Slot | undefined): void {
  if (typeof other?.value === 'string') slot.holder[slot.name] = other.value.replace(/T(\d{2}):\d{2}:/, 'T$1:59:');
}
