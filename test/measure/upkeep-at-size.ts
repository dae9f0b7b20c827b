import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { checkKept } from '../../src/measure/upkeep/doctor.js';
import { createServices } from '../../src/rest/create-services.js';
import { upkeepOf } from '../../src/rest/open-upkeep.js';
import { connectDatabase } from '../../src/store/connect.js';
import { startEmbedded } from '../../src/store/embedded/embedded.js';
import { tellStory } from './upkeep-story.js';

// node dist/test/measure/upkeep-at-size.js [WRITES] [SEED] [MEASURE …]: the story of upkeep.test.ts at any size, over every measure that is kept unless some are named.
// Says how long it took and which rows differ from a full evaluation; the exit code is 1 where one does.
const [writes = 50_000, seed = 1] = process.argv.slice(2, 4).map(Number);
const named = process.argv.slice(4);

const folder = mkdtempSync(join(tmpdir(), 'lontar-upkeep-'));
chmodSync(folder, 0o755);
const server = await startEmbedded({ dataFolder: folder, isDurable: false });
try {
  let now = Date.parse('2026-03-01T00:00:00Z');
  const config = loadConfig({ AUTH: 'off', ...(named.length > 0 ? { KEPT_MEASURES: named.join(',') } : {}) });
  if (!config.ok) throw new Error('bad settings');
  const database = await connectDatabase({ server: server.address });
  const own = await connectDatabase({ server: server.address, maximumConnections: 2 });
  const services = await createServices({ config: config.value, database, clock: () => now });
  const batches: number[] = [];
  const upkeep = upkeepOf(services, own, {
    refreshed: ({ seconds }) => batches.push(seconds),
    log: (level, fields, message) => {
      if (level === 'warn') console.error(message, fields['err']);
    },
  });
  const { kept } = services.measures;
  const programs = await kept.programs(services.measures, named.length > 0 ? new Set(named) : undefined);
  const begun = performance.now();
  const counts = await tellStory({
    writes,
    seed,
    measures: programs.map(({ measure }) => measure.id ?? ''),
    store: services.store,
    upkeep,
    moveClock: (to) => {
      now = to;
    },
    from: now,
    to: Date.parse('2027-03-05T00:00:00Z'),
    onRound: async (written) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${written} `);
    },
  });
  while (await upkeep.round());
  const seconds = (performance.now() - begun) / 1000;
  let differing = 0;
  let members = 0;
  let generations = 0;
  for await (const found of checkKept({ database: own, compiled: kept.parts.compiled, clock: () => now }, programs)) {
    generations += 1;
    members += found.members;
    differing += found.differing.length + found.counters.length;
    for (const row of found.differing.slice(0, 5)) console.log(found.kept.measure, found.kept.period, JSON.stringify(row));
  }
  const [row] = await database.query({
    strings: ["select count(*)::int as reports from resource where type = 'MeasureReport'"],
    values: [],
  });
  console.log(
    JSON.stringify({ writes, seed, counts, seconds, batches: batches.length, generations, members, reports: row?.['reports'], differing }),
  );
  process.exitCode = differing === 0 ? 0 : 1;
  await services.measures.close();
  await own.close();
  await database.close();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
