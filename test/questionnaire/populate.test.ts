import type { Parameters, QuestionnaireResponse } from '@medplum/fhirtypes';
import { test } from 'tap';
import type { JsonObject } from '../../src/fhir/resource.js';
import { testApp } from '../support/app.js';

const sdc = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';
const initial = (expression: string) => ({
  url: `${sdc}initialExpression`,
  valueExpression: { language: 'text/fhirpath', expression },
});
const linked = (value: number, code: string) => ({ url: `${sdc}observationLinkPeriod`, valueDuration: { value, code } });
const weight = [{ system: 'http://loinc.org', code: '29463-7' }];
const kg = { system: 'http://unitsofmeasure.org', code: 'kg', unit: 'kg' };

const form = {
  resourceType: 'Questionnaire',
  id: 'isian',
  url: 'https://example.org/Questionnaire/isian',
  status: 'active',
  item: [
    {
      linkId: 'diri',
      type: 'group',
      item: [
        { linkId: 'nama', type: 'string', extension: [initial('%patient.name.first().text')] },
        { linkId: 'lahir', type: 'date', extension: [initial('%patient.birthDate')] },
        { linkId: 'telepon', type: 'string', extension: [initial('%patient.telecom.value')] },
        { linkId: 'kunjungan', type: 'string', extension: [initial('%encounter.id')] },
      ],
    },
    { linkId: 'berat', type: 'decimal', code: weight, extension: [linked(3, 'mo')] },
    { linkId: 'berat-minggu-ini', type: 'quantity', code: weight, extension: [linked(1, 'wk')] },
    { linkId: 'merokok', type: 'boolean', initial: [{ valueBoolean: false }] },
  ],
};

test('a form is filled with what is stored of the person, and with nothing else', async (t) => {
  const { send, services } = await testApp(t, { LOG_LEVEL: 'silent', VALIDATION: 'warn' });
  const put = async (resource: JsonObject) =>
    t.ok((await send('PUT', `/fhir/${resource.resourceType}/${resource.id}`, resource)).statusCode < 300, `stores ${resource.id}`);
  const daysAgo = (days: number) => new Date(services.clock() - days * 86_400_000).toISOString();
  const weighed = (id: string, person: string, days: number, value: number) =>
    put({
      resourceType: 'Observation',
      id,
      status: 'final',
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
      code: { coding: weight },
      subject: { reference: `Patient/${person}` },
      effectiveDateTime: daysAgo(days),
      valueQuantity: { value, ...kg },
    });
  for (const id of ['ani', 'budi'])
    await put({ resourceType: 'Patient', id, name: [{ text: id }], gender: 'female', birthDate: '1990-02-03' });
  await put(form);
  await weighed('w1', 'ani', 200, 50);
  await weighed('w2', 'ani', 40, 55);
  await weighed('w3', 'ani', 60, 53);
  await weighed('w4', 'budi', 1, 70);
  const encounter = { resourceType: 'Encounter', id: 'k1', status: 'finished', class: { code: 'AMB' } };
  const inputs = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'canonical', valueUri: form.url },
      { name: 'subject', valueReference: { reference: 'Patient/ani' } },
      {
        name: 'context',
        part: [
          { name: 'name', valueString: 'encounter' },
          { name: 'content', resource: encounter },
        ],
      },
    ],
  };
  const answer = await send('POST', '/fhir/Questionnaire/$populate', inputs);
  t.equal(answer.statusCode, 200, answer.body);
  const response = (answer.json() as Parameters).parameter?.[0]?.resource as QuestionnaireResponse;
  t.match(response, { questionnaire: form.url, status: 'in-progress', subject: { reference: 'Patient/ani' } });
  t.strictSame(response.item, [
    {
      linkId: 'diri',
      item: [
        { linkId: 'nama', answer: [{ valueString: 'ani' }] },
        { linkId: 'lahir', answer: [{ valueDate: '1990-02-03' }] },
        { linkId: 'kunjungan', answer: [{ valueString: 'k1' }] },
      ],
    },
    { linkId: 'berat', answer: [{ valueDecimal: 55 }] },
    { linkId: 'merokok', answer: [{ valueBoolean: false }] },
  ]);
  const noContext = await send('GET', '/fhir/Questionnaire/isian/$populate?subject=Patient/budi');
  t.equal(noContext.statusCode, 422, 'an expression over a context that was not given can’t be computed');
  const own = { ...form, item: form.item.slice(1) };
  const sent = await send('POST', '/fhir/Questionnaire/$populate', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'questionnaire', resource: own },
      { name: 'subject', valueReference: { reference: 'Patient/budi' } },
    ],
  });
  const second = (sent.json() as Parameters).parameter?.[0]?.resource as QuestionnaireResponse;
  t.match(second.item, [{ answer: [{ valueDecimal: 70 }] }, { answer: [{ valueQuantity: { value: 70, code: 'kg' } }] }, {}]);
  for (const [query, status] of [
    ['', 400],
    ['?subject=Patient/nobody', 422],
    ['?subject=x', 400],
  ] as const)
    t.equal((await send('GET', `/fhir/Questionnaire/isian/$populate${query}`)).statusCode, status, query);
});
