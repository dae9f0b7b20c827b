import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import fc from 'fast-check';
import { test } from 'tap';
import { testApp } from '../support/app.js';

const organization = { resourceType: 'Organization', active: true, name: 'Puskesmas' };

test('answers every kind of bad input with the right 4xx and an outcome, and writes nothing', async (t) => {
  const { send } = await testApp(t, { RESOURCE_LIMIT_MIB: '1', BUNDLE_LIMIT_MIB: '2' });
  const deep = `${'{"extension":[{"url":"x","extension":['.repeat(400)}1${']}]}'.repeat(400)}`;
  const transaction = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry });
  const good = { resource: organization, request: { method: 'POST', url: 'Organization' } };
  const cases: ReadonlyArray<readonly [string, number, string, string, unknown, Record<string, string>?]> = [
    ['malformed JSON', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organization",}'],
    ['JSON cut short', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organi'],
    ['an empty body', 400, 'POST', '/fhir/Organization', ''],
    ['no body', 400, 'POST', '/fhir/Organization', undefined],
    ['a list', 400, 'POST', '/fhir/Organization', []],
    ['a string', 400, 'POST', '/fhir/Organization', '"x"'],
    ['null', 400, 'POST', '/fhir/Organization', 'null'],
    ['no resourceType', 400, 'POST', '/fhir/Organization', { name: 'x' }],
    ['another resourceType', 400, 'POST', '/fhir/Organization', { resourceType: 'Patient' }],
    ['an unknown resourceType', 400, 'POST', '/fhir/Organization', { resourceType: 'Organisation' }],
    ['the wrong media type', 415, 'POST', '/fhir/Organization', 'x', { 'content-type': 'text/plain' }],
    ['a form as resource', 415, 'POST', '/fhir/Organization', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['JSON as search form', 415, 'POST', '/fhir/Organization/_search', {}],
    ['another charset', 415, 'POST', '/fhir/Organization', '{}', { 'content-type': 'application/fhir+json; charset=utf-16' }],
    ['another FHIR version', 415, 'POST', '/fhir/Organization', '{}', { 'content-type': 'application/fhir+json; fhirVersion=5.0' }],
    ['an oversized body', 413, 'POST', '/fhir/Organization', `{"x":"${'a'.repeat(1_200_000)}"}`],
    ['an oversized Bundle', 413, 'POST', '/fhir', `{"x":"${'a'.repeat(2_200_000)}"}`],
    ['deep nesting', 400, 'POST', '/fhir/Organization', deep],
    ['deep nesting of FHIR elements', 422, 'POST', '/fhir/Organization', nested(40)],
    ['__proto__', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organization","__proto__":{"admin":true}}'],
    ['constructor', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organization","constructor":{"prototype":{}}}'],
    ['a NUL character', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organization","name":"a\\u0000b"}'],
    ['a raw NUL', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organization","name":"a\u0000b"}'],
    ['bad UTF-8', 400, 'POST', '/fhir/Organization', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a surrogate pair', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organization","name":"\\ud800"}'],
    ['equal names', 400, 'POST', '/fhir/Organization', '{"resourceType":"Organization","name":"a","name":"b"}'],
    ['XML that is none', 400, 'POST', '/fhir/Organization', '<Organization', { 'content-type': 'application/fhir+xml' }],
    [
      'XML with a DTD',
      400,
      'POST',
      '/fhir/Organization',
      '<!DOCTYPE x [<!ENTITY e "x">]><Organization xmlns="http://hl7.org/fhir"><name value="&e;"/></Organization>',
      { 'content-type': 'application/fhir+xml' },
    ],
    ['a false gzip body', 400, 'POST', '/fhir/Organization', 'no gzip', { 'content-encoding': 'gzip' }],
    ['an unknown content encoding', 415, 'POST', '/fhir/Organization', '{}', { 'content-encoding': 'zstd' }],
    ['an unknown resource type', 404, 'GET', '/fhir/Organisation/1', undefined],
    ['an unknown resource type to search', 404, 'GET', '/fhir/Foo?name=x', undefined],
    ['an unknown resource type to create', 404, 'POST', '/fhir/Foo', { resourceType: 'Foo' }],
    ['a type in small letters', 404, 'GET', '/fhir/organization/1', undefined],
    ['an unknown operation', 404, 'POST', '/fhir/Organization/$validade', organization],
    ['an unknown search parameter', 400, 'GET', '/fhir/Organization?nam=x', undefined],
    ['a parameter of every object', 400, 'GET', '/fhir/Organization?constructor=x', undefined],
    ['another parameter of every object', 400, 'GET', '/fhir/Organization?__proto__=x', undefined],
    ['a prototype name with a modifier', 400, 'GET', '/fhir/Organization?toString:exact=x', undefined],
    ['an unknown modifier', 400, 'GET', '/fhir/Organization?name:hasOwnProperty=x', undefined],
    ['a bad date', 400, 'GET', '/fhir/Patient?birthdate=2026-02-30', undefined],
    ['a date of letters', 400, 'GET', '/fhir/Patient?birthdate=kemarin', undefined],
    ['a bad _count', 400, 'GET', '/fhir/Patient?_count=-1', undefined],
    ['a bad _sort', 400, 'GET', '/fhir/Patient?_sort=constructor', undefined],
    ['a bad _include', 400, 'GET', '/fhir/Patient?_include=__proto__:x', undefined],
    ['a forged cursor', 400, 'GET', '/fhir/Patient?_cursor=eyJhIjoxfQ', undefined],
    ['a NUL in a query', 400, 'GET', '/fhir/Patient?name=%00', undefined],
    ['a bad percent code in a query', 400, 'GET', '/fhir/Patient?_count=%zz', undefined],
    ['a bad percent code in a path', 400, 'GET', '/fhir/Patient/%ff', undefined],
    ['an id with a slash', 404, 'GET', '/fhir/Patient/a%2Fb', undefined],
    ['an id with a NUL', 404, 'GET', '/fhir/Patient/a%00', undefined],
    ['an id too long', 404, 'GET', `/fhir/Patient/${'a'.repeat(65)}`, undefined],
    ['an id much too long', 404, 'GET', `/fhir/Patient/${'a'.repeat(5000)}`, undefined],
    ['an id with letters beyond FHIR', 400, 'PUT', '/fhir/Organization/%C3%A9', { ...organization, id: 'é' }],
    ['an address too long', 414, 'GET', `/fhir/Patient?name=${'a'.repeat(20_000)}`, undefined],
    ['an id mismatch', 400, 'PUT', '/fhir/Organization/a', { ...organization, id: 'b' }],
    ['an id that is no string', 400, 'PUT', '/fhir/Organization/1', { ...organization, id: 1 }],
    ['a missing id', 400, 'PUT', '/fhir/Organization/a', organization],
    ['a stale If-Match', 412, 'PUT', '/fhir/Organization/a', { ...organization, id: 'a' }, { 'if-match': 'W/"3"' }],
    ['an If-Match that is none', 400, 'PUT', '/fhir/Organization/a', { ...organization, id: 'a' }, { 'if-match': '*x' }],
    ['a broken reference', 422, 'POST', '/fhir/Organization', { ...organization, partOf: { reference: 'Organization/none' } }],
    [
      'a transaction whose last entry is wrong',
      422,
      'POST',
      '/fhir',
      transaction(good, good, { ...good, resource: { resourceType: 'Organization', nama: 1 } }),
    ],
    [
      'a transaction with a broken reference',
      422,
      'POST',
      '/fhir',
      transaction(good, { ...good, resource: { ...organization, partOf: { reference: 'Organization/none' } } }),
    ],
    ['a transaction of null', 400, 'POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [null] }],
    ['an unknown method', 405, 'PATCH', '/fhir/metadata', undefined],
    ['a delete of everything', 405, 'DELETE', '/fhir', undefined],
    ['an unknown address', 404, 'GET', '/fhir/Patient/1/2/3/4', undefined],
    ['an address outside', 404, 'GET', '/fhirx', undefined],
    ['a patch that is none', 400, 'PATCH', '/fhir/Organization/a', '{"op":', { 'content-type': 'application/json-patch+json' }],
    [
      'a form that is not UTF-8',
      400,
      'POST',
      '/fhir/Organization/_search',
      Buffer.from([0xff, 0x3d, 0x31]),
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['Parameters that are none', 400, 'POST', '/fhir/ValueSet/$expand', { resourceType: 'Parameters', parameter: {} }],
    ['an operation without its parameters', 400, 'GET', '/fhir/ValueSet/$expand', undefined],
    ['a code system that is not on board', 404, 'GET', '/fhir/CodeSystem/$lookup?system=http://example.org/none&code=x', undefined],
    ['a Measure without a period', 400, 'GET', '/fhir/Measure/$evaluate-measure?measure=ANC-K6', undefined],
    [
      'a Measure that is not there',
      404,
      'GET',
      '/fhir/Measure/$evaluate-measure?measure=NONE&periodStart=2026-01-01&periodEnd=2026-12-31',
      undefined,
    ],
  ];
  for (const [name, status, method, url, body, headers] of cases) {
    const response = await send(method as 'GET', url, body, headers);
    t.equal(response.statusCode, status, `${name}: ${response.body.slice(0, 300)}`);
    t.match(response.headers['content-type'], 'application/fhir+json', name);
    const outcome = response.json();
    t.match(
      outcome,
      { resourceType: 'OperationOutcome', issue: [{ severity: /error|fatal/, code: /^[a-z-]+$/, details: { text: /./ } }] },
      name,
    );
    t.equal(outcome.extension[0].valueString, response.headers['x-request-id'], `${name}: the outcome names its request`);
  }
  const history = (await send('GET', '/fhir/_history')).json();
  t.equal(history.total, 0, 'nothing was written');
  t.equal((await send('POST', '/fhir/Organization', organization)).statusCode, 201, 'and the server goes on');
});

function nested(levels: number): object {
  let extension: object = { url: 'http://example.org/x', valueString: 'x' };
  for (let level = 0; level < levels; level++) extension = { url: 'http://example.org/x', extension: [extension], valueString: 'both' };
  return { resourceType: 'Organization', name: 'x', extension: [extension] };
}

test('answers bytes that are no HTTP, headers too large and requests never finished', async (t) => {
  const { app } = await testApp(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const exchange = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let answer = '';
      socket.setEncoding('utf8');
      socket.on('data', (part) => {
        answer += part;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  t.match(await exchange('HELLO\r\n\r\n'), /^HTTP\/1\.1 400[\s\S]*OperationOutcome/);
  t.match(await exchange(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(70_000)}\r\n\r\n`), /^HTTP\/1\.1 431[\s\S]*OperationOutcome/);
  t.match(
    await exchange(`GET /fhir/Patient?name=${'a'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`),
    /^HTTP\/1\.1 4(14|31)[\s\S]*OperationOutcome/,
  );
  t.match(
    await exchange(
      'POST /fhir/Organization HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{"a":1}',
    ),
    /^HTTP\/1\.1 400/,
  );
  t.match(
    await exchange(
      'POST /fhir/Organization HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nx',
    ),
    /^HTTP\/1\.1 400/,
  );
  t.match(await exchange('GET /fhir/metadata HTTP/1.1\r\nhost: <script>\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 (200|400)/);
  t.equal((await fetch(`http://127.0.0.1:${port}/health/live`)).status, 200);
});

test('takes a request id that is sane and makes one otherwise', async (t) => {
  const { send } = await testApp(t);
  const id = async (given: string) => (await send('GET', '/fhir/Patient/x', undefined, { 'x-request-id': given })).headers['x-request-id'];
  t.equal(await id('abc-1.2:3'), 'abc-1.2:3');
  t.not(await id('<script>'), '<script>');
  t.not(await id('a'.repeat(65)), 'a'.repeat(65));
});

test('never answers 500, whatever bodies, headers and addresses come', async (t) => {
  const { send } = await testApp(t, { LOG_LEVEL: 'silent' });
  await send('PUT', '/fhir/Organization/a', { ...organization, id: 'a' });
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>(null, true, 0, -1, 1.5, '', 'x', 'Organization/a', 'http://x', '2026-13-45', '#c', 'urn:uuid:x', 1e300),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'resourceType',
          'id',
          'meta',
          'extension',
          'url',
          'valueString',
          'valueQuantity',
          'name',
          'identifier',
          'system',
          'value',
          'entry',
          'request',
          'resource',
          'method',
          'type',
          'text',
          'contained',
          'reference',
          '_name',
          'parameter',
          'part',
          'op',
          'path',
          'versionId',
          'profile',
          'lastUpdated',
          'toString',
        ),
        tie('value'),
        { maxKeys: 5 },
      ),
    ),
  })).value;
  const type = fc.constantFrom(
    'Organization',
    'Patient',
    'Observation',
    'Bundle',
    'Parameters',
    'Questionnaire',
    'ValueSet',
    'StructureDefinition',
    'Measure',
  );
  const resource = fc
    .tuple(
      type,
      fc.dictionary(
        fc.constantFrom(
          'id',
          'meta',
          'extension',
          'name',
          'identifier',
          'type',
          'entry',
          'parameter',
          'url',
          'status',
          'code',
          'subject',
          'contained',
          'item',
          'differential',
          'compose',
          'group',
        ),
        value,
        { maxKeys: 6 },
      ),
    )
    .map(([resourceType, rest]) => ({ ...rest, resourceType }));
  const odd = fc.string({ maxLength: 12, unit: 'binary' });
  const word = fc.constantFrom(
    'Organization',
    'Patient',
    'a',
    '$validate',
    '$expand',
    '_history',
    '_search',
    '1',
    'metadata',
    '%00',
    '..',
    '',
    'Observation',
    '*',
    '$evaluate-measure',
    '$everything',
    '$lookup',
  );
  const parameter = fc.tuple(
    fc.constantFrom(
      'name',
      'identifier',
      '_id',
      '_count',
      '_sort',
      '_include',
      '_revinclude',
      '_has:Observation:patient:code',
      'birthdate',
      '_lastUpdated',
      'subject:Patient.name',
      'code',
      'value-quantity',
      '_summary',
      '_elements',
      '_format',
      '_pretty',
      '_since',
      '_total',
      '_cursor',
      'url',
      'mode',
      'profile',
      'periodStart',
      'measure',
      '_filter',
      '_text',
      '_type',
      '__proto__',
    ),
    fc.oneof(
      odd,
      fc.constantFrom(
        '',
        ',',
        '|',
        'a|b',
        'eq',
        'ge2026',
        'gt',
        '\\',
        '\\,',
        '$',
        '1e999',
        '-',
        'Patient:organization',
        '*',
        '2026-02-30',
        'true',
        'json',
        'xml',
      ),
    ),
  );
  const query = fc
    .array(parameter, { maxLength: 3 })
    .map((pairs) => pairs.map(([name, text]) => `${name}=${encodeURIComponent(text.replace(/[\ud800-\udfff]/g, ''))}`).join('&'));
  const address = fc
    .tuple(fc.constantFrom('/fhir', '/fhir-r4/v1'), fc.array(word, { maxLength: 4 }), query)
    .map(([root, words, text]) => `${[root, ...words].join('/')}${text === '' ? '' : `?${text}`}`);
  const headers = fc.record(
    {
      'content-type': fc.constantFrom(
        'application/fhir+json',
        'application/json',
        'application/fhir+xml',
        'application/json-patch+json',
        'application/x-www-form-urlencoded',
        'text/plain',
        ';',
        'application/fhir+json; charset',
      ),
      'if-match': fc.constantFrom('W/"1"', '*', '', '"x"', 'W/"99999999999"'),
      'if-none-match': fc.constantFrom('W/"1"', '*', ''),
      'if-none-exist': fc.constantFrom('name=x', '', '?', 'name', 'identifier=a|b', '_id=a', 'x=y'),
      'if-modified-since': fc.constantFrom('yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT'),
      prefer: fc.constantFrom(
        'return=minimal',
        'return=',
        'handling=lenient',
        'handling=lenient, return=OperationOutcome',
        '=',
        ';;',
        'respond-async',
      ),
      accept: fc.constantFrom('application/fhir+json', 'application/fhir+xml', '*/*', '', ';q=x', 'application/fhir+json;q=abc'),
      'accept-language': fc.constantFrom('en', 'id', '*', ';q=', 'en;q=x'),
    },
    { requiredKeys: ['content-type'] },
  );
  const body = fc.oneof(
    resource.map((one) => JSON.stringify(one)),
    value.map((one) => JSON.stringify(one)),
    odd,
    fc.constant('<Organization xmlns="http://hl7.org/fhir"><name value="x"/></Organization>'),
  );
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(method, address, headers, body, async (verb, url, sent, text) => {
      const withBody = verb === 'POST' || verb === 'PUT' || verb === 'PATCH';
      const response = await send(
        verb as 'GET',
        url,
        withBody ? text : undefined,
        withBody ? sent : { ...sent, 'content-type': 'application/fhir+json' },
      );
      if (response.statusCode >= 500) throw new Error(`${response.statusCode} ${response.body.slice(0, 200)}`);
      if (response.statusCode >= 400 && verb !== 'HEAD' && !response.body.includes('OperationOutcome'))
        throw new Error(`no outcome: ${response.body.slice(0, 200)}`);
    }),
    { numRuns: 1200, interruptAfterTimeLimit: 30_000 },
  );
  t.equal((await send('GET', '/fhir/Organization/a')).statusCode === 500, false);
  t.equal((await send('GET', '/health/ready')).statusCode, 200);
});

test('never answers 500 to a Bundle, and stores it whole or not at all', async (t) => {
  const { send } = await testApp(t, { LOG_LEVEL: 'silent' });
  const id = fc.constantFrom('a', 'b', 'c', 'é', '', 'x y');
  const urn = fc.constantFrom(
    'urn:uuid:00000000-0000-4000-8000-000000000001',
    'urn:uuid:00000000-0000-4000-8000-000000000002',
    'urn:uuid:x',
    'http://x/y',
    '',
  );
  const reference = fc.oneof(
    urn,
    fc.constantFrom(
      'Organization/a',
      'Organization/zzz',
      'Organization?name=x',
      'Organization?identifier=s|v',
      '#x',
      'Organization/a/_history/1',
    ),
  );
  const resource = fc.oneof(
    fc
      .record({
        id: fc.option(id, { nil: undefined }),
        partOf: fc.option(fc.record({ reference }), { nil: undefined }),
        identifier: fc.option(fc.constantFrom([{ system: 's', value: 'v' }], [{ system: 's' }], []), { nil: undefined }),
        active: fc.constantFrom<unknown>(true, 'yes'),
      })
      .map((parts) => ({ resourceType: 'Organization', name: 'x', ...parts })),
    fc.constantFrom<unknown>(
      undefined,
      null,
      {},
      { resourceType: 'Binary', contentType: 'application/json-patch+json', data: 'W10=' },
      { resourceType: 'Binary', contentType: 'x/y', data: '!!' },
      {
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'operation',
            part: [
              { name: 'type', valueCode: 'delete' },
              { name: 'path', valueString: 'Organization.name' },
            ],
          },
        ],
      },
    ),
  );
  const url = fc.oneof(
    id.map((one) => `Organization/${one}`),
    fc.constantFrom(
      'Organization',
      'Organization?name=x',
      'Organization?identifier=s|v',
      'Organization?_id=a',
      'Organization?',
      'Organization/a/_history',
      'Organization/a/_history/1',
      '',
      '/',
      '?',
      'metadata',
      'Organization/$validate',
      'http://localhost:80/fhir/Organization/a',
      '%ff',
      'Organization/%00',
    ),
  );
  const request = fc.record(
    {
      method: fc.constantFrom<unknown>('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'X', 1),
      url,
      ifMatch: fc.constantFrom<unknown>('W/"1"', 'x', 1),
      ifNoneExist: fc.constantFrom<unknown>('name=x', 'identifier=s|v', 'nam=x', '', '?', {}),
      ifNoneMatch: fc.constantFrom<unknown>('W/"1"', '*'),
      ifModifiedSince: fc.constantFrom<unknown>('2026-01-01T00:00:00Z', 'x', 5),
    },
    { requiredKeys: ['method', 'url'] },
  );
  const entry = fc.record({ fullUrl: urn, resource, request }, { requiredKeys: ['request'] });
  const bundle = fc.record({
    type: fc.constantFrom('transaction', 'batch'),
    entry: fc.array(fc.oneof({ weight: 9, arbitrary: entry }, fc.constantFrom<unknown>(null, 1, [], {})), { maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(bundle, async ({ type, entry: entries }) => {
      const before = (await send('GET', '/fhir/_history?_count=1')).json().total as number;
      const response = await send('POST', '/fhir', { resourceType: 'Bundle', type, entry: entries });
      if (response.statusCode >= 500) throw new Error(`${response.statusCode} ${response.body.slice(0, 300)}`);
      const after = (await send('GET', '/fhir/_history?_count=1')).json().total as number;
      if (response.statusCode >= 400 && after !== before) throw new Error('refused, yet something was written');
      if (response.statusCode === 200 && (response.json().entry ?? []).length !== entries.length) throw new Error('an entry has no answer');
    }),
    { numRuns: 300, interruptAfterTimeLimit: 20_000 },
  );
  t.equal((await send('GET', '/health/ready')).statusCode, 200);
});
