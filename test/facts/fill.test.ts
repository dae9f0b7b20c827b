import { test } from 'tap';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import { factTables, factViews } from '../../src/facts/catalogue.js';
import { factWriter } from '../../src/facts/writer.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { sql } from '../../src/sql.js';
import { connectDatabase } from '../../src/store/connect.js';
import { createStore } from '../../src/store/create-store.js';
import type { Database } from '../../src/store/database.js';
import type { Store } from '../../src/store/store.js';
import { testDatabase } from '../support/database.js';

const registry = loadRegistry();
const writer = factWriter(factTables(factViews()));
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'r1' } as const;
const persons = 3;
const observations = 500;

const observation = (number: number, version: number): FhirResource =>
  ({
    resourceType: 'Observation',
    id: `o${number}`,
    status: version % 2 === 0 ? 'amended' : 'final',
    code: { coding: [{ system: 'http://loinc.org', code: number % 2 === 0 ? '718-7' : '29463-7' }] },
    // Every seventh moves to another person, with its facts.
    subject: { reference: `Patient/p${(number + (number % 7 === 0 ? version : 0)) % persons}` },
    effectiveDateTime: '2026-03-01',
    valueQuantity: { value: version, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
  }) as FhirResource;

const put = (store: Store, resources: readonly FhirResource[]) =>
  store.write(
    resources.map((resource) => ({ kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource }) as const),
    context,
  );

/** Every row of the tables that the test fills, without what only says when it was made. */
const factRows = async (database: Database): Promise<readonly unknown[]> =>
  database.query(
    sql`select shard, resource_id, valid_from, valid_to, person, code, status, value_quantity_value from fact_observation order by resource_id, valid_from, code`,
  );

test('fact tables fill in the background while others write: nothing is missed, nothing twice, whoever stops in the middle', async (t) => {
  const { database, schema, address } = await testDatabase(t);
  let now = Date.parse('2026-01-01T00:00:00Z');
  const options = { registry, clock: () => (now += 1000), newId: v7, referentialIntegrity: false };
  const early = await createStore({ ...options, database });
  const numbers = Array.from({ length: observations }, (_, number) => number);
  await put(
    early,
    Array.from({ length: persons }, (_, number) => ({ resourceType: 'Patient', id: `p${number}` }) as FhirResource),
  );
  for (const version of [1, 2])
    await put(
      early,
      numbers.filter((number) => version === 1 || number % 3 === 0).map((number) => observation(number, version)),
    );
  await early.write(
    numbers.filter((number) => number % 10 === 9).map((number) => ({ kind: 'delete', type: 'Observation', id: `o${number}` })),
    context,
  );

  // Two processes begin; one of them stops at once, in the middle of it, and a third comes later.
  const openStore = async (): Promise<{ readonly store: Store; readonly database: Database }> => {
    const own = await connectDatabase({ server: address, schema, maximumConnections: 4 });
    return { database: own, store: await createStore({ ...options, database: own, facts: writer }) };
  };
  const first = await openStore();
  const second = await openStore();
  const pending = first.store.facts?.pending().map(({ table }) => table) ?? [];
  t.ok(pending.includes('fact_observation') && !pending.includes('fact_immunization'), 'only tables of what is stored are filled');
  const writing = (async () => {
    for (let start = 0; start < observations; start += 50) {
      const some = numbers.slice(start, start + 50);
      await put(
        second.store,
        some.filter((number) => number % 5 === 0).map((number) => observation(number, 3)),
      );
      await second.store.write(
        some.filter((number) => number % 10 === 4).map((number) => ({ kind: 'delete', type: 'Observation', id: `o${number}` })),
        context,
      );
      await put(
        second.store,
        some.filter((number) => number % 20 === 9).map((number) => observation(number, 4)),
      );
      await put(second.store, [observation(observations + start, 1)]);
    }
  })();
  await first.store.close();
  await writing;
  const third = await openStore();
  await Promise.all([second.store.facts?.done(), third.store.facts?.done()]);
  const filled = await factRows(database);
  const twice = await database.query(
    sql`select resource_id from fact_observation where valid_to = 'infinity' group by resource_id, coding having count(*) > 1`,
  );
  t.strictSame(twice, [], 'no resource is open twice');

  await database.query(sql`delete from setting where starts_with(name, 'fact-table/')`);
  const quiet = await createStore({ ...options, database, facts: writer });
  await quiet.facts?.done();
  t.strictSame(filled, await factRows(database), 'the rows are those of a quiet filling');
  t.ok(filled.length > observations);
  await second.store.close();
  await third.store.close();
});
