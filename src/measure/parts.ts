import type { Organization } from '@medplum/fhirtypes';
import type { PersonResult } from '../cql/program.js';
import type { Scope } from '../search/scope.js';
import { type PartLevel, partLevels } from './level.js';
import type { Place } from './load-past.js';
import { resourceAt } from './resources-at.js';
import type { MeasureServices } from './services.js';

/** Part of a village as the area of a stratum: `6202031012/003` (RW), `6202031012/003/002` (RT), `6202031012/Organization/…` (Posyandu); unknown: `6202031012/`. */
export function partArea(village: string, place: Place | undefined, level: PartLevel): string {
  switch (level) {
    case 'posyandu':
      return `${village}/${place?.organization ?? ''}`;
    case 'rw':
      return `${village}/${place?.rw ?? ''}`;
    case 'rt':
      return `${village}/${place?.rw !== undefined && place.rt !== undefined ? `${place.rw}/${place.rt}` : ''}`;
  }
}

/** Persons in the parts of their villages. With `next`, the first level of which a part is known of anyone: Posyandu, RW, RT. */
export function inParts(
  persons: readonly PersonResult[],
  places: ReadonlyMap<string, Place>,
  wanted: PartLevel | 'next',
): { readonly level: PartLevel; readonly persons: readonly PersonResult[] } | undefined {
  for (const level of wanted === 'next' ? partLevels : [wanted]) {
    const placed = persons.map((person) =>
      person.area === undefined ? person : { ...person, area: partArea(person.area, places.get(person.person), level) },
    );
    if (wanted !== 'next' || placed.some(({ area }) => area !== undefined && !area.endsWith('/'))) return { level, persons: placed };
  }
  return undefined;
}

/** Names of the organizations among the areas of strata. */
export async function organizationNames(
  services: Pick<MeasureServices, 'store'>,
  scope: Scope,
  areas: readonly string[],
  asOf: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const reference of new Set(areas.map((area) => area.slice(area.indexOf('/') + 1)))) {
    const [type, id] = reference.split('/');
    const found = type === 'Organization' && id !== undefined ? await resourceAt(services, scope, type, id, asOf) : undefined;
    const name = found && (JSON.parse(found.body) as Organization).name;
    if (name !== undefined) names.set(reference, name);
  }
  return names;
}
