import * as fc from 'fast-check';
import { test } from 'tap';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import type { FhirResource, JsonObject } from '../../src/fhir/resource.js';
import { parseSearch } from '../../src/search/parse.js';
import { createStore } from '../../src/store/create-store.js';
import type { SearchPage, Store } from '../../src/store/store.js';
import { testDatabase } from '../support/database.js';
import { type NaiveClause, naiveMatches } from './naive.js';

const registry = loadRegistry();
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'r1' } as const;

function search(store: Store, type: string, query: string): Promise<SearchPage> {
  const parsed = parseSearch({ registry, type, query });
  if (!parsed.ok) throw new Error(`${query}: ${parsed.issues.map(({ text }) => text.en).join(' ')}`);
  return store.search(context.scope, parsed.value);
}

/** Few values, so that they meet often; hard ones among them. */
const names = ['Sari', 'sári', 'SARI DEWI', 'Dewi', 'Nur Aini', 'D’ewi', 'a,b', 'x$y|z', '50%', 'a_b', 'Ñoño', '  Siti  Aisyah '];
const systems = ['http://a.test/s', 'http://b.test/s', undefined];
const codes = ['1', '2', 'a|b', 'c,d'];
const dates = ['2020', '2020-02', '2020-02-29', '2020-03', '2020-03-01', '2019-12-31'];
const instants = [
  '2020-02-29T00:00:00Z',
  '2020-02-29T23:59:59.999Z',
  '2020-03-01T06:30:00+07:00',
  '2020-02-29T12:00:00.500Z',
  '2020-02-29T12:00:00Z',
];
const amounts = [5.4, 5.35, 5.45, 5, 5000, 0.5, 500, 11, 11.04, -1];
const units = [
  { system: 'http://unitsofmeasure.org', code: 'g', unit: 'gram' },
  { system: 'http://unitsofmeasure.org', code: 'mg' },
  { system: 'http://unitsofmeasure.org', code: 'Cel' },
  { system: 'http://other.test', code: 'g' },
  { unit: 'tablet' },
];

const one = <Value>(values: readonly Value[]) => fc.constantFrom(...values);
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const some = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.array(arbitrary, { maxLength: 2 });

/** Without what is undefined, as JSON is. */
const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const coding = fc.record({ system: one(systems), code: one(codes) });
const quantity = fc
  .record({ value: one(amounts), unit: one(units), comparator: one([undefined, undefined, undefined, '<', '>']) })
  .map(({ value, unit, comparator }) => ({ value, comparator, ...unit }));
const moment = one([...dates, ...instants]);
const period = fc.record({ start: maybe(moment), end: maybe(moment) }).filter(({ start, end }) => start !== undefined || end !== undefined);

const patient = fc
  .record({
    name: some(fc.record({ text: maybe(one(names)), family: maybe(one(names)), given: some(one(names)) })),
    gender: maybe(one(['male', 'female'])),
    active: maybe(fc.boolean()),
    birthDate: maybe(one(dates)),
    identifier: some(fc.record({ system: one(systems), value: one(codes) })),
    meta: fc.record({ tag: some(coding) }),
  })
  .map((elements) => json({ resourceType: 'Patient', ...elements }));

const observation = fc
  .record({
    status: one(['final', 'preliminary']),
    code: fc.record({ coding: some(coding) }),
    subject: one([undefined, { reference: 'Patient/p1' }, { reference: 'Patient/p2' }, { reference: 'Group/p1' }]),
    effective: one([undefined, 'dateTime', 'period']),
    when: moment,
    while: period,
    value: one([undefined, 'quantity', 'string', 'dateTime', 'period', 'concept']),
    quantity,
    text: one(names),
    component: some(fc.record({ code: fc.record({ coding: some(coding) }), valueQuantity: maybe(quantity) })),
  })
  .map(({ status, code, subject, effective, when, while: within, value, quantity: amount, text, component }) =>
    json({
      resourceType: 'Observation',
      status,
      code,
      subject,
      component,
      effectiveDateTime: effective === 'dateTime' ? when : undefined,
      effectivePeriod: effective === 'period' ? within : undefined,
      valueQuantity: value === 'quantity' ? amount : undefined,
      valueString: value === 'string' ? text : undefined,
      valueDateTime: value === 'dateTime' ? when : undefined,
      valuePeriod: value === 'period' ? within : undefined,
      valueCodeableConcept: value === 'concept' ? { text } : undefined,
    }),
  );

const prefixes = one(['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb']);
const tokenValue = fc
  .record({ system: one([...systems, 'none']), code: one([...codes, '']) })
  .filter(({ system, code }) => code !== '' || (system !== undefined && system !== 'none'))
  .map(({ system, code }) => (system === 'none' ? code : `${system ?? ''}|${code}`));
const dateValue = fc.tuple(prefixes, moment).map(([prefix, value]) => prefix + value);
const quantityValue = fc
  .record({
    prefix: prefixes,
    amount: one(['5.4', '5.40', '5', '500', '0.5', '11', '11.0', '-1', '5000']),
    unit: one([
      '',
      '||g',
      '||tablet',
      '|http://unitsofmeasure.org|g',
      '|http://unitsofmeasure.org|mg',
      '|http://unitsofmeasure.org|Cel',
      '|http://other.test|g',
    ]),
  })
  .map(({ prefix, amount, unit }) => prefix + amount + unit);
const nameValue = one([...names, 'sa', 'ar', 'dewi', 'AINI', '%', '_']);

const clause = (name: string, value: fc.Arbitrary<string>, modifiers: readonly string[] = []): fc.Arbitrary<NaiveClause> =>
  fc
    .oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          modifier: one([undefined, undefined, ...modifiers]),
          values: fc.array(value, { minLength: 1, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ modifier: fc.constant('missing'), values: one([['true'], ['false']]) }) },
    )
    .map(({ modifier, values }) => ({ name, values, ...(modifier === undefined ? {} : { modifier }) }));

const clauses: Readonly<Record<string, fc.Arbitrary<NaiveClause>>> = {
  Patient: fc.oneof(
    ...['name', 'family', 'given'].map((name) => clause(name, nameValue, ['exact', 'contains'])),
    clause('gender', one(['male', 'female', 'http://hl7.org/fhir/administrative-gender|male', 'x']), ['not']),
    clause('active', one(['true', 'false'])),
    clause('identifier', tokenValue, ['not']),
    clause('_tag', tokenValue, ['not']),
    clause('birthdate', dateValue),
  ),
  Observation: fc.oneof(
    clause('code', tokenValue, ['not']),
    clause('combo-code', tokenValue, ['not']),
    clause('status', one(['final', 'preliminary']), ['not']),
    clause('date', dateValue),
    clause('value-date', dateValue),
    clause('value-quantity', quantityValue),
    clause('combo-value-quantity', quantityValue),
    clause('value-string', nameValue, ['exact', 'contains']),
    clause('subject', one(['p1', 'Patient/p1', 'Patient/p2', 'Group/p1'])),
    clause('patient', one(['p1', 'Patient/p2'])),
  ),
};

// A token keeps its bars, which divide it; in its code they are escaped, as commas and dollars are everywhere.
function escapeAll(text: string): string {
  return text.replace(/[\\,$|]/g, '\\$&');
}

function toQuery({ name, modifier, values }: NaiveClause): string {
  const written = values.map((value) => {
    const isText = ['name', 'family', 'given', 'value-string'].includes(name);
    if (isText || modifier === 'missing') return escapeAll(value);
    const parts = ['code', 'combo-code', 'identifier', '_tag'].includes(name) ? tokenParts(value) : value.split('|');
    return parts.map(escapeAll).join('|');
  });
  return `${name}${modifier === undefined ? '' : `:${modifier}`}=${encodeURIComponent(written.join(','))}`;
}

function tokenParts(value: string): readonly string[] {
  const system = systems.map((one) => `${one ?? ''}|`).find((start) => value.startsWith(start));
  return system === undefined ? [value] : [system.slice(0, -1), value.slice(system.length)];
}

/** The naive evaluator cuts tokens at the first bar; a bare code with a bar in it is asked for with the system left open. */
const isPlainCode = ({ name, values }: NaiveClause) =>
  !['code', 'combo-code', 'identifier', '_tag'].includes(name) ||
  values.every((value) => tokenParts(value).length > 1 || !value.includes('|'));

test('search(database, query) = filter(all, query)', async (t) => {
  const { database } = await testDatabase(t);
  const store = await createStore({ database, registry, clock: Date.now, newId: v7, referentialIntegrity: false });
  for (const [type, arbitrary] of [
    ['Patient', patient],
    ['Observation', observation],
  ] as const) {
    const resources = fc.sample(arbitrary, { numRuns: 250, seed: 20_260_101 });
    const written = await store.write(
      resources.map((resource) => ({ kind: 'create', resource: resource as unknown as FhirResource })),
      context,
    );
    const all = written.map(({ version }) => JSON.parse(version.body ?? 'null') as JsonObject);
    await fc.assert(
      fc.asyncProperty(
        fc.array((clauses[type] ?? clause('x', nameValue)).filter(isPlainCode), { minLength: 1, maxLength: 3 }),
        async (asked) => {
          const page = await search(store, type, `${asked.map(toQuery).join('&')}&_count=1000`);
          const found = page.matches.map(({ id }) => id).sort();
          const expected = all
            .filter((resource) => naiveMatches(resource, asked))
            .map(({ id }) => String(id))
            .sort();
          if (JSON.stringify(found) !== JSON.stringify(expected)) {
            const wrong = all.find(({ id }) => found.includes(String(id)) !== expected.includes(String(id)));
            throw new Error(
              `${type}?${asked.map(toQuery).join('&')}: ${found.length} found, ${expected.length} expected; ${JSON.stringify(wrong)}`,
            );
          }
        },
      ),
      { numRuns: 300, seed: 7 },
    );
    t.pass(`${type}: 300 queries over ${all.length} resources`);
  }
});
