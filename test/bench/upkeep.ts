import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config.js';
import { personKey } from '../../src/cql/person-key.js';
import type { Subjects } from '../../src/cql/program.js';
import { residenceOf } from '../../src/facts/residence.js';
import { typeTouch } from '../../src/facts/touch.js';
import type { FhirResource } from '../../src/fhir/resource.js';
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
import { fill } from './measure-fill.js';
import { casePersons } from './measure-people.js';
import type { BenchRow } from './row.js';

const headline = ['ANC-ANEMIA', 'ANC-K6', 'IMUN-IDL'];
const dirtyPersons = 10_000;
const writesPerSecond = 200;
const writingSeconds = 10;
const people = Number(process.env['BENCH_PERSONS'] ?? 100_000);

/**
 * What keeping three measures costs and how soon it shows: CPU and clock of counting everyone, of 10,000 dirty persons, of all villages read out of counters; and by
 * the clock, while 200 resources are written each second one by one, the time from a write's answer to its person in the counters, and of reading the three measures
 * of the person's village after that answer, which is exact whether the counters are or not. BENCH_PERSONS sets how many people there are (100,000).
 */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-upkeep-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ dataFolder: folder, isDurable: false });
  try {
    const config = loadConfig({ AUTH: 'off', KEPT_MEASURES: headline.join(',') });
    if (!config.ok) throw new Error('bad settings');
    const database = await connectDatabase({ server: server.address, statementTimeoutMs: 600_000 });
    const own = await connectDatabase({ server: server.address, maximumConnections: 2 });
    // The measures' cases lie in this year.
    const begun = Date.now();
    const clock = (): number => Date.parse('2026-12-20T00:00:00Z') + Date.now() - begun;
    const services = await createServices({ config: config.value, database, clock });
    await fill(database, casePersons(headline), people);
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
  const rows: BenchRow[] = [];
  const add = (name: string, seconds: number) => rows.push({ name, operationsPerCpuSecond: 1 / seconds });
  const addBoth = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now();
    add(name, await cpuSeconds(postmaster, work));
    add(`${name}: by the clock`, (performance.now() - begun) / 1000);
  };
  await addBoth(`count everyone (${people.toLocaleString('en')}) for three measures, two periods each`, () => upkeep.round());
  await readVillages(services, { kind: 'all' });
  await addBoth('read three measures of all villages', () => readVillages(services, { kind: 'all' }));
  await makeDirty(database, services.clock());
  await addBoth(`bring in ${dirtyPersons.toLocaleString('en')} dirty persons`, () => upkeep.round());
  const { counters, page } = await visibility(services, database, upkeep);
  for (const [name, found] of [
    ['from a write to the counters', counters],
    ["a village's measures read after a write", page],
  ] as const) {
    add(`${name}, ${writesPerSecond} writes a second, by the clock: median`, found[Math.floor(found.length / 2)] ?? 0);
    add(`${name}, ${writesPerSecond} writes a second, by the clock: longest`, found.at(-1) ?? 0);
  }
  return rows;
}

async function readVillages({ measures }: Services, subjects: Subjects): Promise<void> {
  for (const { program } of await measures.kept.programs(measures, new Set(headline))) {
    await measures.kept.evaluator.areas(program, { start: '2026-01-01', end: '2026-12-31' }, subjects);
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

/** Seconds from the answer of each looked-at write until its person is in the counters, and until its village's measures were read; each in order. */
async function visibility(
  services: Services,
  database: Database,
  upkeep: Upkeep,
): Promise<{ readonly counters: readonly number[]; readonly page: readonly number[] }> {
  const counters: number[] = [];
  const page: number[] = [];
  const watching: Array<Promise<void>> = [];
  upkeep.start();
  // The worker rests after its start.
  await delay(1500);
  const begun = performance.now();
  const total = writesPerSecond * writingSeconds;
  for (const [count, { person, village, resource }] of [...records(total)].entries()) {
    await delay(Math.max(0, begun + (count * 1000) / writesPerSecond - performance.now()));
    const written = services.store.write([{ kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource }], {
      scope: { kind: 'all' },
      actor: 'bench',
      requestId: 'bench',
      livesElsewhere: () => true,
    });
    watching.push(written.then(() => (count % 50 === 0 ? watch(personKey(person), village, performance.now()) : undefined)));
  }
  await Promise.all(watching);
  const inOrder = (found: readonly number[]): readonly number[] => [...found].sort((left, right) => left - right);
  return { counters: inOrder(counters), page: inOrder(page) };

  async function watch(person: string, village: string | undefined, since: number): Promise<void> {
    const elapsed = (): number => (performance.now() - since) / 1000;
    const marks = await database.query(sql`select write_id::text as write from dirty_person where person = ${person}::uuid`);
    const writes = marks.map(({ write }) => String(write));
    const reading = readVillages(services, { kind: 'areas', prefixes: village === undefined ? [] : [village] }).then(() =>
      page.push(elapsed()),
    );
    for (;;) {
      const [row] = await database.query(sql`
        select exists (select from dirty_person where person = ${person}::uuid and write_id = any(${writes}::uuid[])) as waits`);
      if (row?.['waits'] !== true) break;
      await delay(50);
    }
    counters.push(elapsed());
    await reading;
  }
}

/** New people's records one by one, the Patient first. */
function* records(
  total: number,
): Generator<{ readonly person: string; readonly village: string | undefined; readonly resource: FhirResource }> {
  const seeds = casePersons(headline);
  let count = 0;
  for (let index = 0; count < total; index += 1) {
    const person = `w${index}`;
    const resources = renamePerson(seeds[index % seeds.length] ?? [], person).map(
      ({ identifier: _, ...resource }: FhirResource & { identifier?: unknown }) => resource as FhirResource,
    );
    resources.sort((left, right) => Number(right.resourceType === 'Patient') - Number(left.resourceType === 'Patient'));
    const [patient] = resources;
    const village = patient && residenceOf(patient);
    for (const resource of resources.slice(0, total - count)) {
      count += 1;
      yield { person, village, resource };
    }
  }
}
