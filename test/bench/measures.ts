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
import type { BenchRow } from './row.js';

const measures = ['ANC-K6', 'ANC-ANEMIA', 'IMUN-IDL'] as const;
const villages = 2000;
const period = { start: '2026-01-01', end: '2026-12-31' };
const personCount = Number(process.env['BENCH_PERSONS'] ?? 100_000);

const registry = loadRegistry();
const terminology = createTerminology(registry);
const libraries = packedLibraries(packFolder);
const tables = factTables(factViews());
const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();

/**
 * The three measures by village over generated persons, in persons per CPU second of Node and PostgreSQL together, beside cql-execution on the same persons.
 * Everyone is a mother or a child of one of the measures' hand-decided cases: nobody is counted who costs nothing. BENCH_PERSONS sets how many (100,000).
 */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-measures-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ dataFolder: folder, isDurable: false });
  try {
    const database = await connectDatabase({ server: server.address });
    await prepareFacts(database);
    const seeds = seedPersons();
    await fill(database, seeds);
    const rows = await measure(server, database, seeds);
    await database.close();
    return rows;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(server: EmbeddedServer, database: Database, seeds: ReadonlyArray<readonly FhirResource[]>): Promise<BenchRow[]> {
  const [people] = await database.query({ strings: ['select count(*)::int as persons from fact_person'], values: [] });
  const count = Number(people?.['persons']);
  const compiled = sqlEvaluator({ database, libraries, catalogue: factCatalogue(tables), members, now: Date.now });
  const some = seeds.map(personOf);
  const reference = referenceEvaluator({ libraries, members, now: Date.now, loadPersons: () => once(some) });
  const programs = measures.map(programOf);
  for (const program of programs) await compiled.areas(program, period, { kind: 'areas', prefixes: ['0000'] });
  await reference.areas(programs[0] ?? programOf('ANC-K6'), period, { kind: 'all' });

  const rows: BenchRow[] = [];
  const total = { compiled: 0, reference: 0 };
  for (const [index, program] of programs.entries()) {
    const seconds = await cpuSeconds(server.pid, () => compiled.areas(program, period, { kind: 'all' }));
    const slow = await cpuSeconds(server.pid, () => reference.areas(program, period, { kind: 'all' }));
    total.compiled += seconds / count;
    total.reference += slow / some.length;
    rows.push(...pair(`${measures[index]} by village`, count / seconds, some.length / slow));
  }
  rows.push(...pair('three measures by village', 1 / total.compiled, 1 / total.reference));
  const ids = ['s1-c1-7', 's2-c1-7', 's3-c1-7'];
  const single = await cpuSeconds(server.pid, async () => {
    for (let turn = 0; turn < 20; turn += 1)
      for (const program of programs) await compiled.persons(program, period, { kind: 'persons', ids });
  });
  rows.push({ name: 'three measures for three persons after a write', operationsPerCpuSecond: 20 / single });
  return rows;
}

function pair(name: string, persons: number, referencePersons: number): readonly BenchRow[] {
  const reference = `${name}, cql-execution`;
  return [
    { name: `${name}, compiled SQL (persons)`, operationsPerCpuSecond: persons, reference, ratio: persons / referencePersons },
    { name: reference, operationsPerCpuSecond: referencePersons },
  ];
}

async function* once(persons: readonly ReferencePerson[]): AsyncIterable<readonly ReferencePerson[]> {
  yield persons;
}

function programOf(id: string): MeasureProgram {
  const made = measureProgram(JSON.parse(readFileSync(join(packageRoot, 'profiles', 'measures', id, 'measure.json'), 'utf8')) as Measure);
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
export async function fill(database: Database, seeds: ReadonlyArray<readonly FhirResource[]>): Promise<void> {
  await loadFacts(database, seeds.flat());
  const copies = Math.ceil(personCount / seeds.length);
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
    await database.query({ strings: [text], values: [] }, { timeoutMs: 600_000 });
    await database.query({ strings: [`delete from ${table.table} where resource_id !~ '-[0-9]+$' or valid_to <> 'infinity'`], values: [] });
    await database.query({ strings: [`analyze ${table.table}`], values: [] });
  }
}
