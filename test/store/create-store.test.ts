import { test } from 'tap';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { parseSearch } from '../../src/search/parse.js';
import { createStore } from '../../src/store/create-store.js';
import { testDatabase } from '../support/database.js';

const registry = loadRegistry();
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'r1' } as const;

test('a resource is stored, read, changed and found', async (t) => {
  const { database } = await testDatabase(t);
  const store = await createStore({ database, registry, clock: Date.now, newId: v7 });
  const patient = {
    resourceType: 'Patient',
    name: [{ family: 'Sarí', given: ['Dewi'] }],
    gender: 'female',
    birthDate: '1990-05-01',
  } as FhirResource;
  const [created] = await store.write([{ kind: 'create', resource: patient }], context);
  t.equal(created?.outcome, 'created');
  const id = created?.version.id ?? '';
  t.same(await store.read(context.scope, 'Patient', id), created?.version);
  const found = async (type: string, query: string) => {
    const parsed = parseSearch({ registry, type, query });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    return (await store.search(context.scope, parsed.value)).matches.map((match) => match.id);
  };
  t.same(await found('Patient', 'name=sari&birthdate=1990&gender=female'), [id]);
  t.same(await found('Patient', 'name=dew&birthdate=lt1990'), []);
  const [updated] = await store.write(
    [{ kind: 'update', type: 'Patient', id, resource: { ...patient, gender: 'male' } as FhirResource }],
    context,
  );
  t.equal(updated?.version.version, 2);
  t.same(await found('Patient', 'gender=female'), []);
  t.same(await found('Patient', 'gender=male'), [id]);
});
