import type { Areas } from '../definitions/areas.js';
import { zoneMinutesOf } from '../facts/zone.js';
import { type Day, dayIn, dayOf, yearOf } from './calendar.js';
import { createDistrict, createRegency, type Place, type VillageServices } from './facilities.js';
import { hashBelow, type Random } from './random.js';
import type { Made } from './resource.js';

export interface WorldOptions {
  readonly seed: number;
  /** Villages that people live in, by code of ten digits. */
  readonly villages: readonly Place[];
  /** Last day that anything is recorded on: `2026-10-31`. */
  readonly until: string;
  /** First day that is recorded in full; the first of the year before `until`'s unless given. Vaccinations of small children are recorded from birth. */
  readonly since?: string;
  /** Share of clinical records that carry an error or were corrected later, from 0 to 1. */
  readonly errors: number;
}

/** Where and when the made-up people live. */
export interface World {
  readonly seed: number;
  readonly since: Day;
  readonly until: Day;
  readonly errors: number;
  /** Minutes the clocks are ahead of UTC. */
  readonly zoneMinutes: number;
  readonly services: readonly VillageServices[];
  /** First serial number for identity numbers: worlds of other seeds and areas start elsewhere. */
  readonly firstSerial: number;
  /** Organizations, Locations, services and staff, in an order in which each names only what came before. */
  readonly resources: readonly Made[];
  /** The Puskesmas, one a district. */
  readonly puskesmas: readonly Made[];
}

/** The facilities and staff of all villages, by the names of `areas`. Throws where there is no village. */
export function createWorld({ seed, villages, until, since, errors }: WorldOptions, areas: Pick<Areas, 'find'>): World {
  const first = villages[0];
  if (first === undefined) throw new Error('a world needs at least one village');
  const last = dayOf(until);
  const from = since === undefined ? dayIn(yearOf(last) - 1, 1, 1) : dayOf(since);
  const place = (code: string): Place => ({ code, name: areas.find(code)?.name ?? code });
  const regencies = [...new Set(villages.map(({ code }) => code.slice(0, 4)))];
  const made = regencies.map((code) => {
    const regency = createRegency(seed, place(code.slice(0, 2)), place(code), from);
    const districts = [...new Set(villages.filter((village) => village.code.startsWith(code)).map((village) => village.code.slice(0, 6)))];
    return {
      resources: regency.resources,
      districts: districts.map((district) =>
        createDistrict({
          seed,
          district: place(district),
          villages: villages.filter((village) => village.code.startsWith(district)),
          parent: regency.location,
          healthOffice: regency.office,
          since: from,
          until: last,
        }),
      ),
    };
  });
  const districts = made.flatMap((regency) => regency.districts);
  return {
    seed,
    since: from,
    until: last,
    errors,
    zoneMinutes: zoneMinutesOf(first.code),
    services: districts.flatMap((district) => district.services),
    firstSerial: hashBelow(9000, seed, first.code, villages.length) * 9999,
    resources: distinct(made.flatMap((regency) => [...regency.resources, ...regency.districts.flatMap((district) => district.resources)])),
    puskesmas: districts.map((district) => district.puskesmas),
  };
}

/** A village by chance: the first of the list are larger, as around a district's seat. */
export function drawVillage(random: Random, world: World): VillageServices {
  const position = random.next();
  const index = Math.floor(world.services.length * (position - 0.33 * position * (1 - position)));
  const services = world.services[index] ?? world.services[0];
  if (services === undefined) throw new Error('a world needs at least one village');
  return services;
}

// A province stands above several regencies.
function distinct(resources: readonly Made[]): readonly Made[] {
  return [...new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource])).values()];
}
