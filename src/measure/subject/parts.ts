import type { Organization } from '@medplum/fhirtypes';
import type { PersonResult } from '../../cql/program.js';
import type { Scope } from '../../search/scope.js';
import type { MeasureServices } from '../services.js';
import { type PartLevel, partLevels } from './level.js';
import type { Place } from './load-past.js';
import { resourceAt } from './resources-at.js';
import type { VillagePart } from './subject.js';

/** Part of a village as the area of a stratum: `6202031012/003` (RW), `6202031012/003/002` (RT), `6202031012/Organization/…` (Posyandu); unknown: `6202031012/`. */
function partArea(village: string, place: Place | undefined, level: PartLevel, posyandu: ReadonlyMap<string, string>): string {
  switch (level) {
    case 'posyandu':
      return `${village}/${place?.organization !== undefined && posyandu.has(place.organization) ? place.organization : ''}`;
    case 'rw':
      return `${village}/${place?.rw ?? ''}`;
    case 'rt':
      return `${village}/${place?.rw !== undefined && place.rt !== undefined ? `${place.rw}/${place.rt}` : ''}`;
  }
}

/** Whether a place in a village lies in a part of it; every place where there is no part. */
export function liesIn(place: Place | undefined, part: VillagePart | undefined): boolean {
  return part === undefined || (place?.rw === part.rw && (part.rt === undefined || place.rt === part.rt));
}

/**
 * Persons in the parts of their villages. With `next`, of the first level of which a part is known of anyone: Posyandu, RW, RT; undefined where there is none.
 * `posyandu` are the names of the Posyandu by reference: only they are parts, though people may be registered with other organizations.
 */
export function inParts(
  persons: readonly PersonResult[],
  places: ReadonlyMap<string, Place>,
  posyandu: ReadonlyMap<string, string>,
  wanted: PartLevel | 'next',
): { readonly level: PartLevel; readonly persons: readonly PersonResult[] } | undefined {
  for (const level of wanted === 'next' ? partLevels : [wanted]) {
    const placed = persons.map((person) =>
      person.area === undefined ? person : { ...person, area: partArea(person.area, places.get(person.person), level, posyandu) },
    );
    if (wanted !== 'next' || placed.some(({ area }) => area !== undefined && !area.endsWith('/'))) return { level, persons: placed };
  }
  return undefined;
}

/** Names of the Posyandu among the organizations that people are registered with, by reference. */
export async function posyanduNames(
  services: Pick<MeasureServices, 'store'>,
  scope: Scope,
  places: Iterable<Place>,
  asOf: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const reference of new Set([...places].flatMap(({ organization }) => organization ?? []))) {
    const [type, id] = reference.split('/');
    const found = type === 'Organization' && id !== undefined ? await resourceAt(services, scope, type, id, asOf) : undefined;
    const organization = found && (JSON.parse(found.body) as Organization);
    if (organization && isPosyandu(organization)) names.set(reference, organization.name ?? reference);
  }
  return names;
}

/** Codes of Posyandu and Posyandu Prima in the platform's organization types. */
const posyanduTypes: ReadonlySet<string | undefined> = new Set(['130', '131']);

export function isPosyandu({ type = [] }: Organization): boolean {
  return type.some(({ coding = [] }) => coding.some(({ code }) => posyanduTypes.has(code)));
}
