import { test } from 'tap';
import { testApp } from '../support/app.js';

const organization = { resourceType: 'Organization', active: true, name: 'Puskesmas Contoh' };
const location = { resourceType: 'Location', status: 'active', name: 'Ruang KIA' };

function issueOf(response: { json(): unknown }): { code: string; rule: string; text: string; expression: string | undefined } {
  const outcome = response.json() as {
    issue?: { code: string; details: { coding: { code: string }[]; text: string }; expression?: string[] }[];
  };
  const [found] = outcome.issue ?? [];
  return {
    code: found?.code ?? '',
    rule: found?.details.coding[0]?.code ?? '',
    text: found?.details.text ?? '',
    expression: found?.expression?.[0],
  };
}

test('creates, reads, updates and deletes, keeping every version', async (t) => {
  const { send } = await testApp(t);
  const created = await send('POST', '/fhir/Location', location);
  t.equal(created.statusCode, 201);
  t.equal(created.headers['etag'], 'W/"1"');
  t.match(created.headers['content-type'], 'application/fhir+json');
  const { id, meta } = created.json() as { id: string; meta: { versionId: string; lastUpdated: string } };
  t.equal(created.headers['location'], `http://localhost:80/fhir/Location/${id}/_history/1`);
  t.equal(Date.parse(String(created.headers['last-modified'])), Math.floor(Date.parse(meta.lastUpdated) / 1000) * 1000);

  const read = await send('GET', `/fhir/Location/${id}`);
  t.equal(read.statusCode, 200);
  t.equal(read.body, created.body, 'a read sends the stored bytes');
  t.equal((await send('GET', `/fhir-r4/v1/Location/${id}`)).body, created.body, 'both roots serve the same');

  const updated = await send('PUT', `/fhir/Location/${id}`, { ...location, id, name: 'Ruang Gizi' }, { 'if-match': 'W/"1"' });
  t.equal(updated.statusCode, 200);
  t.equal(updated.headers['etag'], 'W/"2"');
  const stale = await send('PUT', `/fhir/Location/${id}`, { ...location, id }, { 'if-match': 'W/"1"' });
  t.equal(stale.statusCode, 412);
  t.equal((await send('PUT', `/fhir/Location/${id}`, { ...location, id }, { 'if-match': 'one' })).statusCode, 400);

  t.equal((await send('GET', `/fhir/Location/${id}/_history/1`)).body, created.body);
  t.equal((await send('GET', `/fhir/Location/${id}/_history/3`)).statusCode, 404);
  t.equal((await send('GET', `/fhir/Location/${id}/_history/1x`)).statusCode, 404);

  t.equal((await send('DELETE', `/fhir/Location/${id}`, undefined, { 'if-match': 'W/"1"' })).statusCode, 412);
  t.equal((await send('DELETE', `/fhir/Location/${id}`)).statusCode, 204);
  t.equal((await send('DELETE', `/fhir/Location/${id}`)).statusCode, 204, 'deleting again is no error');
  t.equal((await send('DELETE', '/fhir/Location/never')).statusCode, 204);
  const gone = await send('GET', `/fhir/Location/${id}`);
  t.equal(gone.statusCode, 410);
  t.equal(gone.headers['etag'], 'W/"3"');
  t.equal((await send('GET', `/fhir/Location/${id}/_history/3`)).statusCode, 410);
  t.equal((await send('GET', '/fhir/Location/never')).statusCode, 404);

  const revived = await send('PUT', `/fhir/Location/${id}`, { ...location, id });
  t.equal(revived.headers['etag'], 'W/"4"');
  t.equal(revived.statusCode, 201);

  const history = (await send('GET', `/fhir/Location/${id}/_history`)).json() as {
    total: number;
    entry: { resource?: object; request: { method: string; url: string }; response: { status: string; etag: string } }[];
  };
  t.equal(history.total, 4);
  t.strictSame(
    history.entry.map((entry) => [entry.request.method, entry.response.etag, entry.resource !== undefined]),
    [
      ['PUT', 'W/"4"', true],
      ['DELETE', 'W/"3"', false],
      ['PUT', 'W/"2"', true],
      ['POST', 'W/"1"', true],
    ],
  );
  t.equal((await send('GET', '/fhir/Location/never/_history')).statusCode, 404);
});

test('pages through histories of a type and of everything', async (t) => {
  const { send } = await testApp(t);
  for (let index = 0; index < 5; index++) await send('POST', '/fhir/Location', { ...location, name: `Ruang ${index}` });
  await send('POST', '/fhir/Organization', organization);
  for (const [path, total] of [
    ['/fhir/Location/_history', 5],
    ['/fhir/_history', 6],
  ] as const) {
    const seen: string[] = [];
    let url: string | undefined = `${path}?_count=2`;
    while (url !== undefined) {
      const page = (await send('GET', url)).json() as {
        total: number;
        link: { relation: string; url: string }[];
        entry?: { fullUrl: string }[];
      };
      t.equal(page.total, total);
      seen.push(...(page.entry ?? []).map((entry) => entry.fullUrl));
      url = page.link.find((link) => link.relation === 'next')?.url.replace('http://localhost:80', '');
    }
    t.equal(new Set(seen).size, total, path);
  }
  t.equal((await send('GET', '/fhir/_history?_since=2999-01-01T00:00:00Z')).json().total, 0);
  t.equal((await send('GET', '/fhir/_history?_since=yesterday')).statusCode, 400);
  t.equal((await send('GET', '/fhir/_history?_cursor=abc')).statusCode, 400);
  t.equal((await send('GET', '/fhir/_history?_sinc=2026')).statusCode, 400);
});

test('updates as create under an id of the client', async (t) => {
  const { send } = await testApp(t);
  const created = await send('PUT', '/fhir/Organization/pkm-1', { ...organization, id: 'pkm-1' });
  t.equal(created.statusCode, 201);
  t.equal(created.headers['location'], 'http://localhost:80/fhir/Organization/pkm-1/_history/1');
  t.equal((await send('PUT', '/fhir/Organization/pkm-2', { ...organization, id: 'pkm-2' }, { 'if-match': 'W/"1"' })).statusCode, 412);
});

test('answers conditional reads with 304', async (t) => {
  const { send } = await testApp(t);
  const created = await send('PUT', '/fhir/Organization/a', { ...organization, id: 'a' });
  const modified = String(created.headers['last-modified']);
  const read = (headers: Record<string, string>) => send('GET', '/fhir/Organization/a', undefined, headers);
  t.equal((await read({ 'if-none-match': 'W/"1"' })).statusCode, 304);
  t.equal((await read({ 'if-none-match': '"0", W/"1"' })).statusCode, 304);
  t.equal((await read({ 'if-none-match': 'W/"2"' })).statusCode, 200);
  t.equal((await read({ 'if-modified-since': modified })).statusCode, 304);
  t.equal((await read({ 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' })).statusCode, 200);
  t.equal((await read({ 'if-modified-since': modified, 'if-none-match': 'W/"7"' })).statusCode, 200, 'If-None-Match outweighs');
  const head = await send('HEAD', '/fhir/Organization/a');
  t.equal(head.statusCode, 200);
  t.equal(head.body, '');
  t.equal(head.headers['etag'], 'W/"1"');
});

test('creates, updates, patches and deletes by condition', async (t) => {
  const { send } = await testApp(t);
  const system = 'http://sys-ids.kemkes.go.id/organization/1';
  const identified = (value: string) => ({ ...organization, identifier: [{ system, value }] });
  const unless = (value: string) => ({ 'if-none-exist': `identifier=${system}|${value}` });
  const first = await send('POST', '/fhir/Organization', identified('1'), unless('1'));
  t.equal(first.statusCode, 201);
  const again = await send('POST', '/fhir/Organization', identified('1'), unless('1'));
  t.equal(again.statusCode, 200);
  t.equal(again.json().id, first.json().id);
  t.equal((await send('POST', '/fhir/Organization', identified('1'), { 'if-none-exist': 'identifer=1' })).statusCode, 400);
  t.equal((await send('POST', '/fhir/Organization', identified('1'), { 'if-none-exist': '' })).statusCode, 412);

  const where = (value: string) => `/fhir/Organization?identifier=${encodeURIComponent(`${system}|${value}`)}`;
  t.equal((await send('PUT', where('1'), { ...identified('1'), name: 'Baru' })).headers['etag'], 'W/"2"');
  t.equal((await send('PUT', where('2'), identified('2'))).statusCode, 201);
  t.equal((await send('PUT', '/fhir/Organization?active=true', identified('3'))).statusCode, 412, 'several match');
  t.equal((await send('PUT', '/fhir/Organization', identified('3'))).statusCode, 412, 'no condition at all');

  const patch = [{ op: 'replace', path: '/name', value: 'Lain' }];
  const asPatch = { 'content-type': 'application/json-patch+json' };
  t.equal((await send('PATCH', where('1'), patch, asPatch)).json().name, 'Lain');
  t.equal((await send('PATCH', where('9'), patch, asPatch)).statusCode, 404);
  t.equal((await send('PATCH', '/fhir/Organization?active=true', patch, asPatch)).statusCode, 412);

  t.equal((await send('DELETE', '/fhir/Organization?active=true')).statusCode, 412);
  t.equal((await send('DELETE', where('2'))).statusCode, 204);
  t.equal((await send('DELETE', where('2'))).statusCode, 204);
  t.equal((await send('DELETE', '/fhir/Organization')).statusCode, 412);
});

test('patches by JSON Patch and FHIRPath Patch', async (t) => {
  const { send } = await testApp(t);
  await send('PUT', '/fhir/Organization/a', { ...organization, id: 'a' });
  const asPatch = { 'content-type': 'application/json-patch+json' };
  const byJson = await send('PATCH', '/fhir/Organization/a', [{ op: 'replace', path: '/name', value: 'Dua' }], asPatch);
  t.equal(byJson.statusCode, 200);
  t.match(byJson.json(), { name: 'Dua', meta: { versionId: '2' } });
  const operation = (path: string) => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: path },
          { name: 'value', valueString: 'Tiga' },
        ],
      },
    ],
  });
  t.match((await send('PATCH', '/fhir/Organization/a', operation('Organization.name'))).json(), { name: 'Tiga', meta: { versionId: '3' } });
  t.equal((await send('PATCH', '/fhir/Organization/a', operation('Organization.nam('))).statusCode, 422);
  t.equal((await send('PATCH', '/fhir/Organization/a', [{ op: 'replace', path: '/id', value: 'b' }], asPatch)).statusCode, 422);
  t.equal(
    (await send('PATCH', '/fhir/Organization/a', [{ op: 'add', path: '/nam', value: 'b' }], asPatch)).statusCode,
    422,
    'the result is validated',
  );
  t.equal((await send('PATCH', '/fhir/Organization/a', [{ op: 'test', path: '/name', value: 'x' }], asPatch)).statusCode, 422);
  t.equal((await send('PATCH', '/fhir/Organization/a', organization)).statusCode, 400);
  t.equal((await send('PATCH', '/fhir/Organization/a', [], { ...asPatch, 'if-match': 'W/"1"' })).statusCode, 412);
  t.equal((await send('PATCH', '/fhir/Organization/none', [], asPatch)).statusCode, 404);
  const text = await send('PATCH', '/fhir/Organization/a', 'name=x', { 'content-type': 'text/plain' });
  t.equal(text.statusCode, 415);
  t.match(text.headers['accept-patch'], 'application/json-patch+json');
  t.match((await send('GET', '/fhir/Organization/a/_history')).json().entry[0].request, { method: 'PATCH' });
});

test('answers a write as Prefer asks', async (t) => {
  const { send } = await testApp(t);
  const prefer = (value: string) => send('POST', '/fhir/Organization', organization, { prefer: value });
  t.equal((await prefer('return=minimal')).body, '');
  t.match((await prefer('return=representation')).json(), organization);
  t.equal((await prefer('return=OperationOutcome')).json().resourceType, 'OperationOutcome');
  t.equal((await prefer('return=everything')).statusCode, 400);
  t.equal((await prefer('some-extension')).statusCode, 201);
});

test('searches by GET and POST, strict unless asked to be lenient', async (t) => {
  const { send } = await testApp(t);
  for (const name of ['Melati', 'Mawar', 'Anggrek']) await send('POST', '/fhir/Organization', { ...organization, name });
  const get = (await send('GET', '/fhir/Organization?name=m&_sort=name&_total=accurate')).json();
  t.equal(get.total, 2);
  t.strictSame(
    get.entry.map((entry: { resource: { name: string }; search: { mode: string } }) => [entry.resource.name, entry.search.mode]),
    [
      ['Mawar', 'match'],
      ['Melati', 'match'],
    ],
  );
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (await send('POST', '/fhir/Organization/_search?_sort=name', 'name=m&_total=accurate', form)).json();
  t.equal(post.total, 2);
  const strict = await send('GET', '/fhir/Organization?nama=m');
  t.equal(strict.statusCode, 400);
  t.match(issueOf(strict).text, 'nama');
  const lenient = (await send('GET', '/fhir/Organization?nama=m', undefined, { prefer: 'handling=lenient' })).json();
  t.equal(lenient.entry.length, 4);
  t.match(lenient.entry[3], { resource: { resourceType: 'OperationOutcome' }, search: { mode: 'outcome' } });
  t.notMatch(lenient.link[0].url, 'nama');

  const names: string[] = [];
  let url: string | undefined = '/fhir/Organization?_count=1&_sort=-name';
  while (url !== undefined) {
    const page: { link: { relation: string; url: string }[]; entry?: { resource: { name: string } }[] } = (await send('GET', url)).json();
    names.push(...(page.entry ?? []).map((entry) => entry.resource.name));
    url = page.link.find((link) => link.relation === 'next')?.url.replace('http://localhost:80', '');
  }
  t.strictSame(names, ['Melati', 'Mawar', 'Anggrek']);
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 3);
});

test('sends parts of resources for _elements and _summary', async (t) => {
  const { send } = await testApp(t);
  await send('PUT', '/fhir/Observation/a', {
    resourceType: 'Observation',
    id: 'a',
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">8.10</div>' },
    status: 'final',
    code: { text: 'Hb' },
    valueQuantity: { value: 8.1, unit: 'g/dL' },
    note: [{ text: 'x' }],
  });
  const read = async (query: string) => Object.keys((await send('GET', `/fhir/Observation/a?${query}`)).json()).sort();
  t.strictSame(await read('_elements=valueQuantity,value'), ['code', 'id', 'meta', 'resourceType', 'status', 'valueQuantity']);
  t.strictSame(await read('_summary=text'), ['code', 'id', 'meta', 'resourceType', 'status', 'text']);
  t.strictSame(await read('_summary=true'), ['code', 'id', 'meta', 'resourceType', 'status', 'valueQuantity']);
  t.strictSame(await read('_summary=data'), ['code', 'id', 'meta', 'note', 'resourceType', 'status', 'valueQuantity']);
  t.match((await send('GET', '/fhir/Observation?_summary=true')).json().entry[0].resource.meta.tag, [{ code: 'SUBSETTED' }]);
  t.equal((await send('GET', '/fhir/Observation/a?_summary=all')).statusCode, 400);
  t.equal((await send('GET', '/fhir/Observation/a?_elemens=x')).statusCode, 400);
});

test('keeps the digits of decimals from request to answer', async (t) => {
  const { send } = await testApp(t);
  const body = '{"resourceType":"Observation","id":"d","status":"final","code":{"text":"Hb"},"valueQuantity":{"value":8.10}}';
  await send('PUT', '/fhir/Observation/d', body);
  t.match((await send('GET', '/fhir/Observation/d')).body, '"value":8.10');
  t.match((await send('GET', '/fhir/Observation/d?_pretty=true')).body, '"value": 8.10');
  t.match((await send('GET', '/fhir/Observation/d?_format=xml')).body, '<value value="8.10"/>');
  await send('PATCH', '/fhir/Observation/d', [{ op: 'add', path: '/issued', value: '2026-01-01T00:00:00Z' }], {
    'content-type': 'application/json-patch+json',
  });
  t.match((await send('GET', '/fhir/Observation?_elements=value')).body, '"value":8.10');
});

test('speaks JSON and XML as asked, and nothing else', async (t) => {
  const { send } = await testApp(t);
  await send('PUT', '/fhir/Organization/a', { ...organization, id: 'a' });
  const asked = (query: string, accept?: string) =>
    send('GET', `/fhir/Organization/a${query}`, undefined, accept === undefined ? {} : { accept });
  for (const accept of [
    'application/fhir+json',
    'application/json',
    'text/html, */*;q=0.1',
    'application/fhir+json;fhirVersion=4.0',
    '*/*',
  ]) {
    t.match((await asked('', accept)).headers['content-type'], 'application/fhir+json', accept);
  }
  for (const accept of ['application/fhir+xml', 'text/xml', 'application/fhir+json;q=0.5, application/fhir+xml']) {
    t.match((await asked('', accept)).headers['content-type'], 'application/fhir+xml', accept);
  }
  t.match(
    (await asked('?_format=xml', 'application/fhir+json')).headers['content-type'],
    'application/fhir+xml',
    '_format outweighs Accept',
  );
  t.match((await asked('?_format=application/fhir+json', 'image/png')).headers['content-type'], 'application/fhir+json');
  for (const [query, accept] of [
    ['', 'image/png'],
    ['?_format=ttl', undefined],
    ['', 'application/fhir+json;fhirVersion=3.0'],
  ] as const) {
    t.equal((await asked(query, accept)).statusCode, 406, `${query}${accept}`);
  }
  const xml = '<Organization xmlns="http://hl7.org/fhir"><name value="Pustu"/></Organization>';
  t.equal((await send('POST', '/fhir/Organization', xml, { 'content-type': 'application/fhir+xml' })).json().name, 'Pustu');
});

test('speaks Indonesian, or English where that is preferred, with the other beside it', async (t) => {
  const { send } = await testApp(t);
  const text = async (language?: string) =>
    issueOf(await send('GET', '/fhir/Location/none', undefined, language === undefined ? {} : { 'accept-language': language })).text;
  t.match(await text(), 'Tidak ada');
  t.match(await text('en-GB,en;q=0.9'), 'There is no');
  t.match(await text('id, en;q=0.5'), 'Tidak ada');
  t.match(await text('fr'), 'Tidak ada');
  t.match((await send('GET', '/fhir/Location/none')).body, 'There is no');
});

test('judges every write, and tells in warn mode what it would have refused', async (t) => {
  const wrong = { resourceType: 'Organization', nama: 'x', active: 'ya' };
  const { send } = await testApp(t);
  const refused = await send('POST', '/fhir/Organization', wrong);
  t.equal(refused.statusCode, 422);
  t.ok(refused.json().issue.length >= 2, 'all problems at once');
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 0);
  const warned = await testApp(t, { VALIDATION: 'warn' });
  const stored = await warned.send('POST', '/fhir/Organization', wrong, { prefer: 'return=OperationOutcome' });
  t.equal(stored.statusCode, 201);
  t.ok(stored.json().issue.some((issue: { severity: string }) => issue.severity === 'error'));
});

test('validates without storing, at every level', async (t) => {
  const { send } = await testApp(t);
  const severities = (response: { json(): { issue: { severity: string }[] } }) => response.json().issue.map((issue) => issue.severity);
  const type = await send('POST', '/fhir/Organization/$validate', { resourceType: 'Organization', nama: 'x' });
  t.equal(type.statusCode, 200);
  t.ok(severities(type).includes('error'));
  t.notOk(severities(await send('POST', '/fhir/$validate', organization)).includes('error'));
  const wrapped = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'resource', resource: { resourceType: 'Organization' } },
      { name: 'mode', valueCode: 'create' },
    ],
  };
  t.ok(severities(await send('POST', '/fhir/Organization/$validate', wrapped)).includes('error'), 'org-1');
  t.equal((await send('POST', '/fhir/Organization/$validate?profile=http://example.org/none', organization)).statusCode, 400);
  t.equal((await send('POST', '/fhir/Organization/$validate?mod=create', organization)).statusCode, 400);
  t.equal((await send('POST', '/fhir/Organization/$validate?mode=make', organization)).statusCode, 400);
  t.ok(severities(await send('POST', '/fhir/Location/$validate', organization)).includes('error'), 'another type');
  await send('PUT', '/fhir/Organization/a', { ...organization, id: 'a' });
  t.equal((await send('GET', '/fhir/Organization/a/$validate')).statusCode, 200);
  t.equal((await send('GET', '/fhir/Organization/b/$validate')).statusCode, 404);
  t.equal((await send('POST', '/fhir/Organization/a/$validate?mode=delete', { resourceType: 'Parameters' })).statusCode, 200);
  t.ok(severities(await send('POST', '/fhir/Organization/a/$validate?mode=update', { ...organization, id: 'b' })).includes('error'));
  t.equal((await send('GET', '/fhir/Organization?_summary=count')).json().total, 1);
});
