import { addMonths, type Day, yearsBetween } from './calendar.js';
import { femaleNames, maleNames, secondNames } from './names.js';
import { createNik } from './nik.js';
import type { Person, Residence } from './person.js';
import { createRandom, type Random } from './random.js';
import { byAge, rates } from './rates.js';
import { drawVillage, type World } from './world.js';

/** A family on one card: who they are, where they lived, and their pregnancies. */
export interface Household {
  readonly id: string;
  readonly index: number;
  readonly random: Random;
  /** Born by the last day of the records; the head first. */
  readonly members: readonly Person[];
  readonly pregnancies: readonly Pregnancy[];
  /** In order; at least one. */
  readonly residences: readonly Residence[];
}

export interface Pregnancy {
  readonly mother: Person;
  /** How many before it. */
  readonly order: number;
  /** First day of the last menstrual period (HPHT). */
  readonly lastPeriod: Day;
  /** Delivery or miscarriage, maybe after the records end. */
  readonly ends: Day;
  readonly miscarried: boolean;
  readonly children: readonly Person[];
}

/** Numbers kept for each household: more than its members. */
const slots = 16;

/** The household of that number. Each is drawn from a stream of its own, so that any can be made without the others. */
export function createHousehold(world: World, index: number): Household {
  const random = createRandom(world.seed, 'household', world.firstSerial, index);
  const id = random.uuid();
  const shape = drawShape(random, world);
  const people = createPeople(random, world, index);
  const residences = drawResidences(random, world);
  if (shape.wifeBorn === undefined)
    return { id, index, random, members: [people(shape.headIsMale, shape.headBorn)], pregnancies: [], residences };
  const conceptions = drawConceptions(random, shape.wifeBorn, world);
  const fatal = conceptions.find(
    ({ ends, miscarried }) => ends >= world.since && ends <= world.until && !miscarried && random.chance(rates.deaths.maternal),
  );
  const mother = people(false, shape.wifeBorn, fatal === undefined ? {} : { died: fatal.ends + random.integer(0, 30) });
  const husband = shape.isCouple ? people(true, shape.headBorn) : undefined;
  const lived = conceptions.filter(({ ends }) => mother.died === undefined || ends <= mother.died);
  const pregnancies = lived.map((conception, order): Pregnancy => {
    const { ends, miscarried } = conception;
    const number = miscarried || ends > world.until ? 0 : random.chance(rates.births.twins) ? 2 : 1;
    const birth = {
      mother,
      bornMinutes: random.integer(0, 24 * 60 - 1),
      registered: ends + random.integer(rates.postnatal.identityDays.from, rates.postnatal.identityDays.to),
    };
    const children = Array.from({ length: number }, (_, at) =>
      people(!random.chance(rates.births.girls), ends, { ...birth, birthOrder: number === 1 ? 0 : at + 1 }),
    );
    return { mother, order, lastPeriod: conception.lastPeriod, ends, miscarried, children };
  });
  const { mean, deviation } = rates.population.leavesHome;
  const children = pregnancies
    .flatMap((pregnancy) => pregnancy.children)
    .filter(({ born }) => yearsBetween(born, world.until) < random.normal(mean, deviation));
  const elder = shape.elderBorn === undefined ? [] : [people(random.chance(0.35), shape.elderBorn)];
  const members = [...(husband ? [husband] : []), mother, ...children, ...elder].filter(
    ({ died }) => died === undefined || died >= world.since,
  );
  const isMember = new Set(members);
  return {
    id,
    index,
    random,
    members: members.length > 0 ? members : [mother],
    pregnancies: pregnancies.filter((pregnancy) => pregnancy.children.every((child) => isMember.has(child))),
    residences,
  };
}

interface Shape {
  readonly headBorn: Day;
  readonly headIsMale: boolean;
  readonly isCouple: boolean;
  /** Absent for people who live alone. */
  readonly wifeBorn?: Day;
  readonly elderBorn?: Day;
}

function drawShape(random: Random, { until }: World): Shape {
  const { headAge, aloneWhenYoung, widowedWhenOld, withoutHusband, grandparent } = rates.population;
  const band = random.weighted(headAge);
  const headYears = 20 + band * 5 + random.next() * 5;
  const headBorn = until - Math.floor(headYears * 365.25);
  const isAlone = headYears < 27 ? random.chance(aloneWhenYoung) : headYears >= 62 && random.chance(widowedWhenOld);
  if (isAlone) return { headBorn, headIsMale: random.chance(headYears < 27 ? 0.6 : 0.25), isCouple: false };
  const wifeYears = Math.max(18, Math.min(headYears + 3, headYears - random.normal(3.5, 3)));
  const elderYears = headYears + random.integer(21, 33);
  return {
    headBorn,
    headIsMale: true,
    isCouple: !random.chance(withoutHusband),
    wifeBorn: until - Math.floor(wifeYears * 365.25),
    ...(headYears < 58 && elderYears < 92 && random.chance(grandparent) ? { elderBorn: until - Math.floor(elderYears * 365.25) } : {}),
  };
}

interface Conception {
  readonly lastPeriod: Day;
  readonly ends: Day;
  readonly miscarried: boolean;
}

/** All pregnancies of a woman that began by the last day of the records. */
function drawConceptions(random: Random, wifeBorn: Day, { until }: World): Conception[] {
  const { wanted, marriageAge, firstAfterYears, nextAfterYears, miscarried, gestationDays } = rates.births;
  const conceptions: Conception[] = [];
  const year = 365.25;
  const limit = wifeBorn + 43 * year;
  const children = random.weighted(wanted);
  let next =
    wifeBorn +
    (Math.max(17, random.normal(marriageAge.mean, marriageAge.deviation)) +
      Math.max(0.8, random.normal(firstAfterYears.mean, firstAfterYears.deviation))) *
      year;
  for (let born = 0; born < children && next < limit; ) {
    const isLost = random.chance(miscarried);
    const length = Math.round(random.normal(gestationDays.mean, gestationDays.deviation));
    const days = isLost ? random.integer(50, 130) : Math.max(gestationDays.from, Math.min(gestationDays.to, length));
    const ends = Math.floor(next) - (isLost ? 200 : 0);
    if (ends - days > until) break;
    conceptions.push({ lastPeriod: ends - days, ends, miscarried: isLost });
    if (isLost) next += 60;
    else {
      born += 1;
      next += Math.max(1.6, random.normal(nextAfterYears.mean, nextAfterYears.deviation)) * year;
    }
  }
  return conceptions;
}

type Birth = Partial<Pick<Person, 'mother' | 'bornMinutes' | 'birthOrder' | 'registered' | 'died'>>;

/** Makes one person after the other of a household. */
function createPeople(random: Random, world: World, household: number): (male: boolean, born: Day, birth?: Birth) => Person {
  let slot = 0;
  return (male, born, birth = {}) => {
    const serial = (world.firstSerial + household * slots + slot) % (9000 * 9999);
    slot += 1;
    const name = `${random.pick(male ? maleNames : femaleNames)} ${random.pick(secondNames)}`;
    const id = random.uuid();
    const died = birth.died ?? drawDeath(random, born, world);
    return {
      id,
      reference: { reference: `Patient/${id}`, display: name },
      nik: createNik(!male, born, serial),
      serial,
      name,
      female: !male,
      born,
      bornMinutes: 0,
      birthOrder: 0,
      registered: born,
      ...birth,
      ...(died === undefined ? {} : { died }),
    };
  };
}

/** The day of death, if it lies by the end of the records; those who died before the records are among the dead, not in any household. */
function drawDeath(random: Random, born: Day, { since, until }: World): Day | undefined {
  const { neonatal, infantAfter, yearly } = rates.deaths;
  if (born >= since) {
    if (random.chance(neonatal)) return within(born + random.integer(0, 27), until);
    if (random.chance(infantAfter)) return within(born + random.integer(28, 364), until);
  }
  const days = until - Math.max(born, since);
  const hazard = (byAge(yearly, yearsBetween(born, until)) * days) / 365.25;
  return random.chance(hazard) ? Math.max(born, since) + random.integer(0, Math.max(0, days)) : undefined;
}

function within(day: Day, until: Day): Day | undefined {
  return day <= until ? day : undefined;
}

function drawResidences(random: Random, world: World): Residence[] {
  const home = (from: Day): Residence => {
    const services = drawVillage(random, world);
    return {
      from,
      services,
      village: services.village.code,
      villageName: services.village.name,
      rt: random.integer(1, 8),
      rw: random.integer(1, 4),
    };
  };
  const first = home(addMonths(world.since, -240));
  const day = random.integer(world.since + 30, world.until);
  if (random.chance(rates.moves.betweenVillages)) return [first, home(day)];
  // To the nation's capital, which no made-up Puskesmas here serves.
  if (random.chance(rates.moves.away)) return [first, { from: day, village: '3171011001', villageName: 'Gambir', rt: 1, rw: 1 }];
  return [first];
}
