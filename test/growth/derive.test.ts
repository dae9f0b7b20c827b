import { type Test, test } from 'tap';
import { isObject, type JsonObject } from '../../src/fhir/resource.js';
import { testApp } from '../support/app.js';

const loinc = { weight: '29463-7', lying: '8306-3', standing: '8308-9', head: '9843-4' } as const;
const snomed = {
  WAZ: '1153593003',
  LAZ: '1153590000',
  HAZ: '1153604005',
  WLZ: '1153598007',
  WHZ: '1153600001',
  BAZ: '1153596006',
  HCZ: '1153594009',
} as const;

async function clinic(t: Test, environment: Readonly<Record<string, string>> = { GROWTH_DERIVE: 'on' }) {
  const { send, services } = await testApp(t, { LOG_LEVEL: 'silent', VALIDATION: 'warn', ...environment });
  const put = async (resource: JsonObject) => {
    const answer = await send('PUT', `/fhir/${resource.resourceType}/${resource.id}`, resource);
    t.ok([200, 201].includes(answer.statusCode), answer.body);
    return answer.json() as JsonObject;
  };
  const find = async (query: string): Promise<JsonObject[]> => {
    const { entry = [] } = (await send('GET', `/fhir/${query}`)).json() as { entry?: { resource: JsonObject }[] };
    return entry.map(({ resource }) => resource);
  };
  return {
    send,
    services,
    put,
    find,
    /** Value by index, of everything that was derived for a child. */
    scores: async (patient = 'anak') => {
      const codes = Object.values(snomed).map((code) => `http://snomed.info/sct|${code}`);
      const found = await find(`Observation?patient=${patient}&_count=100&code=${encodeURIComponent(codes.join(','))}`);
      return Object.fromEntries(
        found
          .map((one): [string, unknown] => [nameOf(one), (one.valueQuantity as { value?: number } | undefined)?.value ?? null])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
    scoreOf: async (name: keyof typeof snomed) => (await find(`Observation?code=http://snomed.info/sct|${snomed[name]}`))[0],
  };
}

function nameOf(observation: JsonObject): string {
  const code = JSON.stringify(observation.code ?? '');
  return Object.entries(snomed).find(([, each]) => code.includes(each))?.[0] ?? code;
}

const child = (more: JsonObject = {}): JsonObject => ({
  resourceType: 'Patient',
  id: 'anak',
  name: [{ text: 'Anak' }],
  gender: 'male',
  birthDate: '2025-01-31',
  ...more,
});

const measured = (id: string, kind: keyof typeof loinc, value: number, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: loinc[kind] }] },
  subject: { reference: 'Patient/anak' },
  effectiveDateTime: '2026-01-31T02:00:00Z',
  valueQuantity:
    kind === 'weight'
      ? { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' }
      : { value, unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' },
  ...more,
});

test('z-scores are stored with what they are made of', async (t) => {
  const { put, scores, scoreOf, find, services } = await clinic(t);
  await put(child());
  await put(measured('berat', 'weight', 9.6));
  t.strictSame(await scores(), { WAZ: -0.04 }, 'a weight alone');
  await put(measured('panjang', 'lying', 75.7));
  await put(measured('kepala', 'head', 46));
  t.strictSame(await scores(), { BAZ: -0.03, HCZ: -0.05, LAZ: -0.02, WAZ: -0.04, WLZ: -0.06 }, 'the day is put together');

  const score = await scoreOf('WLZ');
  t.match(score, {
    status: 'final',
    subject: { reference: 'Patient/anak' },
    effectiveDateTime: '2026-01-31T02:00:00Z',
    valueQuantity: { value: -0.06, unit: '{Zscore}', system: 'http://unitsofmeasure.org', code: '{Zscore}' },
    interpretation: [{ coding: [{ system: 'http://terminology.kemkes.go.id/CodeSystem/clinical-term', code: 'OI000003' }] }],
    note: [{ text: 'umur 365 hari / age 365 days' }],
    derivedFrom: [{ reference: 'Observation/berat' }, { reference: 'Observation/panjang' }],
  });
  const [provenance] = await find(`Provenance?target=Observation/${score?.id}`);
  t.match(provenance, { agent: [{ who: { display: 'Lontar' } }] });
  t.strictSame(
    ((provenance?.entity ?? []) as { what: JsonObject }[]).map(({ what }) => what.reference ?? what.display),
    [
      'Observation/berat/_history/1',
      'Observation/panjang/_history/1',
      'Patient/anak/_history/1',
      'Baku Pertumbuhan Anak WHO 2006, kategori Permenkes 2/2020 / WHO Child Growth Standards 2006, categories of Permenkes 2/2020',
    ],
  );
  for (const derived of [...(await find('Observation?_count=50')), ...(await find('Provenance'))]) {
    const wrong = services.validator.validate(derived as never).filter(({ severity }) => severity === 'error');
    t.strictSame(wrong, [], `${derived.resourceType} ${nameOf(derived)} meets its profile`);
  }
});

test('z-scores follow their sources', async (t) => {
  const { put, send, scores, scoreOf, find } = await clinic(t);
  await put(child());
  await put(measured('berat', 'weight', 9.6));
  await put(measured('panjang', 'lying', 75.7));
  const first = await scoreOf('WLZ');

  await put(measured('panjang', 'lying', 75.7));
  t.match(await scoreOf('WLZ'), { meta: { versionId: '1' } }, 'storing the same again changes nothing');
  await put(measured('panjang', 'lying', 68));
  const second = await scoreOf('WLZ');
  t.match(second, { id: first?.id, meta: { versionId: '2' } }, 'a corrected source corrects them under the same id');
  await put(measured('panjang', 'lying', 75.7));

  await put(measured('panjang', 'lying', 75.7, { effectiveDateTime: '2026-02-01T02:00:00Z' }));
  t.strictSame(Object.keys(await scores()), ['LAZ', 'WAZ'], 'a length of another day no longer belongs to the weight');
  // 23:00 of January 31 in UTC is February 1 in Indonesia.
  await put(measured('berat', 'weight', 9.6, { effectiveDateTime: '2026-01-31T23:00:00Z' }));
  t.strictSame(Object.keys(await scores()), ['BAZ', 'LAZ', 'WAZ', 'WLZ'], 'the day is the local one');

  const before = await scores();
  await put(child({ gender: 'female' }));
  t.not((await scores()).WAZ, before.WAZ, 'a corrected sex is taken over');
  await put(child({ birthDate: '2024-01-31' }));
  t.strictSame(Object.keys(await scores()), ['BAZ', 'HAZ', 'WAZ', 'WHZ'], 'a child of two is measured standing');
  await put(child());
  t.strictSame(await scores(), before, 'and back');

  await put(measured('panjang', 'lying', 75.7, { status: 'entered-in-error', effectiveDateTime: '2026-02-01T02:00:00Z' }));
  t.strictSame(Object.keys(await scores()), ['WAZ'], 'an error takes along what was derived from it');
  t.equal((await send('DELETE', '/fhir/Observation/berat')).statusCode, 204);
  t.strictSame(await scores(), {}, 'as does a deletion');
  t.strictSame(await find('Provenance'), []);
});

test('only children under five and measurements that can be used give z-scores', async (t) => {
  const { put, scores, scoreOf } = await clinic(t);
  await put(child());
  const none: readonly JsonObject[] = [
    measured('a', 'weight', 9.6, { effectiveDateTime: '2032-01-31T02:00:00Z' }),
    measured('b', 'weight', 9.6, { effectiveDateTime: '2025-01-01' }),
    measured('c', 'weight', 9.6, { effectiveDateTime: '2026-01' }),
    measured('d', 'weight', 9.6, { status: 'cancelled' }),
    measured('e', 'weight', 9.6, { valueQuantity: { value: 21, code: '[lb_av]', system: 'http://unitsofmeasure.org' } }),
    measured('f', 'weight', 9.6, { valueQuantity: undefined, dataAbsentReason: { text: 'rewel' } }),
    measured('g', 'weight', 9.6, { code: { text: 'berat' } }),
  ];
  for (const observation of none) await put(observation);
  t.strictSame(await scores(), {});
  await put(measured('gram', 'weight', 9600, { valueQuantity: { value: 9600, code: 'g', system: 'http://unitsofmeasure.org' } }));
  t.strictSame(await scores(), { WAZ: -0.04 }, 'grams are read as such');
  await put(measured('gram', 'weight', 96));
  t.strictSame(await scores(), { WAZ: null }, 'an implausible score is not given as a value');
  t.match(await scoreOf('WAZ'), { dataAbsentReason: { coding: [{ code: 'error' }] }, note: [{}, { text: /implausible/ }] });
  await put(measured('gram', 'weight', 9.6));
  await put(measured('panjang', 'lying', 75.7));
  await put(
    measured('bengkak', 'head', 1, {
      code: { coding: [{ system: 'http://snomed.info/sct', code: '284521000' }] },
      valueQuantity: undefined,
      valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '421605005', display: '2+ pitting edema' }] },
    }),
  );
  t.strictSame(await scores(), { BAZ: null, LAZ: -0.02, WAZ: null, WLZ: null });
  t.match(await scoreOf('WLZ'), { interpretation: [{ coding: [{ code: 'OI000001' }] }] }, 'a child with oedema is severely wasted');
});

test('a Bundle and parallel writes give what single writes give', async (t) => {
  const { put, send, scores, find } = await clinic(t);
  const entries = [child(), measured('berat', 'weight', 9.6), measured('panjang', 'lying', 75.7)].map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const answer = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: entries });
  t.equal(answer.statusCode, 200, answer.body);
  t.equal((answer.json() as { entry: unknown[] }).entry.length, 3, 'the answer is about what was sent');
  const expected = { BAZ: -0.03, LAZ: -0.02, WAZ: -0.04, WLZ: -0.06 };
  t.strictSame(await scores(), expected);
  const twins = ['a', 'b', 'c'];
  for (const id of twins) await put(child({ id }));
  await Promise.all(
    twins.flatMap((id) => {
      const of = { subject: { reference: `Patient/${id}` } };
      return [put(measured(`berat-${id}`, 'weight', 9.6, of)), put(measured(`panjang-${id}`, 'lying', 75.7, of))];
    }),
  );
  for (const id of twins) t.strictSame(await scores(id), expected, 'weight and length meet, whoever comes first');
  t.equal((await find('Provenance?_count=50')).length, 8);
});

test('a write that is refused derives nothing and says why', async (t) => {
  const { put, send, find } = await clinic(t);
  const identifier = [{ system: 'https://fhir.kemkes.go.id/id/nik', value: '9999993101250001' }];
  await put(child({ id: 'lain', identifier }));
  const entry = [child({ identifier }), measured('berat', 'weight', 9.6)].map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const answer = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry });
  t.equal(answer.statusCode, 409, answer.body);
  t.match(answer.body, 'identifier-duplicate');
  t.strictSame(await find('Observation'), []);
});

test('without the setting nothing is derived', async (t) => {
  const { put, find } = await clinic(t, {});
  await put(child());
  await put(measured('berat', 'weight', 9.6));
  t.strictSame(
    (await find('Observation')).filter(isObject).map(({ id }) => id),
    ['berat'],
  );
});
