import { test } from 'tap';
import { v7 } from 'uuid';
import { canonicalQuantity } from '../../src/cql/canonical-quantity.js';
import { codeHash } from '../../src/cql/code-hash.js';
import { factTables, factViews } from '../../src/facts/catalogue.js';
import { FactsError } from '../../src/facts/error.js';
import { plainPath } from '../../src/facts/plain-path.js';
import { residenceOf } from '../../src/facts/residence.js';
import { type CompilePath, compileView } from '../../src/facts/view.js';
import type { ViewDefinition } from '../../src/facts/view-definition.js';
import { factWriter } from '../../src/facts/writer.js';
import { zoneMinutesOf } from '../../src/facts/zone.js';
import type { FhirResource, JsonObject } from '../../src/fhir/resource.js';
import { compileFhirPath } from '../../src/fhirpath/compile.js';
import { sql } from '../../src/sql.js';
import { createStore } from '../../src/store/create-store.js';
import type { FactWriter } from '../../src/store/facts.js';
import { registry } from '../measure/memory-persons.js';
import { testDatabase } from '../support/database.js';

const tables = factTables(factViews());
const compile: CompilePath = (expression, type) => compileFhirPath(expression, { registry, type });

const observation: FhirResource & JsonObject = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: {
    coding: [
      { system: 'http://loinc.org', code: '718-7' },
      { system: 'http://loinc.org', code: '30352-9' },
    ],
  },
  category: [{ coding: [{ system: 'urn:c', code: 'laboratory' }] }],
  subject: { reference: 'Patient/p1' },
  encounter: { reference: 'Encounter/e1' },
  effectiveDateTime: '2026-03-01T01:30:00+07:00',
  valueQuantity: { value: 10.8, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
};

test('fact tables follow their views: new columns are made and filled from every stored version', async (t) => {
  const { database } = await testDatabase(t);
  const writer = factWriter(tables);
  const small: FactWriter = {
    ...writer,
    tables: writer.tables.map((table) =>
      table.name === 'fact_observation' ? { ...table, columns: table.columns.slice(0, 4), signature: 'before' } : table,
    ),
    rows: (input) =>
      writer.rows(input).map(({ table, values }) => ({ table, values: table === 'fact_observation' ? values.slice(0, 4) : values })),
  };
  let now = Date.parse('2026-01-01T00:00:00Z');
  const options = { database, registry, clock: () => (now += 1000), newId: v7, referentialIntegrity: false };
  const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'r1' } as const;
  const before = await createStore({ ...options, facts: small });
  await before.write([{ kind: 'update', type: 'Observation', id: 'o1', resource: observation }], context);
  await before.write(
    [{ kind: 'update', type: 'Observation', id: 'o1', resource: { ...observation, status: 'amended' } as FhirResource }],
    context,
  );
  await before.write([{ kind: 'update', type: 'Observation', id: 'o2', resource: { ...observation, id: 'o2' } as FhirResource }], context);
  await before.write([{ kind: 'delete', type: 'Observation', id: 'o2' }], context);

  const log: string[] = [];
  const after = await createStore({ ...options, facts: writer, log: (line) => log.push(line) });
  t.match(after.facts?.pending(), [{ table: 'fact_observation', types: ['Observation'] }], 'what is being filled is told');
  await after.facts?.done();
  t.strictSame(after.facts?.pending(), []);
  t.match(log.join('\n'), /fact_observation are filled from 4 versions/);
  const rows = await database.query(
    sql`select resource_id, coding, status, value_quantity_value, valid_to = 'infinity' as open from fact_observation order by resource_id, valid_from, coding`,
  );
  t.strictSame(
    rows.map((row) => [row['resource_id'], row['coding'], row['status'], row['value_quantity_value'], row['open']]),
    [
      ['o1', 0, 'final', '10.8', false],
      ['o1', 1, 'final', '10.8', false],
      ['o1', 0, 'amended', '10.8', true],
      ['o1', 1, 'amended', '10.8', true],
      ['o2', 0, 'final', '10.8', false],
      ['o2', 1, 'final', '10.8', false],
    ],
  );
  const count = log.length;
  await createStore({ ...options, facts: writer, log: (line) => log.push(line) });
  t.equal(log.length, count, 'an ordinary start fills nothing');
});

test('a resource gives one row for each coding that retrieves filter on', async (t) => {
  const rows = rowsOf(observation);
  t.equal(rows.length, 2);
  t.strictSame(
    rows.map(({ code, coding }) => [code, coding]),
    [
      [codeHash('http://loinc.org', '718-7'), 0],
      [codeHash('http://loinc.org', '30352-9'), 1],
    ],
  );
  const [first] = rows;
  t.strictSame(first?.['effective_date_time_lo'], '2026-02-28T18:30:00.000', 'instants are kept in UTC');
  t.equal(first?.['effective_date_time_precision'], 7);
  t.equal(first?.['value_quantity_num'], '108000', 'values in base units, exactly');
  t.equal(first?.['value_quantity_value'], '10.8');
  t.equal(first?.['encounter_reference'], 'Encounter/e1');
  t.equal(rowsOf({ ...observation, code: {} }).length, 1, 'without a coding there is one row, of code 0');
  t.equal(rowsOf({ ...observation, code: {} })[0]?.['code'], '0');
});

test('a date without a time is kept as on the wall, from its first to its last millisecond', async (t) => {
  const [row] = rowsOf({ ...observation, effectiveDateTime: '2026-02' });
  t.equal(row?.['effective_date_time_lo'], '2026-02-01T00:00:00.000');
  t.equal(row?.['effective_date_time_hi'], '2026-02-28T23:59:59.999');
  t.equal(row?.['effective_date_time_precision'], -2, 'negative: no offset was written');
});

test('what can not be read as its shape is absent, and the row stays', async (t) => {
  const odd = { ...observation, effectiveDateTime: 'yesterday', valueQuantity: { value: 1e300, comparator: '<', unit: 'tablet' } };
  const [row] = rowsOf(odd as FhirResource & JsonObject);
  t.equal(row?.['effective_date_time_lo'], null);
  t.equal(row?.['value_quantity_num'], null);
  t.equal(row?.['value_quantity_unit'], 'tablet');
});

test('a resource of nobody, a deleted one and one without a view give no rows', async (t) => {
  const writer = factWriter(tables);
  const input = { shard: 1, type: 'Observation', id: 'o1', version: 1, at: 0, resource: observation, deleted: false };
  t.strictSame(writer.rows(input), []);
  t.strictSame(writer.rows({ ...input, patient: 'p1', deleted: true }), []);
  t.strictSame(writer.rows({ ...input, type: 'Device', patient: 'p1' }), []);
});

test('the views run by FHIRPath read what the writer reads directly', async (t) => {
  for (const table of tables) {
    const columns = table.view.select
      .flatMap(({ column }) => column ?? [])
      .filter(({ name }) => name !== 'resource_id' && name !== 'patient_id');
    for (const { path } of columns) t.doesNotThrow(() => plainPath(path), path);
  }
  const view = compileView(tables.find(({ resource }) => resource === 'Observation')?.view as ViewDefinition, compile);
  const [row] = view.rows(observation);
  t.equal(row?.['resource_id'], 'o1');
  t.equal(row?.['patient_id'], 'p1');
  t.equal(row?.['status'], 'final');
  t.equal(row?.['effective_date_time'], plainPath('effective.ofType(dateTime)')(observation)[0]);
  t.strictSame(row?.['value_quantity'], plainPath('value.ofType(Quantity)')(observation)[0]);
});

test('a view that is not well formed is refused with the reason', async (t) => {
  const base = { resource: 'Patient', select: [{ column: [{ name: 'id', path: 'id' }] }] };
  const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
    [{ ...base, resource: undefined }, /name its `resource`/],
    [{ ...base, select: [] }, /no columns/],
    [{ ...base, select: [...base.select, ...base.select] }, /occurs twice/],
    [{ ...base, select: [{ column: [{ name: 'drop table', path: 'id' }] }] }, /not a valid column name/],
    [{ ...base, where: [{ path: 'id = %absent' }] }, /%absent is not declared/],
    [{ ...base, select: [{ column: [{ name: 'id', path: 'id.(' }] }] }, /not valid FHIRPath/],
  ];
  for (const [view, reason] of wrong)
    t.throws(() => compileView(view as ViewDefinition, compile), { name: FactsError.name, message: reason });
});

test('units of one dimension meet in base units, exactly; others keep their own', async (t) => {
  const same = [
    ['11.0', 'g/dL'],
    ['110', 'g/L'],
    ['11000', 'mg/dL'],
  ] as const;
  t.equal(new Set(same.map(([value, unit]) => JSON.stringify(canonicalQuantity(value, unit)))).size, 1);
  t.not(canonicalQuantity('1', 'mmol/L')?.dimension, canonicalQuantity('1', 'g/L')?.dimension);
  t.strictSame(canonicalQuantity('36.50', 'Cel'), { num: '36.5', dimension: 'Cel' });
  t.strictSame(canonicalQuantity('2', 'weeks'), canonicalQuantity('14', 'd'));
  t.equal(canonicalQuantity('many', 'g'), undefined);
});

test('the village comes from the home address, the zone from its province', async (t) => {
  const address = (use: string, village: string) => ({
    use,
    extension: [
      { url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode', extension: [{ url: 'village', valueCode: village }] },
    ],
  });
  const patient = (...addresses: readonly object[]): FhirResource =>
    ({ resourceType: 'Patient', id: 'p', address: addresses }) as FhirResource;
  t.equal(residenceOf(patient(address('temp', '3171011001'), address('home', '94.71.02.1001'))), '9471021001');
  t.equal(residenceOf(patient(address('old', '3171011001'))), undefined);
  t.equal(residenceOf(patient(address('home', 'Wamena'))), undefined);
  t.strictSame(['3171011001', '5171011001', '9471021001', undefined].map(zoneMinutesOf), [420, 480, 540, 420]);
});

function rowsOf(resource: FhirResource & JsonObject): ReadonlyArray<Readonly<Record<string, unknown>>> {
  const writer = factWriter(tables);
  const input = {
    shard: 1,
    type: resource.resourceType,
    id: resource.id ?? '',
    version: 1,
    at: 0,
    patient: 'p1',
    resource,
    deleted: false,
  };
  return writer.rows(input).map((row) => {
    const columns = writer.tables.find(({ name }) => name === row.table)?.columns ?? [];
    return Object.fromEntries(columns.map(({ name }, place) => [name, row.values[place]]));
  });
}
