import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { parseSearch } from '../../src/search/parse.js';
import { connectDatabase } from '../../src/store/connect.js';
import { createStore } from '../../src/store/create-store.js';
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded/embedded.js';
import type { Store, WriteOperation } from '../../src/store/store.js';
import type { BenchRow } from './row.js';

const context = { scope: { kind: 'all' }, actor: 'bench', requestId: 'bench' } as const;
const bundles = 400;
const reads = 20_000;
const searches = 1500;
const concurrency = 16;

/** CPU seconds of this process and of all PostgreSQL's, per operation: wall time says little where cores are shared. */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ dataFolder: folder });
  try {
    return await measure(server);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(server: EmbeddedServer): Promise<BenchRow[]> {
  const registry = loadRegistry();
  const database = await connectDatabase({ server: server.address });
  const store = await createStore({ database, registry, clock: Date.now, newId: v7 });
  const [facility] = await store.write(
    [{ kind: 'create', resource: { resourceType: 'Organization', name: 'Puskesmas' } as FhirResource }],
    context,
  );
  const organization = `Organization/${facility?.version.id}`;
  await writeBundles(store, organization, 0, 100);

  const written: WrittenRow[] = [];
  const write = await cpuOf(server, async () => {
    written.push(...(await writeBundles(store, organization, 100, bundles)));
    await flush(database);
  });
  const bareBodies = await bareInsert(server, database.schema, ['body']);
  const bareRows = await bareInsert(server, database.schema, tables);
  const rowsPerBundle = written.length / bundles;

  const ids = written.filter(({ type }) => type === 'Observation').map(({ id }) => id);
  const pick = (index: number) => ids[(index * 7919) % ids.length] ?? '';
  const warm = (count: number) => inTurns(count, (index) => store.read(context.scope, 'Observation', pick(index)));
  await warm(2000);
  const read = await cpuOf(server, () => warm(reads));
  const bareRead = await bareReads(server, database.schema, ids);

  const find = (type: string, query: (index: number) => string) => async (index: number) => {
    const parsed = parseSearch({ registry, type, query: query(index) });
    if (parsed.ok) await store.search(context.scope, parsed.value);
  };
  const patients = written.filter(({ type }) => type === 'Patient').map(({ id }) => id);
  const patient = (index: number) => patients[(index * 7919) % patients.length] ?? '';
  const byPatient = find('Observation', (index) => `patient=Patient/${patient(index)}&code=http://loinc.org|718-7&date=ge2026`);
  const byIdentifier = find('Patient', (index) => `identifier=https://fhir.kemkes.go.id/id/nik|${nik(100 * 2 + (index % (bundles * 2)))}`);
  const chained = find(
    'Observation',
    (index) => `patient.identifier=https://fhir.kemkes.go.id/id/nik|${nik(100 * 2 + (index % (bundles * 2)))}&code=http://loinc.org|718-7`,
  );
  const cost: BenchRow[] = [];
  for (const [name, work] of [
    ['search patient + code + date', byPatient],
    ['search by identifier', byIdentifier],
    ['search chained by identifier', chained],
  ] as const) {
    await inTurns(200, work);
    const seconds = await cpuOf(server, () => inTurns(searches, work));
    cost.push({ name, operationsPerCpuSecond: searches / seconds });
  }
  await database.close();
  return [
    {
      name: `write Bundles of ${rowsPerBundle}, resources`,
      operationsPerCpuSecond: written.length / write,
      reference: 'bare multi-row INSERT of the same rows and indexes',
      ratio: bareRows / write,
    },
    {
      name: `write Bundles of ${rowsPerBundle}, resources`,
      operationsPerCpuSecond: written.length / write,
      reference: 'bare multi-row INSERT of the bodies alone',
      ratio: bareBodies / write,
    },
    { name: 'read by id', operationsPerCpuSecond: reads / read, reference: 'bare pg, prepared, by primary key', ratio: bareRead / read },
    ...cost,
  ];
}

interface WrittenRow {
  readonly type: string;
  readonly id: string;
  readonly body: string;
}

async function writeBundles(store: Store, organization: string, from: number, count: number): Promise<WrittenRow[]> {
  const rows: WrittenRow[] = [];
  await inTurns(count, async (index) => {
    for (const { version } of await store.write(visit(from + index, organization), context)) {
      rows.push({ type: version.type, id: version.id, body: version.body ?? '' });
    }
  });
  return rows;
}

function nik(number: number): string {
  return `99999901019${String(number).padStart(5, '0')}`;
}

/** Two people, each with a pregnancy, a visit and what was measured at it: twenty resources. */
function visit(number: number, organization: string): readonly WriteOperation[] {
  return [0, 1].flatMap((index) => {
    const [person, episode, encounter] = [v7(), v7(), v7()].map((id) => `urn:uuid:${id}`) as [string, string, string];
    const subject = { reference: person };
    const minute = String(number % 60).padStart(2, '0');
    const at = `2026-03-01T02:${minute}:00+00:00`;
    const create = (resource: object, fullUrl?: string): WriteOperation => ({
      kind: 'create',
      resource: resource as FhirResource,
      ...(fullUrl === undefined ? {} : { fullUrl }),
    });
    const observations = [
      ['718-7', 'Hemoglobin', 11.2, 'g/dL'],
      ['8480-6', 'Sistole', 118, 'mm[Hg]'],
      ['8462-4', 'Diastole', 76, 'mm[Hg]'],
      ['29463-7', 'Berat badan', 58.4, 'kg'],
      ['8302-2', 'Tinggi badan', 155, 'cm'],
      ['284473002', 'LiLA', 24.5, 'cm'],
      ['11881-0', 'TFU', 28, 'cm'],
    ].map(([code, display, value, unit]) =>
      create({
        resourceType: 'Observation',
        status: 'final',
        category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
        code: { coding: [{ system: 'http://loinc.org', code, display }] },
        subject,
        encounter: { reference: encounter },
        effectiveDateTime: at,
        issued: at,
        valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
      }),
    );
    return [
      create(
        {
          resourceType: 'Patient',
          meta: { profile: ['https://fhir.kemkes.go.id/r4/StructureDefinition/Patient'] },
          identifier: [{ use: 'official', system: 'https://fhir.kemkes.go.id/id/nik', value: nik(number * 2 + index) }],
          active: true,
          name: [{ use: 'official', text: `Sari Dewi ${number}` }],
          gender: 'female',
          birthDate: '1998-05-17',
          address: [{ use: 'home', line: ['Jl. Melati 5'], city: 'Bantul', postalCode: '55711', country: 'ID' }],
        },
        person,
      ),
      create(
        {
          resourceType: 'EpisodeOfCare',
          status: 'active',
          patient: subject,
          managingOrganization: { reference: organization },
          period: { start: at },
        },
        episode,
      ),
      create(
        {
          resourceType: 'Encounter',
          status: 'finished',
          class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
          subject,
          episodeOfCare: [{ reference: episode }],
          period: { start: at, end: at },
          serviceProvider: { reference: organization },
        },
        encounter,
      ),
      ...observations,
    ];
  });
}

const tables = [
  'directory',
  'body',
  'resource',
  'string_value',
  'date_value',
  'quantity_value',
  'reference_value',
  'business_identifier',
] as const;

/** The same rows into tables with the same indexes: for each Bundle one transaction, for each table one INSERT of many rows by plain parameters. */
async function bareInsert(server: EmbeddedServer, schema: string, only: readonly string[]): Promise<number> {
  const pool = new pg.Pool({ ...server.address, max: 6, options: `-c search_path=bare,${schema}` });
  await pool.query('create schema bare');
  const bundlesOf = new Map<string, Map<string, unknown[][]>>();
  const { rows: owners } = await pool.query('select b.key::text as key, b.write_id from body b where b.version = 1');
  const writeOf = new Map<string, string>(owners.map((row) => [String(row.key), String(row.write_id)]));
  for (const table of only) {
    await pool.query(`create table bare.${table} (like ${schema}.${table} including all)`);
    const { rows, fields } = await pool.query({ text: `select t.* from ${schema}.${table} t`, rowMode: 'array' });
    const key = fields.findIndex(({ name }) => name === 'key');
    for (const row of rows as unknown[][]) {
      const write = writeOf.get(String(row[key])) ?? '';
      const bundle = bundlesOf.get(write) ?? new Map<string, unknown[][]>();
      bundlesOf.set(write, bundle.set(table, [...(bundle.get(table) ?? []), row]));
    }
  }
  const all = [...bundlesOf.values()].slice(0, bundles);
  const seconds = await cpuOf(server, async () => {
    await inTurns(all.length, async (index) => {
      const client = await pool.connect();
      await client.query('begin');
      for (const [table, rows] of all[index] ?? []) {
        const width = rows[0]?.length ?? 0;
        const places = rows.map((row, at) => `(${row.map((_, column) => `$${at * width + column + 1}`).join(', ')})`).join(', ');
        await client.query(`insert into ${table} values ${places}`, rows.flat());
      }
      await client.query('commit');
      client.release();
    });
    if (only.includes('resource')) await pool.query("select gin_clean_pending_list('bare.resource_tokens_idx')");
  });
  await pool.query('drop schema bare cascade');
  await pool.end();
  return (seconds * bundles) / all.length;
}

async function bareReads(server: EmbeddedServer, schema: string, ids: readonly string[]): Promise<number> {
  const pool = new pg.Pool({ ...server.address, max: 6 });
  await pool.query('create table bare (type text not null, id text not null, body text not null, primary key (type, id))');
  await pool.query(`insert into bare select type, id, body from ${schema}.body`);
  const work = (index: number) =>
    pool.query({
      name: 'read',
      text: 'select body from bare where type = $1 and id = $2',
      values: ['Observation', ids[(index * 7919) % ids.length]],
    });
  await inTurns(2000, work);
  const seconds = await cpuOf(server, () => inTurns(reads, work));
  await pool.end();
  return seconds;
}

/** GIN keeps new tokens in a list at first: what merging them costs belongs to the writes. */
async function flush(database: {
  query(statement: { strings: readonly string[]; values: readonly unknown[] }): Promise<unknown>;
}): Promise<void> {
  await database.query({ strings: ["select gin_clean_pending_list('resource_by_token')"], values: [] });
}

async function inTurns(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** CPU seconds that `work` costs this process and the database server with all its processes. */
async function cpuOf(server: EmbeddedServer, work: () => Promise<unknown>): Promise<number> {
  const own = process.cpuUsage();
  const before = serverSeconds(server.pid);
  await work();
  const { user, system } = process.cpuUsage(own);
  return (user + system) / 1e6 + serverSeconds(server.pid) - before;
}

const ticksPerSecond = 100;

/** Of the postmaster, its living children, and those of its children that have ended. Linux only: elsewhere the server's part is missing. */
function serverSeconds(postmaster: number): number {
  try {
    return (
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((name) => statOf(Number(name)))
        .filter((stat) => stat !== undefined && (stat.pid === postmaster || stat.parent === postmaster))
        .reduce((sum, stat) => sum + (stat?.ticks ?? 0), 0) / ticksPerSecond
    );
  } catch {
    return 0;
  }
}

function statOf(pid: number): { readonly pid: number; readonly parent: number; readonly ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // After the name in parentheses: state, parent … user time, system time, and those of ended children.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(fields[1]), ticks: [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) };
  } catch {
    return undefined;
  }
}
