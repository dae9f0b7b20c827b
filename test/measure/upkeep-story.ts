import { OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { FhirResource, JsonObject } from '../../src/fhir/resource.js';
import { asObject, isObject } from '../../src/fhir/resource.js';
import { type Random, seededRandom } from '../../src/measure/agreement/random.js';
import { renamePerson } from '../../src/measure/agreement/rename.js';
import { loadCases } from '../../src/measure/cases.js';
import type { Upkeep } from '../../src/measure/upkeep/worker.js';
import { packageRoot } from '../../src/root.js';
import type { Store, WriteOperation } from '../../src/store/store.js';

export interface StoryOptions {
  readonly writes: number;
  readonly seed: number;
  /** Whose hand-decided cases people are made of. */
  readonly measures: readonly string[];
  readonly store: Pick<Store, 'write'>;
  readonly upkeep: Upkeep;
  /** Moves the clock, to an instant in epoch milliseconds. */
  moveClock(to: number): void;
  /** First and last instant of the story. */
  readonly from: number;
  readonly to: number;
  /** Hears after each round of upkeep. */
  onRound?(written: number): Promise<void>;
}

/** How often what was done. */
export type StoryCounts = Readonly<Record<Kind, number>>;

type Kind = 'person' | 'change' | 'delete' | 'restore' | 'move' | 'merge' | 'late' | 'erase';

interface Person {
  readonly id: string;
  readonly resources: Map<string, FhirResource>;
  readonly deleted: Map<string, FhirResource>;
}

// Cases refer to facilities and staff that nobody stores here.
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'story', livesElsewhere: () => true } as const;
const villages = ['6202031012', '6202031013', '6202061001', '5171011001', '9171011001'];
const dayMs = 86_400_000;

// How often each is done, of a hundred.
const shares: ReadonlyArray<readonly [Kind, number]> = [
  ['person', 22],
  ['change', 34],
  ['late', 14],
  ['delete', 10],
  ['restore', 5],
  ['move', 8],
  ['merge', 5],
  ['erase', 2],
];

/**
 * A year of a district in mixed writes: people come with all their resources, records are changed, corrected late, deleted and restored, people move between villages
 * and zones, are merged and erased, while the clock goes from `from` to `to` and upkeep works in between and at the same time. The same seed is the same story.
 */
export async function tellStory(options: StoryOptions): Promise<StoryCounts> {
  const { writes, store, upkeep } = options;
  const random = seededRandom(options.seed);
  const cases = options.measures.flatMap((id) => [...loadCases(packageRoot, id).values()].flatMap((file) => file.cases));
  const people: Person[] = [];
  const counts: Record<Kind, number> = { person: 0, change: 0, delete: 0, restore: 0, move: 0, merge: 0, late: 0, erase: 0 };
  const every = Math.max(20, Math.floor(writes / 40));
  let working: Promise<unknown> = Promise.resolve();
  for (let written = 0; written < writes; written += 1) {
    options.moveClock(options.from + Math.floor(((options.to - options.from) * written) / writes));
    const kind = people.length < 5 ? 'person' : pickKind(random);
    const operations = operationsOf(kind, { random, cases, people, written });
    if (operations.length > 0) {
      counts[kind] += 1;
      // What refers to something that was deleted is refused, and so changes nothing.
      await store.write(operations, context).catch((error) => {
        if (!(error instanceof OperationOutcomeError)) throw error;
      });
    }
    if (written % every === every - 1) {
      // Every other round works while the next writes arrive.
      await working;
      working = upkeep.round();
      // Looked at when it is waited for.
      working.catch(() => {});
      if (random.chance(0.5)) await working;
      await options.onRound?.(written);
    }
  }
  options.moveClock(options.to);
  await working;
  return counts;
}

interface Scene {
  readonly random: Random;
  readonly cases: ReadonlyArray<{ readonly resources: readonly FhirResource[] }>;
  readonly people: Person[];
  readonly written: number;
}

function pickKind(random: Random): Kind {
  let at = random.int(100);
  for (const [kind, share] of shares) {
    if (at < share) return kind;
    at -= share;
  }
  return 'change';
}

function operationsOf(kind: Kind, scene: Scene): readonly WriteOperation[] {
  const { random, people } = scene;
  if (kind === 'person') return personComes(scene);
  const person = random.pick(people);
  if (!person) return [];
  switch (kind) {
    case 'change':
    case 'late':
      return changed(person, scene, kind === 'late');
    case 'delete':
      return removed(person, random);
    case 'restore':
      return restored(person, random);
    case 'move':
      return moved(person, random);
    case 'merge':
      return merged(person, scene);
    case 'erase':
      return erased(person, people);
  }
}

function personComes({ random, cases, people, written }: Scene): readonly WriteOperation[] {
  const chosen = random.pick(cases);
  if (!chosen) return [];
  const id = `s${written}`;
  const resources = renamePerson(chosen.resources, id).map(withoutIdentifiers);
  people.push({ id, resources: new Map(resources.map((one) => [nameOf(one), one])), deleted: new Map() });
  return resources.map(put);
}

/** A date of a record moves by some days (of a late correction: by months), or its status changes. */
function changed(person: Person, { random }: Scene, isLate: boolean): readonly WriteOperation[] {
  const before = random.pick([...person.resources.values()]);
  if (!before) return [];
  const days = isLate ? -30 * (1 + random.int(6)) : random.int(61) - 30;
  const after =
    before.resourceType !== 'Patient' && random.chance(0.15)
      ? ({ ...before, status: 'entered-in-error' } as FhirResource)
      : (shifted(asObject(before), days) as FhirResource & JsonObject);
  person.resources.set(nameOf(after), after);
  return [put(after)];
}

function removed(person: Person, random: Random): readonly WriteOperation[] {
  const gone = random.pick([...person.resources.values()].filter(({ resourceType }) => resourceType !== 'Patient'));
  if (!gone) return [];
  person.resources.delete(nameOf(gone));
  person.deleted.set(nameOf(gone), gone);
  return [{ kind: 'delete', type: gone.resourceType, id: gone.id ?? '' }];
}

function restored(person: Person, random: Random): readonly WriteOperation[] {
  const back = random.pick([...person.deleted.values()]);
  if (!back) return [];
  person.deleted.delete(nameOf(back));
  person.resources.set(nameOf(back), back);
  return [put(back)];
}

function moved(person: Person, random: Random): readonly WriteOperation[] {
  const patient = person.resources.get(`Patient/${person.id}`);
  if (!patient) return [];
  const village = random.pick(villages);
  const extension = village === undefined ? [] : [{ url: 'village', valueCode: village }];
  const url = 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode';
  const after = { ...patient, address: random.chance(0.1) ? [] : [{ use: 'home', extension: [{ url, extension }] }] } as FhirResource;
  person.resources.set(nameOf(after), after);
  return [put(after)];
}

/** Two records of one person become one: the records of the other point to it from now on. */
function merged(person: Person, { random, people }: Scene): readonly WriteOperation[] {
  const other = random.pick(people);
  const patient = other?.resources.get(`Patient/${other.id}`);
  if (!other || other === person || !patient) return [];
  const link = [{ other: { reference: `Patient/${person.id}` }, type: 'replaced-by' }];
  const replaced = { ...patient, active: false, link } as FhirResource;
  other.resources.set(nameOf(replaced), replaced);
  const operations = [put(replaced)];
  for (const [name, resource] of [...other.resources]) {
    if (resource.resourceType === 'Patient') continue;
    const text = JSON.stringify(resource).replaceAll(`"Patient/${other.id}"`, `"Patient/${person.id}"`);
    const after = JSON.parse(text) as FhirResource;
    other.resources.delete(name);
    person.resources.set(name, after);
    operations.push(put(after));
  }
  return operations;
}

/** Everything of a person is deleted. */
function erased(person: Person, people: Person[]): readonly WriteOperation[] {
  people.splice(people.indexOf(person), 1);
  return [...person.resources.values()].map(({ resourceType, id = '' }) => ({ kind: 'delete' as const, type: resourceType, id }));
}

function put(resource: FhirResource): WriteOperation {
  return { kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource };
}

function nameOf({ resourceType, id }: FhirResource): string {
  return `${resourceType}/${id}`;
}

/** Cases come many times; a NIK is one person's. */
function withoutIdentifiers(resource: FhirResource): FhirResource {
  if (resource.resourceType !== 'Patient') return resource;
  const { identifier: _, ...rest } = asObject(resource);
  return rest as FhirResource & JsonObject;
}

/** Every date in a resource, so many days later. */
function shifted(value: unknown, days: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shifted(item, days));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, name === 'id' ? inner : shifted(inner, days)]));
  }
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}(T|$)/.test(value)) return value;
  const day = Date.parse(`${value.slice(0, 10)}T00:00:00Z`);
  return new Date(day + days * dayMs).toISOString().slice(0, 10) + value.slice(10);
}
