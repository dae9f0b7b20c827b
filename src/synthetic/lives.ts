import { recordPregnancy } from './antenatal.js';
import { recordBirth } from './birth.js';
import { addMonths, dateOf, yearsBetween } from './calendar.js';
import { type ChronicIllness, recordChronicCare } from './chronic.js';
import { lontar, systems } from './codes.js';
import { recordDeath } from './death.js';
import { recordElderly } from './elderly.js';
import { spoil } from './errors.js';
import { recordGrowth } from './growth.js';
import { recordHealthChecks } from './health-check.js';
import { recordHomeVisits } from './home-visit.js';
import { createHousehold, type Household } from './household.js';
import { recordInfantDoses, recordSchoolDoses } from './immunisation.js';
import { recordInsurance } from './insurance.js';
import type { Life } from './life.js';
import { recordMentalIllness } from './mental-illness.js';
import { createNik } from './nik.js';
import { type Person, patientOf } from './person.js';
import { recordLyingIn } from './postnatal.js';
import { concept, type Made } from './resource.js';
import { recordSchoolYears } from './school.js';
import { recordTuberculosis } from './tuberculosis.js';
import type { World } from './world.js';

/** All that is known of a household. */
export interface HouseholdRecords {
  readonly index: number;
  /** Id of its Group, the very last thing to arrive: where that is stored, all is. */
  readonly groupId: string;
  readonly people: number;
  /** First versions, each resource once. They name each other, so they arrive together. */
  readonly records: readonly Made[];
  /** Later versions of some of them, each once, and the Group. */
  readonly revisions: readonly Made[];
}

/**
 * The lives of so many people, household by household, the first ever the same for a world: only one household is held at a time.
 * The last one is cut short so that the number is met.
 */
export function* generateLives(world: World, people: number): Generator<HouseholdRecords> {
  let made = 0;
  for (let index = 0; made < people; index++) {
    const household = shortened(createHousehold(world, index), people - made);
    made += household.members.length;
    yield recordHousehold(world, household);
  }
}

function shortened(household: Household, most: number): Household {
  if (household.members.length <= most) return household;
  const members = household.members.slice(0, most);
  const isMember = new Set(members);
  const pregnancies = household.pregnancies.filter(({ mother, children }) => [mother, ...children].every((person) => isMember.has(person)));
  return { ...household, members, pregnancies };
}

function recordHousehold(world: World, household: Household): HouseholdRecords {
  const { index, id, random, members, residences, pregnancies } = household;
  const life: Life = { world, random, residences, records: [], revisions: [] };
  const illnesses = new Map<Person, ChronicIllness>();
  for (const member of members) {
    recordIdentity(life, member);
    recordInsurance(life, member);
    if (addMonths(member.born, 60) > world.since) {
      recordInfantDoses(life, member);
      recordGrowth(life, member);
    }
    recordSchoolDoses(life, member);
    recordSchoolYears(life, member);
    recordHealthChecks(life, member);
    illnesses.set(member, recordChronicCare(life, member));
    if (yearsBetween(member.born, world.until) >= 60) recordElderly(life, member);
    recordMentalIllness(life, member);
    recordTuberculosis(life, member, members);
    recordDeath(life, member);
  }
  for (const pregnancy of pregnancies) {
    const care = recordPregnancy(life, pregnancy);
    recordBirth(life, pregnancy, care);
    recordLyingIn(life, pregnancy);
  }
  recordHomeVisits(life, household, illnesses);
  if (world.errors > 0) spoil(life);
  life.revisions.push(groupOf(life, household));
  return { index, groupId: id, people: members.length, records: life.records, revisions: life.revisions };
}

/** The Patient as first known, and as known at the end where something has changed: a newborn's NIK, a move, a death. */
function recordIdentity({ world, residences, records, revisions }: Life, person: Person): void {
  const { since, until, zoneMinutes } = world;
  const first = Math.max(since, person.born);
  records.push(patientOf(person, residences, first, zoneMinutes));
  const hasMoved = residences.some(({ from }, index) => index > 0 && from > first);
  const isNew = person.registered > first && person.registered <= until;
  const hasDied = person.died !== undefined && person.died > first && person.died <= until;
  if (hasMoved || isNew || hasDied) revisions.push(patientOf(person, residences, until, zoneMinutes));
}

function groupOf({ world, random }: Life, { id, members, residences }: Household): Made {
  const head = members[0];
  const issued = world.since - random.integer(100, 3000);
  return {
    resourceType: 'Group',
    id,
    meta: lontar('group-household'),
    identifier: [{ use: 'official', system: systems.familyCard, value: createNik(false, issued, head?.serial ?? 0) }],
    active: true,
    type: 'person',
    actual: true,
    code: concept({ system: 'https://lontar.id/fhir/CodeSystem/group-type', code: 'household', display: 'Keluarga (satu kartu keluarga)' }),
    name: `Keluarga RT ${residences.at(-1)?.rt ?? ''}`,
    quantity: members.length,
    member: members.map(({ reference, born }) => ({
      entity: reference,
      ...(born > world.since ? { period: { start: dateOf(born) } } : {}),
    })),
  };
}
