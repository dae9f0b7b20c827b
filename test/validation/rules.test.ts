import { test } from 'tap';
import { loadBusinessRules } from '../../src/validation/rules/business.js';
import { errors, validatorWith } from './support.js';

const questionnaire = {
  resourceType: 'Questionnaire',
  url: 'https://lontar.test/Questionnaire/q',
  status: 'active',
  item: [
    { linkId: 'smokes', type: 'boolean', required: true },
    {
      linkId: 'packs',
      type: 'integer',
      enableWhen: [{ question: 'smokes', operator: '=', answerBoolean: true }],
      required: true,
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueInteger: 10 }],
    },
    { linkId: 'kind', type: 'choice', answerOption: [{ valueCoding: { system: 'urn:k', code: 'a' } }] },
    { linkId: 'group', type: 'group', repeats: true, item: [{ linkId: 'note', type: 'string', maxLength: 3, repeats: true }] },
    { linkId: 'text', type: 'display' },
  ],
};

const answers = (...item: readonly object[]) => ({
  resourceType: 'QuestionnaireResponse',
  questionnaire: questionnaire.url,
  status: 'completed',
  ...(item.length === 0 ? {} : { item }),
});
const smokes = (value: boolean) => ({ linkId: 'smokes', answer: [{ valueBoolean: value }] });

const responses: ReadonlyArray<readonly [rule: string, resource: object, expected: readonly string[]]> = [
  ['accepts what the questionnaire asks for', answers(smokes(true), { linkId: 'packs', answer: [{ valueInteger: 2 }] }), []],
  ['wants required answers', answers(), ['questionnaire-required @ QuestionnaireResponse']],
  ['waits for required answers while in progress', { ...answers(), status: 'in-progress' }, []],
  ['wants an enabled required answer', answers(smokes(true)), ['questionnaire-required @ QuestionnaireResponse']],
  [
    'refuses an answer that is not enabled',
    answers(smokes(false), { linkId: 'packs', answer: [{ valueInteger: 2 }] }),
    ['questionnaire-enabled @ QuestionnaireResponse.item[1]'],
  ],
  ['refuses an unknown linkId', answers(smokes(false), { linkId: 'x' }), ['questionnaire-link @ QuestionnaireResponse']],
  ['refuses items out of order', answers({ linkId: 'kind' }, smokes(false)), ['questionnaire-order @ QuestionnaireResponse.item[1]']],
  [
    'checks the type of an answer',
    answers({ linkId: 'smokes', answer: [{ valueString: 'no' }] }),
    ['questionnaire-answer-type @ QuestionnaireResponse.item[0].answer[0].value.ofType(string)'],
  ],
  [
    'checks limits',
    answers(smokes(true), { linkId: 'packs', answer: [{ valueInteger: 20 }] }),
    ['questionnaire-limit @ QuestionnaireResponse.item[1].answer[0].value.ofType(integer)'],
  ],
  [
    'checks options',
    answers(smokes(false), { linkId: 'kind', answer: [{ valueCoding: { system: 'urn:k', code: 'b' } }] }),
    ['questionnaire-option @ QuestionnaireResponse.item[1].answer[0]'],
  ],
  [
    'allows one answer where none may repeat',
    answers(
      { linkId: 'smokes', answer: [{ valueBoolean: true }, { valueBoolean: false }] },
      { linkId: 'packs', answer: [{ valueInteger: 1 }] },
    ),
    ['questionnaire-repeats @ QuestionnaireResponse.item[0]'],
  ],
  [
    'checks items within groups',
    answers(smokes(false), { linkId: 'group', item: [{ linkId: 'note', answer: [{ valueString: 'long' }] }] }),
    ['questionnaire-limit @ QuestionnaireResponse.item[1].item[0].answer[0].value.ofType(string)'],
  ],
  [
    'takes no answer to a display',
    answers(smokes(false), { linkId: 'text', answer: [{ valueString: 'x' }] }),
    ['questionnaire-display @ QuestionnaireResponse.item[1]'],
  ],
];

test('a QuestionnaireResponse beside its Questionnaire', (t) => {
  const validator = validatorWith([questionnaire]);
  for (const [rule, resource, expected] of responses) t.strictSame(errors(validator.validate(resource)), expected, rule);
  t.end();
});

const composition = {
  resourceType: 'Composition',
  id: 'c',
  status: 'final',
  type: { text: 't' },
  date: '2020',
  author: [{ reference: 'Practitioner/p' }],
  title: 't',
};
const document = (...entry: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'document',
  identifier: { system: 'urn:x', value: '1' },
  timestamp: '2020-01-01T00:00:00Z',
  entry: [{ fullUrl: 'https://a.id/fhir/Composition/c', resource: composition }, ...entry],
});
const practitioner = { fullUrl: 'https://a.id/fhir/Practitioner/p', resource: { resourceType: 'Practitioner', id: 'p' } };

const others: ReadonlyArray<readonly [rule: string, resource: object, expected: readonly string[]]> = [
  ['accepts a document that hangs together', document(practitioner), []],
  ['misses in a document what the Composition refers to', document(), ['bundle-reference @ Bundle.entry[0].resource.author[0]']],
  [
    'refuses in a document what nothing links',
    document(practitioner, {
      fullUrl: 'https://a.id/fhir/Group/g',
      resource: { resourceType: 'Group', id: 'g', type: 'person', actual: false },
    }),
    ['bundle-unreachable @ Bundle.entry[2]'],
  ],
  [
    'wants absolute fullUrls',
    { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'Patient/1', resource: { resourceType: 'Patient', id: '1' } }] },
    ['bundle-full-url @ Bundle.entry[0]'],
  ],
  [
    'wants fullUrls that agree with ids',
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: 'https://a.id/fhir/Patient/2', resource: { resourceType: 'Patient', id: '1' } }],
    },
    ['bundle-full-url @ Bundle.entry[0]'],
  ],
  [
    'refuses two entries of one fullUrl',
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        { fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: { resourceType: 'Patient' } },
        { fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: { resourceType: 'Patient' } },
      ],
    },
    ['bdl-7 @ Bundle'],
  ],
  [
    'wants ids in search results',
    {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'self', url: 'https://a.id/Patient?name=x' }],
      entry: [{ resource: { resourceType: 'Patient' } }],
    },
    ['bundle-search @ Bundle.entry[0].resource'],
  ],
  [
    'wants one self link',
    {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [
        { relation: 'self', url: 'https://a.id/Patient' },
        { relation: 'self', url: 'https://a.id/Patient' },
      ],
    },
    ['bundle-link @ Bundle.link[1]'],
  ],
  [
    'compares the size of an attachment with its data',
    { resourceType: 'Media', status: 'completed', content: { contentType: 'text/plain', data: 'YWJj', size: 4 } },
    ['attachment-size @ Media.content'],
  ],
  [
    'counts the concepts of a complete code system',
    { resourceType: 'CodeSystem', status: 'active', content: 'complete', count: 2, concept: [{ code: 'a' }] },
    ['code-system-count @ CodeSystem.count'],
  ],
  [
    'refuses relative systems in a value set',
    { resourceType: 'ValueSet', status: 'active', compose: { include: [{ system: '#x' }] } },
    ['value-set-system @ ValueSet.compose.include[0]'],
  ],
  [
    'refuses broken expression constraints',
    {
      resourceType: 'ValueSet',
      status: 'active',
      compose: {
        include: [{ system: 'http://snomed.info/sct', filter: [{ property: 'constraint', op: '=', value: '<< 73211009 << 404684003' }] }],
      },
    },
    ['value-set-filter @ ValueSet.compose.include[0].filter[0]'],
  ],
  [
    'takes expression constraints',
    {
      resourceType: 'ValueSet',
      status: 'active',
      compose: {
        include: [
          {
            system: 'http://snomed.info/sct',
            filter: [{ property: 'constraint', op: '=', value: '<< 73211009 |Diabetes| : 363698007 = << 39057004, { 116676008 = * }' }],
          },
        ],
      },
    },
    [],
  ],
  [
    'refuses types that FHIR lacks',
    {
      resourceType: 'StructureDefinition',
      url: 'https://lontar.test/x',
      name: 'X',
      status: 'active',
      kind: 'logical',
      abstract: false,
      type: 'Unicorn',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Element',
      derivation: 'specialization',
      differential: { element: [{ id: 'Unicorn', path: 'Unicorn' }] },
    },
    ['structure-type @ StructureDefinition.type'],
  ],
  [
    'refuses an enableWhen on a question within',
    {
      resourceType: 'Questionnaire',
      status: 'active',
      item: [
        {
          linkId: '1',
          type: 'group',
          enableWhen: [{ question: '2', operator: 'exists', answerBoolean: true }],
          item: [{ linkId: '2', type: 'string' }],
        },
      ],
    },
    ['questionnaire-enable-when @ Questionnaire.item[0]'],
  ],
];

test('rules beyond the definitions', (t) => {
  const validator = validatorWith();
  for (const [rule, resource, expected] of others) t.strictSame(errors(validator.validate(resource)), expected, rule);
  t.end();
});

const narrative = (inner: string) => ({
  resourceType: 'Patient',
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` },
});
const narratives: ReadonlyArray<readonly [rule: string, inner: string, expected: readonly string[]]> = [
  [
    'accepts tables, links and images',
    '<table class="x"><tr><td colspan="2">a &lt; b<br/></td></tr></table><a href="http://x">y</a><img src="#"  alt="z"/>',
    [],
  ],
  ['refuses scripts', 'x<script>alert(1)</script>', ['txt-1']],
  ['refuses event handlers', '<p onclick="x()">y</p>', ['txt-1']],
  ['refuses forms', '<form>x</form>', ['txt-1']],
  ['refuses what is not closed', '<p>x', ['narrative-xml']],
  ['refuses entities that XML lacks', 'a&nbsp;b', ['narrative-entity']],
  ['refuses emptiness', ' <p> </p>', ['txt-2']],
  ['refuses links to nowhere', '<a href="#x">y</a>', ['narrative-link']],
  ['follows links within', '<a href="#x">y</a><p id="x">z</p>', []],
  ['refuses a document type', '<!DOCTYPE x>y', ['narrative-xml']],
];

test('narratives', (t) => {
  const validator = validatorWith();
  for (const [rule, inner, expected] of narratives) {
    t.strictSame(
      errors(validator.validate(narrative(inner))),
      expected.map((id) => `${id} @ Patient.text.div`),
      rule,
    );
  }
  t.strictSame(errors(validator.validate({ resourceType: 'Patient', text: { status: 'generated', div: '<p>x</p>' } })), [
    'narrative-div @ Patient.text.div',
  ]);
  t.end();
});

test('reads a hostile narrative in no time', (t) => {
  const validator = validatorWith();
  t.ok(errors(validator.validate(narrative(`<p ${'a="b" '.repeat(100_000)}`))).length > 0);
  t.ok(errors(validator.validate(narrative('<p>'.repeat(100_000)))).length > 0);
  t.ok(errors(validator.validate(narrative('&'.repeat(200_000)))).length > 0);
  t.end();
});

test('evaluates business rules where they point', (t) => {
  const validator = validatorWith([], {
    rules: [
      {
        id: 'nik-length',
        number: '10009',
        resourceType: 'Patient',
        context: "identifier.where(system = 'urn:nik')",
        element: 'value',
        condition: "value.matches('^[0-9]{16}$')",
        severity: 'error',
        text: { id: 'NIK harus 16 angka.', en: 'A NIK has 16 digits.' },
      },
      {
        id: 'adult',
        resourceType: 'Patient',
        condition: 'gender.exists()',
        severity: 'warning',
        text: { id: 'Isi gender.', en: 'Supply the gender.' },
      },
    ],
  });
  const issues = validator.validate({
    resourceType: 'Patient',
    identifier: [
      { system: 'urn:x', value: '1' },
      { system: 'urn:nik', value: '1' },
    ],
  });
  t.strictSame(errors(issues), ['nik-length @ Patient.identifier[1].value']);
  t.ok(issues.some(({ rule, severity }) => rule === 'adult' && severity === 'warning'));
  t.match(issues.find(({ rule }) => rule === 'nik-length')?.diagnostics, /10009/);
  t.end();
});

test('has business rules on board that it can read', (t) => {
  for (const rule of loadBusinessRules()) t.ok(rule.id !== '' && rule.text.id !== '' && rule.text.en !== '', rule.id);
  t.end();
});
