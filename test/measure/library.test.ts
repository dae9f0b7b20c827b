import { setTimeout } from 'node:timers/promises';
import type { Bundle, Library, MeasureReport, OperationOutcome, Parameters } from '@medplum/fhirtypes';
import t from 'tap';
import type { FactSource } from '../../src/cql/catalogue.js';
import { sqlEvaluator } from '../../src/cql/evaluator.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { openAgreement } from '../../src/measure/agreement/service/create.js';
import { publishGuide } from '../../src/rest/publish-guide.js';
import { sql } from '../../src/sql.js';
import { testApp } from '../support/app.js';

t.setTimeout(180_000);

const base = 'https://example.org/fhir';
const loinc = 'http://loinc.org';
const year = 'periodStart=2026&periodEnd=2026';

interface Given {
  readonly id: string;
  readonly cql?: string;
  readonly content?: ReadonlyArray<{ readonly contentType: string; readonly data: string }>;
  readonly status?: string;
  readonly version?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function library({
  id,
  cql,
  content = [{ contentType: 'text/cql', data: base64(cql ?? '') }],
  status = 'active',
  version = '1.0.0',
}: Given): object {
  return {
    resourceType: 'Library',
    id,
    url: `${base}/Library/${id}`,
    version,
    name: id,
    status,
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] },
    content,
  };
}

function measure(id: string, of: string, status = 'active'): object {
  const population = (code: string, expression: string) => ({
    code: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-population', code }] },
    criteria: { language: 'text/cql-identifier', expression },
  });
  return {
    resourceType: 'Measure',
    id,
    url: `${base}/Measure/${id}`,
    version: '1.0.0',
    name: id,
    status,
    library: [`${base}/Library/${of}|1.0.0`],
    scoring: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-scoring', code: 'proportion' }] },
    group: [{ population: [population('initial-population', 'All'), population('denominator', 'All'), population('numerator', 'High')] }],
  };
}

const head = (name: string, more = ''): string =>
  `library ${name} version '1.0.0'\nusing FHIR version '4.0.1'\ninclude FHIRHelpers version '4.0.1'\n${more}context Patient\n`;

const pressure = `${head('Pressure', `include Codes version '1.0.0'\n`)}define "All": true
define "High": exists([Observation: Codes."Systolic"] O where O.status = 'final' and (O.value as Quantity) >= 140 'mm[Hg]')
`;
const codes = `library Codes version '1.0.0'
using FHIR version '4.0.1'
codesystem "LOINC": '${loinc}'
code "Systolic": '8480-6' from "LOINC"
`;

const entry = (resource: object) => {
  const { resourceType, id } = resource as { readonly resourceType: string; readonly id: string };
  return { resource, request: { method: 'PUT', url: `${resourceType}/${id}` } };
};
const transaction = (...resources: object[]): object => ({ resourceType: 'Bundle', type: 'transaction', entry: resources.map(entry) });

t.test('libraries and measures that clients store', async (t) => {
  const { send, services } = await testApp(t, { LOG_LEVEL: 'silent' });
  const put = (resource: object, headers: Readonly<Record<string, string>> = {}) => {
    const { resourceType, id } = resource as { readonly resourceType: string; readonly id: string };
    return send('PUT', `/fhir/${resourceType}/${id}`, resource, { 'accept-language': 'en', ...headers });
  };
  const issues = (answer: { json(): unknown }): readonly string[] =>
    ((answer.json() as OperationOutcome).issue ?? []).map(
      ({ severity, details, expression, diagnostics }) =>
        `${severity} ${details?.coding?.[0]?.code} ${expression?.[0] ?? ''} ${(diagnostics ?? '').split('\n')[0]}`,
    );

  const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'test' } as const;
  const evaluate = async (path: string): Promise<MeasureReport> => {
    const answer = await send('GET', `/fhir/${path}${year}`);
    t.equal(answer.statusCode, 200, answer.statusCode === 200 ? path : answer.body.slice(0, 400));
    return answer.json() as MeasureReport;
  };

  t.test(
    'a library that does not translate is refused with every error by line, column and the line itself; as a draft it is stored with warnings',
    async (t) => {
      const cql = `${head('Broken')}define A: Foo\ndefine B: 1 + 'a'\n`;
      const answer = await put(library({ id: 'Broken', cql }));
      t.equal(answer.statusCode, 422, answer.body);
      t.same(issues(answer), ['error cql Library.content[0].data Broken 5:11-5:13', 'error cql Library.content[0].data Broken 6:11-6:17']);
      t.match((answer.json() as OperationOutcome).issue?.[0]?.diagnostics, 'define A: Foo\n          ^^^');
      t.equal((await send('GET', '/fhir/Library/Broken')).statusCode, 404);
      const draft = await put(library({ id: 'Broken', cql, status: 'draft' }), { prefer: 'return=OperationOutcome' });
      t.equal(draft.statusCode, 201);
      t.equal(issues(draft).filter((found) => found.startsWith('warning cql')).length, 2);
      const evaluated = await send('GET', '/fhir/Library/Broken/$evaluate');
      t.equal(evaluated.statusCode, 422);
      t.match(issues(evaluated).join(), 'library-broken');
    },
  );

  t.test('includes are found by name and version; missing ones and circles are named', async (t) => {
    const absent = await put(library({ id: 'Pressure', cql: pressure }));
    t.equal(absent.statusCode, 422);
    t.match(issues(absent)[0], 'error library-include Library.content[0].data Pressure 4:1');
    t.match(absent.body, 'Codes|1.0.0');
    const circle = (name: string, other: string) => library({ id: name, cql: head(name, `include ${other} version '1.0.0'\n`) });
    const round = await send('POST', '/fhir', transaction(circle('A', 'B'), circle('B', 'A')), { 'accept-language': 'en' });
    t.equal(round.statusCode, 422);
    t.same(
      issues(round).filter((found) => found.includes('library-cycle')),
      [
        'error library-cycle Bundle.entry[0].resource.content[0].data A 4:1',
        'error library-cycle Bundle.entry[1].resource.content[0].data B 4:1',
      ],
    );
    t.match(round.body, 'A → B → A');
  });

  t.test('a transaction brings libraries, value sets and the measure in any order, and the measure is evaluated at once', async (t) => {
    const patients = ['p1', 'p2', 'p3'].map((id) => ({ resourceType: 'Patient', id, gender: 'female', birthDate: '1980-01-01' }));
    const observations = [
      ['p1', 150, 'final'],
      ['p2', 120, 'final'],
      ['p3', 190, 'cancelled'],
    ].map(([patient, value, status]) => ({
      resourceType: 'Observation',
      id: `o-${patient}`,
      status,
      code: { coding: [{ system: loinc, code: '8480-6' }] },
      subject: { reference: `Patient/${patient}` },
      effectiveDateTime: '2026-03-01T08:00:00+07:00',
      valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    }));
    await services.store.write(
      [...patients, ...observations].map((resource) => ({ kind: 'update', type: resource.resourceType, id: resource.id, resource })),
      context,
    );
    const sent = transaction(measure('M', 'Pressure'), library({ id: 'Pressure', cql: pressure }), library({ id: 'Codes', cql: codes }));
    const answer = await send('POST', '/fhir', sent, { 'accept-language': 'en' });
    t.equal(answer.statusCode, 200, answer.body.slice(0, 500));
    for (const path of [
      'Measure/M/$evaluate-measure?',
      `Measure/$evaluate-measure?measure=${encodeURIComponent(`${base}/Measure/M|1.0.0`)}&`,
    ]) {
      const report = await evaluate(path);
      t.same(counts(report), [3, 3, 1], path);
    }
    const [library_] = await services.database.query(
      sql`select canonical, cql_hash, translator, terminology from library_activation where library_id = 'Codes'`,
    );
    t.match(library_, {
      canonical: `${base}/Library/Codes|1.0.0`,
      cql_hash: /^[0-9a-f]{64}$/,
      translator: /^\d/,
      terminology: [{ type: 'CodeSystem', url: loinc }],
    });
  });

  t.test('SQL takes over once the engines have been compared on the measure, and the numbers stay', async (t) => {
    await services.measures.agreement?.settled();
    const status = await send('GET', '/fhir/Measure/M/$status');
    t.equal(status.statusCode, 200, status.body);
    t.same(valuesOf(status.json(), 'engine'), ['sql'], status.body);
    t.same(partsOf(status.json(), 'agreement', 'state'), ['agreed']);
    const report = await evaluate('Measure/M/$evaluate-measure?');
    t.same(counts(report), [3, 3, 1]);
    t.equal(engineOf(report), 'sql');
    t.match((await send('GET', '/metrics')).body, /lontar_measure_agreement\{measure="M",state="agreed"\} 1/);
  });

  t.test('a measure on which the engines differ goes to the reference engine and names the smallest person', async (t) => {
    const { measures, database, terminology, store } = services;
    const catalogue = factCatalogue(factTables(factViews()));
    const members = (valueSet: string) => terminology.members(valueSet)?.keys();
    const options = { database, libraries: measures.libraries, catalogue, members, now: () => 0 };
    const compiler = sqlEvaluator(options);
    const checked = openAgreement(
      {
        ...options,
        terminology,
        store,
        ours: measures.live?.ours ?? new Map(),
        catalogue: { source: (type) => confused(catalogue.source(type)) },
        clock: Date.now,
        guide: () => [],
        engines: { reference: measures.engines.reference, sql: () => compiler },
        keys: () => compiler,
      },
      { released: terminology, sample: 40 },
    );
    await checked.compareAll(3);
    await checked.close();
    let report = await evaluate('Measure/M/$evaluate-measure?');
    // What another process has found is known here within seconds.
    for (let looks = 0; looks < 50 && engineOf(report) === 'sql'; looks += 1) {
      await setTimeout(100);
      report = await evaluate('Measure/M/$evaluate-measure?');
    }
    t.equal(engineOf(report), 'reference');
    t.same(counts(report), [3, 3, 1]);
    t.match(JSON.stringify(report.extension), 'differ in');
    const status = (await send('GET', '/fhir/Measure/M/$status')).json() as Parameters;
    t.same(partsOf(status, 'agreement', 'state'), ['differs'], JSON.stringify(status));
    t.same(partsOf(status, 'agreement', 'differsIn'), ['group-1/numerator']);
    const smallest = status.parameter?.flatMap(({ part = [] }) => part).find(({ name }) => name === 'smallestPerson')?.resource as
      | Bundle
      | undefined;
    t.same(smallest?.entry?.map(({ resource }) => resource?.resourceType).sort(), ['Observation', 'Patient']);
    t.match((await send('GET', '/metrics')).body, /lontar_measure_agreement\{measure="M",state="differs"\} 1/);
  });

  t.test('what others need is not deleted from under them', async (t) => {
    const used = await send('DELETE', '/fhir/Library/Pressure', undefined, { 'accept-language': 'en' });
    t.equal(used.statusCode, 409);
    t.match(issues(used), [/library-used/]);
    t.match(used.body, `${base}/Measure/M`);
    const included = await send('DELETE', '/fhir/Library/Codes', undefined, { 'accept-language': 'en' });
    t.equal(included.statusCode, 409);
    t.match(issues(included)[0], /library-dependent/);
    const changed = await put(library({ id: 'Codes', cql: codes.replace('"Systolic"', '"Other"') }));
    t.equal(changed.statusCode, 409, 'nor changed so that it no longer translates');
    t.same(counts(await evaluate('Measure/M/$evaluate-measure?')), [3, 3, 1]);
  });

  t.test('a new text takes effect with the next request', async (t) => {
    const stricter = await put(library({ id: 'Pressure', cql: pressure.replace('>= 140', '>= 160') }));
    t.equal(stricter.statusCode, 200, stricter.body.slice(0, 300));
    const report = await evaluate('Measure/M/$evaluate-measure?');
    t.same(counts(report), [3, 3, 0]);
    t.equal(engineOf(report), 'reference', 'on this text the engines have not been compared yet');
  });

  t.test(
    'a missing value set is a warning when the library comes, and named when it is evaluated; once it is there the measure counts',
    async (t) => {
      const url = `${base}/ValueSet/pressures`;
      const cql = `${head('Sets', `valueset "Pressures": '${url}'\n`)}define "All": true\ndefine "High": exists([Observation: "Pressures"])\n`;
      const stored = await send('POST', '/fhir', transaction(library({ id: 'Sets', cql }), measure('S', 'Sets')), {
        prefer: 'return=OperationOutcome',
      });
      t.equal(stored.statusCode, 200, stored.body.slice(0, 300));
      t.match(stored.body, 'library-value-set');
      const refused = await send('GET', `/fhir/Measure/S/$evaluate-measure?${year}`);
      t.equal(refused.statusCode, 422);
      t.match(refused.body, url);
      const valueSet = {
        resourceType: 'ValueSet',
        id: 'pressures',
        url,
        version: '7',
        status: 'active',
        compose: { include: [{ system: loinc, concept: [{ code: '8480-6' }] }] },
      };
      t.equal((await put(valueSet)).statusCode, 201);
      t.same(counts(await evaluate('Measure/S/$evaluate-measure?')), [3, 3, 3]);
      const requirements = (await send('GET', '/fhir/Library/Sets/$data-requirements')).json() as Library;
      t.ok(
        requirements.relatedArtifact?.some(({ resource }) => resource === `${url}|7`),
        'told with the version in effect',
      );
    },
  );

  t.test('a library that carries ELM only is taken as it is; application/elm+xml is refused with what to send instead', async (t) => {
    const made = await services.measures.translateCql(`${head('Compiled')}define "All": true\ndefine "High": Patient.gender = 'male'\n`);
    const elm = base64(JSON.stringify({ library: made.ok ? made.value : {} }));
    const content = [{ contentType: 'application/elm+json', data: elm }];
    t.equal((await send('POST', '/fhir', transaction(measure('C', 'Compiled'), library({ id: 'Compiled', content })))).statusCode, 200);
    t.same(counts(await evaluate('Measure/C/$evaluate-measure?')), [3, 3, 0]);
    const xml = await put(library({ id: 'Xml', content: [{ contentType: 'application/elm+xml', data: elm }] }));
    t.equal(xml.statusCode, 422);
    t.same(issues(xml), ['error library-elm-xml Library.content[0].contentType ']);
    const broken = await put(library({ id: 'Json', content: [{ contentType: 'application/elm+json', data: base64('{"library":[]}') }] }));
    t.same(issues(broken), ['error library-elm Library.content[0].data ']);
  });

  t.test('a Measure that is no longer active is not evaluated', async (t) => {
    t.equal((await put(measure('C', 'Compiled', 'retired'))).statusCode, 200);
    const answer = await send('GET', `/fhir/Measure/C/$evaluate-measure?${year}`);
    t.equal(answer.statusCode, 422);
    t.match(issues(answer)[0], 'error measure-status Measure.status');
    t.equal((await send('DELETE', '/fhir/Library/Compiled')).statusCode, 204, 'and its library may go');
  });

  t.test('a name and version that another library has, and those of this server, are told', async (t) => {
    const other = { ...library({ id: 'Codes2', cql: codes.replace('8480-6', '8462-4') }) };
    t.match(issues(await put(other))[0], 'error library-name');
    const ours = await put(
      library({ id: 'FHIRHelpers', cql: "library FHIRHelpers version '4.0.1'\nusing FHIR version '4.0.1'\n", version: '4.0.1' }),
      { prefer: 'return=OperationOutcome' },
    );
    t.equal(ours.statusCode, 201);
    t.match(issues(ours).join(), 'warning library-on-board');
  });

  t.test('Library/$evaluate works with stored libraries and names an unknown parameter', async (t) => {
    const answer = (await send('GET', '/fhir/Library/Pressure/$evaluate?subject=Patient/p1&expression=High')).json() as Parameters;
    t.match(answer.parameter, [{ name: 'High', valueBoolean: false }]);
    const parameters = {
      resourceType: 'Parameters',
      parameter: [{ name: 'parameters', resource: { resourceType: 'Parameters', parameter: [{ name: 'Nonsense', valueInteger: 1 }] } }],
    };
    const unknown = await send('POST', '/fhir/Library/Pressure/$evaluate', parameters);
    t.equal(unknown.statusCode, 400);
    t.match(unknown.body, 'Nonsense');
  });

  t.test('hostile CQL ends at a limit', async (t) => {
    const long = await put(library({ id: 'Long', cql: `library Long version '1.0.0'\n// ${'x'.repeat(600_000)}\n` }));
    t.match(issues(long)[0], 'error cql-length');
    // Each function calls the next one twice: inlined that would be 2^40 calls.
    const doubling = Array.from(
      { length: 40 },
      (_, n) => `define function F${n}(x Integer): ${n === 0 ? 'x + x' : `F${n - 1}(x) + F${n - 1}(x)`}`,
    ).join('\n');
    const wide = `${head('Wide')}${doubling}\ndefine "All": true\ndefine "High": F39(1) > 0 and false\n`;
    const stored = await send('POST', '/fhir', transaction(library({ id: 'Wide', cql: wide }), measure('W', 'Wide')));
    t.equal(stored.statusCode, 200, stored.body.slice(0, 300));
    t.same(valuesOf((await send('GET', '/fhir/Measure/W/$status')).json(), 'engine'), ['reference'], 'the compiler refuses it by its size');
    t.equal((await send('DELETE', '/fhir/Measure/W')).statusCode, 204);
  });

  t.test("the guide's libraries are published with CQL and ELM", async (t) => {
    await publishGuide(services);
    const found = (
      await send('GET', `/fhir/Library?url=${encodeURIComponent('https://lontar.id/fhir/Library/ANCK6')}`)
    ).json() as Bundle<Library>;
    const [published] = found.entry ?? [];
    t.same(
      published?.resource?.content?.map(({ contentType }) => contentType),
      ['text/cql', 'application/elm+json'],
    );
    t.match(Buffer.from(published?.resource?.content?.[0]?.data ?? '', 'base64').toString(), 'library ANCK6');
    const errors = services.validator.validate(published?.resource).filter(({ severity }) => severity === 'error');
    t.same(errors, []);
  });
});

function counts({ group }: MeasureReport): ReadonlyArray<number | undefined> {
  return (group?.[0]?.population ?? []).map(({ count }) => count);
}

function engineOf({ extension }: MeasureReport): string | undefined {
  return extension?.flatMap((outer) => outer.extension ?? []).find(({ url }) => url === 'kind')?.valueCode;
}

function valuesOf({ parameter }: Parameters, name: string): readonly unknown[] {
  return (parameter ?? []).filter((one) => one.name === name).map(({ valueCode, valueString }) => valueCode ?? valueString);
}

function partsOf({ parameter }: Parameters, name: string, part: string): readonly unknown[] {
  return (parameter ?? [])
    .filter((one) => one.name === name)
    .flatMap((one) => valuesOf({ resourceType: 'Parameters', parameter: one.part ?? [] }, part));
}

/** Facts in which an Observation's status and text have changed places: a compiler that reads the wrong column. */
function confused(source: FactSource | undefined): FactSource | undefined {
  const swapped: Readonly<Record<string, string>> = { status: 'value_string', value_string: 'status' };
  if (source?.resource !== 'Observation') return source;
  return { ...source, columns: source.columns.map((column) => ({ ...column, name: swapped[column.name] ?? column.name })) };
}
