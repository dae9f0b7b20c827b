import { test } from 'tap';
import { errors, validatorWith } from './support.js';

const validator = validatorWith();

// what is sent, and the errors it earns: rule @ expression
const cases: ReadonlyArray<readonly [rule: string, resource: unknown, expected: readonly string[]]> = [
  ['accepts an empty Patient', { resourceType: 'Patient' }, []],
  ['refuses what is no object', 'Patient', ['resource-type @ ']],
  ['refuses an array', [], ['resource-type @ ']],
  ['refuses null', null, ['resource-type @ ']],
  ['refuses a resource without a type', { id: 'a' }, ['resource-type @ ']],
  ['refuses an unknown type', { resourceType: 'Unicorn' }, ['resource-type @ ']],
  ['refuses an abstract type', { resourceType: 'DomainResource' }, ['resource-type @ ']],
  ['refuses an unknown element', { resourceType: 'Patient', nam: [] }, ['unknown-element @ Patient']],
  [
    'refuses names of prototypes',
    JSON.parse('{"resourceType":"Patient","__proto__":{"a":1},"constructor":1,"toString":"x"}'),
    ['unknown-element @ Patient', 'unknown-element @ Patient', 'unknown-element @ Patient'],
  ],
  ['asks for a required element at its parent', { resourceType: 'Observation', code: { text: 'x' } }, ['min-cardinality @ Observation']],
  [
    'takes a required primitive that has only extensions as present',
    {
      resourceType: 'List',
      mode: 'working',
      _status: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
    },
    ['binding @ List.status'],
  ],
  ['asks for an array', { resourceType: 'Patient', telecom: { system: 'phone' } }, ['json-array @ Patient.telecom']],
  [
    'goes on inside an object that ought to be in an array',
    { resourceType: 'Patient', telecom: { system: 'semaphore' } },
    ['json-array @ Patient.telecom', 'binding @ Patient.telecom[0].system'],
  ],
  ['asks for one value', { resourceType: 'Patient', gender: ['male'] }, ['json-array @ Patient.gender']],
  [
    'refuses null',
    { resourceType: 'Patient', birthDate: null, name: null, photo: [null] },
    ['null-value @ Patient.birthDate', 'null-value @ Patient.name', 'null-value @ Patient.photo[0]'],
  ],
  ['refuses an empty array', { resourceType: 'Patient', name: [] }, ['empty-array @ Patient.name']],
  ['refuses an empty object', { resourceType: 'Patient', name: [{}] }, ['ele-1 @ Patient.name[0]']],
  ['refuses an empty string', { resourceType: 'Patient', name: [{ text: '' }] }, ['type-string @ Patient.name[0].text']],
  ['refuses two of a choice', { resourceType: 'Patient', deceasedBoolean: true, deceasedDateTime: '2020' }, ['choice-twice @ Patient']],
  [
    'takes a value with its extensions as one of a choice',
    { resourceType: 'Patient', deceasedBoolean: true, _deceasedBoolean: { id: 'a' } },
    [],
  ],
  ['refuses a type that a choice does not have', { resourceType: 'Patient', deceasedString: 'yes' }, ['unknown-element @ Patient']],
  ['refuses true in quotes', { resourceType: 'Patient', active: 'true' }, ['type-boolean @ Patient.active']],
  [
    'refuses a number in quotes',
    { resourceType: 'Patient', multipleBirthInteger: '2' },
    ['type-integer @ Patient.multipleBirth.ofType(integer)'],
  ],
  [
    'refuses a fraction as an integer',
    { resourceType: 'Patient', multipleBirthInteger: 1.5 },
    ['type-integer @ Patient.multipleBirth.ofType(integer)'],
  ],
  [
    'refuses an integer beyond 32 bits',
    { resourceType: 'Patient', multipleBirthInteger: 2 ** 31 },
    ['type-integer @ Patient.multipleBirth.ofType(integer)'],
  ],
  [
    'refuses zero as a positive integer',
    { resourceType: 'Patient', telecom: [{ value: '1', system: 'phone', rank: 0 }] },
    ['type-positiveInt @ Patient.telecom[0].rank'],
  ],
  ['refuses a day that the calendar lacks', { resourceType: 'Patient', birthDate: '2021-02-29' }, ['type-date @ Patient.birthDate']],
  ['takes the leap day of a leap year', { resourceType: 'Patient', birthDate: '2020-02-29' }, []],
  ['takes a year and a month alone', { resourceType: 'Patient', birthDate: '2020-02' }, []],
  ['refuses a month 13', { resourceType: 'Patient', birthDate: '2020-13' }, ['type-date @ Patient.birthDate']],
  [
    'refuses a time without a zone',
    { resourceType: 'Patient', deceasedDateTime: '2020-01-01T10:00:00' },
    ['type-dateTime @ Patient.deceased.ofType(dateTime)'],
  ],
  ['refuses white space in a code', { resourceType: 'Patient', gender: ' male' }, ['type-code @ Patient.gender']],
  ['refuses an id with an underscore', { resourceType: 'Patient', id: 'a_b' }, ['type-id @ Patient.id']],
  ['refuses an id beyond 64 characters', { resourceType: 'Patient', id: 'a'.repeat(65) }, ['type-id @ Patient.id']],
  ['takes any text as the id of an element', { resourceType: 'Patient', name: [{ id: 'a_b c', text: 'x' }] }, []],
  ['refuses blanks in a uri', { resourceType: 'Patient', implicitRules: 'http://a b' }, ['type-uri @ Patient.implicitRules']],
  ['refuses control characters', { resourceType: 'Patient', name: [{ text: 'a\u0001' }] }, ['type-string @ Patient.name[0].text']],
  [
    'refuses text beyond 1 MiB',
    { resourceType: 'Patient', name: [{ text: 'x'.repeat(1_048_577) }] },
    ['type-string @ Patient.name[0].text'],
  ],
  ['refuses what is no base64', { resourceType: 'Binary', contentType: 'text/plain', data: 'a$==' }, ['type-base64Binary @ Binary.data']],
  ['takes base64 with white space', { resourceType: 'Binary', contentType: 'text/plain', data: 'YWJj\n ZGVm' }, []],
  [
    'aligns values with their siblings',
    {
      resourceType: 'Patient',
      name: [
        {
          given: ['a', null],
          _given: [null, { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] }],
        },
      ],
    },
    [],
  ],
  [
    'refuses siblings of another length',
    { resourceType: 'Patient', name: [{ given: ['a', 'b'], _given: [{ id: 'x' }] }] },
    ['sibling-length @ Patient.name[0].given'],
  ],
  [
    'refuses a position that has neither value nor sibling',
    { resourceType: 'Patient', name: [{ given: ['a', null], _given: [null, null] }] },
    ['null-value @ Patient.name[0].given[1]'],
  ],
  [
    'checks what a sibling holds',
    { resourceType: 'Patient', gender: 'male', _gender: { extension: [{ valueString: 'x' }] } },
    ['min-cardinality @ Patient.gender.extension[0]'],
  ],
  ['binds a code', { resourceType: 'Patient', gender: 'men' }, ['binding @ Patient.gender']],
  [
    'binds a concept',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'asleep' }] },
    },
    ['unknown-code @ Condition.clinicalStatus.coding[0].code', 'binding @ Condition.clinicalStatus'],
  ],
  [
    'refuses a code that its system lacks, whatever the binding',
    {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'xx' }] },
    },
    ['unknown-code @ Observation.code.coding[0].code'],
  ],
  [
    'checks the type of a reference by its text',
    { resourceType: 'Patient', managingOrganization: { reference: 'Patient/1' } },
    ['reference-target @ Patient.managingOrganization'],
  ],
  [
    'checks the type of an absolute reference',
    { resourceType: 'Patient', managingOrganization: { reference: 'https://a.id/fhir/Group/1/_history/2' } },
    ['reference-target @ Patient.managingOrganization'],
  ],
  [
    'finds a contained target missing',
    { resourceType: 'Patient', managingOrganization: { reference: '#o' } },
    ['ref-1 @ Patient.managingOrganization', 'reference-unresolved @ Patient.managingOrganization'],
  ],
  [
    'checks the type of a contained target',
    { resourceType: 'Patient', contained: [{ resourceType: 'Location', id: 'o' }], managingOrganization: { reference: '#o' } },
    ['reference-target @ Patient.managingOrganization'],
  ],
  [
    'checks contained resources',
    { resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'o', name: 1 }], managingOrganization: { reference: '#o' } },
    ['type-string @ Patient.contained[0].name'],
  ],
  [
    'refuses contained resources that nothing refers to',
    { resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }] },
    ['dom-3 @ Patient'],
  ],
  [
    'refuses contained resources without an id',
    { resourceType: 'Patient', contained: [{ resourceType: 'Organization', name: 'x' }] },
    ['contained-id @ Patient.contained[0]'],
  ],
  ['evaluates invariants of backbone elements', { resourceType: 'Patient', contact: [{ gender: 'male' }] }, ['pat-1 @ Patient.contact[0]']],
  [
    'evaluates invariants of datatypes',
    {
      resourceType: 'Encounter',
      status: 'planned',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      period: { start: '2020-02-01', end: '2020-01-01' },
    },
    ['per-1 @ Encounter.period'],
  ],
  [
    'holds extensions to a value or extensions',
    { resourceType: 'Patient', extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace' }] },
    ['ext-1 @ Patient.extension[0]', 'min-cardinality @ Patient.extension[0]'],
  ],
  [
    'checks an extension by its definition',
    { resourceType: 'Patient', extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueString: 'Bogor' }] },
    ['type @ Patient.extension[0].value.ofType(string)'],
  ],
  [
    'keeps extensions where they belong',
    {
      resourceType: 'Organization',
      name: 'x',
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueAddress: { text: 'Bogor' } }],
    },
    ['extension-context @ Organization'],
  ],
  [
    'refuses unknown modifier extensions',
    { resourceType: 'Patient', modifierExtension: [{ url: 'https://lontar.test/x', valueBoolean: true }] },
    ['unknown-extension @ Patient.modifierExtension[0]'],
  ],
  ['bears unknown extensions', { resourceType: 'Patient', extension: [{ url: 'https://lontar.test/x', valueBoolean: true }] }, []],
  [
    'follows content references',
    { resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'grup' }] }] },
    ['binding @ Questionnaire.item[0].item[0].type'],
  ],
  [
    'checks the resources of a Bundle',
    { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'Patient', gender: 'x' } }] },
    ['binding @ Bundle.entry[0].resource.gender'],
  ],
  [
    'checks the resources of Parameters',
    { resourceType: 'Parameters', parameter: [{ name: 'a', resource: { resourceType: 'Patient', gender: 'x' } }] },
    ['binding @ Parameters.parameter[0].resource.gender'],
  ],
  [
    'reports at once all that is wrong',
    { resourceType: 'Patient', gender: 'x', birthDate: '1', active: 1 },
    ['binding @ Patient.gender', 'type-date @ Patient.birthDate', 'type-boolean @ Patient.active'],
  ],
];

test('the base of R4', (t) => {
  for (const [rule, resource, expected] of cases) t.strictSame(errors(validator.validate(resource)), expected, rule);
  t.end();
});

test('says in both languages what is wrong, and names what is near', (t) => {
  const [found] = validator.validate({ resourceType: 'Patient', nama: [{ text: 'x' }], name: [{ text: 'x' }] });
  t.match(found?.text.id, /'nama' tidak dikenal.*'name'/);
  t.match(found?.text.en, /'nama' is not known.*'name'/);
  t.equal(found?.code, 'structure');
  t.match(found?.diagnostics, /birthDate/);
  t.end();
});

test('never repeats a value of a person in diagnostics', (t) => {
  const issues = validator.validate({ resourceType: 'Patient', birthDate: '31-12-1999', name: [{ text: 5, family: '' }] });
  t.notMatch(JSON.stringify(issues), /1999/);
  t.end();
});

test('warns of what is only advised', (t) => {
  const issues = validator.validate({ resourceType: 'Patient', managingOrganization: {} });
  t.strictSame(
    issues.map(({ rule, severity }) => `${severity} ${rule}`),
    ['error ele-1', 'warning reference-content', 'warning dom-6'],
  );
  t.end();
});

test('ends with an issue, whatever is sent', (t) => {
  const nested = (levels: number, wrap: (inner: unknown) => unknown, inner: unknown) => {
    let value = inner;
    for (let level = 0; level < levels; level++) value = wrap(value);
    return value;
  };
  const extension = nested(100_000, (inner) => ({ url: 'https://lontar.test/x', extension: [inner] }), {
    url: 'https://lontar.test/x',
    valueString: 'x',
  });
  t.ok(
    errors(validator.validate({ resourceType: 'Patient', extension: [extension] })).some((found) => found.startsWith('too-deep')),
    'extensions',
  );
  const bundle = nested(100_000, (resource) => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] }), {
    resourceType: 'Patient',
  });
  t.ok(
    errors(validator.validate(bundle)).some((found) => found.startsWith('too-deep')),
    'bundles',
  );
  const unknown = nested(100_000, (a) => ({ a }), {});
  t.strictSame(errors(validator.validate({ resourceType: 'Patient', unknown })), ['unknown-element @ Patient'], 'unknown elements');
  t.strictSame(
    errors(validator.validate({ resourceType: 'Patient', name: [{ text: 'x'.repeat(10_000_000) }] })),
    ['type-string @ Patient.name[0].text'],
    'long text',
  );
  t.end();
});

test('keeps the verdict, and says that there is more, when findings are without number', (t) => {
  const patients = Array.from({ length: 3000 }, () => ({ resource: { resourceType: 'Patient' } }));
  const issues = validator.validate({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [...patients, { resource: { resourceType: 'Patient', gender: 'x' } }],
  });
  t.strictSame(errors(issues), ['binding @ Bundle.entry[3000].resource.gender']);
  t.equal(issues.at(-1)?.rule, 'more-issues');
  const junk = validator.validate({ resourceType: 'Patient', name: Array.from({ length: 50_000 }, () => ({ x: 1 })) });
  t.ok(junk.length <= 10_001);
  t.equal(junk.at(-1)?.rule, 'more-issues');
  t.end();
});

test('resolves references inside a Bundle by fullUrl', (t) => {
  const bundle = (type: string) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
        resource: { resourceType: type, ...(type === 'Organization' ? { name: 'x' } : {}) },
        request: { method: 'POST', url: type },
      },
      {
        resource: { resourceType: 'Patient', managingOrganization: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' } },
        request: { method: 'POST', url: 'Patient' },
      },
    ],
  });
  t.strictSame(errors(validator.validate(bundle('Organization'))), []);
  t.strictSame(errors(validator.validate(bundle('Location'))), ['reference-target @ Bundle.entry[1].resource.managingOrganization']);
  t.end();
});
