import { generateLives } from './lives.js';
import type { SyntheticLoad, SyntheticResult } from './load.js';
import type { LineSink } from './ndjson.js';
import type { Made } from './resource.js';

/** Writes everything as lines of JSON, mistakes among them. */
export async function writeLives({ world, people, onProgress }: SyntheticLoad, sink: LineSink): Promise<SyntheticResult> {
  const done = { people: 0, resources: 0, households: 0 };
  const add = async (resources: readonly Made[]): Promise<void> => {
    for (const resource of resources) {
      const waiting = sink.add(resource);
      if (waiting) await waiting;
    }
    done.resources += resources.length;
  };
  await add(world.resources);
  for (const household of generateLives(world, people)) {
    await add(household.records);
    await add(household.revisions);
    done.people += household.people;
    done.households += 1;
    if (done.households % 100 === 0) onProgress(done);
  }
  await sink.end();
  return { ...done, present: 0, refused: {} };
}
