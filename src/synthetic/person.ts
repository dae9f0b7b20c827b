import { type Day, dateOf, instantOf } from './calendar.js';
import { kemkes, lontar, systems } from './codes.js';
import { administrativeCode, type VillageServices } from './facilities.js';
import type { Made, Reference } from './resource.js';
import type { World } from './world.js';

/** Someone made up, from birth to death. */
export interface Person {
  readonly id: string;
  readonly reference: Reference;
  readonly nik: string;
  /** Number apart from everybody's in this world. */
  readonly serial: number;
  readonly name: string;
  readonly female: boolean;
  readonly born: Day;
  /** Of the local day; only of those whose birth is recorded. */
  readonly bornMinutes: number;
  /** Present for children of the household. */
  readonly mother?: Person;
  /** 1 or 2 of twins, else 0. */
  readonly birthOrder: number;
  /** Until then a newborn is known by the mother's NIK. */
  readonly registered: Day;
  readonly died?: Day;
}

/** Where a household lives from a day on. */
export interface Residence {
  readonly from: Day;
  /** Absent: away, where nobody of this world serves them. */
  readonly services?: VillageServices;
  /** Code of the village. */
  readonly village: string;
  readonly villageName: string;
  readonly rt: number;
  readonly rw: number;
}

/** Whether something can be recorded of a person on a day: within the records, after the birth and before the death. */
export function isRecorded(person: Person, day: Day, { since, until }: World): boolean {
  return day >= since && day <= until && isAlive(person, day);
}

export function isAlive({ born, died }: Person, day: Day): boolean {
  return day >= born && (died === undefined || day < died);
}

/** The Patient as known at the end of `asOf`: with the address of then, the older ones behind it, the NIK if it has come, the death if it has happened. */
export function patientOf(person: Person, residences: readonly Residence[], asOf: Day, zoneMinutes: number): Made {
  const isRegistered = person.registered <= asOf;
  const known = residences.filter(({ from }, index) => index === 0 || from <= asOf);
  const current = known.at(-1);
  const died = person.died !== undefined && person.died <= asOf ? person.died : undefined;
  return {
    resourceType: 'Patient',
    id: person.id,
    meta: isRegistered ? kemkes('Patient') : lontar('patient-newborn'),
    active: died === undefined,
    identifier: isRegistered
      ? [{ use: 'official', system: systems.nik, value: person.nik }]
      : [{ use: 'official', system: systems.motherNik, value: person.mother?.nik ?? '' }],
    name: [{ use: 'official', text: isRegistered ? person.name : `Bayi Ny. ${person.mother?.name ?? ''}` }],
    gender: person.female ? 'female' : 'male',
    birthDate: dateOf(person.born),
    ...(person.mother === undefined ? {} : { _birthDate: { extension: [birthTime(person, zoneMinutes)] } }),
    ...(died === undefined ? {} : { deceasedDateTime: instantOf(died, 14 * 60, zoneMinutes) }),
    multipleBirthInteger: person.birthOrder,
    address: known.map((residence, index) => address(residence, known[index + 1]?.from, index === 0)).toReversed(),
    ...(current?.services === undefined ? {} : { managingOrganization: current.services.puskesmas }),
  };
}

function birthTime({ born, bornMinutes }: Person, zoneMinutes: number): object {
  return {
    url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime',
    valueDateTime: instantOf(born, bornMinutes, zoneMinutes),
  };
}

function address({ village, villageName, rt, rw, from }: Residence, until: Day | undefined, isFirst: boolean): object {
  const period = { ...(isFirst ? {} : { start: dateOf(from) }), ...(until === undefined ? {} : { end: dateOf(until - 1) }) };
  return {
    use: until === undefined ? 'home' : 'old',
    line: [`RT ${rt} RW ${rw}`],
    city: villageName,
    country: 'ID',
    ...(Object.keys(period).length === 0 ? {} : { period }),
    extension: [administrativeCode(village, { rt, rw })],
  };
}
