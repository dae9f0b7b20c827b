// Writes Bundles of five resources until it is killed, and says on standard output which were acknowledged.
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { connectDatabase } from '../../src/store/connect.js';
import { createStore } from '../../src/store/create-store.js';
import { startEmbedded } from '../../src/store/embedded/embedded.js';

const server = await startEmbedded({ dataFolder: process.argv[2] ?? '' });
const database = await connectDatabase({ server: server.address });
const store = await createStore({ database, registry: loadRegistry(), clock: Date.now, newId: v7 });
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'r1' } as const;

const bundle = () => {
  const fullUrl = `urn:uuid:${v7()}`;
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'berat' },
    subject: { reference: fullUrl },
  } as FhirResource;
  return [
    { kind: 'create', fullUrl, resource: { resourceType: 'Patient', name: [{ text: 'Sari' }] } as FhirResource },
    ...Array.from({ length: 4 }, () => ({ kind: 'create', resource: observation }) as const),
  ] as const;
};

const writeForever = async () => {
  for (;;) {
    const results = await store.write(bundle(), context);
    console.log(results.map(({ version }) => version.id).join(' '));
  }
};

await Promise.all([writeForever(), writeForever(), writeForever(), writeForever()]);
