import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { connectDatabase } from '../../src/store/connect.js';
import { createStore } from '../../src/store/create-store.js';
import { startEmbedded } from '../../src/store/embedded/embedded.js';
import type { BenchRow } from './row.js';

const connections = 32;
const warmUp = 4000;
const reads = 20_000;
const resources = 2000;

/**
 * Reads by id over HTTP: Lontar as it is served, against Fastify with nothing but one prepared statement on the same table. Each server is a process of
 * its own and tells its own CPU; the load generator and PostgreSQL, which are the same for both, aren't counted.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-bench-'));
  chmodSync(folder, 0o755);
  const postgres = await startEmbedded({ dataFolder: folder, isDurable: false });
  try {
    const ids = await fill(postgres.address);
    const address = JSON.stringify(postgres.address);
    const bare = await perCpuSecond('bare', address, ids);
    const lontar = await perCpuSecond('lontar', address, ids);
    const reference = 'read by id: bare Fastify + pg';
    return [
      { name: reference, operationsPerCpuSecond: bare },
      { name: 'read by id over HTTP', operationsPerCpuSecond: lontar, reference, ratio: lontar / bare },
    ];
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(address: Parameters<typeof connectDatabase>[0]['server']): Promise<readonly string[]> {
  const database = await connectDatabase({ server: address });
  const store = await createStore({ database, registry: loadRegistry(), clock: Date.now, newId: v7 });
  const operations = Array.from({ length: resources }, (_, index) => ({ kind: 'create' as const, resource: observation(index) }));
  const results = await store.write(operations, { scope: { kind: 'all' }, actor: 'bench', requestId: 'bench' });
  await store.close();
  return results.map(({ version }) => version.id);
}

function observation(index: number): FhirResource {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '718-7', display: 'Hemoglobin [Mass/volume] in Blood' }] },
    effectiveDateTime: '2026-03-04T02:10:00+00:00',
    valueQuantity: { value: 8 + (index % 60) / 10, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
  } as FhirResource;
}

async function perCpuSecond(kind: 'bare' | 'lontar', address: string, ids: readonly string[]): Promise<number> {
  const server = fork(fileURLToPath(new URL('./rest-server.js', import.meta.url)), [kind, address], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const [url] = (await once(server, 'message')) as [string];
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    await readAll(url, agent, ids, warmUp);
    const before = await cpuSeconds(server);
    await readAll(url, agent, ids, reads);
    const after = await cpuSeconds(server);
    agent.destroy();
    return reads / (after - before);
  } finally {
    server.kill('SIGKILL');
  }
}

async function cpuSeconds(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [seconds] = (await once(server, 'message')) as [number];
  return seconds;
}

async function readAll(url: string, agent: Agent, ids: readonly string[], count: number): Promise<void> {
  let next = 0;
  const reader = async () => {
    while (next < count) await readOne(`${url}/fhir/Observation/${ids[(next++ * 7919) % ids.length]}`, agent);
  };
  await Promise.all(Array.from({ length: connections }, reader));
}

function readOne(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { accept: 'application/fhir+json' } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${response.statusCode} for ${url}`));
      response.resume().on('end', resolve).on('error', reject);
    });
    sent.on('error', reject).end();
  });
}
