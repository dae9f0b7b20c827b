import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import { test } from 'tap';
import { isObject } from '../../src/fhir/resource.js';
import { testApp } from '../support/app.js';

// A value of the right form for each kind of search parameter.
const searchValue: Readonly<Record<string, string>> = {
  token: 'http://example.org|x',
  string: 'x',
  date: 'ge2026-01-01',
  reference: 'Patient/x',
  number: '5',
  quantity: '5|http://unitsofmeasure.org|g',
  uri: 'http://example.org/x',
  special: 'x',
};

const exampleFolder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
const exampleFiles = readdirSync(exampleFolder);

/** A published instance of the type, without its references: their targets aren't here. */
function exampleOf(type: string): Record<string, unknown> {
  const files = exampleFiles.filter((name) => name.startsWith(`${type}-`) && name.endsWith('.json'));
  const texts = files.map((name) => readFileSync(join(exampleFolder, name), 'utf8')).sort((a, b) => a.length - b.length);
  const found = texts.map((text) => JSON.parse(text) as Record<string, unknown>).find((resource) => resource['resourceType'] === type);
  return withoutReferences(found ?? { resourceType: type }) as Record<string, unknown>;
}

function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name, item]) => !(name === 'reference' && typeof item === 'string'));
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutReferences(item)]));
}

test('tells the truth: every interaction, search parameter, include and operation that it lists works for its type', async (t) => {
  const { send, services } = await testApp(t, { VALIDATION: 'warn', LOG_LEVEL: 'silent' });
  const response = await send('GET', '/fhir/metadata');
  const statement = response.json() as CapabilityStatement;
  t.strictSame(
    services.validator.validate(statement).filter(({ severity }) => severity === 'error' || severity === 'fatal'),
    [],
    'it is a valid CapabilityStatement',
  );
  const rest = statement.rest?.[0];
  const resources = rest?.resource ?? [];
  t.equal(resources.length, 146);
  const wrong: string[] = [];
  const expect = async (what: string, statuses: readonly number[], work: ReturnType<typeof send>) => {
    const answer = await work;
    if (!statuses.includes(answer.statusCode)) wrong.push(`${what}: ${answer.statusCode} ${answer.body.slice(0, 250)}`);
    return answer;
  };

  for (const resource of resources) {
    const type = resource.type ?? '';
    await exercise(type, resource, expect, send);
    // The server and its database work at the same time, so the searches of a type are sent together.
    const searches = (resource.searchParam ?? []).filter(({ type: kind }) => kind !== 'composite' && kind !== 'special');
    await Promise.all(
      searches.map(({ name, type: kind }) => {
        const value = name === '_id' ? 'x' : name === '_lastUpdated' ? 'ge2026' : searchValue[kind ?? ''];
        return expect(`${type}?${name}`, [200], send('GET', `/fhir/${type}?_count=1&${name}=${encodeURIComponent(value ?? '')}`));
      }),
    );
    const includes = (resource.searchInclude ?? []).map((include) => `_include=${encodeURIComponent(include)}`).join('&');
    if (includes !== '') await expect(`${type} _include`, [200], send('GET', `/fhir/${type}?_count=1&${includes}`));
    const reverse = resource.searchRevInclude ?? [];
    for (let at = 0; at < reverse.length; at += 50) {
      const page = reverse.slice(at, at + 50).map((include) => `_revinclude=${encodeURIComponent(include)}`);
      await expect(`${type} _revinclude`, [200], send('GET', `/fhir/${type}?_count=1&${page.join('&')}`));
    }
    for (const { name } of resource.operation ?? []) {
      const answers = await Promise.all(
        [`/fhir/${type}/${name}`, `/fhir/${type}/x/${name}`].flatMap((url) => [
          send('POST', url, { resourceType: 'Parameters' }),
          send('GET', url),
        ]),
      );
      // What is called without its parameters is refused for that; what isn't there is refused as unknown.
      if (answers.every((answer) => answer.statusCode === 405 || answer.body.includes('http-unknown-operation')))
        wrong.push(`${type}/${name}`);
    }
  }
  for (const { code } of rest?.interaction ?? []) {
    if (code === 'history-system') await expect(code, [200], send('GET', '/fhir/_history?_count=1'));
    else if (code === 'search-system') await expect(code, [200], send('GET', '/fhir?_type=Patient&_count=1'));
    else await expect(code ?? '', [200], send('POST', '/fhir', { resourceType: 'Bundle', type: code }));
  }
  for (const { name } of rest?.operation ?? [])
    await expect(`$${name}`, [200, 400], send('POST', `/fhir/$${name}`, { resourceType: 'Parameters' }));
  t.strictSame(wrong, []);
});

async function exercise(
  type: string,
  resource: CapabilityStatementRestResource,
  expect: (
    what: string,
    statuses: readonly number[],
    work: ReturnType<Awaited<ReturnType<typeof testApp>>['send']>,
  ) => ReturnType<Awaited<ReturnType<typeof testApp>>['send']>,
  send: Awaited<ReturnType<typeof testApp>>['send'],
): Promise<void> {
  const codes = new Set((resource.interaction ?? []).map(({ code }) => code));
  const example = exampleOf(type);
  const { id: _, ...fresh } = example;
  const created = codes.has('create') ? await expect(`${type} create`, [201], send('POST', `/fhir/${type}`, fresh)) : undefined;
  const id = created?.json().id ?? 'x';
  const at = `/fhir/${type}/${id}`;
  if (codes.has('read')) await expect(`${type} read`, [200], send('GET', at));
  if (codes.has('vread')) await expect(`${type} vread`, [200], send('GET', `${at}/_history/1`));
  if (codes.has('update')) await expect(`${type} update`, [200], send('PUT', at, { ...fresh, id, language: 'id' }));
  const patch = [{ op: 'replace', path: '/language', value: 'en' }];
  if (codes.has('patch')) await expect(`${type} patch`, [200], send('PATCH', at, patch, { 'content-type': 'application/json-patch+json' }));
  if (codes.has('search-type')) await expect(`${type} search`, [200], send('GET', `/fhir/${type}?_id=${id}`));
  if (codes.has('history-instance')) await expect(`${type} history`, [200], send('GET', `${at}/_history`));
  if (codes.has('history-type')) await expect(`${type} type history`, [200], send('GET', `/fhir/${type}/_history?_count=1`));
  if (codes.has('delete')) await expect(`${type} delete`, [204], send('DELETE', at));
}

test('lists our profiles, formats and the address that clients use', async (t) => {
  const { send } = await testApp(t, { BASE_URL: 'https://lontar.example.org/x/' });
  const statement = (await send('GET', '/fhir-r4/v1/metadata')).json() as CapabilityStatement;
  t.equal(statement.implementation?.url, 'https://lontar.example.org/x/fhir-r4/v1');
  t.equal(statement.fhirVersion, '4.0.1');
  const patient = statement.rest?.[0]?.resource?.find((resource) => resource.type === 'Patient');
  t.ok((patient?.supportedProfile ?? []).length > 0);
  t.ok(patient?.searchParam?.some((parameter) => parameter.name === 'identifier'));
  t.equal((await send('GET', '/fhir/metadata?mode=terminology')).statusCode, 400);
  t.match((await send('GET', '/fhir/metadata?_format=xml')).body, '<CapabilityStatement');
});

test('counts requests by route pattern, never by address', async (t) => {
  const { send } = await testApp(t);
  await send('GET', '/fhir/Patient/siti-aminah');
  const metrics = (await send('GET', '/metrics')).body;
  t.match(metrics, 'lontar_http_request_duration_seconds_count{method="GET",route="/fhir/:type/:id",status="404"} 1');
  t.notMatch(metrics, 'siti');
});
