import { test } from 'tap';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import { OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { FhirResource, JsonObject } from '../../src/fhir/resource.js';
import { parseSearch } from '../../src/search/parse.js';
import { sql } from '../../src/sql.js';
import { createStore } from '../../src/store/create-store.js';
import type { FactWriter } from '../../src/store/facts.js';
import { migrate, storeMigrations } from '../../src/store/migrate.js';
import { StartError } from '../../src/store/start-error.js';
import { testDatabase } from '../support/database.js';

const registry = loadRegistry();
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'r1' } as const;
const resource = (json: JsonObject) => json as unknown as FhirResource;

const facts: FactWriter = {
  tables: [
    {
      name: 'fact_weight',
      types: ['Observation'],
      columns: [
        { name: 'kilograms', type: 'numeric' },
        { name: 'unit', type: 'text' },
        { name: 'codes', type: 'bigint[]' },
        { name: 'raw', type: 'jsonb' },
      ],
      required: new Set(),
      indexes: [['unit']],
      signature: '1',
    },
    {
      name: 'dirty',
      types: ['Observation'],
      versioned: false,
      columns: [{ name: 'person', type: 'text' }],
      required: new Set(),
      indexes: [],
      signature: '1',
    },
  ],
  types: new Set(['Observation']),
  person: () => '00000000-0000-4000-8000-000000000000',
  touches: () => ['1'],
  rows({ resource: observation, deleted, patient }) {
    const { value, unit } = (observation['valueQuantity'] ?? {}) as { value?: number; unit?: string };
    return [
      ...(deleted ? [] : [{ table: 'fact_weight', values: [value, unit, ['1', '-2'], { was: unit }] }]),
      { table: 'dirty', values: [patient] },
    ];
  },
};

test('facts follow the versions of their resource, and stay for those who ask about the past', async (t) => {
  const { database } = await testDatabase(t);
  let now = Date.parse('2026-01-01T00:00:00Z');
  const store = await createStore({ database, registry, clock: () => (now += 1000), newId: v7, facts });
  const weight = (value: number, unit: string) =>
    resource({
      resourceType: 'Observation',
      status: 'final',
      subject: { reference: 'Patient/p' },
      code: { text: 'x' },
      valueQuantity: { value, unit },
    });
  await store.write([{ kind: 'update', type: 'Patient', id: 'p', resource: resource({ resourceType: 'Patient' }) }], context);
  const put = (value: number, unit: string) =>
    store.write([{ kind: 'update', type: 'Observation', id: 'w', resource: weight(value, unit) }], context);
  await put(58.5, 'kg, "berat"');
  await put(58.5, 'kg, "berat"');
  await put(59, 'kg');
  await store.write([{ kind: 'delete', type: 'Observation', id: 'w' }], context);
  const rows = await database.query(
    sql`select kilograms::text as kilograms, unit, codes::text as codes, raw->>'was' as was, valid_from < valid_to as was_valid, valid_to = 'infinity' as is_open from fact_weight order by valid_from`,
  );
  t.same(rows, [
    { kilograms: '58.5', unit: 'kg, "berat"', codes: '{1,-2}', was: 'kg, "berat"', was_valid: true, is_open: false },
    { kilograms: '59', unit: 'kg', codes: '{1,-2}', was: 'kg', was_valid: true, is_open: false },
  ]);
  const [gap] = await database.query(sql`select count(*)::int as n from fact_weight a join fact_weight b on a.valid_to = b.valid_from`);
  t.equal(gap?.['n'], 1, 'one version’s end is the next one’s beginning');
  t.same(await database.query(sql`select person from dirty`), [{ person: 'p' }]);
});

test('resources are indexed anew when search parameters change', async (t) => {
  const { database } = await testDatabase(t);
  const options = { database, clock: Date.now, newId: v7 };
  const before = await createStore({ ...options, registry });
  const made = await before.write(
    Array.from({ length: 3 }, (_, index) => ({
      kind: 'create' as const,
      resource: resource({
        resourceType: 'Patient',
        maritalStatus: { coding: [{ system: 'http://m.test', code: index === 0 ? 'M' : 'S' }] },
        name: [{ text: 'Sari' }],
      }),
    })),
    context,
  );
  const wider = registry.with([
    resource({
      resourceType: 'SearchParameter',
      url: 'http://p.test/SearchParameter/marital',
      name: 'marital',
      status: 'active',
      description: 'marital status',
      code: 'marital',
      base: ['Patient'],
      type: 'token',
      expression: 'Patient.maritalStatus',
    }),
  ]);
  const said: string[] = [];
  const after = await createStore({ ...options, registry: wider, log: (message) => said.push(message) });
  const ids = async (query: string) => {
    const parsed = parseSearch({ registry: wider, type: 'Patient', query });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    return (await after.search(context.scope, parsed.value)).matches.map(({ id }) => id);
  };
  t.same(await ids('marital=M'), [made[0]?.version.id]);
  t.equal((await ids('name=sari&marital:missing=false')).length, 3);
  t.same(said, ['search parameters of Patient have changed: indexing its resources anew', '3 resources of Patient are indexed']);
  await createStore({ ...options, registry: wider, log: (message) => said.push(message) });
  t.equal(said.length, 2, 'once is enough');
});

test('a database of another release is refused, and several processes may start on a new one', async (t) => {
  const { database } = await testDatabase(t);
  const ran = await Promise.all([migrate(database, storeMigrations()), migrate(database, storeMigrations())]);
  t.same(ran.map((names) => names.length).sort(), [0, storeMigrations().length].sort());
  const altered = storeMigrations().map((one, index) => (index === 0 ? { ...one, sql: `${one.sql} ` } : one));
  await t.rejects(migrate(database, altered), { constructor: StartError, message: /differs/ });
  await t.rejects(migrate(database, []), { constructor: StartError, message: /newer/ });
});

test('long, odd and hostile values are stored or refused, never a fault', async (t) => {
  const { database } = await testDatabase(t);
  const store = await createStore({ database, registry, clock: Date.now, newId: v7 });
  const long = 'a'.repeat(100_000);
  const odd = resource({
    resourceType: 'Patient',
    identifier: [
      { system: 'https://fhir.kemkes.go.id/id/nik', value: long },
      { system: `http://x.test/${long}`, value: long },
    ],
    name: [{ text: long, family: '\u0301', given: ['\u0001', 'x\u0002y', '😀'.repeat(300)] }],
    birthDate: '0001-01-01',
    address: [{ line: ['%_\\'] }],
    multipleBirthInteger: 2,
    generalPractitioner: [{ reference: `http://far.test/${long}` }],
  });
  const [made] = await store.write([{ kind: 'create', resource: odd }], context);
  t.equal(made?.outcome, 'created');
  await t.rejects(store.write([{ kind: 'create', resource: odd }], context), { status: 409, message: /already belongs/ });
  const found = async (query: string) => {
    const parsed = parseSearch({ registry, type: 'Patient', query });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    return (await store.search(context.scope, parsed.value)).matches.length;
  };
  t.equal(await found(`name=${long.slice(0, 500)}`), 1);
  t.equal(await found(`name=${long}`), 1);
  t.equal(await found(`name=${long}b`), 0);
  t.equal(await found(`name=${encodeURIComponent('😀'.repeat(300))}`), 1);
  t.equal(await found(`address=${encodeURIComponent('%_\\\\')}`), 1);
  t.equal(await found('birthdate=0001'), 1);
  const letter = resource({
    resourceType: 'Bundle',
    type: 'document',
    entry: [
      {
        fullUrl: 'urn:uuid:1',
        resource: { resourceType: 'Composition', id: 'c', subject: { reference: 'Patient/inside' }, author: [{ reference: 'urn:uuid:2' }] },
      },
    ],
  });
  t.equal(
    (await store.write([{ kind: 'create', resource: letter }], context))[0]?.outcome,
    'created',
    'a stored Bundle keeps its references to itself',
  );
  const wrongShapes = resource({
    resourceType: 'Patient',
    name: 'x',
    identifier: { system: 1 },
    birthDate: 5,
    meta: 7,
    telecom: [null, 'x', { value: {} }],
  });
  t.equal((await store.write([{ kind: 'create', resource: wrongShapes }], context))[0]?.outcome, 'created');
  try {
    await store.write([{ kind: 'create', resource: resource({ resourceType: 'Patient', name: [{ text: 'a\u0000b' }] }) }], context);
    t.fail('NUL was stored');
  } catch (error) {
    t.equal(error instanceof OperationOutcomeError ? error.status : error, 400);
  }
});
