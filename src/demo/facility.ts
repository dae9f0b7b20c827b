import { createReference } from '@medplum/core';
import type { Bundle, Encounter, Location, Organization, Practitioner, PractitionerRole, Reference, Resource } from '@medplum/fhirtypes';
import { claims, systems } from './codes.js';
import { femaleNames, maleNames, secondNames } from './names.js';
import type { Random } from './random.js';

/** A village as the area table has it: ten-digit code without dots. */
export interface Village {
  readonly code: string;
  readonly name: string;
}

export interface StaffMember {
  readonly id: string;
  readonly name: string;
  readonly profession: Profession;
}

export type Profession = 'doctor' | 'midwife' | 'nurse' | 'kader';

/** The Puskesmas with what belongs to it; references are to ids that its Bundle creates. */
export interface Facility {
  readonly organizationNumber: string;
  readonly puskesmas: Reference<Organization>;
  readonly posyandu: readonly Reference<Organization>[];
  readonly villageLocations: readonly Reference<Location>[];
  readonly clinic: Reference<Location>;
  readonly staff: readonly StaffMember[];
  readonly resources: readonly Resource[];
}

interface ProfessionCode {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

const snomed = 'http://snomed.info/sct';

const professions: Readonly<Record<Profession, ProfessionCode>> = {
  doctor: { system: snomed, code: '309343006', display: 'Physician' },
  midwife: { system: snomed, code: '309453006', display: 'Registered midwife' },
  nurse: { system: snomed, code: '106292003', display: 'Professional nurse' },
  kader: { system: 'https://lontar.id/fhir/CodeSystem/staff-role', code: 'kader', display: 'Kader Posyandu' },
};

const organizationTypes = {
  puskesmas: ['102', 'Pusat Kesehatan Masyarakat'],
  pustu: ['OT000002', 'Pustu'],
  posyandu: ['131', 'Posyandu'],
} as const;

/** One Puskesmas, a Pustu for every fourth village, a Posyandu and a Location for each village, and their staff. */
export function createFacility(random: Random, villages: readonly Village[], areaName: (code: string) => string): Facility {
  const organizationNumber = '990000001';
  const first = villages[0];
  if (!first) throw new Error('a Puskesmas needs at least one village');
  const districtName = areaName(first.code.slice(0, 6));
  const puskesmas = organization(random, organizationNumber, 'puskesmas', `Puskesmas ${districtName}`, first.code);
  const pustus = villages
    .filter((_, index) => index % 4 === 0)
    .map((village) => organization(random, organizationNumber, 'pustu', `Pustu ${village.name}`, village.code, puskesmas));
  const posyandus = villages.map((village) =>
    organization(random, organizationNumber, 'posyandu', `Posyandu ${village.name}`, village.code, puskesmas),
  );
  const parents = parentAreas(villages).map((code) => areaLocation(random, organizationNumber, code, areaName(code), puskesmas));
  const parentOf = (code: string): Location | undefined =>
    parents.find((parent) => parent.identifier?.[0]?.value === code.slice(0, code.length === 10 ? 6 : code.length - 2));
  const linkedParents = parents.map((parent) => withParent(parent, parentOf(parent.identifier?.[0]?.value ?? '')));
  const villageLocations = villages.map((village) =>
    withParent(areaLocation(random, organizationNumber, village.code, village.name, puskesmas), parentOf(village.code)),
  );
  const clinic = clinicLocation(random, organizationNumber, puskesmas);
  const staff = createStaff(random, villages.length);
  const serials = staff.map((_, index) => String(index + 1).padStart(4, '0'));
  return {
    organizationNumber,
    puskesmas: createReference(puskesmas),
    posyandu: posyandus.map((resource) => createReference(resource)),
    villageLocations: villageLocations.map((resource) => createReference(resource)),
    clinic: createReference(clinic),
    staff,
    resources: [
      puskesmas,
      ...pustus,
      ...posyandus,
      ...linkedParents,
      ...villageLocations,
      clinic,
      ...staff.map((member, index) => practitioner(member, serials[index] ?? '')),
      ...staff.map((member, index) =>
        role(random, member, member.profession === 'kader' ? (posyandus[index % posyandus.length] ?? puskesmas) : puskesmas),
      ),
    ],
  };
}

/** The participation of a member of staff, with the profession that the measures read beside the role the platform asks for. */
export function participation(member: StaffMember): NonNullable<Encounter['participant']>[number] {
  const attender = { system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'ATND', display: 'attender' };
  return {
    type: [{ coding: [attender] }, { coding: [professions[member.profession]] }],
    individual: { reference: `Practitioner/${member.id}`, display: member.name },
  };
}

/** A transaction Bundle that puts each resource at its own id, so that sending it again changes nothing. */
export function transaction(resources: readonly Resource[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      fullUrl: `urn:uuid:${resource.id}`,
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  };
}

function organization(
  random: Random,
  number: string,
  kind: keyof typeof organizationTypes,
  name: string,
  village: string,
  parent?: Organization,
): Organization {
  const [code, display] = organizationTypes[kind];
  const id = random.uuid();
  return {
    resourceType: 'Organization',
    id,
    meta: claims[kind],
    active: true,
    identifier: [
      { use: 'official', system: systems.facility('organization', number), value: parent ? `${kind.toUpperCase()}-${village}` : number },
    ],
    type: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/organization-type',
            code: parent ? 'team' : 'prov',
            display: parent ? 'Organizational team' : 'Healthcare Provider',
          },
          { system: 'http://terminology.kemkes.go.id/CodeSystem/organization-type', code, display },
        ],
      },
    ],
    name,
    telecom: [{ system: 'phone', value: '+62-000-0000000', use: 'work' }],
    address: [
      { use: 'work', type: 'both', line: ['Jl. Contoh No. 1'], city: 'Contoh', country: 'ID', extension: [administrativeCode(village)] },
    ],
    ...(parent ? { partOf: createReference(parent) } : {}),
  };
}

function areaLocation(random: Random, number: string, code: string, name: string, manager: Organization): Location {
  return {
    resourceType: 'Location',
    id: random.uuid(),
    meta: code.length === 10 ? claims.village : claims.area,
    identifier: [
      { system: 'http://sys-ids.kemkes.go.id/administrative-area', value: code },
      { system: systems.facility('location', number), value: `WILAYAH-${code}` },
    ],
    status: 'active',
    name,
    mode: 'instance',
    physicalType: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'jdn', display: 'Jurisdiction' }],
    },
    address: { use: 'work', country: 'ID', extension: [administrativeCode(code)] },
    managingOrganization: createReference(manager),
  };
}

function clinicLocation(random: Random, number: string, manager: Organization): Location {
  return {
    resourceType: 'Location',
    id: random.uuid(),
    meta: claims.service,
    identifier: [{ system: systems.facility('location', number), value: 'POLI-KIA' }],
    status: 'active',
    name: 'Poli KIA',
    mode: 'instance',
    physicalType: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'ro', display: 'Room' }] },
    managingOrganization: createReference(manager),
  };
}

function createStaff(random: Random, villages: number): StaffMember[] {
  const wanted: ReadonlyArray<readonly [Profession, number]> = [
    ['doctor', 2],
    ['midwife', Math.max(2, Math.ceil(villages / 2))],
    ['nurse', Math.max(1, Math.ceil(villages / 4))],
    ['kader', villages * 2],
  ];
  return wanted.flatMap(([profession, count]) =>
    Array.from({ length: count }, () => {
      const given = random.pick(profession === 'doctor' ? [...femaleNames, ...maleNames] : femaleNames);
      return { id: random.uuid(), profession, name: `${given} ${random.pick(secondNames)}` };
    }),
  );
}

function practitioner(member: StaffMember, serial: string): Practitioner {
  return {
    resourceType: 'Practitioner',
    id: member.id,
    meta: claims.practitioner,
    active: true,
    identifier: [{ use: 'official', system: systems.nik, value: `999998410180${serial}` }],
    name: [{ use: 'official', text: member.name }],
    gender: 'female',
    birthDate: '1980-01-01',
  };
}

function role(random: Random, member: StaffMember, at: Organization): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    id: random.uuid(),
    meta: claims.role,
    active: true,
    practitioner: { reference: `Practitioner/${member.id}`, display: member.name },
    organization: createReference(at),
    code: [{ coding: [professions[member.profession]] }],
  };
}

/** The address extension of the national platform, filled as far down as the code goes. */
export function administrativeCode(code: string, rt?: number, rw?: number): NonNullable<Organization['extension']>[number] {
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
      ...(rt === undefined ? [] : [{ url: 'rt', valueCode: String(rt) }]),
      ...(rw === undefined ? [] : [{ url: 'rw', valueCode: String(rw) }]),
    ],
  };
}

function parentAreas(villages: readonly Village[]): string[] {
  return [...new Set(villages.flatMap(({ code }) => [code.slice(0, 2), code.slice(0, 4), code.slice(0, 6)]))].sort();
}

function withParent(location: Location, parent: Location | undefined): Location {
  return parent ? { ...location, partOf: createReference(parent) } : location;
}
