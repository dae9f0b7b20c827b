import { test } from 'tap';
import { v7 } from 'uuid';
import { loadRegistry } from '../../src/definitions/load.js';
import { OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { FhirResource, JsonObject } from '../../src/fhir/resource.js';
import { parseSearch } from '../../src/search/parse.js';
import type { SearchRequest } from '../../src/search/request.js';
import type { Scope } from '../../src/search/scope.js';
import { createStore } from '../../src/store/create-store.js';
import { createTerminology } from '../../src/terminology/create.js';
import { testDatabase } from '../support/database.js';

const registry = loadRegistry();
const terminology = createTerminology(registry);
const all: Scope = { kind: 'all' };
const context = { scope: all, actor: 'test', requestId: 'r1' } as const;

function parse(type: string, query: string, more: { readonly lenient?: boolean; readonly maximumCount?: number } = {}) {
  return parseSearch({ registry, terminology, type, query, ...more });
}

function request(type: string, query: string): SearchRequest {
  const parsed = parse(type, query);
  if (!parsed.ok) throw new Error(`${query}: ${parsed.issues.map(({ text }) => text.en).join(' ')}`);
  return parsed.value;
}

const loinc = 'http://loinc.org';
const ucum = 'http://unitsofmeasure.org';

const resources: readonly JsonObject[] = [
  { resourceType: 'Organization', id: 'dinkes', name: 'Dinas Kesehatan Bantul', identifier: [{ system: 'http://o.test', value: '1' }] },
  { resourceType: 'Organization', id: 'pkm', name: 'Puskesmas Melati', partOf: { reference: 'Organization/dinkes' } },
  { resourceType: 'Practitioner', id: 'bidan', name: [{ text: 'Bidan Ani' }] },
  {
    resourceType: 'Patient',
    id: 'sari',
    meta: { profile: ['https://p.test/StructureDefinition/Ibu|1.0'], tag: [{ system: 'http://t.test', code: 'uji' }] },
    identifier: [
      {
        system: 'http://mr.test',
        value: '77',
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }], text: 'Nomor rekam medis' },
      },
    ],
    name: [{ family: 'Sari', given: ['Dewi'] }],
    birthDate: '1990-05-01',
    gender: 'female',
    telecom: [{ system: 'phone', value: '0812' }],
    generalPractitioner: [{ reference: 'Practitioner/bidan' }],
    managingOrganization: { reference: 'Organization/pkm' },
  },
  { resourceType: 'Patient', id: 'budi', name: [{ family: 'Budi' }], birthDate: '2020', gender: 'male', deceasedBoolean: true },
  { resourceType: 'Group', id: 'kk', type: 'person', actual: true },
  {
    resourceType: 'Encounter',
    id: 'k1',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: 'Patient/sari' },
    serviceProvider: { reference: 'Organization/pkm' },
    length: { value: 2, system: ucum, code: 'h' },
    period: { start: '2026-01-05T08:00:00+07:00' },
  },
  {
    resourceType: 'Observation',
    id: 'hb',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory', display: 'Laboratory' }] },
    ],
    code: { coding: [{ system: loinc, code: '718-7', display: 'Hemoglobin [Mass/volume] in Blood' }], text: 'Kadar Hb' },
    subject: { reference: 'Patient/sari' },
    encounter: { reference: 'Encounter/k1' },
    performer: [{ reference: 'Practitioner/bidan' }],
    effectiveDateTime: '2026-01-05T08:10:00+07:00',
    valueQuantity: { value: 10.4, unit: 'g/dL', system: ucum, code: 'g/dL' },
  },
  {
    resourceType: 'Observation',
    id: 'tensi',
    status: 'preliminary',
    code: { coding: [{ system: loinc, code: '85354-9' }] },
    subject: { reference: 'Patient/sari' },
    effectiveDateTime: '2026-02',
    component: [
      { code: { coding: [{ system: loinc, code: '8480-6' }] }, valueQuantity: { value: 145, system: ucum, code: 'mm[Hg]' } },
      { code: { coding: [{ system: loinc, code: '8462-4' }] }, valueQuantity: { value: 85, system: ucum, code: 'mm[Hg]' } },
    ],
  },
  {
    resourceType: 'Observation',
    id: 'rumah',
    status: 'final',
    code: { coding: [{ system: loinc, code: '718-7' }] },
    subject: { reference: 'Group/kk' },
    performer: [{ identifier: { system: 'http://o.test', value: '1' } }],
    derivedFrom: [{ reference: 'Observation/hb' }],
    valueInteger: 3,
  },
  { resourceType: 'ValueSet', id: 'v1', url: 'http://a.test/fhir/ValueSet/satu', status: 'draft' },
  { resourceType: 'ValueSet', id: 'v2', url: 'http://a.test/fhir/ValueSet', status: 'active' },
  {
    resourceType: 'RiskAssessment',
    id: 'r1',
    status: 'final',
    subject: { reference: 'Patient/sari' },
    prediction: [{ probabilityDecimal: 0.25 }],
  },
  {
    resourceType: 'DocumentReference',
    id: 'd1',
    status: 'current',
    content: [{ attachment: { url: 'http://x.test/1' } }],
    relatesTo: [{ code: 'appends', target: { reference: 'DocumentReference/d2' } }],
  },
  { resourceType: 'DocumentReference', id: 'd2', status: 'current', content: [{ attachment: { url: 'http://x.test/2' } }] },
];

test('search on a store', async (t) => {
  const { database } = await testDatabase(t);
  let now = Date.parse('2026-03-01T00:00:00Z');
  const store = await createStore({
    database,
    registry,
    terminology,
    clock: () => now++,
    newId: v7,
    baseUrls: ['http://lontar.test/fhir'],
  });
  for (const resource of resources.toSorted((a, b) => Number(a['id'] === 'd1') - Number(b['id'] === 'd1'))) {
    const made = resource as unknown as FhirResource;
    await store.write([{ kind: 'update', type: made.resourceType, id: made.id ?? '', resource: made }], context);
  }
  const search = (type: string, query: string) => store.search(all, request(type, query));
  const ids = async (type: string, query: string) => (await search(type, query)).matches.map(({ id }) => id).sort();

  const expected: Readonly<Record<string, ReadonlyArray<readonly [string, readonly string[]]>>> = {
    'tokens: by text, type of identifier, value set, and where a type has no system': [
      ['Observation?code:text=kadar', ['hb']],
      ['Observation?code:text=mass', ['hb']],
      ['Observation?code:text=lood', []],
      ['Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|77', ['sari']],
      ['Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|77', []],
      ['Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', ['budi', 'sari']],
      ['Observation?category:in=http://terminology.hl7.org/ValueSet/v3-ActCode&code=718-7', []],
      ['Patient?gender=http://hl7.org/fhir/administrative-gender|male', ['budi']],
      ['Patient?telecom=0812', ['sari']],
      ['Patient?phone=0812', ['sari']],
      ['Patient?email=0812', []],
      ['Patient?deceased=true', ['budi']],
      ['Patient?_tag=http://t.test|uji', ['sari']],
    ],
    'URIs: equal, below and above': [
      ['ValueSet?url=http://a.test/fhir/ValueSet', ['v2']],
      ['ValueSet?url:below=http://a.test/fhir', ['v1', 'v2']],
      ['ValueSet?url:above=http://a.test/fhir/ValueSet/satu/x', ['v1', 'v2']],
      ['Patient?_profile=https://p.test/StructureDefinition/Ibu|1.0', ['sari']],
      ['Patient?_profile:below=https://p.test/StructureDefinition/Ibu', ['sari']],
    ],
    'references: by id, type, address, identifier, and restricted by the parameter': [
      ['Observation?subject=sari', ['hb', 'tensi']],
      ['Observation?subject:Patient=sari', ['hb', 'tensi']],
      ['Observation?subject=http://lontar.test/fhir/Patient/sari', ['hb', 'tensi']],
      ['Observation?subject=http://other.test/fhir/Patient/sari', []],
      ['Observation?subject=Group/kk', ['rumah']],
      ['Observation?patient=kk', []],
      ['Observation?patient:missing=true', ['rumah']],
      ['Observation?performer:identifier=http://o.test|1', ['rumah']],
      ['Observation?performer:identifier=2', []],
    ],
    'chains of any depth, with and without a type': [
      ['Observation?patient.name=sari', ['hb', 'tensi']],
      ['Observation?subject.name=sari', ['hb', 'tensi']],
      ['Observation?subject:Patient.organization.name=puskesmas', ['hb', 'tensi']],
      ['Observation?patient.organization.partof.identifier=http://o.test|1', ['hb', 'tensi']],
      ['Observation?patient.birthdate=lt1980', []],
      ['Observation?encounter:Encounter.service-provider=Organization/pkm', ['hb']],
      ['Observation?derived-from:Observation.code=718-7', ['rumah']],
    ],
    'resources by those that refer to them': [
      ['Patient?_has:Observation:patient:code=718-7', ['sari']],
      ['Patient?_has:Observation:subject:status=preliminary&_has:Encounter:patient:status=finished', ['sari']],
      ['Patient?_has:Observation:patient:encounter.service-provider=Organization/pkm', ['sari']],
      ['Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:code=718-7', ['bidan']],
      ['Group?_has:Observation:patient:code=718-7', []],
      ['Group?_has:Observation:subject:code=718-7', ['kk']],
    ],
    'composites: the parts of one element, or of the resource': [
      ['Observation?code-value-quantity=718-7$lt11|http://unitsofmeasure.org|g/dL', ['hb']],
      ['Observation?code-value-quantity=718-7$104|http://unitsofmeasure.org|g/L', ['hb']],
      ['Observation?component-code-value-quantity=8480-6$gt140', ['tensi']],
      ['Observation?component-code-value-quantity=8462-4$gt140', []],
      ['Observation?combo-code-value-quantity=718-7$lt11,8480-6$gt140', ['hb', 'tensi']],
      ['DocumentReference?relationship=appends$DocumentReference/d2', ['d1']],
      ['DocumentReference?relationship=replaces$DocumentReference/d2', []],
    ],
    'quantities in other units, numbers and dates by their precision': [
      ['Encounter?length=120|http://unitsofmeasure.org|min', ['k1']],
      ['Encounter?length=gt1.9||h', ['k1']],
      ['RiskAssessment?probability=0.25', ['r1']],
      ['RiskAssessment?probability=0.3', ['r1']],
      ['RiskAssessment?probability=gt0.25', []],
      ['RiskAssessment?probability=ap0.26', ['r1']],
      ['Observation?date=2026-01-05', ['hb']],
      ['Observation?date=ge2026-01-05&date=lt2026-01-06', ['hb']],
      ['Observation?date=2026', ['hb', 'tensi']],
      ['Encounter?date=ge2030', ['k1']],
      ['Patient?_lastUpdated=ge2026-03-01&_id=sari,budi,none', ['budi', 'sari']],
    ],
  };
  for (const [name, cases] of Object.entries(expected)) {
    t.test(name, async (t) => {
      for (const [query, found] of cases) {
        const [type = '', rest = ''] = query.split('?');
        t.same(await ids(type, rest), found, query);
      }
    });
  }

  t.test('includes go forwards, backwards and on, each resource once', async (t) => {
    const included = async (type: string, query: string) =>
      (await search(type, query)).included.map(({ type: one, id }) => `${one}/${id}`).sort();
    t.same(await included('Observation', '_id=hb&_include=Observation:patient&_include=Observation:subject'), ['Patient/sari']);
    t.same(await included('Observation', '_id=hb&_include=Observation:subject:Group'), []);
    t.same(
      await included(
        'Observation',
        '_id=hb&_include=Observation:patient&_include:iterate=Patient:organization&_include:iterate=Organization:partof',
      ),
      ['Organization/dinkes', 'Organization/pkm', 'Patient/sari'],
    );
    t.same(await included('Observation', '_id=hb&_include=*'), ['Encounter/k1', 'Patient/sari', 'Practitioner/bidan']);
    t.same(await included('Patient', '_id=sari&_revinclude=Observation:patient&_revinclude=Encounter:subject'), [
      'Encounter/k1',
      'Observation/hb',
      'Observation/tensi',
    ]);
    t.same(await included('Group', '_revinclude=Observation:patient'), []);
    t.same(await included('Observation', '_include=Observation:derived-from&_id=hb,rumah'), []);
  });

  t.test('the scope holds for matches, chains and includes alike', async (t) => {
    const page = await store.search({ kind: 'none' }, request('Observation', '_total=accurate&_include=*'));
    t.same(page, { matches: [], included: [], total: 0 });
  });

  t.test('orders by any kind of parameter, what has no value last', async (t) => {
    const order = async (type: string, query: string) => (await search(type, query)).matches.map(({ id }) => id);
    t.same(await order('Patient', '_sort=family'), ['budi', 'sari']);
    t.same(await order('Patient', '_sort=-birthdate'), ['budi', 'sari']);
    t.same(await order('Patient', '_sort=-_id'), ['sari', 'budi']);
    t.same(await order('Patient', '_sort=gender'), ['sari', 'budi']);
    t.same(await order('Patient', '_sort=phone,-_lastUpdated'), ['sari', 'budi']);
    t.equal((await order('Observation', '_sort=-value-quantity'))[0], 'hb');
    t.same(await order('Observation', '_sort=date'), ['hb', 'tensi', 'rumah']);
    t.same(await order('Observation', '_sort=status,-date'), ['hb', 'rumah', 'tensi']);
    t.same(await order('ValueSet', '_sort=-url'), ['v1', 'v2']);
    t.same(await order('Observation', '_sort=subject,_id'), ['rumah', 'hb', 'tensi']);
  });

  t.test('pages meet each resource once, in every order, while others change', async (t) => {
    const made = await store.write(
      Array.from({ length: 23 }, (_, index) => ({
        kind: 'create' as const,
        resource: {
          resourceType: 'Basic',
          code: { text: 'x' },
          ...(index % 3 === 0 ? {} : { created: `2026-01-${String(1 + (index % 5)).padStart(2, '0')}` }),
        } as FhirResource,
      })),
      context,
    );
    const wanted = made.map(({ version }) => version.id).sort();
    for (const sort of ['', '_sort=-_lastUpdated', '_sort=created', '_sort=-created,_id', '_sort=_id']) {
      const found: string[] = [];
      let cursor: string | undefined;
      for (let turns = 0; turns < 10; turns++) {
        const wish = request('Basic', `_count=5&${sort}`);
        const page = await store.search(all, cursor === undefined ? wish : { ...wish, cursor });
        found.push(...page.matches.map(({ id }) => id));
        cursor = page.next;
        if (cursor === undefined) break;
        if (turns === 1)
          await store.write(
            [{ kind: 'update', type: 'Patient', id: 'budi', resource: { ...resources[4], active: turns > 0 } as unknown as FhirResource }],
            context,
          );
      }
      t.same(found.sort(), wanted, sort);
    }
  });

  t.test('a page link that was altered, or belongs to another search, is refused', async (t) => {
    const { next = '' } = await store.search(all, request('Basic', '_count=5'));
    const refused = async (wish: SearchRequest) => {
      try {
        await store.search(all, wish);
        return 0;
      } catch (error) {
        return error instanceof OperationOutcomeError ? error.status : -1;
      }
    };
    t.equal(await refused({ ...request('Basic', '_count=5'), cursor: next }), 0);
    t.equal(await refused({ ...request('Basic', '_count=5'), cursor: `x${next}` }), 400);
    t.equal(await refused({ ...request('Basic', '_count=5'), cursor: '' }), 400);
    t.equal(await refused({ ...request('Basic', '_count=6'), cursor: next }), 400);
    t.equal(await refused({ ...request('Patient', '_count=5'), cursor: next }), 400);
  });

  t.test('the total is told where it is asked for or plain to see', async (t) => {
    t.equal((await search('Basic', '_count=5')).total, undefined);
    t.equal((await search('Basic', '_count=5&_total=accurate')).total, 23);
    t.equal((await search('Basic', '_count=50')).total, 23);
    t.match(await search('Basic', '_summary=count'), { matches: [], total: 23 });
    t.match(await search('Basic', '_count=0'), { matches: [], total: 23 });
  });
});

test('a query is refused for all that is wrong with it, each by its name', async (t) => {
  const faults = (type: string, query: string) => {
    const parsed = parse(type, query);
    return parsed.ok
      ? []
      : parsed.issues.map(({ rule, expression, text }) => [rule, expression, /Did you mean (.*)\?/.exec(text.en)?.[1] ?? '']);
  };
  t.same(faults('Patient', 'nama=x&birthDate=2020&gendre=male&_sort=famly'), [
    ['search-unknown-parameter', 'nama', 'name'],
    ['search-unknown-parameter', 'birthDate', 'birthdate'],
    ['search-unknown-parameter', 'gendre', 'gender'],
    ['search-unknown-parameter', '_sort', 'family'],
  ]);
  t.same(faults('Patient', 'name:foo=x&gender:exact=male&birthdate:not=2020&name='), [
    ['search-modifier', 'name:foo', ''],
    ['search-modifier', 'gender:exact', ''],
    ['search-modifier', 'birthdate:not', ''],
    ['search-value', 'name', ''],
  ]);
  for (const query of [
    'birthdate=2020-02-30',
    'birthdate=xx2020',
    'birthdate=2020-13',
    'name:missing=maybe',
    'gender=a|b|c',
    'gender=|',
    '_count=-1',
    '_count=x',
    '_total=all',
    '_summary=short',
    'general-practitioner=a b',
    'name=a,,b',
    'name=%00',
    '_id=',
  ]) {
    t.equal(faults('Patient', query).length, 1, query);
  }
  t.same(
    faults('Observation', 'value-quantity=5|mg&value-quantity=5|http://x|&code-value-quantity=718-7&combo-value-quantity=abc').length,
    4,
  );
  t.same(
    faults(
      'Observation',
      'subject:Encounter=1&subject:Patient.nama=x&code.text=1&subject.nonsense=1&_has:Observation:code:status=1&_has:Obs:subject:status=1',
    ).length,
    6,
  );
  t.same(
    faults(
      'Observation',
      '_include=Observation:code&_include=Obs:subject&_include=Observation:subjct&_revinclude=Encounter:subject:Patiet&_include:once=*',
    ).length,
    5,
  );
  t.same(faults('Observation', '_text=x&_content=y&_filter=z'), [
    ['search-unsupported', '_text', ''],
    ['search-unsupported', '_content', ''],
    ['search-unsupported', '_filter', ''],
  ]);
  t.same(faults('Observation', '_count=1&_count=2').length, 1);
  t.same(faults('Observation', 'code:in=http://x.test/ValueSet/none').length, 1);
  t.same(faults('Patient', '__proto__=1&constructor=1&toString.name=1').length, 3);
});

test('lenient handling leaves unknown parameters out and says so; limits are told', async (t) => {
  const lenient = parse('Patient', 'nama=x&name=Sari', { lenient: true });
  t.match(lenient, {
    ok: true,
    value: { self: 'name=Sari', clauses: { length: 1 }, issues: [{ severity: 'warning', rule: 'search-ignored', expression: 'nama' }] },
  });
  t.equal(parse('Patient', 'birthdate=nonsense', { lenient: true }).ok, false);
  const limited = parse('Patient', '_count=5000', { maximumCount: 100 });
  t.match(limited, { ok: true, value: { count: 100, issues: [{ rule: 'search-count-limited' }] } });
  t.match(parse('Patient', 'name=Sari%20Dewi&_format=json&_pretty=true'), { ok: true, value: { self: 'name=Sari%20Dewi', issues: [] } });
});
