import { test } from 'tap';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import { parseJson } from '../../src/fhir/json.js';
import { type Issue, OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { FhirResource, JsonObject } from '../../src/fhir/resource.js';
import { parseSearch } from '../../src/search/parse.js';
import type { SearchRequest } from '../../src/search/request.js';
import { sql } from '../../src/sql.js';
import { createStore, type StoreOptions } from '../../src/store/create-store.js';
import type { Database } from '../../src/store/database.js';
import type { WriteOperation, WriteResult } from '../../src/store/store.js';
import { testDatabase } from '../support/database.js';

const registry = loadRegistry();
const context = { scope: { kind: 'all' }, actor: 'bidan', requestId: 'r1' } as const;
const nik = 'https://fhir.kemkes.go.id/id/nik';

const openStore = (database: Database, more: Partial<StoreOptions> = {}) =>
  createStore({ database, registry, clock: Date.now, newId: v7, baseUrls: ['http://lontar.test/fhir'], ...more });

function resource(json: JsonObject): FhirResource {
  return json as unknown as FhirResource;
}

const patient = (more: JsonObject = {}) => resource({ resourceType: 'Patient', name: [{ text: 'Dewi' }], ...more });
const withNik = (value: string, more: JsonObject = {}) => patient({ identifier: [{ system: nik, value }], ...more });

function condition(type: string, query: string): SearchRequest {
  const parsed = parseSearch({ registry, type, query });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

function bodyOf(result: WriteResult | undefined): JsonObject {
  return JSON.parse(result?.version.body ?? 'null') as JsonObject;
}

/** The status and issues that a write is refused with. */
async function refusal(work: Promise<unknown>): Promise<{ readonly status: number; readonly issues: readonly Issue[] }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperationOutcomeError) return { status: error.status, issues: error.issues };
    throw error;
  }
  throw new Error('the write was accepted');
}

const places = (found: { readonly issues: readonly Issue[] }) => found.issues.map(({ rule, expression }) => [rule, expression]);

test('one write', async (t) => {
  const { database } = await testDatabase(t);
  let now = Date.parse('2026-03-01T00:00:00.000Z');
  const store = await openStore(database, { clock: () => now++ });
  const write = async (operation: WriteOperation) => (await store.write([operation], context))[0];

  t.test('keeps the digits of numbers and the order of elements', async (t) => {
    const parsed = parseJson(
      '{"resourceType":"Observation","status":"final","code":{"text":"Hb"},"valueQuantity":{"value":11.0},"meta":{"tag":[{"code":"x"}]}}',
    );
    if (!parsed.ok) throw new Error('not read');
    const made = await write({ kind: 'create', resource: parsed.value as FhirResource });
    const { id, lastUpdated } = made?.version ?? {};
    t.equal(
      made?.version.body,
      `{"resourceType":"Observation","id":"${id}","meta":{"versionId":"1","lastUpdated":"${lastUpdated}","tag":[{"code":"x"}]},"status":"final","code":{"text":"Hb"},"valueQuantity":{"value":11.0}}`,
    );
    t.match(await store.read(context.scope, 'Observation', id ?? ''), { body: made?.version.body });
  });

  t.test('makes a new version of what changed only', async (t) => {
    const made = await write({ kind: 'create', resource: patient() });
    const id = made?.version.id ?? '';
    const same = await write({ kind: 'update', type: 'Patient', id, resource: patient() });
    t.match(same, { outcome: 'existing', version: { version: 1 } });
    const changed = await write({ kind: 'update', type: 'Patient', id, resource: patient({ gender: 'female' }) });
    t.match(changed, { outcome: 'updated', version: { version: 2, method: 'PUT' } });
    t.equal((await store.readVersion(context.scope, 'Patient', id, 1))?.body, made?.version.body);
    t.equal((await store.readVersion(context.scope, 'Patient', id, 2))?.body, changed?.version.body);
    t.equal(await store.readVersion(context.scope, 'Patient', id, 3), undefined);
  });

  t.test('refuses a version that is no longer current', async (t) => {
    const id = (await write({ kind: 'create', resource: patient() }))?.version.id ?? '';
    await write({ kind: 'update', type: 'Patient', id, resource: patient({ gender: 'female' }), expectedVersion: 1 });
    const found = await refusal(write({ kind: 'update', type: 'Patient', id, resource: patient({ gender: 'male' }), expectedVersion: 1 }));
    t.match(found, { status: 412, issues: [{ rule: 'version-conflict', expression: 'Patient' }] });
    t.equal((await refusal(write({ kind: 'delete', type: 'Patient', id, expectedVersion: 1 }))).status, 412);
    t.equal((await refusal(write({ kind: 'update', type: 'Patient', id: 'new', resource: patient(), expectedVersion: 1 }))).status, 412);
  });

  t.test('deletes softly, brings back under the same id, and tells the history', async (t) => {
    const made = await write({ kind: 'update', type: 'Patient', id: 'p-1', resource: patient() });
    t.match(made, { outcome: 'created', version: { id: 'p-1', version: 1 } });
    t.match(await write({ kind: 'delete', type: 'Patient', id: 'p-1' }), { outcome: 'deleted', version: { version: 2, deleted: true } });
    t.match(await write({ kind: 'delete', type: 'Patient', id: 'p-1' }), { outcome: 'existing', version: { version: 2, deleted: true } });
    t.match(await write({ kind: 'delete', type: 'Patient', id: 'never' }), { outcome: 'existing', version: { version: 0, deleted: true } });
    t.match(await store.read(context.scope, 'Patient', 'p-1'), { deleted: true, version: 2 });
    t.same((await store.search(context.scope, condition('Patient', '_id=p-1'))).matches, []);
    t.match(await write({ kind: 'update', type: 'Patient', id: 'p-1', resource: patient() }), {
      outcome: 'created',
      version: { version: 3 },
    });
    const history = await store.history(context.scope, { type: 'Patient', id: 'p-1' }, { count: 2 });
    t.same(
      history.versions.map(({ version, method }) => [version, method]),
      [
        [3, 'PUT'],
        [2, 'DELETE'],
      ],
    );
    t.equal(history.total, 3);
    const rest = await store.history(context.scope, { type: 'Patient', id: 'p-1' }, { count: 2, cursor: history.next ?? '' });
    t.same(
      rest.versions.map(({ version }) => version),
      [1],
    );
    t.equal(rest.next, undefined);
    const all = await store.history(context.scope, {}, { count: 3 });
    t.same(
      all.versions.map(({ id, version }) => [id, version]),
      [
        ['p-1', 3],
        ['p-1', 2],
        ['p-1', 1],
      ],
    );
    t.same(await store.history({ kind: 'none' }, {}, { count: 3 }), { versions: [], total: 0 });
  });

  t.test('refuses references to what is not there, each by its place', async (t) => {
    const id = (await write({ kind: 'create', resource: patient() }))?.version.id ?? '';
    await write({ kind: 'update', type: 'Patient', id: 'gone', resource: patient() });
    await write({ kind: 'delete', type: 'Patient', id: 'gone' });
    const observation = (subject: string, performer: string) =>
      resource({
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: subject },
        performer: [{ reference: performer }],
      });
    const found = await refusal(write({ kind: 'create', resource: observation('Patient/unknown', 'Practitioner/unknown') }));
    t.equal(found.status, 422);
    t.same(places(found), [
      ['reference-target', 'Observation.subject.reference'],
      ['reference-target', 'Observation.performer[0].reference'],
    ]);
    t.equal((await refusal(write({ kind: 'create', resource: observation('Patient/gone', `Patient/${id}`) }))).status, 422);
    t.equal(
      (await refusal(write({ kind: 'create', resource: observation('http://lontar.test/fhir/Patient/x', `Patient/${id}`) }))).status,
      422,
    );
    t.equal((await refusal(write({ kind: 'create', resource: observation('urn:uuid:0', `Patient/${id}`) }))).status, 422);
    const good = await write({ kind: 'create', resource: observation(`Patient/${id}`, 'https://elsewhere.test/fhir/Practitioner/1') });
    t.equal(good?.outcome, 'created');
  });

  t.test('is told to auditors and to the outbox in the same transaction', async (t) => {
    const made = await write({ kind: 'create', resource: patient() });
    const rows = await database.query(sql`
      select a.actor, a.request_id, a.entries, o.entries as told from audit a join outbox o on o.id = a.id join body b on b.write_id = a.id where b.id = ${made?.version.id}`);
    const entries = JSON.stringify([['Patient', made?.version.id, 1, 'POST']]);
    t.same(rows, [{ actor: 'bidan', request_id: 'r1', entries, told: entries }]);
  });

  t.test('is refused where the scope sees nothing', async (t) => {
    const found = await refusal(store.write([{ kind: 'create', resource: patient() }], { ...context, scope: { kind: 'none' } }));
    t.equal(found.status, 403);
    t.equal(await store.read({ kind: 'none' }, 'Patient', 'p-1'), undefined);
  });
});

test('business identifiers belong to one resource', async (t) => {
  const { database } = await testDatabase(t);
  const store = await openStore(database);
  const create = (made: FhirResource) => store.write([{ kind: 'create', resource: made }], context);

  t.test('a second holder is refused, and told whose it is', async (t) => {
    const [first] = await create(withNik('9999990101900001'));
    const found = await refusal(create(withNik('9999990101900001')));
    t.match(found, {
      status: 409,
      issues: [{ code: 'duplicate', expression: 'Patient.identifier[0]', diagnostics: `Patient/${first?.version.id}` }],
    });
    t.notMatch(JSON.stringify(found), /9999990101900001/);
  });

  t.test('its holder may keep it, give it up, and another take it', async (t) => {
    const [first] = await create(withNik('9999990101900002'));
    const id = first?.version.id ?? '';
    await store.write([{ kind: 'update', type: 'Patient', id, resource: withNik('9999990101900002', { gender: 'female' }) }], context);
    await store.write([{ kind: 'update', type: 'Patient', id, resource: patient() }], context);
    const [second] = await create(withNik('9999990101900002'));
    await store.write([{ kind: 'delete', type: 'Patient', id: second?.version.id ?? '' }], context);
    t.match(await create(withNik('9999990101900002')), [{ outcome: 'created' }]);
  });

  t.test('twins share their mother’s, and visits their label', async (t) => {
    const twin = patient({ identifier: [{ system: 'https://fhir.kemkes.go.id/id/nik-ibu', value: '9999990101900003' }] });
    await create(twin);
    t.match(await create(twin), [{ outcome: 'created' }]);
    const label = { system: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC', value: 'K1M' };
    const visit = resource({ resourceType: 'Encounter', status: 'planned', class: { code: 'AMB' }, identifier: [label] });
    await create(visit);
    t.match(await create(visit), [{ outcome: 'created' }]);
  });

  t.test('a facility’s own numbers are unique within it', async (t) => {
    const visit = (facility: string) =>
      resource({
        resourceType: 'Encounter',
        status: 'planned',
        class: { code: 'AMB' },
        identifier: [{ system: `http://sys-ids.kemkes.go.id/encounter/${facility}`, value: '1' }],
      });
    await create(visit('100025591'));
    await create(visit('100025592'));
    t.equal((await refusal(create(visit('100025591')))).status, 409);
  });

  t.test('two in one Bundle are found before anything is written', async (t) => {
    const found = await refusal(
      store.write(
        [
          { kind: 'create', resource: patient() },
          { kind: 'create', resource: withNik('9999990101900004') },
          { kind: 'create', resource: withNik('9999990101900004') },
        ],
        context,
      ),
    );
    t.equal(found.status, 409);
    t.same(places(found), [['identifier-duplicate', 'Bundle.entry[2].resource.identifier[0]']]);
  });
});

test('races', async (t) => {
  const { database } = await testDatabase(t);
  const store = await openStore(database);
  const count = async (query: string) => (await store.search(context.scope, { ...condition('Patient', query), summary: 'count' })).total;

  t.test('fifty conditional creates with one NIK make one patient', async (t) => {
    const value = '9999990101900010';
    const operation: WriteOperation = {
      kind: 'create',
      resource: withNik(value),
      condition: condition('Patient', `identifier=${nik}|${value}`),
    };
    const results = await Promise.all(Array.from({ length: 50 }, () => store.write([operation], context)));
    const outcomes = results.map(([result]) => result?.outcome);
    t.equal(outcomes.filter((outcome) => outcome === 'created').length, 1);
    t.equal(outcomes.filter((outcome) => outcome === 'existing').length, 49);
    t.equal(new Set(results.map(([result]) => result?.version.id)).size, 1);
    t.equal(await count(`identifier=${nik}|${value}`), 1);
  });

  t.test('conditional creates with differing criteria for one NIK make one patient', async (t) => {
    const value = '9999990101900011';
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.write(
          [{ kind: 'create', resource: withNik(value), condition: condition('Patient', `identifier=${nik}|${value}&_id:not=x${index}`) }],
          context,
        ),
      ),
    );
    t.equal(results.filter(([result]) => result?.outcome === 'created').length, 1);
    t.equal(await count(`identifier=${nik}|${value}`), 1);
  });

  t.test('plain creates with one NIK: one wins, the others are refused', async (t) => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => store.write([{ kind: 'create', resource: withNik('9999990101900012') }], context)),
    );
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    t.ok(results.every((result) => result.status === 'fulfilled' || (result.reason as OperationOutcomeError).status === 409));
  });

  t.test('updates of one resource at once each become a version', async (t) => {
    const [made] = await store.write([{ kind: 'create', resource: patient() }], context);
    const id = made?.version.id ?? '';
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        store.write([{ kind: 'update', type: 'Patient', id, resource: patient({ name: [{ text: `N${index}` }] }) }], context),
      ),
    );
    t.same(
      results.map(([result]) => result?.version.version).sort((a = 0, b = 0) => a - b),
      Array.from({ length: 30 }, (_, index) => index + 2),
    );
  });

  t.test('creations under one id at once: one is first, the others update it', async (t) => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.write([{ kind: 'update', type: 'Patient', id: 'same', resource: patient({ name: [{ text: `N${index}` }] }) }], context),
      ),
    );
    t.equal(results.filter(([result]) => result?.outcome === 'created').length, 1);
    t.equal((await store.read(context.scope, 'Patient', 'same'))?.version, 20);
  });
});

test('a Bundle', async (t) => {
  const { database } = await testDatabase(t);
  const store = await openStore(database);

  t.test('has its links resolved wherever R4 lets them stand, and nowhere else', async (t) => {
    const urn = 'urn:uuid:c5f1a9a0-0000-4000-8000-000000000001';
    const results = await store.write(
      [
        {
          kind: 'create',
          fullUrl: 'urn:uuid:c5f1a9a0-0000-4000-8000-000000000002',
          resource: resource({
            resourceType: 'Observation',
            status: 'final',
            text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${urn}">ibu</a> ${urn}</div>` },
            identifier: [{ system: 'urn:ietf:rfc:3986', value: urn }],
            code: { text: 'x' },
            subject: { reference: urn },
            extension: [{ url: 'http://x.test/e', valueUri: urn }],
            note: [{ text: urn }],
          }),
        },
        { kind: 'create', fullUrl: urn, resource: patient({ link: [{ other: { reference: urn }, type: 'seealso' }] }) },
      ],
      context,
    );
    const [observation, mother] = results.map(bodyOf);
    const target = `Patient/${mother?.['id']}`;
    t.match(observation, {
      subject: { reference: target },
      identifier: [{ value: urn }],
      extension: [{ valueUri: target }],
      note: [{ text: urn }],
      text: { div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${target}">ibu</a> ${urn}</div>` },
    });
    t.match(mother, { link: [{ other: { reference: target } }] });
    t.equal((await store.search(context.scope, condition('Observation', `subject=${target}`))).matches.length, 1);
  });

  t.test('refers to resources by criteria, those it brings itself among them', async (t) => {
    const value = '9999990101900020';
    const episode = (reference: string) => resource({ resourceType: 'EpisodeOfCare', status: 'active', patient: { reference } });
    const byNik = `Patient?identifier=${nik}|${value}`;
    t.equal((await refusal(store.write([{ kind: 'create', resource: episode(byNik) }], context))).status, 422);
    const [first, mother] = await store.write(
      [
        { kind: 'create', resource: episode(byNik) },
        { kind: 'create', resource: withNik(value) },
      ],
      context,
    );
    t.match(bodyOf(first), { patient: { reference: `Patient/${mother?.version.id}` } });
    const chained = await store.search(context.scope, condition('EpisodeOfCare', `patient.identifier=${nik}|${value}`));
    t.equal(chained.matches.length, 1);
    const found = await refusal(
      store.write(
        [
          { kind: 'create', resource: patient() },
          { kind: 'create', resource: episode('Patient?nama=x') },
        ],
        context,
      ),
    );
    t.match(found, { status: 400, issues: [{ expression: 'Bundle.entry[1].resource.patient.reference' }] });
  });

  t.test('is written whole or not at all', async (t) => {
    const before = await database.query(sql`select count(*)::int as n from body`);
    const found = await refusal(
      store.write(
        [
          { kind: 'create', resource: patient() },
          { kind: 'update', type: 'Patient', id: 'half', resource: patient() },
          {
            kind: 'create',
            resource: resource({
              resourceType: 'Encounter',
              status: 'planned',
              class: { code: 'AMB' },
              subject: { reference: 'Patient/unknown' },
            }),
          },
        ],
        context,
      ),
    );
    t.same(places(found), [['reference-target', 'Bundle.entry[2].resource.subject.reference']]);
    t.same(await database.query(sql`select count(*)::int as n from body`), before);
    t.equal(await store.read(context.scope, 'Patient', 'half'), undefined);
  });

  t.test('may not change one resource twice, nor use one fullUrl twice', async (t) => {
    const twice = await refusal(
      store.write(
        [
          { kind: 'update', type: 'Patient', id: 'a', resource: patient() },
          { kind: 'delete', type: 'Patient', id: 'a' },
        ],
        context,
      ),
    );
    t.match(twice, { status: 400, issues: [{ rule: 'bundle-overlap', expression: 'Bundle.entry[1].resource' }] });
    const urls = await refusal(
      store.write(
        [
          { kind: 'create', fullUrl: 'urn:uuid:1', resource: patient() },
          { kind: 'create', fullUrl: 'urn:uuid:1', resource: patient() },
        ],
        context,
      ),
    );
    t.match(urls, { status: 400, issues: [{ rule: 'bundle-full-url' }] });
  });

  t.test('deletes first: an identifier may move from one entry to another', async (t) => {
    const value = '9999990101900021';
    const [made] = await store.write([{ kind: 'create', resource: withNik(value) }], context);
    const results = await store.write(
      [
        { kind: 'create', resource: withNik(value) },
        { kind: 'delete', type: 'Patient', id: made?.version.id ?? '' },
      ],
      context,
    );
    t.match(results, [{ outcome: 'created' }, { outcome: 'deleted' }]);
  });

  t.test('answers conditional operations as R4 says', async (t) => {
    const value = '9999990101900022';
    const byNik = condition('Patient', `identifier=${nik}|${value}`);
    const update = (more: JsonObject): WriteOperation => ({
      kind: 'update',
      type: 'Patient',
      resource: withNik(value, more),
      condition: byNik,
    });
    const [made] = await store.write([update({})], context);
    t.equal(made?.outcome, 'created');
    const [changed] = await store.write([update({ gender: 'female' })], context);
    t.match(changed, { outcome: 'updated', version: { id: made?.version.id, version: 2 } });
    t.equal((await refusal(store.write([update({ id: 'other' })], context))).status, 400);
    await store.write(
      [
        { kind: 'create', resource: patient({ gender: 'unknown' }) },
        { kind: 'create', resource: patient({ gender: 'unknown' }) },
      ],
      context,
    );
    const many = condition('Patient', 'gender=unknown');
    t.equal((await refusal(store.write([{ kind: 'update', type: 'Patient', resource: patient(), condition: many }], context))).status, 412);
    t.equal((await refusal(store.write([{ kind: 'delete', type: 'Patient', condition: many }], context))).status, 412);
    t.match(await store.write([{ kind: 'delete', type: 'Patient', condition: byNik }], context), [{ outcome: 'deleted' }]);
    t.match(await store.write([{ kind: 'delete', type: 'Patient', condition: byNik }], context), [{ outcome: 'existing' }]);
  });
});
