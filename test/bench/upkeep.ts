import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config.js';
import { personKey } from '../../src/cql/person-key.js';
import { typeTouch } from '../../src/facts/touch.js';
import { renamePerson } from '../../src/measure/agreement/rename.js';
import type { Upkeep } from '../../src/measure/upkeep/worker.js';
import { createServices } from '../../src/rest/create-services.js';
import { upkeepOf } from '../../src/rest/open-upkeep.js';
import type { Services } from '../../src/rest/services.js';
import { sql } from '../../src/sql.js';
import { connectDatabase } from '../../src/store/connect.js';
import type { Database } from '../../src/store/database.js';
import { startEmbedded } from '../../src/store/embedded/embedded.js';
import { cpuSeconds } from './cpu.js';
import { fill, seedPersons } from './measures.js';
import type { BenchRow } from './row.js';

const headline = ['ANC-ANEMIA', 'ANC-K6', 'IMUN-IDL'];
const dirtyPersons = 10_000;
const writesPerSecond = 200;
const writingSeconds = 10;

/**
 * What keeping three measures costs and how soon it shows: CPU of counting everyone, of 10,000 dirty persons, of all villages read out of counters; and by the wall
 * clock the time from a write's answer to its person in the counters while 200 writes arrive each second. BENCH_PERSONS sets how many people there are (100,000).
 */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-upkeep-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ dataFolder: folder, isDurable: false });
  try {
    const config = loadConfig({ AUTH: 'off', KEPT_MEASURES: headline.join(',') });
    if (!config.ok) throw new Error('bad settings');
    const database = await connectDatabase({ server: server.address });
    const own = await connectDatabase({ server: server.address, maximumConnections: 2 });
    // The measures' cases lie in this year.
    const begun = Date.now();
    const clock = (): number => Date.parse('2026-12-20T00:00:00Z') + Date.now() - begun;
    const services = await createServices({ config: config.value, database, clock });
    await fill(database, seedPersons());
    const upkeep = upkeepOf(services, own, { refreshed() {}, log: (level, fields) => level === 'warn' && console.error(fields) });
    const rows = await measure(server.pid, services, database, upkeep);
    await upkeep.stop();
    await services.measures.close();
    await own.close();
    await database.close();
    return rows;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(postmaster: number, services: Services, database: Database, upkeep: Upkeep): Promise<BenchRow[]> {
  const [people] = await database.query(sql`select count(*)::int as persons from fact_person`);
  const rows: BenchRow[] = [];
  const add = (name: string, count: number, seconds: number) => rows.push({ name, operationsPerCpuSecond: count / seconds });
  const counting = await cpuSeconds(postmaster, () => upkeep.round());
  add(`count everyone (${people?.['persons']}) for three measures, two periods each`, 1, counting);
  await cpuSeconds(postmaster, () => readVillages(services));
  add('read three measures of all villages', 1, await cpuSeconds(postmaster, () => readVillages(services)));
  await makeDirty(database, services.clock());
  add(`bring in ${dirtyPersons} dirty persons`, 1, await cpuSeconds(postmaster, () => upkeep.round()));
  const latencies = await visibility(services, database, upkeep);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  add(`from a write to the counters, ${writesPerSecond} writes a second: median`, 1, at(0.5));
  add(`from a write to the counters, ${writesPerSecond} writes a second: longest`, 1, at(1));
  return rows;
}

async function readVillages({ measures }: Services): Promise<void> {
  for (const { program } of await measures.kept.programs(measures, new Set(headline))) {
    await measures.kept.evaluator.areas(program, { start: '2026-01-01', end: '2026-12-31' }, { kind: 'all' });
  }
}

/** People move to the next village: everything of theirs is looked at, and their counters change. */
async function makeDirty(database: Database, at: number): Promise<void> {
  await database.query(sql`
    with moving as (
      update fact_person p
      set area = left(p.area, 4) || lpad(((right(p.area, 6)::int + 1) % 2000)::text, 6, '0')
      where (p.shard, p.person) in (select shard, person from fact_person where area is not null order by person limit ${dirtyPersons}::int)
      returning p.shard, p.person
    )
    insert into dirty_person (shard, person, write_id, generation, at, touched)
    select shard, person, gen_random_uuid(), 0, ${at}::bigint, array[${typeTouch('Patient')}::bigint] from moving`);
}

/** Seconds from each looked-at write's answer until its person is a member, in order. */
async function visibility({ store }: Services, database: Database, upkeep: Upkeep): Promise<readonly number[]> {
  const seeds = seedPersons();
  const context = { scope: { kind: 'all' }, actor: 'bench', requestId: 'bench', livesElsewhere: () => true } as const;
  const found: number[] = [];
  const watching: Array<Promise<void>> = [];
  upkeep.start();
  // The worker rests after its start.
  await delay(1500);
  const begun = performance.now();
  for (let count = 0; count < writesPerSecond * writingSeconds; count += 1) {
    await delay(Math.max(0, begun + (count * 1000) / writesPerSecond - performance.now()));
    const id = `w${count}`;
    const seed = seeds[count % seeds.length] ?? [];
    const resources = renamePerson(seed, id).map(
      ({ identifier: _, ...resource }: (typeof seed)[number] & { identifier?: unknown }) => resource,
    );
    const written = store.write(
      resources.map((resource) => ({ kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource }) as const),
      context,
    );
    watching.push(written.then(() => (count % 25 === 0 ? watch(personKey(id), performance.now()) : undefined)));
  }
  await Promise.all(watching);
  return found.sort((left, right) => left - right);

  async function watch(person: string, since: number): Promise<void> {
    for (;;) {
      const [row] = await database.query(sql`
        select exists (select from member where person = ${person}::uuid) as member, exists (select from dirty_person where person = ${person}::uuid) as dirty`);
      if (row?.['member'] === true || row?.['dirty'] === false) break;
      await delay(50);
    }
    found.push((performance.now() - since) / 1000);
  }
}
