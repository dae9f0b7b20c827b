import { type Day, dateOf, dayOf } from './calendar.js';
import { lontar, snomed, staffRole, systems } from './codes.js';
import { femaleNames, maleNames, secondNames } from './names.js';
import { createNik } from './nik.js';
import { hashBelow, type Random } from './random.js';
import { rates } from './rates.js';
import { type Coding, concept, type Made, type Reference } from './resource.js';

export type Profession = 'doctor' | 'midwife' | 'nurse' | 'kader';

/** Someone who works at a facility. */
export interface StaffMember {
  readonly profession: Profession;
  readonly reference: Reference;
  /** As `Encounter.participant` names the person: the role that the platform asks for, and the profession that measures read. */
  readonly participation: unknown;
}

export interface Staffed {
  readonly members: readonly StaffMember[];
  readonly resources: readonly Made[];
}

const professions: Readonly<Record<Profession, Coding>> = {
  doctor: snomed('309343006', 'Physician'),
  midwife: snomed('309453006', 'Registered midwife'),
  nurse: snomed('106292003', 'Professional nurse'),
  kader: staffRole('kader', 'Kader Posyandu'),
};

/** Levels of kader by the number of the five skills that we let each stand for; the programme's own thresholds aren't published. */
const kaderLevels = [
  { coding: staffRole('kader', 'Kader Posyandu'), skills: 0 },
  { coding: staffRole('kader-purwa', 'Kader purwa'), skills: 2 },
  { coding: staffRole('kader-madya', 'Kader madya'), skills: 4 },
  { coding: staffRole('kader-utama', 'Kader utama'), skills: 5 },
] as const;

const skills = ['posyandu', 'child', 'mother', 'school-age', 'adult'] as const;
const attender = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'ATND', display: 'attender' }] };

export interface Post {
  readonly profession: Profession;
  readonly organization: Reference;
}

/** Staff for each of the posts, with their roles since `since`. `block` sets their NIK apart from those of other districts. */
export function createStaff(random: Random, posts: readonly Post[], block: string, since: Day): Staffed {
  const serials = (9000 + hashBelow(999, block)) * 9999;
  const made = posts.map((post, index) => createMember(random, post, serials + index, since));
  return { members: made.map(({ member }) => member), resources: made.flatMap(({ resources }) => resources) };
}

function createMember(
  random: Random,
  { profession, organization }: Post,
  serial: number,
  since: Day,
): { member: StaffMember; resources: Made[] } {
  const female = profession === 'midwife' || profession === 'kader' || random.chance(0.6);
  const name = `${random.pick(female ? femaleNames : maleNames)} ${random.pick(secondNames)}`;
  const born = dayOf('1970-01-01') + random.integer(0, 28 * 365);
  const practitioner: Made = {
    resourceType: 'Practitioner',
    id: random.uuid(),
    meta: lontar('practitioner'),
    active: true,
    identifier: [{ use: 'official', system: systems.nik, value: createNik(female, born, serial) }],
    name: [{ use: 'official', text: name }],
    gender: female ? 'female' : 'male',
    birthDate: dateOf(born),
  };
  const reference = { reference: `Practitioner/${practitioner.id}`, display: name };
  const participation = { type: [attender, concept(professions[profession])], individual: reference };
  const role =
    profession === 'kader' ? kaderRole(random, since) : { meta: lontar('practitionerrole'), code: [concept(professions[profession])] };
  return {
    member: { profession, reference, participation },
    resources: [
      practitioner,
      {
        resourceType: 'PractitionerRole',
        id: random.uuid(),
        active: true,
        period: { start: dateOf(since) },
        practitioner: reference,
        organization,
        ...role,
      },
    ],
  };
}

function kaderRole(random: Random, since: Day): object {
  const level = kaderLevels[random.weighted(rates.facilities.kaderLevels)] ?? kaderLevels[0];
  const competencies = skills.slice(0, level.skills).map((skill) => ({
    url: 'https://lontar.id/fhir/StructureDefinition/kader-competency',
    extension: [
      { url: 'skill', valueCodeableConcept: concept({ system: 'https://lontar.id/fhir/CodeSystem/kader-skill', code: skill }) },
      { url: 'mastered', valueBoolean: true },
      { url: 'assessed', valueDate: dateOf(since + random.integer(30, 300)) },
    ],
  }));
  return {
    meta: lontar('practitionerrole-kader'),
    ...(competencies.length === 0 ? {} : { extension: competencies }),
    code: [concept(level.coding)],
  };
}
