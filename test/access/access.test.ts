import { test } from 'tap';
import { createAccess } from '../../src/access/access.js';
import { testApp } from '../support/app.js';

const open = new Set(['/health/live', '/health/ready', '/fhir/metadata', '/fhir-r4/v1/metadata', '/package.tgz']);

/** The guide holds nobody's data. */
const isOpen = (url: string): boolean => open.has(url) || url.startsWith('/guide');

/** A concrete address of a route pattern. */
function addressOf(pattern: string): string {
  return pattern.replace(/:[A-Za-z]+/g, (name) => (name === ':type' ? 'Patient' : name === ':versionId' ? '1' : 'x')).replaceAll('*', 'x');
}

test('stands before every route: without a client only health, metadata and the guide answer', async (t) => {
  const { send, routes } = await testApp(t, { AUTH: 'on' });
  t.ok(routes.length > 50, `${routes.length} routes`);
  for (const { method, url } of routes) {
    if (method === 'OPTIONS') continue;
    const response = await send(
      method as 'GET',
      addressOf(url),
      method === 'POST' || method === 'PUT' ? { resourceType: 'Patient' } : undefined,
    );
    if (isOpen(url)) {
      t.ok([200, 404].includes(response.statusCode), `${method} ${url} is open`);
      continue;
    }
    t.equal(response.statusCode, 401, `${method} ${url} is closed`);
    t.match(response.headers['www-authenticate'], 'Bearer', url);
    const isPage = String(response.headers['content-type']).startsWith('text/html');
    if (method !== 'HEAD' && !isPage) t.match(response.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'login' }] }, url);
  }
});

test('closes addresses that do not exist as well, and tokens that nobody gave out', async (t) => {
  const { send } = await testApp(t, { AUTH: 'on' });
  for (const url of ['/nothing', '/fhir/Foo/1', '/fhir/Patient/$nothing', '/fhir//Patient/1', '/FHIR/Patient/1', '/fhir/metadata/x']) {
    t.equal((await send('GET', url)).statusCode, 401, url);
  }
  for (const authorization of ['Bearer x', 'Basic YTpi', 'Bearer', '']) {
    const response = await send('GET', '/fhir/Patient/1', undefined, { authorization });
    t.equal(response.statusCode, 401, authorization);
    t.match(response.headers['www-authenticate'], 'error="invalid_token"');
  }
  t.equal((await send('POST', '/fhir/Patient', '{"broken')).statusCode, 401, 'the decision comes before the body is read');
});

test('decides what a caller may see', async (t) => {
  t.match(createAccess('off').decide({ protection: 'protected', method: 'GET' }), { kind: 'allowed', scope: { kind: 'all' } });
  t.match(createAccess('on').decide({ protection: 'open', method: 'GET' }), { kind: 'allowed', scope: { kind: 'none' } });
  t.match(createAccess('on').decide({ protection: 'protected', method: 'GET' }), { kind: 'refused', status: 401 });
});
