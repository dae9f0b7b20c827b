import type { Bundle, Observation, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { JsonObject } from '../../src/fhir/resource.js';
import { extractResponse } from '../../src/questionnaire/extract.js';
import { createTerminology } from '../../src/terminology/create.js';
import { testApp } from '../support/app.js';

const registry = loadRegistry();
const services = { registry, terminology: createTerminology(registry), now: Date.parse('2026-06-01T05:00:00Z') };
const sdc = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';
const observed = { url: `${sdc}observationExtract`, valueBoolean: true };
const loinc = (code: string) => ({ system: 'http://loinc.org', code });
const unit = (code: string) => ({
  url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit',
  valueCoding: { system: 'http://unitsofmeasure.org', code },
});

const response = {
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  questionnaire: 'https://example.org/Questionnaire/timbang',
  subject: { reference: 'Patient/anak' },
  author: { display: 'Kader Tuti' },
  authored: '2026-05-31T02:00:00Z',
} as const;

const weighing = {
  resourceType: 'Questionnaire',
  url: 'https://example.org/Questionnaire/timbang',
  status: 'active',
  item: [
    { linkId: 'berat', type: 'decimal', text: 'Berat', code: [loinc('29463-7')], extension: [observed, unit('kg')] },
    { linkId: 'catatan', type: 'string', text: 'Catatan', code: [loinc('48767-8')] },
  ],
};
const weighed = {
  ...response,
  item: [
    { linkId: 'berat', answer: [{ valueDecimal: 9.5 }] },
    { linkId: 'catatan', answer: [{ valueString: 'rewel' }] },
  ],
};

function extracted<Resource = Observation>(questionnaire: JsonObject, answers: JsonObject): readonly Resource[] {
  const bundle = extractResponse(questionnaire, answers, services) as unknown as Bundle;
  return (bundle.entry ?? []).map(({ resource }) => resource as unknown as Resource);
}

test('makes an Observation of each answer that is marked, with the response’s person, time and author', async (t) => {
  const [first, ...more] = extracted(weighing, { ...weighed, id: 'timbang-1' });
  t.match(first, {
    meta: { profile: ['https://lontar.id/fhir/StructureDefinition/observation-body-weight'] },
    status: 'final',
    category: [{ coding: [{ code: 'vital-signs' }] }],
    code: { coding: [loinc('29463-7')] },
    subject: response.subject,
    effectiveDateTime: response.authored,
    performer: [response.author],
    valueQuantity: { value: 9.5, system: 'http://unitsofmeasure.org', code: 'kg' },
    derivedFrom: [{ reference: 'QuestionnaireResponse/timbang-1' }],
  });
  t.strictSame(more, []);
  t.same(extracted(weighing, { ...weighed, id: 'timbang-1' }), [first], 'twice the same');
});

test('claims a profile only where what it demands is there', async (t) => {
  const { subject: _, ...nobody } = weighed;
  t.equal(extracted(weighing, { ...nobody, id: 'x' })[0]?.meta, undefined);
});

test('each type of answer becomes the value that SDC gives it', async (t) => {
  const cases = [
    ['boolean', { valueBoolean: false }, { valueBoolean: false }],
    ['integer', { valueInteger: 3 }, { valueInteger: 3 }],
    ['decimal', { valueDecimal: 3.5 }, { valueQuantity: { value: 3.5 } }],
    ['date', { valueDate: '2026-05-01' }, { valueDateTime: '2026-05-01' }],
    ['string', { valueString: 'ya' }, { valueString: 'ya' }],
    ['choice', { valueCoding: loinc('LA1') }, { valueCodeableConcept: { coding: [loinc('LA1')] } }],
    ['quantity', { valueQuantity: { value: 1, code: 'g' } }, { valueQuantity: { value: 1, code: 'g' } }],
  ] as const;
  for (const [type, answer, value] of cases) {
    const form = { ...weighing, item: [{ linkId: 'a', type, code: [loinc('1-8')], extension: [observed] }] };
    t.match(extracted(form, { ...response, id: 'r', item: [{ linkId: 'a', answer: [answer] }] }), [value], type);
  }
});

test('the mark of a form or group holds for what is under it, until one is taken out; components and members join their group', async (t) => {
  const relation = (valueCode: string) => [{ url: `${sdc}observationExtract`, valueCode }];
  const form = {
    ...weighing,
    extension: [observed],
    item: [
      {
        linkId: 'td',
        type: 'group',
        code: [loinc('85354-9')],
        item: [
          { linkId: 'td.s', type: 'decimal', code: [loinc('8480-6')], extension: [...relation('component'), unit('mm[Hg]')] },
          { linkId: 'td.d', type: 'decimal', code: [loinc('8462-4')], extension: [...relation('component'), unit('mm[Hg]')] },
          { linkId: 'td.nadi', type: 'decimal', code: [loinc('8867-4')], extension: relation('member') },
          { linkId: 'td.x', type: 'string', code: [loinc('1-8')], extension: [{ ...observed, valueBoolean: false }] },
        ],
      },
    ],
  };
  const answer = (linkId: string, valueDecimal: number) => ({ linkId, answer: [{ valueDecimal }] });
  const item = [
    {
      linkId: 'td',
      item: [answer('td.s', 120), answer('td.d', 80), answer('td.nadi', 70), { linkId: 'td.x', answer: [{ valueString: 'x' }] }],
    },
  ];
  const found = extracted(form, { ...response, id: 'r', item });
  t.equal(found.length, 2);
  const [pulse, pressure] = found;
  t.match(pulse, { code: { coding: [loinc('8867-4')] } });
  t.match(pressure, { component: [{ valueQuantity: { value: 120 } }, { valueQuantity: { value: 80 } }] });
  t.match(pressure?.hasMember, [{ reference: `urn:uuid:${pulse?.id}` }]);
});

test('fills the elements that items point at, with groups, slices and what the profile fixes', async (t) => {
  const base = 'http://hl7.org/fhir/StructureDefinition/Patient';
  const form = {
    ...weighing,
    item: [
      {
        linkId: 'anak',
        type: 'group',
        repeats: true,
        extension: [
          {
            url: `${sdc}definitionExtract`,
            extension: [
              { url: 'definition', valueCanonical: base },
              { url: 'ifNoneExist', valueString: "'birthdate=' & item.where(linkId='lahir').answer.value.toString()" },
            ],
          },
          {
            url: `${sdc}definitionExtractValue`,
            extension: [
              { url: 'definition', valueUri: `${base}#Patient.active` },
              { url: 'fixed-value', valueBoolean: true },
            ],
          },
        ],
        item: [
          {
            linkId: 'nama',
            type: 'group',
            repeats: true,
            definition: `${base}#Patient.name`,
            item: [
              { linkId: 'depan', type: 'string', repeats: true, definition: `${base}#Patient.name.given` },
              { linkId: 'belakang', type: 'string', definition: `${base}#Patient.name.family` },
            ],
          },
          { linkId: 'lahir', type: 'date', definition: `${base}#Patient.birthDate` },
          { linkId: 'kelamin', type: 'choice', definition: `${base}#Patient.gender` },
          { linkId: 'kembar', type: 'integer', definition: `${base}#Patient.multipleBirthInteger` },
        ],
      },
    ],
  };
  const name = (family: string, ...given: string[]) => ({
    linkId: 'nama',
    item: [
      { linkId: 'depan', answer: given.map((valueString) => ({ valueString })) },
      { linkId: 'belakang', answer: [{ valueString: family }] },
    ],
  });
  const child = (birthDate: string, ...names: ReturnType<typeof name>[]) => ({
    linkId: 'anak',
    item: [
      ...names,
      { linkId: 'lahir', answer: [{ valueDate: birthDate }] },
      { linkId: 'kelamin', answer: [{ valueCoding: { system: 'http://hl7.org/fhir/administrative-gender', code: 'female' } }] },
      { linkId: 'kembar', answer: [{ valueInteger: 2 }] },
    ],
  });
  const item = [child('2026-01-01', name('Sari', 'Ayu', 'Dewi'), name('Kecil')), child('2026-01-02', name('Lain'))];
  const answers = { ...response, id: 'r', item };
  const found = extracted<Patient>(form, answers);
  t.strictSame(found[0], {
    resourceType: 'Patient',
    active: true,
    name: [{ given: ['Ayu', 'Dewi'], family: 'Sari' }, { family: 'Kecil' }],
    birthDate: '2026-01-01',
    gender: 'female',
    multipleBirthInteger: 2,
  });
  t.equal(found.length, 2);
  const bundle = extractResponse(form, answers, services) as unknown as Bundle;
  t.strictSame(bundle.entry?.[0]?.request, { method: 'POST', url: 'Patient', ifNoneExist: 'birthdate=2026-01-01' });
});

test('fills a profile’s resource with what it fixes and names it', async (t) => {
  const profile = 'https://lontar.id/fhir/StructureDefinition/observation-smoking';
  const form = {
    ...weighing,
    extension: [{ url: `${sdc}definitionExtract`, extension: [{ url: 'definition', valueCanonical: profile }] }],
    item: [{ linkId: 'rokok', type: 'choice', definition: `${profile}#Observation.value[x]` }],
  };
  const [smoking] = extracted(form, { ...response, id: 'r', item: [{ linkId: 'rokok', answer: [{ valueCoding: { code: 'x' } }] }] });
  t.match(smoking, {
    meta: { profile: [profile] },
    code: { coding: [loinc('72166-2')] },
    valueCodeableConcept: { coding: [{ code: 'x' }] },
    derivedFrom: [{ reference: 'QuestionnaireResponse/r' }],
  });
});

test('refuses a form that can’t be followed, naming the item', async (t) => {
  const patient = { url: `${sdc}itemExtractionContext`, valueCode: 'Patient' };
  const wrong = [
    { linkId: 'salah', type: 'string', definition: 'http://hl7.org/fhir/StructureDefinition/Patient#Patient.nothing' },
    { linkId: 'salah', type: 'string', definition: 'http://hl7.org/fhir/StructureDefinition/Patient#Patient.active' },
    {
      linkId: 'salah',
      type: 'string',
      extension: [{ url: `${sdc}calculatedExpression`, valueExpression: { language: 'text/fhirpath', expression: '1 +' } }],
    },
  ];
  for (const item of wrong) {
    const form = { ...weighing, extension: [patient], item: [item] };
    const answers = { ...response, id: 'r', item: [{ linkId: 'salah', answer: [{ valueString: 'x' }] }] };
    t.throws(() => extractResponse(form, answers, services), OperationOutcomeError);
  }
  t.throws(() => extractResponse(weighing, { ...weighed, status: 'entered-in-error' }, services), OperationOutcomeError);
});

test('computes scores before extracting: sums of weights, sums of sums, categories by code', async (t) => {
  const calculated = (expression: string) => ({
    url: `${sdc}calculatedExpression`,
    valueExpression: { language: 'text/fhirpath', expression },
  });
  const ordinal = 'http://hl7.org/fhir/StructureDefinition/ordinalValue';
  const option = (code: string, valueDecimal: number) => ({
    valueCoding: { system: 'urn:x', code, extension: [{ url: ordinal, valueDecimal }] },
  });
  const form = {
    ...weighing,
    item: [
      {
        linkId: 'hasil',
        type: 'choice',
        code: [loinc('1-8')],
        answerOption: [{ valueCoding: { system: 'urn:y', code: 'rendah' } }, { valueCoding: { system: 'urn:y', code: 'tinggi' } }],
        extension: [observed, calculated("iif(%resource.item.where(linkId='skor').answer.value >= 3, 'tinggi', 'rendah')")],
      },
      {
        linkId: 'skor',
        type: 'decimal',
        extension: [calculated(`%resource.item.answer.value.ofType(Coding).extension('${ordinal}').value.aggregate($this + $total, 0)`)],
      },
      { linkId: 'a', type: 'choice', answerOption: [option('0', 0), option('2', 2)] },
      { linkId: 'b', type: 'choice', answerOption: [option('0', 0), option('1', 1)] },
    ],
  };
  const answers = (a: string, b: string) => ({
    ...response,
    id: 'r',
    item: [
      { linkId: 'a', answer: [{ valueCoding: { system: 'urn:x', code: a } }] },
      { linkId: 'b', answer: [{ valueCoding: { system: 'urn:x', code: b } }] },
    ],
  });
  const resultOf = (a: string, b: string) => extracted(form, answers(a, b))[0]?.valueCodeableConcept?.coding;
  t.strictSame(resultOf('2', '1'), [{ system: 'urn:y', code: 'tinggi' }]);
  t.strictSame(resultOf('2', '0'), [{ system: 'urn:y', code: 'rendah' }]);
});

test('the operation extracts what is sent and what is stored; its transaction is taken by the server', async (t) => {
  const { send } = await testApp(t, { LOG_LEVEL: 'silent' });
  const put = async (resource: JsonObject) =>
    t.ok(
      (await send('PUT', `/fhir/${resource.resourceType}/${resource.id}`, resource)).statusCode < 300,
      `stores ${resource.resourceType}`,
    );
  await put({ resourceType: 'Patient', id: 'anak', name: [{ text: 'Anak' }], gender: 'female', birthDate: '2025-05-01' });
  await put({ ...weighing, id: 'timbang' });
  const path = '/fhir/QuestionnaireResponse';
  const sent = await send('POST', `${path}/$extract`, {
    resourceType: 'Parameters',
    parameter: [{ name: 'questionnaire-response', resource: weighed }],
  });
  t.equal(sent.statusCode, 200, sent.body);
  t.strictSame(
    (sent.json() as Bundle).entry?.map(({ request }) => request?.method),
    ['POST', 'PUT'],
  );
  t.equal((await send('POST', '/fhir', sent.json())).statusCode, 200, 'with the response first, what derives from it refers to it');
  await put({ ...weighed, id: 'timbang-1' });
  const stored = await send('GET', `${path}/timbang-1/$extract`);
  t.equal(stored.statusCode, 200, stored.body);
  for (const _ of [1, 2]) t.equal((await send('POST', '/fhir', stored.json())).statusCode, 200);
  const weights = await send('GET', '/fhir/Observation?patient=anak&code=29463-7');
  t.equal((weights.json() as Bundle).entry?.length, 2, 'sending it twice doubles nothing');
  t.equal((await send('POST', `${path}/$extract`, { resourceType: 'Parameters' })).statusCode, 400);
  t.equal((await send('POST', `${path}/nowhere/$extract`, { resourceType: 'Parameters' })).statusCode, 404);
  const unknown = await send('POST', `${path}/$extract`, { ...weighed, questionnaire: 'https://example.org/none' });
  t.equal(unknown.statusCode, 422);
  t.match((unknown.json() as OperationOutcome).issue[0]?.details?.text, 'Kuesioner');
});
