import type { Bundle } from '@medplum/fhirtypes';
import { generateLives, type HouseholdRecords } from '../synthetic/lives.js';
import type { Made } from '../synthetic/resource.js';
import type { World } from '../synthetic/world.js';
import { type Client, firstText } from './client.js';

export interface LoadProgress {
  /** People sent. */
  readonly sent: number;
  readonly total: number;
  readonly resources: number;
}

/** About so many resources a Bundle; a household is never cut apart. */
const bundleSize = 250;
/** Bundles under way together. */
const width = 3;

/**
 * Sends what the server doesn't have yet and resolves to the number of resources sent (0: all was there). Households whose Group, the last to arrive,
 * is there are left out, so a load that was cut off goes on where it stopped.
 */
export async function loadLives(
  client: Client,
  world: World,
  people: number,
  onProgress: (progress: LoadProgress) => void,
): Promise<number> {
  const present = await householdsOf(client);
  let sent = 0;
  let resources = 0;
  const send = async (made: readonly Made[]): Promise<void> => {
    if (made.length === 0) return;
    const { status, body } = await client.post('', transaction(made));
    if (status !== 200) throw new Error(`the server refused a Bundle with ${status}: ${firstText(body)}`);
    resources += made.length;
  };
  if (present.size === 0) await send(world.resources);
  const queue = batches(world, people, present);
  const worker = async (): Promise<void> => {
    for (const batch of queue) {
      await send(batch.flatMap(({ records }) => records));
      await send(batch.flatMap(({ revisions }) => revisions));
      sent += batch.reduce((sum, household) => sum + household.people, 0);
      onProgress({ sent, total: people, resources });
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return resources;
}

/** A transaction Bundle that puts each resource at its own id, so that sending it again changes nothing. */
export function transaction(resources: readonly Made[]): unknown {
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

function* batches(world: World, people: number, present: ReadonlySet<string>): Generator<readonly HouseholdRecords[]> {
  let batch: HouseholdRecords[] = [];
  let size = 0;
  for (const household of generateLives(world, people)) {
    if (present.has(household.groupId)) continue;
    if (size > 0 && size + household.records.length > bundleSize) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(household);
    size += household.records.length;
  }
  if (batch.length > 0) yield batch;
}

async function householdsOf(client: Client): Promise<Set<string>> {
  const ids = new Set<string>();
  let path: string | undefined = '/Group?_elements=id&_count=1000';
  while (path !== undefined) {
    const page = (await client.get(path)) as Bundle;
    for (const entry of page.entry ?? []) if (entry.resource?.id !== undefined) ids.add(entry.resource.id);
    path = page.link?.find(({ relation }) => relation === 'next')?.url?.slice(client.base.length);
  }
  return ids;
}
