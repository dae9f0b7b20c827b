import { test } from 'tap';
import { testApp } from '../support/app.js';

interface Found {
  link: { relation: string; url: string }[];
  entry?: { fullUrl: string; search: { mode: string }; resource: { resourceType: string; id: string } }[];
}

const patient = (id: string) => ({
  resource: {
    resourceType: 'Patient',
    id,
    identifier: [{ use: 'official', system: 'https://fhir.kemkes.go.id/id/nik', value: `327401010190${id === 'siti' ? '0001' : '0002'}` }],
    name: [{ use: 'official', text: 'Contoh' }],
    gender: 'female',
    birthDate: '1990-01-01',
    managingOrganization: { reference: 'Organization/pkm' },
  },
  request: { method: 'PUT', url: `Patient/${id}` },
});
const put = (resource: { resourceType: string; id: string }) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
});
const observation = (id: string, subject: string, day: string) =>
  put({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
    subject: { reference: `Patient/${subject}` },
    effectiveDateTime: `${day}T01:00:00Z`,
    performer: [{ reference: 'Practitioner/bidan' }],
  } as never);

async function filled(t: Parameters<typeof testApp>[0]) {
  const app = await testApp(t, { VALIDATION: 'warn' });
  const entry = [
    put({ resourceType: 'Organization', id: 'pkm', name: 'Puskesmas', active: true } as never),
    put({ resourceType: 'Practitioner', id: 'bidan' } as never),
    patient('siti'),
    patient('ani'),
    observation('o1', 'siti', '2026-01-01'),
    observation('o2', 'siti', '2026-02-01'),
    observation('o3', 'ani', '2026-02-01'),
    put({ resourceType: 'Condition', id: 'c1', subject: { reference: 'Patient/siti' }, code: { text: 'x' } } as never),
  ];
  const stored = await app.send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry });
  if (stored.statusCode !== 200) throw new Error(stored.body);
  const names = async (url: string) => {
    const found = (await app.send('GET', url)).json() as Found;
    return (found.entry ?? []).map(({ resource }) => `${resource.resourceType}/${resource.id}`);
  };
  return { ...app, names };
}

test('searches within compartments', async (t) => {
  const { send, names } = await filled(t);
  t.strictSame(await names('/fhir/Patient/siti/Observation?_sort=date'), ['Observation/o1', 'Observation/o2']);
  t.strictSame(await names('/fhir/Patient/siti/Observation?date=ge2026-02-01'), ['Observation/o2']);
  t.strictSame(await names('/fhir/Patient/siti/Patient'), ['Patient/siti']);
  t.strictSame((await names('/fhir/Practitioner/bidan/Observation')).sort(), ['Observation/o1', 'Observation/o2', 'Observation/o3']);
  t.strictSame(await names('/fhir/Patient/siti/Organization'), [], 'a type outside of the compartment');
  t.strictSame(await names('/fhir/Patient/nobody/Observation'), []);
  t.equal((await send('GET', '/fhir/Patient/siti/Observation?nama=x')).statusCode, 400);
  t.equal((await send('GET', '/fhir/Organization/pkm/Observation')).statusCode, 404);
  t.equal((await send('GET', '/fhir/Patient/siti/Observasi')).statusCode, 404);
  const page = (await send('GET', '/fhir/Patient/siti/Observation?_count=1')).json() as Found;
  const next = page.link.find(({ relation }) => relation === 'next')?.url.replace('http://localhost:80', '') ?? '';
  t.match(next, '/fhir/Patient/siti/Observation?');
  t.equal((await names(next)).length, 1);
});

test('gathers everything of one patient, page by page, with what it refers to', async (t) => {
  const { send, names } = await filled(t);
  t.strictSame(await names('/fhir/Patient/siti/$everything'), [
    'Patient/siti',
    'Condition/c1',
    ...(await names('/fhir/Patient/siti/$everything?_type=Observation')).filter((name) => name.startsWith('Observation')),
    ...(await names('/fhir/Patient/siti/$everything')).slice(4),
  ]);
  t.strictSame((await names('/fhir/Patient/siti/$everything')).sort(), [
    'Condition/c1',
    'Observation/o1',
    'Observation/o2',
    'Organization/pkm',
    'Patient/siti',
    'Practitioner/bidan',
  ]);
  t.strictSame((await names('/fhir/Patient/siti/$everything?start=2026-01-15&end=2026-03-01&_type=Observation')).sort(), [
    'Observation/o2',
    'Practitioner/bidan',
  ]);
  t.strictSame(await names('/fhir/Patient/siti/$everything?_since=2999-01-01T00:00:00Z'), []);
  const seen: string[] = [];
  let url: string | undefined = '/fhir/Patient/siti/$everything?_count=1';
  for (let turns = 0; url !== undefined && turns < 10; turns++) {
    const page: Found = (await send('GET', url)).json();
    seen.push(...(page.entry ?? []).filter(({ search }) => search.mode === 'match').map(({ resource }) => resource.id));
    url = page.link.find(({ relation }) => relation === 'next')?.url.replace('http://localhost:80', '');
  }
  t.strictSame(seen.toSorted(), ['c1', 'o1', 'o2', 'siti']);
  for (const query of [
    '_typ=Observation',
    '_type=Observasi',
    '_count=0',
    'start=kemarin',
    '_cursor=x',
    '_cursor=Patient.99999999999999999999',
  ]) {
    t.ok((await send('GET', `/fhir/Patient/siti/$everything?${query}`)).statusCode === 400, query);
  }
  t.equal((await send('GET', '/fhir/Patient/nobody/$everything')).statusCode, 404);
  await send('DELETE', '/fhir/Condition/c1');
  t.notOk((await names('/fhir/Patient/siti/$everything')).includes('Condition/c1'));
  const body = { resourceType: 'Parameters', parameter: [{ name: '_type', valueCode: 'Observation' }] };
  t.equal((await send('POST', '/fhir/Patient/siti/$everything', body)).json().entry.length, 3);
});
