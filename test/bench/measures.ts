import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measure } from '@medplum/fhirtypes';
import { sqlEvaluator } from '../../src/cql/evaluator.js';
import { packedLibraries } from '../../src/cql/libraries.js';
import type { MeasureProgram } from '../../src/cql/program.js';
import { type ReferencePerson, referenceEvaluator } from '../../src/cql/reference.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { residenceOf } from '../../src/facts/residence.js';
import { tableColumns } from '../../src/facts/writer.js';
import { zoneMinutesOf } from '../../src/facts/zone.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot, packFolder } from '../../src/root.js';
import { connectDatabase } from '../../src/store/connect.js';
import type { Database } from '../../src/store/database.js';
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded/embedded.js';
import { createTerminology } from '../../src/terminology/create.js';
import { loadFacts } from '../cql/load-facts.js';
import { prepareFacts } from '../cql/prepare-facts.js';
import { cpuSeconds } from './cpu.js';
import { fqmEvaluator } from './fqm.js';
import type { BenchRow } from './row.js';

const measures = ['ANC-K6', 'ANC-ANEMIA', 'IMUN-IDL'] as const;
const villages = 2000;
const period = { start: '2026-01-01', end: '2026-12-31' };
const counts = (process.env['BENCH_PERSONS'] ?? '100000,1000000').split(',').map(Number);
const samplePersons = 111;
const noServer = -1;

const registry = loadRegistry();
const terminology = createTerminology(registry);
const libraries = packedLibraries(packFolder);
const tables = factTables(factViews());
const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();

/**
 * The three measures by village over generated persons, beside cql-execution and fqm-execution on some of the same persons: by CPU second of Node and
 * PostgreSQL together, and by the clock for the three asked for at once. Everyone is a mother or a child of one of the measures' hand-decided cases: nobody is
 * counted who costs nothing. BENCH_PERSONS sets how many, separated by commas (100,000 and 1,000,000).
 */
export async function bench(): Promise<BenchRow[]> {
  const seeds = seedPersons();
  const references = await measureReferences(seeds.slice(0, samplePersons));
  const rows: BenchRow[] = [];
  for (const count of counts) {
    const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-measures-'));
    chmodSync(folder, 0o755);
    const server = await startEmbedded({ dataFolder: folder, isDurable: false });
    try {
      const database = await connectDatabase({ server: server.address, statementTimeoutMs: 600_000 });
      await prepareFacts(database);
      await fill(database, seeds, count);
      rows.push(...(await measure(server, database, references)));
      await database.close();
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return [...rows, ...references];
}

const referenceNames = ['cql-execution', 'fqm-execution'] as const;

/** Persons per CPU second of the engines that evaluate one person after the other, for the three measures together. */
async function measureReferences(seeds: ReadonlyArray<readonly FhirResource[]>): Promise<readonly BenchRow[]> {
  // Both have met the measure before, but none of these persons.
  const [before, after] = [seeds.filter((_, place) => place % 3 === 0), seeds.filter((_, place) => place % 3 !== 0)];
  const engine = (some: typeof seeds) => {
    const persons = some.map(personOf);
    return referenceEvaluator({ libraries, members, now: Date.now, loadPersons: () => once(persons) });
  };
  const seconds = { 'cql-execution': 0, 'fqm-execution': 0 };
  for (const id of measures) {
    const program = programOf(id);
    const fqm = fqmEvaluator(measureOf(id), program, libraries, terminology);
    await engine(before).areas(program, period, { kind: 'all' });
    await fqm(before, period);
    seconds['cql-execution'] += await cpuSeconds(noServer, () => engine(after).areas(program, period, { kind: 'all' }));
    seconds['fqm-execution'] += await cpuSeconds(noServer, () => fqm(after, period));
  }
  return referenceNames.map((name) => ({
    name: `three measures, ${name} (persons)`,
    operationsPerCpuSecond: after.length / seconds[name],
  }));
}

async function measure(server: EmbeddedServer, database: Database, references: readonly BenchRow[]): Promise<BenchRow[]> {
  const [people] = await database.query({ strings: ['select count(*)::int as persons from fact_person'], values: [] });
  const count = Number(people?.['persons']);
  const compiled = sqlEvaluator({ database, libraries, catalogue: factCatalogue(tables), members, now: Date.now });
  const programs = measures.map(programOf);
  for (const program of programs) await compiled.areas(program, period, { kind: 'areas', prefixes: ['0000'] });

  const rows: BenchRow[] = [];
  const figure = count.toLocaleString('en');
  let total = 0;
  const started = performance.now();
  for (const [index, program] of programs.entries()) {
    const seconds = await cpuSeconds(server.pid, () => compiled.areas(program, period, { kind: 'all' }));
    total += seconds;
    rows.push({ name: `${measures[index]} by village, ${figure} persons (persons)`, operationsPerCpuSecond: count / seconds });
  }
  const clock = (performance.now() - started) / 1000;
  for (const reference of references) {
    rows.push({
      name: `three measures by village, ${figure} persons (persons)`,
      operationsPerCpuSecond: count / total,
      reference: reference.name,
      ratio: count / total / reference.operationsPerCpuSecond,
    });
  }
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  rows.push({
    name: `the same by the clock: persons per second of ${figure} (Node holds ${memory} MB)`,
    operationsPerCpuSecond: count / clock,
  });
  const ids = ['s1-c1-7', 's2-c1-7', 's3-c1-7'];
  const single = await cpuSeconds(server.pid, async () => {
    for (let turn = 0; turn < 20; turn += 1)
      for (const program of programs) await compiled.persons(program, period, { kind: 'persons', ids });
  });
  rows.push({ name: `three measures for three of ${figure} persons after a write`, operationsPerCpuSecond: 20 / single });
  return rows;
}

async function* once(persons: readonly ReferencePerson[]): AsyncIterable<readonly ReferencePerson[]> {
  yield persons;
}

function measureOf(id: string): Measure {
  return JSON.parse(readFileSync(join(packageRoot, 'profiles', 'measures', id, 'measure.json'), 'utf8')) as Measure;
}

function programOf(id: string): MeasureProgram {
  const made = measureProgram(measureOf(id));
  if (!made.ok) throw new Error(`${id} is no program`);
  return made.value;
}

/** The persons of all cases, each with ids of its own. */
export function seedPersons(): ReadonlyArray<readonly FhirResource[]> {
  const cases = measures.flatMap((id) => [...loadCases(packageRoot, id).values()].flatMap((file) => file.cases));
  return cases.map(({ resources }, index) => {
    const text = JSON.stringify(resources).replace(
      /"(id|reference)":"((?:[A-Z][A-Za-z]+\/)?)([^"]+)"/g,
      (_, name, type, id) => `"${name}":"${type}s${index}-${id}"`,
    );
    return JSON.parse(text) as readonly FhirResource[];
  });
}

function personOf(resources: readonly FhirResource[]): ReferencePerson {
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const area = patient && residenceOf(patient);
  return { id: patient?.id ?? '', ...(area === undefined ? {} : { area }), zoneMinutes: zoneMinutesOf(area), resources };
}

/** Writes the seeds' facts and copies them inside the database, everyone to one of the villages, until there are enough. */
export async function fill(database: Database, seeds: ReadonlyArray<readonly FhirResource[]>, personCount = 100_000): Promise<void> {
  await loadFacts(database, seeds.flat());
  const copies = Math.ceil(personCount / seeds.length);
  const run = (text: string) => database.query({ strings: [text], values: [] });
  for (const table of tables) {
    const own = tableColumns(table).map(({ name }) => name);
    const values = own.map((name) => {
      if (name === 'person') return 'md5(f.person::text || g)::uuid';
      if (name === 'area') return `left(f.area, 4) || lpad((g % ${villages})::text, 6, '0')`;
      // References to resources of the same person follow their copies.
      return name === 'episode_of_care' ? `replace(f.episode_of_care::text, '"}', '-' || g || '"}')::jsonb` : `f.${name}`;
    });
    const text = `insert into ${table.table} (shard, resource_type, resource_id, valid_from, ${own.join(', ')})
      select (f.shard + g) % 4096, f.resource_type, f.resource_id || '-' || g, f.valid_from, ${values.join(', ')}
      from ${table.table} f, generate_series(1, ${copies}) g`;
    // Indexes are made once the rows are there, which takes half the time.
    const indexes = await database.query({
      strings: [
        `select indexname as name, indexdef as text from pg_indexes where schemaname = current_schema and tablename = '${table.table}'`,
      ],
      values: [],
    });
    for (const { name } of indexes) await run(`drop index ${name}`);
    await run(text);
    await run(`delete from ${table.table} where resource_id !~ '-[0-9]+$' or valid_to <> 'infinity'`);
    for (const index of indexes) await run(String(index['text']));
    await run(`vacuum analyze ${table.table}`);
  }
}
