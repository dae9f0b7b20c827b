import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle, Observation } from '@medplum/fhirtypes';
import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { isFailure } from '../../src/fhir/outcome.js';
import { asObject, isObject, type JsonObject } from '../../src/fhir/resource.js';
import { calculateResponse } from '../../src/questionnaire/calculate.js';
import { extractResponse } from '../../src/questionnaire/extract.js';
import { extensionsOf, objectsOf, sdcUrl, valueIn } from '../../src/questionnaire/sdc.js';
import { packageRoot } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';
import { createValidator } from '../../src/validation/create.js';

interface Case {
  readonly answers: readonly JsonObject[];
  /** Computed answers by linkId; what isn't named must not be computed. */
  readonly expected: Readonly<Record<string, unknown>>;
}

const now = Date.parse('2026-06-01T05:00:00Z');
const registry = loadRegistry();
const terminology = createTerminology(registry);
const folder = join(packageRoot, 'test', 'questionnaire', 'cases');
const scored = registry
  .ours('Questionnaire')
  .map(asObject)
  .filter((form) => objectsOf(form.item).some((item) => extensionsOf(item, sdcUrl.calculatedExpression).length > 0));

test('each questionnaire that computes has cases decided by hand, and meets them', async (t) => {
  let count = 0;
  t.ok(scored.length >= 3);
  for (const form of scored) {
    const computed = objectsOf(form.item).filter((item) => extensionsOf(item, sdcUrl.calculatedExpression).length > 0);
    const files = readdirSync(join(folder, String(form.id)));
    t.ok(files.length >= 4, `${form.id} has four cases`);
    for (const file of files) {
      const { answers, expected } = JSON.parse(readFileSync(join(folder, String(form.id), file), 'utf8')) as Case;
      const response = calculateResponse(form, responseTo(form, answers), registry, now);
      const found = computed.flatMap(({ linkId }) => {
        const item = objectsOf(response.item).find((one) => one.linkId === linkId);
        const value = valueIn(objectsOf(item?.answer)[0] ?? {});
        return value === undefined ? [] : [[linkId, typeof value === 'object' && value !== null ? asObject(value).code : value]];
      });
      t.strictSame(Object.fromEntries(found), expected, `${form.id}: ${file}`);
      count += 1;
    }
  }
  t.comment(`${scored.length} questionnaires with scores, ${count} cases`);
});

test('a Barthel score becomes an Observation of our profile, and is valid', async (t) => {
  const form = scored.find(({ id }) => id === 'aks') ?? {};
  const { answers } = JSON.parse(readFileSync(join(folder, 'aks', 'skor-12.json'), 'utf8')) as Case;
  const sent = { ...responseTo(form, answers), id: 'aks-1' };
  const bundle = extractResponse(form, sent, { registry, terminology, now }) as unknown as Bundle;
  t.equal(bundle.entry?.length, 1);
  const observation = bundle.entry?.[0]?.resource as Observation;
  t.match(observation, {
    meta: { profile: ['https://lontar.id/fhir/StructureDefinition/observation-barthel'] },
    code: { coding: [{ system: 'http://loinc.org', code: '96762-0' }] },
    valueQuantity: { value: 12, code: '{score}' },
    derivedFrom: [{ reference: 'QuestionnaireResponse/aks-1' }],
  });
  const validator = createValidator({ registry, terminology });
  t.strictSame(validator.validate(observation, { now }).filter(isFailure), []);
});

test('a smoking status becomes an Observation of our profile, and is valid', async (t) => {
  const form =
    registry
      .ours('Questionnaire')
      .map(asObject)
      .find(({ id }) => id === 'merokok') ?? {};
  const valueCoding = { system: 'http://snomed.info/sct', code: '77176002', display: 'Smoker' };
  const sent = { ...responseTo(form, [{ linkId: 'status', answer: [{ valueCoding }] }]), id: 'merokok-1' };
  const bundle = extractResponse(form, sent, { registry, terminology, now }) as unknown as Bundle;
  const observation = bundle.entry?.[0]?.resource as Observation;
  t.match(observation, {
    meta: { profile: ['https://lontar.id/fhir/StructureDefinition/observation-smoking'] },
    valueCodeableConcept: { coding: [valueCoding] },
  });
  t.strictSame(createValidator({ registry, terminology }).validate(observation, { now }).filter(isFailure), []);
});

test('whatever a form makes of its valid answers is valid', async (t) => {
  const validator = createValidator({ registry, terminology });
  let count = 0;
  for (const form of registry.ours('Questionnaire').map(asObject)) {
    for (const response of validAnswers(String(form.id))) {
      for (const { resource, request } of entriesOf(form, response)) {
        t.strictSame(validator.validate(resource, { now }).filter(isFailure), [], `${form.id}: ${resource.resourceType}`);
        t.ok(
          request.method === 'PUT' || request.ifNoneExist !== undefined,
          `${form.id}: sent twice, there is one ${resource.resourceType}`,
        );
        count += 1;
      }
    }
  }
  t.comment(`${count} extracted resources`);
});

test('a sign of danger, a symptom or medicine that was missed on a home visit becomes one task each, due in a week', async (t) => {
  const checklists = registry
    .ours('Questionnaire')
    .map(asObject)
    .filter(({ id }) => String(id).startsWith('kunjungan-') && id !== 'kunjungan-keluarga');
  t.equal(checklists.length, 8);
  for (const form of checklists) {
    const reasons = validAnswers(String(form.id)).map((response) =>
      entriesOf(form, response).map(({ resource }) => {
        t.match(resource, {
          status: 'requested',
          intent: 'order',
          for: response.subject,
          requester: response.author,
          authoredOn: response.authored,
          restriction: { period: { end: '2026-01-19T02:40:00Z' } },
          reasonReference: { reference: `QuestionnaireResponse/${response.id}` },
        });
        t.ok(String(resource.description).length > 5, `says what: ${resource.description}`);
        return objectsOf(objectOf(resource.code).coding)[0]?.code;
      }),
    );
    t.match(reasons.flat().join(), /danger-sign|tb-symptom/, String(form.id));
    t.ok(
      reasons.every((each) => new Set(each).size === each.length),
      `${form.id}: one a reason`,
    );
  }
});

test('a health check feeds what the indicators of adults read', async (t) => {
  const form =
    registry
      .ours('Questionnaire')
      .map(asObject)
      .find(({ id }) => id === 'ckg-dewasa') ?? {};
  const answers = [
    { linkId: 'berat', answer: [{ valueDecimal: 60 }] },
    { linkId: 'tinggi', answer: [{ valueDecimal: 160 }] },
    { linkId: 'kolesterol', answer: [{ valueDecimal: 180 }] },
    { linkId: 'tbc', answer: [{ valueBoolean: true }] },
    { linkId: 'jiwa', answer: [{ valueBoolean: false }] },
    { linkId: 'serviks', answer: [{ valueBoolean: true }] },
    { linkId: 'payudara', answer: [{ valueBoolean: false }] },
  ];
  const found = entriesOf(form, { ...responseTo(form, answers), id: 'ckg-1' }).map(
    ({ resource }) => objectsOf(objectOf(resource.code).coding)[0]?.code,
  );
  t.strictSame(found, ['29463-7', '8302-2', '39156-5', '2093-3', '386816005', 'QRI000001', '251422004']);
});

interface Entry {
  readonly resource: JsonObject;
  readonly request: JsonObject;
}

function entriesOf(form: JsonObject, response: JsonObject): readonly Entry[] {
  const { entry } = extractResponse(form, response, { registry, terminology, now });
  return objectsOf(entry).map(({ resource, request }) => ({ resource: objectOf(resource), request: objectOf(request) }));
}

function validAnswers(id: string): readonly JsonObject[] {
  const examples = join(packageRoot, 'profiles', 'examples', 'questionnaires', id, 'valid');
  return readdirSync(examples).map((file) => objectOf(JSON.parse(readFileSync(join(examples, file), 'utf8'))));
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function responseTo({ url }: JsonObject, item: readonly JsonObject[]): JsonObject {
  return {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: url,
    subject: { reference: 'Patient/lansia' },
    author: { reference: 'Practitioner/kader-tuti' },
    authored: '2026-05-31T02:00:00+00:00',
    item,
  };
}
