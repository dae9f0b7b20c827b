import { addMonths, type Day, dateOf } from './calendar.js';
import { femaleNames, maleNames, secondNames } from './names.js';
import type { Random } from './random.js';

/** A made-up inhabitant. */
export interface Person {
  readonly id: string;
  /** Absent while a newborn has none yet. */
  readonly nik?: string;
  readonly mother?: Person;
  readonly female: boolean;
  readonly name: string;
  readonly born: Day;
  /** Index into the demo's villages. */
  readonly village: number;
  readonly rt: number;
  readonly rw: number;
}

export interface Pregnancy {
  readonly mother: Person;
  /** First day of the last menstrual period (HPHT). */
  readonly lastPeriod: Day;
  /** Absent while she is still pregnant. */
  readonly delivered?: Day;
  readonly child?: Person;
}

export interface Population {
  readonly people: readonly Person[];
  readonly pregnancies: readonly Pregnancy[];
}

/** Births a year for each inhabitant: about Indonesia's crude birth rate. */
const birthRate = 0.017;
const pregnancyDays = 280;

// Shares of Indonesia's population by five-year band from 0-4 up to 75-79, in per mille; rounded from the public age pyramid.
const agePyramid = [80, 82, 82, 81, 80, 80, 78, 75, 72, 65, 58, 49, 39, 29, 18, 32] as const;

/** `size` people in `villages` villages whose newest were born between `start` and `end`. */
export function createPopulation(random: Random, size: number, villages: number, start: Day, end: Day): Population {
  const births = Math.round((size * birthRate * (end - start)) / 365.25);
  const serials = new Map<string, number>();
  const residents: Person[] = [];
  while (residents.length < size - births) {
    const born = start - drawAgeDays(random);
    const female = random.chance(0.497);
    residents.push(
      createPerson(
        random,
        { female, born, village: drawVillage(random, villages), rt: random.integer(1, 6), rw: random.integer(1, 3) },
        serials,
      ),
    );
  }
  const mothers = shuffled(
    random,
    residents.filter((person) => person.female && between(person.born, addMonths(start, -41 * 12), addMonths(start, -17 * 12))),
  );
  const pregnancies: Pregnancy[] = [];
  const people = [...residents];
  for (const mother of mothers.slice(0, births)) {
    const delivered = random.integer(start, end);
    const child = createChild(random, mother, delivered, end, serials);
    people.push(child);
    pregnancies.push({ mother, lastPeriod: delivered - drawGestation(random), delivered, child });
  }
  const expecting = Math.round((size * birthRate * pregnancyDays) / 365.25);
  for (const mother of mothers.slice(births, births + expecting)) {
    const lastPeriod = end - random.integer(35, pregnancyDays - 1);
    pregnancies.push({ mother, lastPeriod });
  }
  return { people, pregnancies };
}

function createChild(random: Random, mother: Person, born: Day, end: Day, serials: Map<string, number>): Person {
  const female = random.chance(0.487);
  const child = createPerson(random, { female, born, village: mother.village, rt: mother.rt, rw: mother.rw }, serials);
  // The family card takes a while: a newborn is known by the mother's NIK until then.
  if (end - born > 60) return { ...child, mother };
  const { nik: _, ...unregistered } = child;
  return { ...unregistered, mother };
}

function createPerson(
  random: Random,
  facts: Pick<Person, 'female' | 'born' | 'village' | 'rt' | 'rw'>,
  serials: Map<string, number>,
): Person {
  const name = `${random.pick(facts.female ? femaleNames : maleNames)} ${random.pick(secondNames)}`;
  return { id: random.uuid(), nik: createNik(facts.female, facts.born, serials), name, ...facts };
}

/**
 * A NIK of the right form that nobody has: province code 99 has never been given out.
 * The day of birth counts from 41 for women; the serial tells apart those born on one day.
 */
function createNik(female: boolean, born: Day, serials: Map<string, number>): string {
  const [year = '', month = '', day = ''] = dateOf(born).split('-');
  const stem = `999999${String(Number(day) + (female ? 40 : 0)).padStart(2, '0')}${month}${year.slice(2)}`;
  const serial = (serials.get(stem) ?? 0) + 1;
  serials.set(stem, serial);
  return `${stem}${String(serial).padStart(4, '0')}`;
}

function drawAgeDays(random: Random): number {
  let share = random.next() * agePyramid.reduce((sum, band) => sum + band, 0);
  const band = agePyramid.findIndex((weight) => {
    share -= weight;
    return share < 0;
  });
  return Math.floor((band * 5 + random.next() * 5) * 365.25) + 1;
}

// The first villages are larger, as around a sub-district's seat: the first about twice as large as the last.
function drawVillage(random: Random, villages: number): number {
  const position = random.next();
  return Math.floor(villages * (position - 0.33 * position * (1 - position)));
}

function drawGestation(random: Random): number {
  return Math.round(Math.min(294, Math.max(238, random.normal(277, 11))));
}

function between(day: Day, low: Day, high: Day): boolean {
  return day >= low && day <= high;
}

function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
