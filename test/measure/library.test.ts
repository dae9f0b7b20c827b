import type { Bundle, Library, MeasureReport, OperationOutcome, Parameters } from '@medplum/fhirtypes';
import t from 'tap';
import { publishGuide } from '../../src/rest/publish-guide.js';
import { sql } from '../../src/sql.js';
import { testApp } from '../support/app.js';

t.setTimeout(180_000);

const base = 'https://example.org/fhir';
const loinc = 'http://loinc.org';

interface Given {
  readonly id: string;
  readonly cql?: string;
  readonly content?: ReadonlyArray<{ readonly contentType: string; readonly data: string }>;
  readonly status?: string;
  readonly version?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function library({ id, cql, content = [{ contentType: 'text/cql', data: base64(cql ?? '') }], status = 'active', version = '1.0.0' }: Given): object {
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
  const { send } = await testApp(t, { LOG_LEVEL: 'silent' });
  const put = (resource: object, headers: Readonly<Record<string, string>> = {}) => {
    const { resourceType, id } = resource as { readonly resourceType: string; readonly id: string };
    return send('PUT', `/fhir/${resourceType}/${id}`, resource, { 'accept-language': 'en', ...headers });
  };
  const issues = (answer: { json(): unknown }): readonly string[] =>
    ((answer.json() as OperationOutcome).issue ?? []).map(
      ({ severity, details, expression, diagnostics }) => `${severity} ${details?.coding?.[0]?.code} ${expression?.[0] ?? ''} ${(diagnostics ?? '').split('\n')[0]}`,
    );

  t.test('a library that does not translate is refused with every error by line, column and the line itself; as a draft it is stored with warnings', async (t) => {
    const cql = `${head('Broken')}define A: Foo\ndefine B: 1 + 'a'\n`;
    const answer = await put(library({ id: 'Broken', cql }));
    t.equal(answer.statusCode, 422, answer.body);
    t.same(issues(answer), ['error cql Library.content[0].data Broken 5:11-5:13', "error cql Library.content[0].data Broken 6:11-6:17"]);
    t.match((answer.json() as OperationOutcome).issue?.[0]?.diagnostics, 'define A: Foo\n          ^^^');
    t.equal((await send('GET', '/fhir/Library/Broken')).statusCode, 404);
    const draft = await put(library({ id: 'Broken', cql, status: 'draft' }), { prefer: 'return=OperationOutcome' });
    t.equal(draft.statusCode, 201);
    t.equal(issues(draft).filter((found) => found.startsWith('warning cql')).length, 2);
    const evaluated = await send('GET', '/fhir/Library/Broken/$evaluate');
    t.equal(evaluated.statusCode, 422);
    t.match(issues(evaluated).join(), 'library-broken');
  });
});
void ([base, measure, pressure, codes, transaction, publishGuide, sql] as unknown);
export type Unused = [Bundle, Library, MeasureReport, Parameters];
