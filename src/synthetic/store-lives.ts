import { isFailure } from '../fhir/outcome.js';
import type { Store, StoredVersion, WriteOperation } from '../store/store.js';
import type { Validator } from '../validation/validator.js';
import { isTaken, type MistakeName, mistakeOf } from './errors.js';
import { generateLives, type HouseholdRecords } from './lives.js';
import type { SyntheticLoad, SyntheticResult } from './load.js';
import type { Made } from './resource.js';
import type { World } from './world.js';

export interface StoreTarget {
  readonly store: Pick<Store, 'read' | 'write'>;
  /** Judges each resource before it is stored; absent: the generator is trusted, whose output the tests judge. */
  readonly validator?: Validator;
  /** Milliseconds since the epoch, for rules about the future. */
  readonly now: number;
}

const context = { scope: { kind: 'all' }, actor: 'lontar load synthetic', requestId: 'load-synthetic' } as const;

/** About so many resources share a transaction. */
const batchSize = 1000;
/** Transactions under way together. */
const width = 2;

/**
 * Stores everything, many households a transaction. Each is put at an id of its own, and its Group comes last: a load that was cut off, or is run again, goes on
 * with the households whose Group isn't there. Throws where a resource without a labelled mistake is found invalid.
 */
export async function storeLives({ world, people, onProgress }: SyntheticLoad, target: StoreTarget): Promise<SyntheticResult> {
  const { store } = target;
  const done = { people: 0, resources: 0, households: 0, present: 0 };
  const refused: Partial<Record<MistakeName, number>> = {};
  const put = async (resources: readonly Made[]): Promise<void> => {
    const operations = resources.filter((resource) => isWanted(resource, target, refused)).map(operationOf);
    if (operations.length > 0) await store.write(operations, context);
    done.resources += operations.length;
  };
  const putAll = async (households: readonly HouseholdRecords[]): Promise<void> => {
    await put(households.flatMap(({ records }) => records));
    await put(households.flatMap(({ revisions }) => revisions));
    done.people += households.reduce((sum, household) => sum + household.people, 0);
    done.households += households.length;
    onProgress(done);
  };
  for (let from = 0; from < world.resources.length; from += batchSize) await put(world.resources.slice(from, from + batchSize));
  const queue = batches(world, people, async (household) => {
    const isPresent = isWhole(await store.read(context.scope, 'Group', household.groupId), household);
    if (isPresent) done.present += 1;
    return !isPresent;
  });
  const worker = async (): Promise<void> => {
    for (;;) {
      const { value, done: isOver } = await queue.next();
      if (isOver === true) return;
      await putAll(value);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return { ...done, refused };
}

/** Whether a household is stored with all its members: the last of a smaller load was cut short. */
function isWhole(group: StoredVersion | undefined, { people }: HouseholdRecords): boolean {
  return group?.body !== undefined && (JSON.parse(group.body) as { readonly quantity?: number }).quantity === people;
}

async function* batches(
  world: World,
  people: number,
  isMissing: (household: HouseholdRecords) => Promise<boolean>,
): AsyncGenerator<readonly HouseholdRecords[], void> {
  let batch: HouseholdRecords[] = [];
  let size = 0;
  for (const household of generateLives(world, people)) {
    if (!(await isMissing(household))) continue;
    batch.push(household);
    size += household.records.length;
    if (size < batchSize) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Whether a resource is to be stored; counts labelled mistakes that aren't. */
function isWanted(resource: Made, { validator, now }: StoreTarget, refused: Partial<Record<MistakeName, number>>): boolean {
  const mistake = mistakeOf(resource);
  if (mistake !== undefined && !isTaken(mistake)) {
    refused[mistake] = (refused[mistake] ?? 0) + 1;
    return false;
  }
  const failure = validator?.validate(resource, { now }).find(isFailure);
  if (failure !== undefined) throw new Error(`${resource.resourceType}/${resource.id} ${failure.expression ?? ''}: ${failure.text.en}`);
  return true;
}

function operationOf(resource: Made): WriteOperation {
  return { kind: 'update', type: resource.resourceType, id: resource.id, resource };
}
