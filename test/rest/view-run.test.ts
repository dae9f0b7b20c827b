import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { createTurns } from '../../src/measure/turns.js';
import { sql } from '../../src/sql.js';
import { scanResources } from '../../src/store/scan.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';

const view = (columns: ReadonlyArray<readonly [string, string]>, resource = 'Observation') => ({
  resourceType: 'ViewDefinition',
  resource,
  status: 'active',
  select: [{ column: columns.map(([name, path]) => ({ name, path })) }],
});
const parameters = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter });
const inline = (resource: object) => ({ name: 'viewResource', resource });

test('a view runs over what is stored, or sent, in each form, and says what is wrong with it', async (t) => {
  const { send, services } = await testApp(t, { VALIDATION: 'warn', UPKEEP: 'off' });
  const entry = [1, 2].flatMap((person) => [
    { resource: { resourceType: 'Patient', id: `p${person}` }, request: { method: 'PUT', url: `Patient/p${person}` } },
    ...Array.from({ length: 600 }, (_, number) => ({
      resource: {
        resourceType: 'Observation',
        id: `o${person}-${number}`,
        status: 'final',
        code: { text: number === 7 ? 'kata, "kutip"' : 'x' },
        subject: { reference: `Patient/p${person}` },
        category: number === 599 ? [{ text: 'a' }, { text: 'b' }] : [{ text: 'a' }],
      },
      request: { method: 'PUT', url: `Observation/o${person}-${number}` },
    })),
  ]);
  t.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).statusCode, 200);
  await send('PUT', '/fhir/Group/g', {
    resourceType: 'Group',
    id: 'g',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/p2' } }],
  });
  const idAndCode = view([
    ['id', 'getResourceKey()'],
    ['code', 'code.text'],
  ]);

  const all = await send('POST', '/fhir/ViewDefinition/$run', idAndCode);
  t.equal(all.statusCode, 200);
  t.match(all.headers['content-type'], /^application\/x-ndjson/);
  const ids = all.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).id);
  t.equal(new Set(ids).size, 1200, 'each resource once, over several pages');
  t.equal(ids.length, 1200);

  const csv = await send(
    'POST',
    '/fhir/$viewdefinition-run',
    parameters(inline(idAndCode), { name: '_format', valueCode: 'csv' }, { name: 'patient', valueReference: { reference: 'Patient/p1' } }),
  );
  t.match(csv.body, /^id,code\r\n/);
  t.match(csv.body, /o1-7,"kata, ""kutip"""\r\n/);
  t.equal(csv.body.trimEnd().split('\r\n').length, 601);
  const ofGroup = await send('POST', '/fhir/ViewDefinition/$run?_format=json&header=false&group=g&_limit=3', idAndCode);
  t.strictSame(
    ofGroup.json().map(({ id }: { id: string }) => id.slice(0, 2)),
    ['o2', 'o2', 'o2'],
  );
  const named = await send('GET', '/fhir/ViewDefinition/fact_person/$run?_format=text/csv&header=false&_limit=0');
  t.equal(named.body, '');
  t.equal((await send('GET', '/fhir/ViewDefinition/fact_person/$run')).body.trimEnd().split('\n').length, 2);
  const stored = {
    resourceType: 'Binary',
    id: 'v',
    contentType: 'application/json',
    data: Buffer.from(JSON.stringify(idAndCode)).toString('base64'),
  };
  await send('PUT', '/fhir/Binary/v', stored);
  t.match((await send('GET', '/fhir/$viewdefinition-run?viewReference=Binary/v&_limit=1')).body, /^\{"id":"o/);
  t.equal((await send('GET', '/fhir/ViewDefinition/fact_person/$run?_since=2100-01-01T00:00:00Z&_format=json')).body, '[\n]\n');
  const sent = parameters(inline(idAndCode), {
    name: 'resource',
    resource: { resourceType: 'Observation', id: 'here', code: { text: 'y' } },
  });
  t.equal((await send('POST', '/fhir/ViewDefinition/$run', sent)).body, '{"id":"here","code":"y"}\n');

  for (const [status, url, body] of [
    [400, '/fhir/ViewDefinition/$run', parameters()],
    [400, '/fhir/ViewDefinition/fact_person/$run', parameters(inline(idAndCode))],
    [400, '/fhir/ViewDefinition/$run?_limit=many', idAndCode],
    [400, '/fhir/ViewDefinition/$run?source=elsewhere', idAndCode],
    [400, '/fhir/ViewDefinition/$run?unknown=1', idAndCode],
    [400, '/fhir/ViewDefinition/$run?patient=nobody', idAndCode],
    [404, '/fhir/ViewDefinition/none/$run', parameters()],
    [406, '/fhir/ViewDefinition/$run?_format=parquet', idAndCode],
    [422, '/fhir/ViewDefinition/$run', view([['id', 'id.(']])],
    [422, '/fhir/ViewDefinition/$run', view([['id', 'id']], 'Nothing')],
    [422, '/fhir/ViewDefinition/$run', { ...idAndCode, select: 'all' }],
  ] as const) {
    const refused = await send('POST', url, body);
    t.equal(refused.statusCode, status, `${url} ${refused.body.slice(0, 120)}`);
    t.equal(refused.json().resourceType, 'OperationOutcome');
  }
  const first = await send('POST', '/fhir/ViewDefinition/$run?patient=p1', view([['c', 'category.text']]));
  t.ok(first.statusCode === 200 || first.statusCode === 422, 'two values in one column: told while it can be');
  t.equal((await send('GET', '/fhir/ViewDefinition/1')).statusCode, 404, 'R4 has no such type');

  await t.test('a scan sees what stood when it began, while others write', async (t) => {
    const seen: string[] = [];
    await scanResources(services.database, { kind: 'all' }, { type: 'Observation' }, async (page) => {
      if (seen.length === 0) {
        await send('DELETE', '/fhir/Observation/o2-599');
        await send('PUT', '/fhir/Observation/o1-0', { resourceType: 'Observation', id: 'o1-0', status: 'amended', code: { text: 'z' } });
      }
      seen.push(...page.map(({ id }) => id));
      return true;
    });
    t.equal(seen.length, 1200);
    t.equal(new Set(seen).size, 1200);
    let pages = 0;
    await scanResources(services.database, { kind: 'all' }, { type: 'Observation' }, async () => {
      pages += 1;
      return false;
    });
    t.equal(pages, 1, 'who has enough is not given more');
    await scanResources(services.database, { kind: 'none' }, { type: 'Observation' }, async () =>
      t.fail('a scope that sees nothing sees nothing'),
    );
  });

  await t.test('reports leave as files', async (t) => {
    const period = 'periodStart=2026-01-01&periodEnd=2026-01-31&subject=620203';
    const evaluated = (await send('GET', `/fhir/Measure/ANC-K6/$evaluate-measure?${period}`)).json();
    const kept = await send('POST', '/fhir/MeasureReport', evaluated);
    t.equal(kept.statusCode, 201, kept.body);
    const { id } = kept.json();
    for (const [format, type] of [
      ['csv', 'text/csv; charset=utf-8'],
      ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      ['pdf', 'application/pdf'],
      ['adx', 'application/adx+xml; charset=utf-8'],
      ['datavaluesets', 'application/json; charset=utf-8'],
    ] as const) {
      const file = await send('GET', `/fhir/MeasureReport/${id}/$export?_format=${format}`);
      t.equal(file.statusCode, 200, file.body.slice(0, 200));
      t.equal(file.headers['content-type'], type);
    }
    const direct = await send('GET', `/fhir/Measure/ANC-K6/$export?${period}`, undefined, { accept: 'application/pdf' });
    t.equal(direct.headers['content-disposition'], 'attachment; filename="ANC-K6_620203_2026-01-01_2026-01-31.pdf"');
    t.ok(direct.rawPayload.subarray(0, 5).equals(Buffer.from('%PDF-')));
    t.equal((await send('GET', `/fhir/MeasureReport/${id}/$export?_format=doc`)).statusCode, 406);
    t.equal((await send('GET', '/fhir/MeasureReport/none/$export')).statusCode, 404);
    t.equal((await send('GET', '/fhir/Measure/ANC-K6/$export?periodStart=2026&periodEnd=2025')).statusCode, 400);
    const batch = await send('POST', '/fhir', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        { request: { method: 'GET', url: `MeasureReport/${id}/$export?_format=pdf` } },
        { request: { method: 'GET', url: '$viewdefinition-run?viewReference=fact_person' } },
      ],
    });
    const [binary, stream] = batch.json().entry;
    t.match(binary.resource, { resourceType: 'Binary', contentType: 'application/pdf', data: /^JVBERi/ });
    t.match(stream.response.status, /^422/, 'a stream goes into no Bundle');
  });
});

test('a statement whose caller has gone is cancelled in the database', async (t) => {
  const { database } = await testDatabase(t);
  for (const work of [
    (signal: AbortSignal) => database.query(sql`select pg_sleep(${60}::int)`, { signal }),
    (signal: AbortSignal) =>
      database.transaction((connection) => connection.query(sql`select pg_sleep(${60}::int)`, { signal, timeoutMs: 60_000 })),
  ]) {
    const gone = new AbortController();
    const answer = work(gone.signal);
    const sleeping = () => database.query(sql`select 1 from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'`);
    while ((await sleeping()).length === 0) await delay(10);
    gone.abort();
    await t.rejects(answer, { code: '57014' });
    while ((await sleeping()).length > 0) await delay(10);
  }
  t.match(await database.query(sql`select 1 as one`), [{ one: 1 }], 'the pool goes on');
});

test('heavy work takes turns: so many at once, so many wait, the rest is told to come later', async (t) => {
  const turns = createTurns(1, 1);
  const order: string[] = [];
  let release = (): void => {};
  const first = turns.take(async () => {
    order.push('first');
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  const second = turns.take(async () => {
    order.push('second');
  });
  t.match(await turns.take(async () => {}).catch((error: unknown) => error), { status: 503 });
  t.strictSame(order, ['first']);
  release();
  await Promise.all([first, second]);
  t.strictSame(order, ['first', 'second']);
  const gone = new AbortController();
  const busy = turns.take(() => delay(20));
  const waiting = turns.take(async () => t.fail('who has gone gets no turn'), gone.signal);
  gone.abort(new Error('gone'));
  await t.rejects(waiting, /gone/);
  await busy;
  await turns.take(async () => t.pass('the place is free again'));
});
