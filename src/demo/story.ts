import type { Bundle, Resource } from '@medplum/fhirtypes';
import { addMonths, type Day, dateOf, dayOf } from './calendar.js';
import { growthResources, immunisationResources, patientResource, pregnancyResources, type Setting } from './care.js';
import { createFacility, transaction, type Village } from './facility.js';
import { createPopulation, type Person } from './population.js';
import { createRandom } from './random.js';

export interface StoryOptions {
  readonly seed: number;
  readonly people: number;
  readonly villages: readonly Village[];
  /** Last day of the 18 months: `2026-10-31`. */
  readonly end: string;
  readonly zoneMinutes: number;
  readonly areaName: (code: string) => string;
}

/** What the demo sends, in order: the facility first, then people with all that happened to them. */
export interface Story {
  readonly puskesmasId: string;
  readonly start: string;
  readonly people: number;
  readonly resources: number;
  readonly bundles: readonly StoryBundle[];
}

export interface StoryBundle {
  /** Id of the first person in it, by which a later run sees that the Bundle has arrived; absent for the facility's. */
  readonly personId?: string;
  readonly bundle: Bundle;
}

const bundleSize = 250;

/** The same options give the same Bundles, byte for byte. */
export function createStory(options: StoryOptions): Story {
  const random = createRandom(options.seed);
  const end = dayOf(options.end);
  const start = addMonths(end + 1, -18);
  const facility = createFacility(random, options.villages, options.areaName);
  const setting: Setting = { random, facility, villages: options.villages, zoneMinutes: options.zoneMinutes, end };
  const population = createPopulation(random, options.people, options.villages.length, start, end);
  const pregnancies = new Map(population.pregnancies.map((pregnancy) => [pregnancy.mother.id, pregnancy]));
  const families = population.people
    .filter((person) => !person.mother)
    .map((person) => familyRecords(person, pregnancies.get(person.id)?.child));

  function familyRecords(person: Person, child: Person | undefined): Resource[] {
    const pregnancy = pregnancies.get(person.id);
    return [
      ...[person, ...(child ? [child] : [])].flatMap((member) => [
        patientResource(member, setting),
        ...childRecords(member, start, setting),
      ]),
      ...(pregnancy ? pregnancyResources(pregnancy, setting) : []),
    ];
  }

  return {
    puskesmasId: facility.puskesmas.reference?.slice('Organization/'.length) ?? '',
    start: dateOf(start),
    people: population.people.length,
    resources: facility.resources.length + families.reduce((sum, records) => sum + records.length, 0),
    bundles: [{ bundle: transaction(facility.resources) }, ...packed(families)],
  };
}

function childRecords(person: Person, start: Day, setting: Setting): Resource[] {
  if (setting.end - person.born > 5 * 366 + 550) return [];
  const immunised = addMonths(person.born, 12) >= start ? immunisationResources(person, setting) : [];
  return [...immunised, ...growthResources(person, start, setting)];
}

// Families are never cut apart: what refers to each other arrives together or not at all.
function packed(families: readonly (readonly Resource[])[]): StoryBundle[] {
  const bundles: StoryBundle[] = [];
  let batch: Resource[] = [];
  const flush = (): void => {
    const personId = batch.find((resource) => resource.resourceType === 'Patient')?.id;
    if (batch.length > 0) bundles.push({ bundle: transaction(batch), ...(personId === undefined ? {} : { personId }) });
    batch = [];
  };
  for (const family of families) {
    if (batch.length + family.length > bundleSize) flush();
    batch.push(...family);
  }
  flush();
  return bundles;
}
