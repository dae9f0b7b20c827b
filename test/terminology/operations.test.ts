import type { CodeSystem, ConceptMap, Parameters, ParametersParameter, ValueSet } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { test } from 'tap';
import { areaSystem } from '../../src/definitions/areas.js';
import { loadRegistry } from '../../src/definitions/load.js';
import type { Result } from '../../src/fhir/outcome.js';
import { createTerminology } from '../../src/terminology/create.js';
import { expand } from '../../src/terminology/operations/expand.js';
import { type Inputs, inputsOfParameters, inputsOfQuery } from '../../src/terminology/operations/inputs.js';
import { lookup } from '../../src/terminology/operations/lookup.js';
import { subsumes } from '../../src/terminology/operations/subsumes.js';
import { translate } from '../../src/terminology/operations/translate.js';
import { validateCodeInCodeSystem, validateCodeInValueSet } from '../../src/terminology/operations/validate-code.js';

const system = 'https://example.org/food';
const food: CodeSystem = {
  resourceType: 'CodeSystem',
  url: system,
  version: '3',
  name: 'Food',
  status: 'active',
  content: 'complete',
  property: [{ code: 'energy', type: 'integer' }],
  concept: [
    {
      code: 'fruit',
      display: 'Fruit',
      definition: 'What grows on trees.',
      concept: [
        {
          code: 'banana',
          display: 'Banana',
          designation: [{ language: 'id', value: 'Pisang' }],
          property: [{ code: 'energy', valueInteger: 89 }],
        },
        { code: 'mango', display: 'Mango', property: [{ code: 'inactive', valueBoolean: true }] },
      ],
    },
    { code: 'rice', display: 'Rice' },
  ],
};
const fruits: ValueSet = {
  resourceType: 'ValueSet',
  url: 'https://example.org/fruits',
  status: 'active',
  compose: { include: [{ system, filter: [{ property: 'concept', op: 'descendent-of', value: 'fruit' }] }] },
};
const allFood: ValueSet = {
  resourceType: 'ValueSet',
  url: 'https://example.org/all',
  status: 'active',
  compose: { include: [{ system }] },
};
const allAreas: ValueSet = {
  resourceType: 'ValueSet',
  url: 'https://example.org/areas',
  status: 'active',
  compose: { include: [{ system: areaSystem }] },
};
const unknown: ValueSet = {
  resourceType: 'ValueSet',
  url: 'https://example.org/unknown',
  status: 'active',
  compose: { include: [{ system: 'urn:none' }] },
};
const map: ConceptMap = {
  resourceType: 'ConceptMap',
  url: 'https://example.org/map',
  status: 'active',
  sourceUri: 'https://example.org/all',
  targetUri: 'https://example.org/meals',
  group: [
    {
      source: system,
      target: 'https://example.org/meals',
      element: [
        { code: 'banana', target: [{ code: 'snack', display: 'Snack', equivalence: 'wider' }] },
        { code: 'rice', target: [{ equivalence: 'unmatched' }] },
      ],
      unmapped: { mode: 'fixed', code: 'dish' },
    },
  ],
};
const terminology = createTerminology(loadRegistry().with([food, fruits, allFood, allAreas, unknown, map]));

function ask(parameters: Readonly<Record<string, string>>): Inputs {
  return inputsOfQuery(Object.entries(parameters));
}

function post(...parameter: ParametersParameter[]): Inputs {
  return inputsOfParameters({ resourceType: 'Parameters', parameter });
}

/** The answer's parameters by name; of a failure the rules of its issues. */
function answer(result: Result<Parameters>): Readonly<Record<string, unknown>> | readonly string[] {
  if (!result.ok) return result.issues.map(({ rule }) => rule);
  return Object.fromEntries((result.value.parameter ?? []).map((parameter) => [parameter.name, partOf(parameter)]));
}

function partOf(parameter: ParametersParameter): unknown {
  return Object.entries(parameter).find(([key]) => key.startsWith('value'))?.[1] ?? parameter.part?.map(partOf);
}

function codes(result: Result<ValueSet>): readonly string[] {
  if (!result.ok) return result.issues.map(({ rule }) => rule);
  return (result.value.expansion?.contains ?? []).map(({ code = '' }) => code);
}

const now = '2026-01-01T00:00:00Z';

test('$lookup tells name, version, display, designations and properties', (t) => {
  t.match(answer(lookup(terminology, ask({ system, code: 'banana' }))), {
    name: 'Food',
    version: '3',
    display: 'Banana',
    designation: ['id', 'Pisang'],
  });
  const energy = lookup(terminology, ask({ system, code: 'banana', property: 'energy' }));
  t.same(answer(energy), { name: 'Food', version: '3', display: 'Banana', designation: ['id', 'Pisang'], property: ['energy', 89] });
  t.match(answer(lookup(terminology, ask({ system, code: 'banana', displayLanguage: 'id-ID' }))), { display: 'Pisang' });
  t.match(answer(lookup(terminology, post({ name: 'coding', valueCoding: { system, code: 'rice' } }))), { display: 'Rice' });
  t.match(answer(lookup(terminology, ask({ system: areaSystem, code: '3201' }))), { display: 'Kabupaten Bogor' });
  t.end();
});

test('$lookup refuses what it doesn’t know', (t) => {
  t.same(answer(lookup(terminology, ask({ system, code: 'bananna' }))), ['unknown-code']);
  t.same(answer(lookup(terminology, ask({ system: 'urn:none', code: 'a' }))), ['unknown-system']);
  t.same(answer(lookup(terminology, ask({ code: 'a' }))), ['lookup-system']);
  t.same(answer(lookup(terminology, ask({ system }))), ['lookup-code']);
  t.end();
});

test('$validate-code judges against a value set', (t) => {
  const judge = (more: Readonly<Record<string, string>>) =>
    answer(validateCodeInValueSet(terminology, ask({ url: 'https://example.org/fruits', ...more }), 'en'));
  t.same(judge({ system, code: 'banana' }), { result: true, display: 'Banana' });
  t.same(judge({ code: 'banana' }), { result: true, display: 'Banana' });
  t.match(judge({ system, code: 'rice' }), { result: false, message: /not in/ });
  t.match(judge({ system, code: 'bananna' }), { result: false, message: /banana/ });
  t.match(judge({ system, code: 'banana', display: 'Apple' }), { result: false, display: 'Banana' });
  t.match(judge({ system, code: 'mango' }), { result: true, message: /inactive/ });
  t.match(answer(validateCodeInValueSet(terminology, ask({ url: 'https://example.org/unknown', system: 'urn:none', code: 'x' }), 'en')), {
    result: false,
    message: /cannot be verified/,
  });
  t.same(judge({}), ['validate-code-code']);
  t.same(answer(validateCodeInValueSet(terminology, ask({ url: 'urn:none', code: 'x' }))), ['unknown-value-set']);
  t.same(answer(validateCodeInValueSet(terminology, ask({ code: 'x' }))), ['validate-code-url']);
  t.end();
});

test('$validate-code takes a concept, of which one coding is enough, and a value set sent along', (t) => {
  const concept = {
    name: 'codeableConcept',
    valueCodeableConcept: {
      coding: [
        { system: 'urn:none', code: 'x' },
        { system, code: 'banana' },
      ],
    },
  };
  t.match(answer(validateCodeInValueSet(terminology, post({ name: 'url', valueUri: 'https://example.org/fruits' }, concept))), {
    result: true,
  });
  const { url: _url, ...inline } = allFood;
  const sent = post({ name: 'valueSet', resource: inline }, { name: 'coding', valueCoding: { system, code: 'rice' } });
  t.match(answer(validateCodeInValueSet(terminology, sent)), { result: true });
  t.end();
});

test('$validate-code judges against a code system', (t) => {
  const judge = (more: Readonly<Record<string, string>>) => answer(validateCodeInCodeSystem(terminology, ask(more), 'en'));
  t.same(judge({ url: system, code: 'rice' }), { result: true, display: 'Rice' });
  t.match(judge({ url: system, code: 'ricee' }), { result: false, message: /rice/ });
  t.match(judge({ url: 'http://unitsofmeasure.org', code: 'mg' }), { result: true });
  t.same(judge({ url: 'urn:none', code: 'rice' }), ['unknown-system']);
  t.match(
    answer(
      validateCodeInCodeSystem(
        terminology,
        post({ name: 'codeSystem', resource: { ...food, url: 'urn:sent' } }, { name: 'code', valueCode: 'rice' }),
      ),
    ),
    {
      result: true,
    },
  );
  t.end();
});

test('$subsumes tells how two codes stand', (t) => {
  const stand = (codeA: string, codeB: string) => answer(subsumes(terminology, ask({ system, codeA, codeB })));
  t.same(stand('fruit', 'banana'), { outcome: 'subsumes' });
  t.same(stand('banana', 'fruit'), { outcome: 'subsumed-by' });
  t.same(stand('rice', 'rice'), { outcome: 'equivalent' });
  t.same(stand('rice', 'banana'), { outcome: 'not-subsumed' });
  t.same(stand('rice', 'soup'), ['unknown-code']);
  t.same(answer(subsumes(terminology, ask({ system, codeA: 'rice' }))), ['subsumes-input']);
  const mixed = post(
    { name: 'codingA', valueCoding: { system, code: 'rice' } },
    { name: 'codingB', valueCoding: { system: 'urn:b', code: 'x' } },
  );
  t.same(answer(subsumes(terminology, mixed)), ['subsumes-systems']);
  t.end();
});

test('$expand filters, pages and picks a language', (t) => {
  const all = (more: Readonly<Record<string, string>> = {}) => expand(terminology, ask({ url: 'https://example.org/all', ...more }), now);
  t.same(codes(all()), ['fruit', 'banana', 'mango', 'rice']);
  t.same(codes(all({ filter: 'ba na' })), ['banana']);
  t.same(codes(all({ filter: 'pisang' })), ['banana'], 'a designation counts');
  t.same(codes(all({ activeOnly: 'true' })), ['fruit', 'banana', 'rice']);
  t.same(codes(all({ offset: '1', count: '2' })), ['banana', 'mango']);
  t.same(codes(all({ 'exclude-system': system })), []);
  const page = all({ offset: '1', count: '2' });
  t.match(page.ok && page.value.expansion, { timestamp: now, total: 4, offset: 1 });
  t.ok(page.ok && page.value.expansion?.parameter?.some(({ valueUri }) => valueUri === `${system}|3`));
  const indonesian = all({ displayLanguage: 'id', includeDesignations: 'true' });
  t.match(indonesian.ok && indonesian.value.expansion?.contains?.[1], {
    display: 'Pisang',
    designation: [{ language: 'id', value: 'Pisang' }],
  });
  t.same(codes(all({ count: '0' })), []);
  t.end();
});

test('$expand answers a page of a set too large to answer whole, and says too-costly otherwise', (t) => {
  const areas = (more: Readonly<Record<string, string>>) => expand(terminology, ask({ url: 'https://example.org/areas', ...more }), now);
  t.same(codes(areas({})), ['expansion-too-costly']);
  t.same(codes(areas({ count: '3' })), ['11', '1101', '110101']);
  t.ok(codes(areas({ filter: 'bogor', count: '100' })).includes('3201'));
  const counted = areas({ count: '0' });
  t.equal(counted.ok && counted.value.expansion?.total, 91_599);
  t.end();
});

test('$expand refuses what it can’t do, by name', (t) => {
  const rules = (more: Readonly<Record<string, string>>) => codes(expand(terminology, ask(more), now));
  t.same(rules({ url: 'urn:none' }), ['unknown-value-set']);
  t.same(rules({}), ['expand-url']);
  t.same(rules({ url: 'https://example.org/unknown' }), ['unknown-system']);
  t.same(rules({ url: 'https://example.org/all', count: '-1', context: 'x' }), ['expand-parameter', 'expand-parameter']);
  t.same(rules({ url: 'http://hl7.org/fhir/ValueSet/ucum-units' }), ['not-expandable']);
  t.end();
});

test('$translate maps by the map named, by its ends, and backwards', (t) => {
  const translated = (more: Readonly<Record<string, string>>) => answer(translate(terminology, ask(more), 'en'));
  const snack = { system: 'https://example.org/meals', code: 'snack', display: 'Snack' };
  t.same(translated({ url: 'https://example.org/map', system, code: 'banana' }), {
    result: true,
    match: ['wider', snack, 'https://example.org/map'],
  });
  t.match(translated({ source: 'https://example.org/all', target: 'https://example.org/meals', system, code: 'banana' }), { result: true });
  t.match(translated({ url: 'https://example.org/map', system, code: 'rice' }), { result: false });
  t.match(translated({ url: 'https://example.org/map', system, code: 'mango' }), { result: true, match: ['inexact', { code: 'dish' }] });
  t.match(translated({ url: 'https://example.org/map', system: 'https://example.org/meals', code: 'snack', reverse: 'true' }), {
    result: true,
    match: ['narrower', { system, code: 'banana' }],
  });
  t.match(translated({ url: 'https://example.org/map', system, code: 'banana', targetsystem: 'urn:other' }), { result: false });
  t.same(translated({ url: 'urn:none', system, code: 'banana' }), ['unknown-map']);
  t.same(translated({ url: 'https://example.org/map' }), ['translate-code']);
  t.end();
});

test('answers whatever is sent with an issue or an answer, never a crash', (t) => {
  const junk = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.anything(), { maxLength: 2 }),
    fc.object({ maxDepth: 1 }),
  );
  const sometimes = <Value>(value: fc.Arbitrary<Value>) =>
    fc.option(fc.oneof({ weight: 3, arbitrary: value as fc.Arbitrary<unknown> }, junk), { nil: undefined });
  const include = fc.record({
    system: sometimes(fc.constantFrom(system, areaSystem, 'http://unitsofmeasure.org', 'urn:none')),
    concept: sometimes(fc.array(fc.record({ code: sometimes(fc.constant('rice')) }), { maxLength: 2 })),
    filter: sometimes(
      fc.array(
        fc.record({
          property: sometimes(fc.constant('code')),
          op: sometimes(fc.constantFrom('is-a', 'regex', '=')),
          value: sometimes(fc.constant('(')),
        }),
        { maxLength: 2 },
      ),
    ),
    valueSet: sometimes(fc.array(fc.constantFrom('https://example.org/all', 'urn:none'), { maxLength: 2 })),
  });
  const includes = sometimes(fc.array(fc.oneof(include, junk), { maxLength: 2 }));
  const sent = fc.record({
    resourceType: fc.constant('ValueSet'),
    url: sometimes(fc.constant('urn:sent')),
    compose: sometimes(fc.record({ include: includes, exclude: includes })),
    expansion: sometimes(fc.record({ contains: junk })),
  });
  const codeSystem = fc.record({
    resourceType: fc.constant('CodeSystem'),
    concept: sometimes(fc.array(fc.record({ code: junk, concept: junk, property: junk, designation: junk }), { maxLength: 2 })),
    property: junk,
  });
  const conceptMap = fc.record({
    resourceType: fc.constant('ConceptMap'),
    group: sometimes(fc.array(fc.record({ source: junk, element: junk, unmapped: junk }), { maxLength: 2 })),
  });
  const coding = fc.oneof(fc.record({ system: sometimes(fc.constant(system)), code: sometimes(fc.constant('rice')), display: junk }), junk);
  const operations = [
    (inputs: Inputs) => expand(terminology, inputs, now),
    (inputs: Inputs) => lookup(terminology, inputs),
    (inputs: Inputs) => subsumes(terminology, inputs),
    (inputs: Inputs) => translate(terminology, inputs),
    (inputs: Inputs) => validateCodeInValueSet(terminology, inputs),
    (inputs: Inputs) => validateCodeInCodeSystem(terminology, inputs),
  ];
  fc.assert(
    fc.property(sent, codeSystem, conceptMap, coding, coding, junk, (valueSet, codes, mapping, one, other, value) => {
      const parameter = [
        { name: 'valueSet', resource: valueSet },
        { name: 'codeSystem', resource: codes },
        { name: 'conceptMap', resource: mapping },
        { name: 'coding', valueCoding: one },
        { name: 'codingA', valueCoding: one },
        { name: 'codingB', valueCoding: other },
        { name: 'codeableConcept', valueCodeableConcept: { coding: value } },
        { name: 'count', valueInteger: value },
        { name: 'filter', valueString: value },
      ];
      const all = inputsOfParameters({ resourceType: 'Parameters', parameter } as unknown as Parameters);
      return operations.every((operation) => typeof operation(all).ok === 'boolean');
    }),
    { numRuns: 500 },
  );
  t.end();
});
