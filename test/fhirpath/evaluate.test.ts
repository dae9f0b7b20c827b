import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { parseJson } from '../../src/fhir/json.js';
import { type CompileOptions, compileFhirPath } from '../../src/fhirpath/compile.js';
import { FhirPathError } from '../../src/fhirpath/error.js';
import type { FhirPathContext } from '../../src/fhirpath/fhirpath.js';

const registry = loadRegistry();

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  contained: [{ resourceType: 'Organization', id: 'org', name: 'Posyandu Melati' }],
  name: [
    { use: 'official', family: 'Aminah', given: ['Siti', 'Nur'] },
    { use: 'usual', given: ['Nur'] },
  ],
  gender: 'female',
  birthDate: '1994-05-30',
  _birthDate: {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime', valueDateTime: '1994-05-30T04:15:00+07:00' }],
  },
  deceasedBoolean: false,
  _active: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
  generalPractitioner: [
    { reference: 'Practitioner/b1' },
    { reference: 'https://x.id/fhir/Organization/9/_history/2' },
    { reference: '#org' },
    { display: 'who' },
  ],
  contact: [{ relationship: [{ text: 'ibu' }] }],
};

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
  subject: { reference: 'Patient/p1' },
  valueQuantity: { value: 10.5, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
  component: [
    { code: { text: 'a' }, valueInteger: 3 },
    { code: { text: 'b' }, valueString: 'x' },
  ],
};

function evaluate(expression: string, resource: object, context: FhirPathContext = {}, options: Partial<CompileOptions> = {}): unknown[] {
  const { resourceType } = resource as { readonly resourceType?: string };
  const both = [false, true].map((interpretOnly) =>
    compileFhirPath(expression, {
      registry,
      interpretOnly,
      ...(resourceType === undefined ? {} : { type: resourceType }),
      ...options,
    }).evaluate(resource, context),
  );
  const [direct = [], interpreted = []] = both;
  if (resourceType !== undefined && options.type === undefined) {
    const untyped = compileFhirPath(expression, { registry, ...options });
    for (let run = 0; run < 3; run += 1) {
      if (JSON.stringify(untyped.evaluate(resource, context)) !== JSON.stringify(direct))
        throw new Error(`${expression}: without a static type it differs`);
    }
  }
  if (JSON.stringify(direct) !== JSON.stringify(interpreted)) throw new Error(`${expression}: generated code and interpreter differ`);
  return direct.map(({ type, value }) => `${type} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
}

test('values carry their FHIR type', async (t) => {
  t.same(evaluate('Patient.gender | name.given', patient), ['code female', 'string Siti', 'string Nur']);
  t.same(evaluate('Observation.value.value', observation), ['decimal 10.5']);
  t.same(evaluate('Observation.component.value', observation), ['integer 3', 'string x']);
  t.same(evaluate('(Observation.value as Quantity).code', observation), ['code g/dL']);
  t.same(evaluate('Observation.value.ofType(string)', observation), []);
  t.same(evaluate('Patient.deceased', patient), ['boolean false']);
  t.same(evaluate('contact.relationship.text | contained.name', patient), ['string ibu', 'string Posyandu Melati']);
  t.match(evaluate('contact', patient)[0], /^BackboneElement /);
});

test('the search parameters of R4 mean what they say', async (t) => {
  t.same(evaluate('Patient.deceased.exists() and Patient.deceased != false', patient), ['System.Boolean false']);
  t.same(
    evaluate('Patient.deceased.exists() and Patient.deceased != false', {
      ...patient,
      deceasedBoolean: undefined,
      deceasedDateTime: '2020',
    }),
    ['System.Boolean true'],
  );
  t.same(evaluate('AllergyIntolerance.patient | Observation.subject.where(resolve() is Patient)', observation), [
    'Reference {"reference":"Patient/p1"}',
  ]);
  t.same(evaluate('Patient.name.family | Person.name.family', patient), ['string Aminah']);
  t.same(evaluate('Encounter.subject', patient), []);
});

test('a reference is typed by its text where its target is out of reach, and resolved where it is not', async (t) => {
  t.same(evaluate('generalPractitioner.where(resolve() is Practitioner).reference', patient), ['string Practitioner/b1']);
  t.same(evaluate('generalPractitioner.where(resolve() is Organization).reference', patient), [
    'string https://x.id/fhir/Organization/9/_history/2',
    'string #org',
  ]);
  t.same(evaluate('generalPractitioner.resolve().name', patient), ['string Posyandu Melati']);
  const resolve = (reference: string) =>
    reference === 'Practitioner/b1' ? { resourceType: 'Practitioner', id: 'b1', active: true } : undefined;
  t.same(evaluate('generalPractitioner.resolve().active', patient, { resolve }), ['boolean true']);
  const bundle = {
    resourceType: 'Bundle',
    entry: [
      { fullUrl: 'urn:uuid:1', resource: patient },
      { fullUrl: 'https://x.id/fhir/Patient/2', resource: { ...observation, resourceType: 'Observation', id: '2' } },
    ],
  };
  const inBundle = { ...observation, subject: { reference: 'urn:uuid:1' }, focus: [{ reference: 'Patient/2' }] };
  t.same(evaluate('subject.resolve().id | focus.resolve().id', inBundle, { resource: inBundle, rootResource: bundle }), ['id p1', 'id 2']);
});

test('extensions of primitives are reached through their siblings', async (t) => {
  t.same(evaluate("birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').value", patient), [
    'dateTime 1994-05-30T04:15:00+07:00',
  ]);
  t.same(evaluate('birthDate.extension(%`ext-patient-birthTime`).exists()', patient), ['System.Boolean true']);
  t.same(evaluate('active.exists()', patient), ['System.Boolean true']);
  t.same(evaluate('active.hasValue()', patient), ['System.Boolean false']);
  t.same(evaluate('active.extension.value', patient), ['code unknown']);
  const compiled = compileFhirPath('extension.exists() and hasValue().not()', { registry, type: 'date' });
  t.equal(compiled.holds(undefined, { sibling: { extension: [{ url: 'x' }] } }), true);
  t.equal(compiled.holds('2020-01-01'), false);
});

test('an invariant passes when it is true or empty', async (t) => {
  const holds = (expression: string, focus: unknown, type: string, context?: FhirPathContext): boolean =>
    compileFhirPath(expression, { registry, type }).holds(focus, context);
  t.equal(holds('start <= end', { start: '2020-01', end: '2020-01-05' }, 'Period'), true, 'unknown');
  t.equal(holds('start <= end', { start: '2020-02', end: '2020-01-05' }, 'Period'), false);
  t.equal(holds('start <= end', { start: '2020-01-05T00:00:00+07:00', end: '2020-01-04T18:00:00Z' }, 'Period'), true);
  t.equal(
    holds(
      'low <= high',
      {
        low: { value: 900, code: 'g', system: 'http://unitsofmeasure.org' },
        high: { value: 1, code: 'kg', system: 'http://unitsofmeasure.org' },
      },
      'Range',
    ),
    true,
  );
  t.equal(
    holds(
      'low <= high',
      {
        low: { value: 1100, code: 'g', system: 'http://unitsofmeasure.org' },
        high: { value: 1, code: 'kg', system: 'http://unitsofmeasure.org' },
      },
      'Range',
    ),
    false,
  );
  t.equal(holds('name.exists() or telecom.exists()', { gender: 'male' }, 'Patient.contact'), false);
  t.equal(holds("%resource.gender = 'female'", { gender: 'male' }, 'Patient.contact', { resource: patient }), true);
  t.equal(holds("where(use = 'home').empty()", { use: 'home' }, 'Organization.telecom'), false);
});

test('decimals are exact', async (t) => {
  const text = (expression: string): string | undefined => compileFhirPath(expression, { registry }).evaluate(patient)[0]?.text;
  t.equal(text('0.1 + 0.2'), '0.3');
  t.equal(text('1.10 * 3'), '3.30');
  t.equal(text('12345678901234567890.5 + 0.5'), '12345678901234567891.0');
  t.equal(text('(10 / 3).round(4)'), '3.3333');
  t.equal(text('(-0.6).round(0)'), '-1');
  t.equal(text("1 'kg' + 1 'g'"), "1.001 'kg'");
});

test('a number keeps the digits its document has', async (t) => {
  const read = parseJson(
    '{"resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"g"},"component":[{"valueQuantity":{"value":1.0}}]}',
  );
  const values = (expression: string): unknown =>
    compileFhirPath(expression, { registry, type: 'Observation' }).evaluate(read.ok ? read.value : {})[0]?.value;
  t.equal(values('value.value.precision()'), 2);
  t.equal(values('value.lowBoundary(3).toString()'), "1.495 'g'");
  t.equal(values('component.value.value.toString()'), '1.0');
});

test('variables bound in a chain live as long as the chain', async (t) => {
  t.same(evaluate("defineVariable('first', name.first()).name.where(family = %first.family).use", patient), ['code official']);
  t.same(evaluate("name.select(defineVariable('u', use).given.select($this & '-' & %u))", patient), [
    'System.String Siti-official',
    'System.String Nur-official',
    'System.String Nur-usual',
  ]);
  t.throws(() => evaluate("defineVariable('a', 1) | %a", patient), FhirPathError, 'not seen beside its branch');
  t.same(evaluate('%age + 1', patient, { variables: { age: { type: 'integer', value: 3 } } }), ['System.Integer 4']);
});

test('now() is the context’s clock, and empty without one', async (t) => {
  t.same(evaluate('now()', patient, { now: Date.UTC(2026, 0, 2, 3, 4, 5, 6) }), ['System.DateTime 2026-01-02T03:04:05.006Z']);
  t.same(evaluate('today()', patient, { now: Date.UTC(2026, 0, 2) }), ['System.Date 2026-01-02']);
  t.same(evaluate('today()', patient, { now: Date.UTC(2026, 0, 1, 18), zoneMinutes: 420 }), ['System.Date 2026-01-02']);
  t.same(evaluate('now()', patient, { now: Date.UTC(2026, 0, 1, 18), zoneMinutes: 420 }), [
    'System.DateTime 2026-01-02T01:00:00.000+07:00',
  ]);
  t.same(evaluate('now()', patient), []);
});

test('the functions of FHIR that need help ask the context', async (t) => {
  t.same(
    evaluate("gender.memberOf('http://x/vs')", patient, {
      memberOf: (value, valueSet) => value === 'female' && valueSet === 'http://x/vs',
    }),
    ['System.Boolean true'],
  );
  t.same(evaluate("gender.memberOf('http://x/vs')", patient), []);
  t.same(evaluate("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", patient), ['System.Boolean true']);
  t.same(evaluate("conformsTo('http://hl7.org/fhir/StructureDefinition/vitalsigns')", observation, { conformsTo: () => false }), [
    'System.Boolean false',
  ]);
  t.same(evaluate("slice('http://x', 'a')", patient, { slice: (_, structure, name) => structure === 'http://x' && name === 'a' }), [
    `Patient ${JSON.stringify(patient)}`,
  ]);
  t.same(evaluate('name.first().elementDefinition().path', patient), ['string Patient.name']);
  t.throws(() => evaluate('checkModifiers()', { ...patient, modifierExtension: [{ url: 'http://m' }] }), FhirPathError);
  t.same(evaluate("checkModifiers('http://m').id", { ...patient, modifierExtension: [{ url: 'http://m' }] }), ['id p1']);
  const seen: string[] = [];
  evaluate("name.given.trace('given')", patient, { trace: (name, values) => seen.push(`${name} ${values.length}`) });
  t.ok(seen.includes('given 3'));
});

test('keys of resources and references are those of SQL on FHIR', async (t) => {
  t.same(evaluate('getResourceKey()', patient), ['System.String p1']);
  t.same(evaluate('generalPractitioner.getReferenceKey()', patient), ['System.String b1', 'System.String 9']);
  t.same(evaluate('generalPractitioner.getReferenceKey(Organization)', patient), ['System.String 9']);
});

test('a narrative is checked for what R4 allows', async (t) => {
  const div = (body: string): boolean =>
    compileFhirPath('htmlChecks()', { registry, type: 'xhtml' }).holds(`<div xmlns="http://www.w3.org/1999/xhtml">${body}</div>`);
  t.equal(div('<p style="x">Ibu <b>sehat</b> &lt; &#233; <br/></p><!-- x -->'), true);
  for (const bad of [
    '',
    '<script>x</script>',
    '<p onclick="x()">a</p>',
    '<a href="javascript:x()">a</a>',
    '<p>a',
    '<p>a</b></p>',
    'a & b',
    '<form>a</form>',
    '&eacute;',
  ])
    t.equal(div(bad), false, bad);
  t.equal(compileFhirPath('htmlChecks()', { registry, type: 'xhtml' }).holds('<div>no namespace</div>'), false);
});

test('strict mode refuses what its types can’t bear, with the position', async (t) => {
  const cases: ReadonlyArray<readonly [string, number]> = [
    ['name.given1', 5],
    ['Encounter.status', 0],
    ['Patient.children().skip(1)', 19],
    ['name.where(family.given.exists())', 18],
    ['Patient.deceasedBoolean', 8],
  ];
  for (const [expression, position] of cases) {
    try {
      compileFhirPath(expression, { registry, type: 'Patient', mode: 'strict' });
      t.fail(expression);
    } catch (error) {
      t.ok(error instanceof FhirPathError);
      t.equal((error as FhirPathError).position, position, expression);
    }
    t.doesNotThrow(() => compileFhirPath(expression, { registry, type: 'Patient' }), 'lenient mode takes it');
  }
  for (const expression of ['nosuch()', 'name.is(Nosuch)', 'name.first(1)', "name.matches('[')"]) {
    t.throws(() => compileFhirPath(expression, { registry, type: 'Patient', mode: 'strict' }).evaluate(patient), FhirPathError, expression);
  }
});
