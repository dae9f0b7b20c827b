import { type Day, dateOf } from './calendar.js';
import { facilityType, lontar, systems } from './codes.js';
import { monthlyReports } from './posyandu-reports.js';
import { createRandom, hashBelow, type Random } from './random.js';
import { rates } from './rates.js';
import { concept, type Made, type Reference, referenceTo } from './resource.js';
import { createStaff, type Post, type StaffMember } from './staff.js';

/** An area by its code of digits without dots. */
export interface Place {
  readonly code: string;
  readonly name: string;
}

/** Where the people of a village go for care. */
export interface VillageServices {
  readonly village: Place;
  /** The facility's number, in the identifiers of what it records. */
  readonly organizationNumber: string;
  readonly puskesmas: Reference;
  readonly posyandu: Reference;
  /** The room of the Puskesmas where mothers and children are seen. */
  readonly clinic: Reference;
  readonly doctors: readonly StaffMember[];
  readonly midwives: readonly StaffMember[];
  readonly kader: readonly StaffMember[];
  /** How well the village is reached, about 0.86 to 1: makes villages differ, as real ones do. */
  readonly reach: number;
}

/** A district's Puskesmas with all that belongs to it. */
export interface District {
  readonly puskesmas: Made;
  readonly services: readonly VillageServices[];
  readonly resources: readonly Made[];
}

interface DistrictPlan {
  readonly seed: number;
  readonly district: Place;
  readonly villages: readonly Place[];
  /** Areas above the district, the nearest last: their Locations must be in the store already, or among `resources` of an earlier district. */
  readonly parent: Made;
  readonly healthOffice: Made;
  readonly since: Day;
  readonly until: Day;
}

const facilityKinds = {
  office: { profile: 'organization-health-office', type: facilityType('129', 'Dinas Kesehatan') },
  laboratory: { profile: 'organization-labkesmas', type: facilityType('107', 'Laboratorium Kesehatan') },
  puskesmas: { profile: 'organization-puskesmas', type: facilityType('102', 'Pusat Kesehatan Masyarakat') },
  pustu: { profile: 'organization-pustu', type: facilityType('OT000002', 'Pustu') },
  posyandu: { profile: 'organization-posyandu', type: facilityType('131', 'Posyandu') },
} as const;

const clusters = [
  ['cluster-1', 'Klaster 1: manajemen'],
  ['cluster-2', 'Klaster 2: ibu dan anak'],
  ['cluster-3', 'Klaster 3: usia dewasa dan lanjut usia'],
  ['cluster-4', 'Klaster 4: penanggulangan penyakit menular'],
  ['cross-cluster', 'Lintas klaster'],
] as const;

/** The health office of a regency with its laboratory, and the Locations of the areas above the districts. */
export function createRegency(
  seed: number,
  province: Place,
  regency: Place,
  since: Day,
): { readonly resources: readonly Made[]; readonly office: Made; readonly location: Made } {
  const random = createRandom(seed, 'regency', regency.code);
  const number = `99${regency.code}000`;
  const office = organization(random, 'office', number, number, `Dinas Kesehatan ${regency.name}`, regency.code);
  const laboratory = organization(random, 'laboratory', number, `LAB-${regency.code}`, `Labkesmas ${regency.name}`, regency.code, {
    partOf: referenceTo(office),
    extension: [equipment(random.integer(70, 98), since)],
  });
  const above = areaLocation(seed, province);
  const location = { ...areaLocation(seed, regency), partOf: referenceTo(above) };
  return { resources: [office, laboratory, above, location], office, location };
}

/** One Puskesmas, a Pustu for about every second village, a Posyandu and a Location for each village, their services and staff. */
export function createDistrict({ seed, district, villages, parent, healthOffice, since, until }: DistrictPlan): District {
  const random = createRandom(seed, 'district', district.code);
  const number = `99${district.code}0`;
  const has = (share: number) => random.chance(share);
  const puskesmas = organization(random, 'puskesmas', number, number, `Puskesmas ${district.name}`, villages[0]?.code ?? district.code, {
    partOf: referenceTo(healthOffice),
    extension: [
      ilpStatus(has(rates.facilities.puskesmasIlp), since, random),
      ...villages.map(({ code }) => ({
        url: 'https://lontar.id/fhir/StructureDefinition/catchment',
        extension: [
          { url: 'area', valueCode: code },
          { url: 'period', valuePeriod: { start: dateOf(since) } },
        ],
      })),
    ],
  });
  const within = { partOf: referenceTo(puskesmas) };
  const location = { ...areaLocation(seed, district), managingOrganization: referenceTo(puskesmas), partOf: referenceTo(parent) };
  const clinic: Made = {
    resourceType: 'Location',
    id: random.uuid(),
    meta: lontar('location-service'),
    identifier: [{ system: systems.facility('location', number), value: 'POLI' }],
    status: 'active',
    name: 'Poli',
    mode: 'instance',
    physicalType: concept({ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'ro', display: 'Room' }),
    managingOrganization: referenceTo(puskesmas),
  };
  const sites = villages.map((village) => {
    const status = () => ({ ...within, extension: [ilpStatus(has(rates.facilities.posyanduIlp), since, random)] });
    const posyandu = organization(random, 'posyandu', number, `POSYANDU-${village.code}`, `Posyandu ${village.name}`, village.code, {
      ...status(),
      active: has(rates.facilities.posyanduActive),
    });
    const pustu = has(rates.facilities.pustuForVillage)
      ? organization(random, 'pustu', number, `PUSTU-${village.code}`, `Pustu ${village.name}`, village.code, {
          ...within,
          extension: [ilpStatus(has(rates.facilities.pustuIlp), since, random)],
        })
      : undefined;
    const posts: Post[] = [
      { profession: 'midwife', organization: referenceTo(pustu ?? puskesmas) },
      ...(pustu !== undefined && has(rates.facilities.pustuNurse)
        ? [{ profession: 'nurse' as const, organization: referenceTo(pustu) }]
        : []),
      ...(pustu === undefined ? [] : [pustu, pustu].map((at) => ({ profession: 'kader' as const, organization: referenceTo(at) }))),
      ...[posyandu, posyandu, posyandu].map((at) => ({ profession: 'kader' as const, organization: referenceTo(at) })),
    ];
    return {
      village,
      posyandu,
      pustu,
      posts,
      location: { ...areaLocation(seed, village), managingOrganization: referenceTo(puskesmas), partOf: referenceTo(location) },
    };
  });
  const centre: Post[] = (['doctor', 'doctor', 'midwife', 'nurse'] as const).map((profession) => ({
    profession,
    organization: referenceTo(puskesmas),
  }));
  const posts = [...centre, ...sites.flatMap((site) => site.posts)];
  const staff = createStaff(random, posts, `${seed}/${district.code}`, since);
  const at = (organizations: readonly (Made | undefined)[], profession: Post['profession']) =>
    staff.members.filter((member, index) => {
      const post = posts[index];
      return (
        member.profession === profession &&
        organizations.some((one) => one !== undefined && post?.organization.reference === `Organization/${one.id}`)
      );
    });
  const services = sites.map(({ village, posyandu, pustu }): VillageServices => {
    const kader = at([posyandu, pustu], 'kader');
    const midwives = at([pustu], 'midwife');
    return {
      village,
      organizationNumber: number,
      puskesmas: referenceTo(puskesmas),
      posyandu: referenceTo(posyandu),
      clinic: referenceTo(clinic),
      doctors: at([puskesmas], 'doctor'),
      midwives: midwives.length > 0 ? midwives : at([puskesmas], 'midwife'),
      kader,
      reach: 0.86 + hashBelow(15, seed, 'reach', village.code) / 100,
    };
  });
  return {
    puskesmas,
    services,
    resources: [
      puskesmas,
      location,
      clinic,
      ...clusters.map(([code, display]) => clusterService(random, puskesmas, code, display)),
      ...sites.flatMap(({ posyandu, pustu, location: place }) => [place, ...(pustu === undefined ? [] : [pustu]), posyandu]),
      ...staff.resources,
      ...sites.flatMap(({ posyandu }) => monthlyReports(random, posyandu, at([posyandu], 'kader'), since, until)),
    ],
  };
}

/** The address extension of the national platform, filled as far down as the code goes. */
export function administrativeCode(code: string, neighbourhood?: { readonly rt: number; readonly rw: number }): object {
  const levels = [
    ['province', 2],
    ['city', 4],
    ['district', 6],
    ['village', 10],
  ] as const;
  return {
    url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode',
    extension: [
      ...levels.filter(([, length]) => code.length >= length).map(([url, length]) => ({ url, valueCode: code.slice(0, length) })),
      ...Object.entries(neighbourhood ?? {}).map(([url, value]) => ({ url, valueCode: String(value) })),
    ],
  };
}

function organization(
  random: Random,
  kind: keyof typeof facilityKinds,
  number: string,
  value: string,
  name: string,
  area: string,
  more: object = {},
): Made {
  const { profile, type } = facilityKinds[kind];
  return {
    resourceType: 'Organization',
    id: random.uuid(),
    meta: lontar(profile),
    active: true,
    identifier: [{ use: 'official', system: systems.facility('organization', number), value }],
    type: [concept(type)],
    name,
    telecom: [{ system: 'phone', value: '+62-000-0000000', use: 'work' }],
    address: [
      { use: 'work', type: 'both', line: ['Jl. Contoh No. 1'], city: 'Contoh', country: 'ID', extension: [administrativeCode(area)] },
    ],
    ...more,
  };
}

function equipment(share: number, date: Day): object {
  return {
    url: 'https://lontar.id/fhir/StructureDefinition/equipment-fulfilment',
    extension: [
      { url: 'share', valueDecimal: share },
      { url: 'date', valueDate: dateOf(date) },
    ],
  };
}

function ilpStatus(applied: boolean, since: Day, random: Random): object {
  return {
    url: 'https://lontar.id/fhir/StructureDefinition/ilp-status',
    extension: [
      { url: 'applied', valueBoolean: applied },
      ...(applied ? [{ url: 'since', valueDate: dateOf(since + random.integer(0, 180)) }] : []),
    ],
  };
}

// Named by area and seed alone, so that an area has one Location however it is reached.
function areaLocation(seed: number, { code, name }: Place): Made {
  return {
    resourceType: 'Location',
    id: createRandom(seed, 'location', code).uuid(),
    meta: lontar(code.length === 10 ? 'location-village' : 'location-area'),
    identifier: [{ system: systems.area, value: code }],
    status: 'active',
    name,
    mode: 'instance',
    physicalType: concept({ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'jdn', display: 'Jurisdiction' }),
    address: { use: 'work', country: 'ID', extension: [administrativeCode(code)] },
  };
}

function clusterService(random: Random, puskesmas: Made, code: string, display: string): Made {
  return {
    resourceType: 'HealthcareService',
    id: random.uuid(),
    meta: lontar('healthcareservice-cluster'),
    active: true,
    providedBy: referenceTo(puskesmas),
    category: [concept({ system: 'https://lontar.id/fhir/CodeSystem/ilp-cluster', code, display })],
    name: display,
  };
}
