import { test } from 'tap';
import { testApp } from '../support/app.js';

const organization = (name: string) => ({ resourceType: 'Organization', active: true, name });
const urn = (digit: number) => `urn:uuid:00000000-0000-4000-8000-00000000000${digit}`;
const bundle = (type: 'transaction' | 'batch', ...entry: object[]) => ({
  resourceType: 'Bundle',
  type,
  ...(entry.length === 0 ? {} : { entry }),
});
const post = (resource: { resourceType: string }, more: object = {}, request: object = {}) => ({
  ...more,
  resource,
  request: { method: 'POST', url: resource.resourceType, ...request },
});

interface Answer {
  type: string;
  entry?: {
    fullUrl?: string;
    resource?: { resourceType: string };
    response: { status: string; location?: string; etag?: string; lastModified?: string; outcome?: object };
  }[];
  issue?: { severity: string; code: string; expression?: string[]; details: { text: string; coding: { code: string }[] } }[];
}

test('stores a transaction whole, resolving references between its entries', async (t) => {
  const { send } = await testApp(t);
  const response = await send(
    'POST',
    '/fhir',
    bundle(
      'transaction',
      post({ resourceType: 'Location', status: 'active', name: 'Ruang', managingOrganization: { reference: urn(1) } } as never, {
        fullUrl: urn(2),
      }),
      post(organization('Puskesmas'), { fullUrl: urn(1) }),
      { resource: { ...organization('Pustu'), id: 'pustu' }, request: { method: 'PUT', url: 'Organization/pustu' } },
      { request: { method: 'GET', url: 'Organization/pustu' } },
    ),
  );
  t.equal(response.statusCode, 200);
  const answer = response.json() as Answer;
  t.equal(answer.type, 'transaction-response');
  t.strictSame(
    answer.entry?.map((entry) => entry.response.status),
    ['201 Created', '201 Created', '201 Created', '200 OK'],
    'answers stand in the order of the entries',
  );
  t.match(answer.entry?.[0], {
    response: { location: /^http:\/\/localhost:80\/fhir\/Location\/.+\/_history\/1$/, etag: 'W/"1"', lastModified: /Z$/ },
  });
  t.equal(answer.entry?.[3]?.resource?.resourceType, 'Organization', 'reads see what the transaction wrote');
  const location = (await send('GET', new URL(answer.entry?.[0]?.response.location ?? '').pathname)).json();
  const organizationPath = new URL(answer.entry?.[1]?.response.location ?? '').pathname;
  t.equal(`/fhir/${location.managingOrganization.reference}/_history/1`, organizationPath);
});

test('writes nothing of a transaction with a wrong entry, and reports all entries at once', async (t) => {
  const { send } = await testApp(t);
  const wrong = bundle('transaction', post(organization('satu')), post({ ...organization('dua'), active: 'ya' } as never), {
    resource: { ...organization('tiga'), id: 'x', nama: 'tiga' },
    request: { method: 'PUT', url: 'Organization/x' },
  });
  const response = await send('POST', '/fhir', wrong);
  t.equal(response.statusCode, 422);
  const expressions = (response.json() as Answer).issue?.map((issue) => issue.expression?.[0]) ?? [];
  t.ok(expressions.includes('Bundle.entry[1].resource.active'), expressions.join());
  t.ok(
    expressions.some((expression) => expression?.startsWith('Bundle.entry[2].resource')),
    expressions.join(),
  );
  t.notOk(expressions.some((expression) => expression?.startsWith('Bundle.entry[0]')));
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 0);
});

test('refuses entries that cannot be understood, each where it stands', async (t) => {
  const { send } = await testApp(t);
  const cases: ReadonlyArray<readonly [string, object, string]> = [
    ['no request', { resource: organization('a') }, 'Bundle.entry[1].request'],
    ['an unknown method', { request: { method: 'FETCH', url: 'Organization/1' } }, 'Bundle.entry[1].request.method'],
    ['an unknown type', { request: { method: 'GET', url: 'Organisation/1' } }, 'Bundle.entry[1].request.url'],
    ['an address of three parts', { request: { method: 'GET', url: 'Organization/1/x' } }, 'Bundle.entry[1].request.url'],
    ['no resource', { request: { method: 'POST', url: 'Organization' } }, 'Bundle.entry[1].resource'],
    [
      'a resource of another type',
      { resource: organization('a'), request: { method: 'POST', url: 'Location' } },
      'Bundle.entry[1].resource.resourceType',
    ],
    [
      'an id that differs',
      { resource: { ...organization('a'), id: 'y' }, request: { method: 'PUT', url: 'Organization/x' } },
      'Bundle.entry[1].resource.id',
    ],
    ['no id', { resource: organization('a'), request: { method: 'PUT', url: 'Organization/x' } }, 'Bundle.entry[1].resource.id'],
    ['a misspelt condition', post(organization('a'), {}, { ifNoneExist: 'identifer=1' }), 'Bundle.entry[1]'],
    [
      'a broken If-Match',
      { resource: { ...organization('a'), id: 'x' }, request: { method: 'PUT', url: 'Organization/x', ifMatch: 'x' } },
      'Bundle.entry[1]',
    ],
    [
      'an operation',
      { resource: organization('a'), request: { method: 'POST', url: 'Organization/$validate' } },
      'Bundle.entry[1].request',
    ],
    ['no object', 7 as never, 'Bundle.entry[1]'],
  ];
  for (const [name, entry, expression] of cases) {
    const response = await send('POST', '/fhir', bundle('transaction', post(organization('satu')), entry));
    t.equal(response.statusCode, 400, name);
    const found = (response.json() as Answer).issue?.map((issue) => issue.expression?.[0] ?? '') ?? [];
    t.ok(
      found.some((one) => one.startsWith(expression)),
      `${name}: ${found.join()}`,
    );
  }
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 0);
});

test('refuses two entries on one resource, or with one fullUrl', async (t) => {
  const { send } = await testApp(t);
  const put = { resource: { ...organization('a'), id: 'x' }, request: { method: 'PUT', url: 'Organization/x' } };
  const twice = await send('POST', '/fhir', bundle('transaction', put, put));
  t.equal(twice.statusCode, 400);
  t.match((twice.json() as Answer).issue?.[0], { code: 'duplicate', expression: ['Bundle.entry[1].request.url'] });
  const same = await send(
    'POST',
    '/fhir',
    bundle('transaction', post(organization('a'), { fullUrl: urn(1) }), post(organization('b'), { fullUrl: urn(1) })),
  );
  t.equal(same.statusCode, 400);
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 0);
});

test('rolls a transaction back where the store refuses an entry, naming that entry', async (t) => {
  const { send } = await testApp(t);
  await send('PUT', '/fhir/Organization/x', { ...organization('x'), id: 'x' });
  const stale = { resource: { ...organization('baru'), id: 'x' }, request: { method: 'PUT', url: 'Organization/x', ifMatch: 'W/"7"' } };
  const response = await send(
    'POST',
    '/fhir',
    bundle('transaction', { request: { method: 'GET', url: 'Organization/x' } }, stale, post(organization('lain'))),
  );
  t.equal(response.statusCode, 412);
  t.match((response.json() as Answer).issue?.[0]?.expression?.[0], /^Bundle\.entry\[1\]/);
  const broken = { resourceType: 'Location', status: 'active', name: 'Ruang', managingOrganization: { reference: urn(9) } };
  const unresolved = await send('POST', '/fhir', bundle('transaction', post(organization('lain')), post(broken)));
  t.ok(unresolved.statusCode >= 400 && unresolved.statusCode < 500);
  t.match((unresolved.json() as Answer).issue?.[0]?.expression?.[0], /^Bundle\.entry\[1\]\.resource\.managingOrganization/);
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 1);
  t.equal((await send('GET', '/fhir/Organization/x')).json().meta.versionId, '1');
});

test('creates, updates, patches and deletes by condition within a transaction', async (t) => {
  const { send } = await testApp(t);
  const system = 'http://sys-ids.kemkes.go.id/organization/1';
  const known = { ...organization('lama'), identifier: [{ system, value: '1' }] };
  await send('PUT', '/fhir/Organization/lama', { ...known, id: 'lama' });
  await send('PUT', '/fhir/Organization/hapus', { ...organization('hapus'), id: 'hapus' });
  await send('PUT', '/fhir/Organization/tambal', { ...organization('tambal'), id: 'tambal' });
  const jsonPatch = Buffer.from(JSON.stringify([{ op: 'replace', path: '/name', value: 'ditambal' }])).toString('base64');
  const response = await send(
    'POST',
    '/fhir',
    bundle(
      'transaction',
      post(known, { fullUrl: urn(1) }, { ifNoneExist: `identifier=${system}|1` }),
      {
        resource: { ...known, name: 'baru', identifier: [{ system, value: '2' }] },
        request: { method: 'PUT', url: `Organization?identifier=${system}|2` },
      },
      { request: { method: 'DELETE', url: 'Organization/hapus' } },
      {
        resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data: jsonPatch },
        request: { method: 'PATCH', url: 'Organization/tambal' },
      },
      post({ resourceType: 'Location', status: 'active', name: 'Ruang', managingOrganization: { reference: urn(1) } } as never),
    ),
  );
  t.equal(response.statusCode, 200, response.body);
  t.strictSame(
    (response.json() as Answer).entry?.map((entry) => entry.response.status),
    ['200 OK', '201 Created', '204 No Content', '200 OK', '201 Created'],
  );
  t.equal((await send('GET', '/fhir/Organization/hapus')).statusCode, 410);
  t.equal((await send('GET', '/fhir/Organization/tambal')).json().name, 'ditambal');
  t.equal((await send('GET', '/fhir/Location?organization=lama&_summary=count')).json().total, 1, 'a reference to what existed already');
});

test('runs batch entries each on its own', async (t) => {
  const { send } = await testApp(t);
  const response = await send(
    'POST',
    '/fhir',
    bundle(
      'batch',
      { request: { method: 'GET', url: 'Organization?name=pus&_total=accurate' } },
      { request: { method: 'GET', url: 'Organization/none' } },
      post(organization('Puskesmas')),
      post({ resourceType: 'Organization' }),
      { request: { method: 'GET', url: 'Nothing/1' } },
      post(organization('y'), {}, { url: 'Organization/$validate' }),
      { request: { method: 'GET', url: 'Organization?nam=x' } },
    ),
  );
  const answer = response.json() as Answer;
  t.equal(answer.type, 'batch-response');
  t.strictSame(
    answer.entry?.map((entry) => entry.response.status.slice(0, 3)),
    ['200', '404', '201', '422', '404', '200', '400'].map((status, index) =>
      index === 4 ? (answer.entry?.[4]?.response.status.slice(0, 3) ?? '') : status,
    ),
  );
  t.match(answer.entry?.[4]?.response.status, /^40[04]/);
  t.match(answer.entry?.[0]?.resource, { resourceType: 'Bundle', total: 1 });
  for (const index of [1, 3, 4, 6]) t.match(answer.entry?.[index]?.response.outcome, { resourceType: 'OperationOutcome' });
});

test('refuses Bundles of other types at the base, and takes an empty transaction', async (t) => {
  const { send } = await testApp(t);
  t.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'collection' })).statusCode, 400);
  t.equal((await send('POST', '/fhir', organization('x'))).statusCode, 400);
  t.equal((await send('POST', '/fhir', bundle('transaction'))).statusCode, 200);
  t.equal((await send('POST', '/fhir/', bundle('transaction'))).statusCode, 200);
  t.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: {} })).statusCode, 400);
});

test('creates one resource of fifty conditional creates at once', async (t) => {
  const { send } = await testApp(t);
  const system = 'http://sys-ids.kemkes.go.id/organization/1';
  const same = { ...organization('sama'), identifier: [{ system, value: '1' }] };
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => send('POST', '/fhir/Organization', same, { 'if-none-exist': `identifier=${system}|1` })),
  );
  const statuses = responses.map((response) => response.statusCode);
  t.equal(statuses.filter((status) => status === 201).length, 1);
  t.equal(statuses.filter((status) => status === 200).length, 49);
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 1);
});
