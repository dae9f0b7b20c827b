import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { testApp } from './support/app.js';

const organization = { resourceType: 'Organization', active: true, name: 'Puskesmas' };

test('answers preflights and says which origins may read', async (t) => {
  const { send } = await testApp(t);
  const preflight = await send('OPTIONS', '/fhir/Patient', undefined, {
    origin: 'https://emr.example.org',
    'access-control-request-method': 'PUT',
  });
  t.equal(preflight.statusCode, 204);
  t.match(preflight.headers['access-control-allow-methods'], 'PATCH');
  t.equal(
    (await send('GET', '/fhir/Patient', undefined, { origin: 'https://emr.example.org' })).headers['access-control-allow-origin'],
    '*',
  );
  const closed = await testApp(t, { CORS_ORIGIN: 'https://emr.example.org' });
  const from = async (origin: string) =>
    (await closed.send('GET', '/fhir/Patient', undefined, { origin })).headers['access-control-allow-origin'];
  t.equal(await from('https://emr.example.org'), 'https://emr.example.org');
  t.not(await from('https://other.example.org'), 'https://other.example.org');
});

test('sets headers that keep browsers safe', async (t) => {
  const { send } = await testApp(t);
  const { headers } = await send('GET', '/fhir/Patient');
  t.match(headers, { 'x-content-type-options': 'nosniff', 'content-security-policy': /default-src 'none'/ });
});

test('compresses large answers for those who take it, and reads compressed bodies', async (t) => {
  const { send } = await testApp(t);
  const plain = await send('GET', '/fhir/metadata');
  const packed = await send('GET', '/fhir/metadata', undefined, { 'accept-encoding': 'gzip' });
  t.equal(packed.headers['content-encoding'], 'gzip');
  t.ok(packed.rawPayload.length * 5 < plain.rawPayload.length);
  const created = await send('POST', '/fhir/Organization', gzipSync(JSON.stringify(organization)), { 'content-encoding': 'gzip' });
  t.equal(created.statusCode, 201, created.body);
});

test('refuses a small body that unpacks into a huge one', async (t) => {
  const { send } = await testApp(t, { RESOURCE_LIMIT_MIB: '1' });
  const bomb = gzipSync(`{"resourceType":"Organization","name":"${'a'.repeat(200_000_000)}"}`);
  const before = process.memoryUsage().rss;
  const response = await send('POST', '/fhir/Organization', bomb, { 'content-encoding': 'gzip' });
  t.equal(response.statusCode, 413);
  t.ok(process.memoryUsage().rss - before < 150_000_000, 'without unpacking it all');
});

test('limits how often an address beyond this machine may ask', async (t) => {
  const { app } = await testApp(t, { RATE_LIMIT: '3' });
  const statuses: number[] = [];
  let last: Awaited<ReturnType<typeof app.inject>> | undefined;
  for (let index = 0; index < 4; index++) {
    last = await app.inject({ url: '/fhir/Patient/x', remoteAddress: '203.0.113.9' });
    statuses.push(last.statusCode);
  }
  t.strictSame(statuses, [404, 404, 404, 429]);
  t.ok(Number(last?.headers['retry-after']) > 0);
  t.match(last?.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] });
  t.equal((await app.inject({ url: '/fhir/Patient/x', remoteAddress: '203.0.113.10' })).statusCode, 404, 'others are not concerned');
  for (let index = 0; index < 5; index++) t.equal((await app.inject('/fhir/Patient/x')).statusCode, 404, 'nor is this machine');
});

test('turns requests away while the process lags, and says when to come back', async (t) => {
  const { app } = await testApp(t, { MAX_EVENT_LOOP_DELAY_MS: '1' });
  await app.listen({ host: '127.0.0.1', port: 0 });
  let refused: Awaited<ReturnType<typeof app.inject>> | undefined;
  for (let round = 0; round < 200 && refused === undefined; round++) {
    const end = Date.now() + 60;
    while (Date.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const response = await app.inject('/fhir/Patient/x');
    if (response.statusCode === 503) refused = response;
  }
  t.equal(refused?.headers['retry-after'], '5');
  t.match(refused?.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] });
});

test('counts what Bundles hold and what validation finds', async (t) => {
  const { send } = await testApp(t);
  const entry = { resource: organization, request: { method: 'POST', url: 'Organization' } };
  await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [entry, entry] });
  await send('POST', '/fhir/Organization', { resourceType: 'Organization', nama: 'x' });
  const metrics = (await send('GET', '/metrics')).body;
  t.match(metrics, 'lontar_bundle_entries_total{type="transaction"} 2');
  t.match(metrics, /lontar_validation_issues_total\{severity="error"\} [1-9]/);
  t.match(metrics, 'nodejs_eventloop_lag_seconds');
});

test('describes itself for those who write clients', async (t) => {
  const { send } = await testApp(t);
  const page = await send('GET', '/docs');
  t.match(page.headers, { 'content-type': 'text/html; charset=utf-8', 'content-language': 'id' });
  for (const part of ['/fhir/[type]/[id]/_history/[versionId]', '/fhir/Measure/[id]/$evaluate-measure', '/fhir-r4/v1', 'If-None-Exist'])
    t.match(page.body, part);
  t.match((await send('GET', '/docs', undefined, { 'accept-language': 'en' })).body, 'reads the current version');
});
