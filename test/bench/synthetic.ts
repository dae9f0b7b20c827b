import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { loadAreas } from '../../src/definitions/areas.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { factTables, factViews } from '../../src/facts/catalogue.js';
import { factWriter } from '../../src/facts/writer.js';
import { connectDatabase } from '../../src/store/connect.js';
import { createStore } from '../../src/store/create-store.js';
import { startEmbedded } from '../../src/store/embedded/embedded.js';
import { generateLives } from '../../src/synthetic/lives.js';
import { storeLives } from '../../src/synthetic/store-lives.js';
import { villagesBelow } from '../../src/synthetic/villages.js';
import { createWorld } from '../../src/synthetic/world.js';
import { cpuSeconds } from './cpu.js';
import type { BenchRow } from './row.js';

const people = 10_000;
const storedPeople = 1000;

/** Making people up, a resource: as lines of JSON, and stored with search values and facts but without judging them again. */
export async function bench(): Promise<BenchRow[]> {
  const areas = loadAreas();
  const world = createWorld({ seed: 1, villages: villagesBelow(areas, '620203'), until: '2026-10-31', errors: 0.01 }, areas);
  lines(world, 500);
  const before = process.cpuUsage();
  const resources = lines(world, people);
  const { user, system } = process.cpuUsage(before);
  const stored = await storing(world);
  return [
    { name: 'make up people as NDJSON, a resource', operationsPerCpuSecond: resources / ((user + system) / 1e6) },
    { name: 'make up people and store them unjudged, a resource', operationsPerCpuSecond: stored },
  ];
}

function lines(world: ReturnType<typeof createWorld>, count: number): number {
  let resources = 0;
  let characters = 0;
  for (const household of generateLives(world, count)) {
    for (const resource of [...household.records, ...household.revisions]) characters += JSON.stringify(resource).length;
    resources += household.records.length + household.revisions.length;
  }
  if (characters === 0) throw new Error('nothing was made');
  return resources;
}

async function storing(world: ReturnType<typeof createWorld>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ dataFolder: folder });
  try {
    const database = await connectDatabase({ server: server.address });
    const store = await createStore({
      database,
      registry: loadRegistry(),
      clock: Date.now,
      newId: v7,
      facts: factWriter(factTables(factViews())),
    });
    const load = (count: number) => storeLives({ world, people: count, onProgress() {} }, { store, now: Date.now() });
    await load(100);
    let resources = 0;
    const seconds = await cpuSeconds(server.pid, async () => {
      resources = (await load(storedPeople)).resources;
    });
    await database.close();
    return resources / seconds;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
