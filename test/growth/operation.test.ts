import type { OperationDefinition, OperationOutcome, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { type Test, test } from 'tap';
import { testApp } from '../support/app.js';

const path = '/fhir/Observation/$growth';

async function growth(t: Test) {
  const { send, services } = await testApp(t, { LOG_LEVEL: 'silent', VALIDATION: 'warn' });
  return {
    send,
    services,
    get: async (inputs: Readonly<Record<string, string>>, headers = {}) =>
      send('GET', `${path}?${new URLSearchParams(inputs)}`, undefined, headers),
  };
}

/** Parts of each score by name of the index. */
function scoresOf(answer: { json(): unknown }): Readonly<Record<string, readonly ParametersParameter[]>> {
  const { parameter = [] } = answer.json() as Parameters;
  const scores = parameter.filter(({ name }) => name === 'score').map(({ part = [] }) => part);
  return Object.fromEntries(scores.map((parts) => [parts.find(({ name }) => name === 'indicator')?.valueCode ?? '', parts]));
}

function partOf(parts: readonly ParametersParameter[] | undefined, name: string): ParametersParameter | undefined {
  return parts?.find((part) => part.name === name);
}

const boy = { sex: 'male', birthDate: '2025-01-31', date: '2026-01-31' };

test('measurements that are sent are answered with z-scores and categories', async (t) => {
  const { get, send, services } = await growth(t);
  const answer = await get({ ...boy, weight: '6.5', length: '68', headCircumference: '44' });
  t.equal(answer.statusCode, 200, answer.body);
  const scores = scoresOf(answer);
  const zscores = Object.entries(scores).map(([name, parts]) => [name, partOf(parts, 'zscore')?.valueDecimal]);
  t.strictSame(zscores, [
    ['WAZ', -3.5229],
    ['LAZ', -3.2573],
    ['WLZ', -2.5691],
    ['BAZ', -2.3086],
    ['HCZ', -1.6063],
  ]);
  t.match(partOf(scores.LAZ, 'reported'), { valueQuantity: { value: -3.26, code: '{Zscore}' } });
  t.match(partOf(scores.LAZ, 'code'), { valueCoding: { system: 'http://snomed.info/sct', code: '1153590000' } });
  t.match(partOf(scores.LAZ, 'category'), {
    valueCodeableConcept: {
      coding: [{ code: 'OI000011' }],
      text: 'Sangat Pendek',
      _text: { extension: [{ extension: [{}, { valueString: 'Severely stunted' }] }] },
    },
  });
  const english = scoresOf(await get({ ...boy, length: '68' }, { 'accept-language': 'en' }));
  t.match(partOf(english.LAZ, 'category'), { valueCodeableConcept: { text: 'Severely stunted' } });
  t.strictSame(
    services.validator.validate(answer.json()).filter(({ severity }) => severity === 'error'),
    [],
    'the answer is valid',
  );

  const body: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'sex', valueCode: 'male' },
      { name: 'birthDate', valueDate: '2025-01-31' },
      { name: 'date', valueDate: '2026-01-31' },
      { name: 'weight', valueQuantity: { value: 6500, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' } },
      { name: 'height', valueQuantity: { value: 68, unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' } },
      { name: 'headCircumference', valueDecimal: 44 },
    ] as ParametersParameter[],
  };
  t.strictSame((await send('POST', path, body)).json(), answer.json(), 'sent as Parameters, in other units');
  t.strictSame(
    (await get({ ...boy, weight: '6500|http://unitsofmeasure.org|g', length: '68', headCircumference: '44' })).json(),
    answer.json(),
  );
});

test('position, oedema and unknown age change the answer', async (t) => {
  const { get } = await growth(t);
  const valuesOf = async (inputs: Readonly<Record<string, string>>) => ((await get(inputs)).json() as Parameters).parameter ?? [];
  const standing = await valuesOf({ ...boy, length: '75', position: 'standing' });
  t.match(standing.slice(0, 4), [
    { name: 'ageDays', valueInteger: 365 },
    { name: 'length', valueQuantity: { value: 75.7 } },
    { name: 'position', valueCode: 'lying' },
    { name: 'correction', valueQuantity: { value: 0.7 } },
  ]);
  const swollen = scoresOf(await get({ ...boy, weight: '9.6', length: '75.7', oedema: 'true' }));
  t.equal(partOf(swollen.WLZ, 'zscore'), undefined);
  t.match(swollen.WLZ, [{}, {}, {}, { valueCodeableConcept: { coding: [{ code: 'OI000001' }] } }, { valueCode: 'oedema' }, {}]);
  t.strictSame(Object.keys(scoresOf(await get({ sex: 'female', weight: '10', height: '88' }))), ['WHZ']);
  t.match(partOf(scoresOf(await get({ ...boy, weight: '40' })).WAZ, 'flag'), { valueCode: 'implausible' });
});

test('what is wrong is told by the name of its parameter, all at once', async (t) => {
  const { get, send } = await growth(t);
  const wrong: ReadonlyArray<readonly [Readonly<Record<string, string>>, readonly string[]]> = [
    [{}, ['sex', 'weight']],
    [
      { sex: 'laki', birthDate: 'kemarin', weight: 'berat', position: 'duduk', oedema: 'ya' },
      ['sex', 'birthDate', 'weight', 'position', 'oedema'],
    ],
    [{ sex: 'male', weight: '9.6' }, ['birthDate']],
    [{ ...boy, weight: '3300' }, ['weight']],
    [{ ...boy, weight: '-1' }, ['weight']],
    [{ ...boy, weight: '21||[lb_av]' }, ['weight']],
    [{ ...boy, length: '0.7' }, ['length']],
    [{ ...boy, length: '70', height: '70' }, ['height']],
    [{ ...boy, headCircumference: '4' }, ['headCircumference']],
    [{ ...boy, weight: '9.6', date: '2025-01-30' }, ['date']],
    [{ ...boy, weight: '9.6', date: '2026-02-30' }, ['date']],
    [{ ...boy, weight: '9.6', birthDate: '2025-01' }, ['birthDate']],
    [{ ...boy, weight: '9.6', birthDate: '2020-12-31' }, ['birthDate']],
  ];
  for (const [inputs, names] of wrong) {
    const answer = await get(inputs);
    t.equal(answer.statusCode, 400, answer.body);
    const { issue } = answer.json() as OperationOutcome;
    const expressions = issue?.map(({ expression }) => expression?.[0]);
    t.strictSame(
      expressions,
      names.map((name) => `Parameters.parameter.where(name = '${name}')`),
      JSON.stringify(inputs),
    );
    for (const [at, name] of names.entries()) t.match(issue?.[at]?.details?.text, name);
  }
  t.match((await send('GET', `${path}?sex=male&sex=female&weight=9.6&birthDate=2025-01-31`)).body, "where(name = 'sex')");
  t.match((await get({ ...boy, weight: '9.6', berat: '9.6' })).body, 'berat', 'an unknown parameter is refused');
  t.equal(
    (await send('POST', path, { resourceType: 'Parameters', parameter: [{ name: 'weight', valueQuantity: { value: 'x' } }] })).statusCode,
    400,
  );
});

test('a stored measurement is judged with the others of its day', async (t) => {
  const { send, get } = await growth(t);
  const put = async (resource: { resourceType: string; id: string; [name: string]: unknown }) => {
    const answer = await send('PUT', `/fhir/${resource.resourceType}/${resource.id}`, resource);
    t.equal(answer.statusCode, 201, answer.body);
  };
  const measured = (id: string, code: string, value: number, unit: string, more: object = {}) =>
    put({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code }] },
      subject: { reference: 'Patient/anak' },
      effectiveDateTime: '2026-01-31T02:00:00Z',
      valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
      ...more,
    });
  await put({ resourceType: 'Patient', id: 'anak', gender: 'male', birthDate: '2025-01-31' });
  await put({ resourceType: 'Patient', id: 'tanpa-umur', gender: 'male' });
  await measured('berat', '29463-7', 6.5, 'kg');
  await measured('panjang', '8306-3', 68, 'cm');
  await measured('kemudian', '8306-3', 70, 'cm', { effectiveDateTime: '2026-03-01' });
  await measured('suhu', '8310-5', 37, 'Cel');
  await measured('dewasa', '29463-7', 60, 'kg', { effectiveDateTime: '2056-01-31' });
  await measured('tak-jelas', '29463-7', 6.5, 'kg', { subject: { reference: 'Patient/tanpa-umur' } });

  const sent = (await get({ ...boy, weight: '6.5', length: '68' })).json() as Parameters;
  for (const id of ['berat', 'panjang']) {
    const answer = await send('GET', `/fhir/Observation/${id}/$growth`);
    t.equal(answer.statusCode, 200, answer.body);
    const { parameter = [] } = answer.json() as Parameters;
    t.strictSame(
      parameter.filter(({ name }) => name !== 'source'),
      sent.parameter,
    );
    t.strictSame(
      parameter.filter(({ name }) => name === 'source').map(({ valueReference }) => valueReference?.reference),
      ['Observation/berat', 'Observation/panjang'],
    );
  }
  const refused: ReadonlyArray<readonly [string, number]> = [
    ['tidak-ada/$growth', 404],
    ['suhu/$growth', 422],
    ['dewasa/$growth', 422],
    ['tak-jelas/$growth', 422],
    ['berat/$growth?weight=7', 400],
  ];
  for (const [url, status] of refused) t.equal((await send('GET', `/fhir/Observation/${url}`)).statusCode, status, url);
  t.equal((await send('POST', '/fhir/Observation/berat/$growth', { resourceType: 'Parameters' })).statusCode, 200);
});

test('the operation is described by its definition', async (t) => {
  const { send, services } = await growth(t);
  const statement = (await send('GET', '/fhir/metadata')).json();
  const url = 'https://lontar.id/fhir/OperationDefinition/observation-growth';
  const observation = statement.rest[0].resource.find(({ type }: { type: string }) => type === 'Observation');
  t.match(observation.operation, [{ name: 'validate' }, { name: 'growth', definition: url }]);
  const definition = services.registry.canonical(url) as OperationDefinition | undefined;
  t.match(definition, { code: 'growth', type: true, instance: true, system: false });
});
