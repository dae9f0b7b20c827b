import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measure } from '@medplum/fhirtypes';
import { type SqlEvaluator, sqlEvaluator } from '../../src/cql/evaluator.js';
import { packedLibraries } from '../../src/cql/libraries.js';
import type { MeasureProgram } from '../../src/cql/program.js';
import { type ReferencePerson, referenceEvaluator } from '../../src/cql/reference.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { residenceOf } from '../../src/facts/residence.js';
import { zoneMinutesOf } from '../../src/facts/zone.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot, packFolder } from '../../src/root.js';
import { sql } from '../../src/sql.js';
import { connectDatabase } from '../../src/store/connect.js';
import type { Database } from '../../src/store/database.js';
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded/embedded.js';
import { createTerminology } from '../../src/terminology/create.js';
import { prepareFacts } from '../cql/prepare-facts.js';
import { cpuSeconds } from './cpu.js';
import { fqmEvaluator } from './fqm.js';
import { fill } from './measure-fill.js';
import { casePersons, generatedPersons, type Persons } from './measure-people.js';
import type { BenchRow } from './row.js';
import { stockEvaluator } from './stock-cql.js';

const measures = ['ANC-K6', 'ANC-ANEMIA', 'IMUN-IDL'] as const;
const period = { start: '2026-01-01', end: '2026-12-31' };
const counts = (process.env['BENCH_PERSONS'] ?? '100000,1000000').split(',').map(Number);
const noServer = -1;

const registry = loadRegistry();
const terminology = createTerminology(registry);
const libraries = packedLibraries(packFolder);
const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();

/** Whom the measures are asked of: the first of `persons` by all engines, copies of them all by SQL. */
interface People {
  readonly name: string;
  readonly persons: Persons;
  readonly counts: readonly number[];
  readonly samplePersons: number;
}

/**
 * The three measures by village, beside our reference engine (cql-execution on objects of our own), cql-execution and fqm-execution on some of the same persons: by CPU second of Node and PostgreSQL together, and by the clock for
 * the three one after the other. Of people as `lontar load synthetic` makes them (BENCH_PERSONS sets how many, separated by commas: 100,000 and 1,000,000), and of 100,000
 * who are each the mother or child of a hand-decided case: nobody among them is counted who costs nothing.
 */
export async function bench(): Promise<BenchRow[]> {
  const peoples: readonly People[] = [
    { name: 'generated persons', persons: generatedPersons(2500), counts, samplePersons: 300 },
    { name: 'mothers and children of cases', persons: casePersons(measures), counts: [100_000], samplePersons: 111 },
  ];
  const rows: BenchRow[] = [];
  for (const people of peoples) {
    const references = await measureReferences(people);
    for (const count of people.counts) rows.push(...(await measureFilled(people, count, references)));
    rows.push(...references);
  }
  return rows;
}

const referenceNames = ['our reference engine', 'cql-execution', 'fqm-execution'] as const;

/** Persons per CPU second of the engines that evaluate one person after the other, for the three measures together. */
async function measureReferences({ name, persons, samplePersons }: People): Promise<readonly BenchRow[]> {
  // Both have met the measure before, but none of these persons.
  const sample = persons.slice(0, samplePersons);
  const [before, after] = [sample.filter((_, place) => place % 3 === 0), sample.filter((_, place) => place % 3 !== 0)];
  const engine = (some: Persons) => {
    const found = some.map(personOf);
    return referenceEvaluator({ libraries, members, now: Date.now, loadPersons: () => once(found) });
  };
  const seconds = { 'our reference engine': 0, 'cql-execution': 0, 'fqm-execution': 0 };
  for (const id of measures) {
    process.stderr.write(`${id} of ${sample.length} ${name} by cql-execution and fqm-execution\n`);
    const program = programOf(id);
    const fqm = fqmEvaluator(measureOf(id), program, libraries, terminology);
    const stock = stockEvaluator(program, libraries, members);
    await engine(before).areas(program, period, { kind: 'all' });
    await stock(before, period);
    await fqm(before, period);
    seconds['our reference engine'] += await cpuSeconds(noServer, () => engine(after).areas(program, period, { kind: 'all' }));
    seconds['cql-execution'] += await cpuSeconds(noServer, () => stock(after, period));
    seconds['fqm-execution'] += await cpuSeconds(noServer, () => fqm(after, period));
  }
  return referenceNames.map((reference) => ({
    name: `three measures, ${reference}, ${name} (persons)`,
    operationsPerCpuSecond: after.length / seconds[reference],
  }));
}

async function measureFilled({ name, persons }: People, count: number, references: readonly BenchRow[]): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-measures-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ dataFolder: folder, isDurable: false });
  try {
    const database = await connectDatabase({ server: server.address, statementTimeoutMs: 600_000 });
    await prepareFacts(database);
    const evaluator = sqlEvaluator({ database, libraries, catalogue: factCatalogue(factTables(factViews())), members, now: Date.now });
    const read = measures.flatMap((id) => evaluator.reads(programOf(id))?.resources.map(({ type }) => type) ?? []);
    await fill(database, persons, count, new Set(read));
    const rows = await measure(server, database, evaluator, name, references);
    await database.close();
    return rows;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  server: EmbeddedServer,
  database: Database,
  compiled: SqlEvaluator,
  name: string,
  references: readonly BenchRow[],
): Promise<BenchRow[]> {
  const people = await database.query(
    sql`select resource_id as id, count(*) over ()::int as persons from fact_person order by person limit 3`,
  );
  const count = Number(people[0]?.['persons']);
  const programs = measures.map(programOf);
  for (const program of programs) await compiled.areas(program, period, { kind: 'areas', prefixes: ['0000'] });

  const rows: BenchRow[] = [];
  const figure = `${count.toLocaleString('en')} ${name}`;
  let total = 0;
  const started = performance.now();
  for (const [index, program] of programs.entries()) {
    const seconds = await cpuSeconds(server.pid, () => compiled.areas(program, period, { kind: 'all' }));
    total += seconds;
    rows.push({ name: `${measures[index]} by village, ${figure} (persons)`, operationsPerCpuSecond: count / seconds });
  }
  const clock = (performance.now() - started) / 1000;
  for (const reference of references) {
    rows.push({
      name: `three measures by village, ${figure} (persons)`,
      operationsPerCpuSecond: count / total,
      reference: reference.name,
      ratio: count / total / reference.operationsPerCpuSecond,
    });
  }
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  const load = loadavg()[0]?.toFixed(1);
  rows.push({
    name: `the same by the clock: persons per second of ${figure} (load ${load}; Node holds ${memory} MB)`,
    operationsPerCpuSecond: count / clock,
  });
  const ids = people.map(({ id }) => String(id));
  const single = await cpuSeconds(server.pid, async () => {
    for (let turn = 0; turn < 20; turn += 1)
      for (const program of programs) await compiled.persons(program, period, { kind: 'persons', ids });
  });
  rows.push({ name: `three measures for three of ${figure} after a write`, operationsPerCpuSecond: 20 / single });
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

function personOf(resources: readonly FhirResource[]): ReferencePerson {
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const area = patient && residenceOf(patient);
  return { id: patient?.id ?? '', ...(area === undefined ? {} : { area }), zoneMinutes: zoneMinutesOf(area), resources };
}
