import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { packageRoot } from '../../src/root.js';

const main = join(packageRoot, 'dist', 'src', 'main.js');

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function lontar(arguments_: readonly string[], input = '', environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...arguments_], { env: { ...process.env, ...environment } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
    child.stdin?.end(input);
  });
}

const valid = { resourceType: 'Patient', gender: 'female', birthDate: '1990-01-01' };

test('accepts a valid resource from standard input', async (t) => {
  const { code, out } = await lontar(['validate', '-'], JSON.stringify(valid));
  t.equal(code, 0);
  t.match(out, /✓ -/);
  t.match(out, /1 sah, 0 tidak sah/);
});

test('says where a resource is wrong, in the language asked for', async (t) => {
  const { code, out } = await lontar(['validate', '-', '--lang', 'en'], JSON.stringify({ ...valid, gender: 'femal' }));
  t.equal(code, 1);
  t.match(out, /error Patient\.gender/);
  t.match(out, /Near ones: female/);
});

test('reads folders with JSON, XML and NDJSON and prints OperationOutcomes', async (t) => {
  const folder = t.testdir({
    'a.json': JSON.stringify(valid),
    'b.xml': '<Patient xmlns="http://hl7.org/fhir"><gender value="female"/></Patient>',
    'c.ndjson': `${JSON.stringify(valid)}\n${JSON.stringify({ ...valid, birthDate: '1990-02-30' })}\n`,
  });
  const { code, out } = await lontar(['validate', folder, '--json']);
  t.equal(code, 1);
  const judged = JSON.parse(out) as Array<{ name: string; valid: boolean; outcome: { issue: Array<{ expression?: string[] }> } }>;
  t.strictSame(
    judged.map((one) => one.valid),
    [true, true, true, false],
  );
  t.match(judged[3]?.name, /c\.ndjson:2$/);
  t.ok(judged[3]?.outcome.issue.some((issue) => issue.expression?.[0] === 'Patient.birthDate'));
});

test('judges against a profile out of a package', async (t) => {
  const folder = t.testdir({});
  mkdirSync(join(folder, 'package'));
  const profile = {
    resourceType: 'StructureDefinition',
    url: 'http://example.org/fhir/StructureDefinition/named',
    name: 'Named',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: {
      element: [
        { id: 'Patient', path: 'Patient' },
        { id: 'Patient.name', path: 'Patient.name', min: 1 },
      ],
    },
  };
  writeFileSync(join(folder, 'package', 'named.json'), JSON.stringify(profile));
  const { code, out } = await lontar(
    ['validate', '-', '--package', folder, '--profile', profile.url, '--lang', 'en'],
    JSON.stringify(valid),
  );
  t.equal(code, 1);
  t.match(out, /'name' is required/);
});

test('ends with 2 for what it cannot read or understand', async (t) => {
  t.equal((await lontar(['validate', '/there/is/no/such/file'])).code, 2);
  t.equal((await lontar(['validate'])).code, 2);
  t.equal((await lontar(['validate', '-', '--lang', 'fr'], '{}')).code, 2);
  t.equal((await lontar(['no-such-command'])).code, 2);
});

test('judges text that does not parse instead of failing on it', async (t) => {
  for (const text of ['', '{', '<Patient', '[]', 'null', '{"resourceType":"Nothing"}', '{"__proto__":{"a":1}}']) {
    const { code, err } = await lontar(['validate', '-'], text);
    t.equal(code, 1, JSON.stringify(text));
    t.notMatch(err, /at .*\.js:/);
  }
});

test('loads a release and judges codes by it', async (t) => {
  const dataDir = t.testdir({ 'codes.csv': 'code,display\nA00,Kolera\nA00.1,Kolera lain\n' });
  const environment = { DATA_DIR: dataDir };
  const loaded = await lontar(
    ['load', 'terminology', join(dataDir, 'codes.csv'), '--system', 'http://example.org/codes', '--release', '2019', '--json'],
    '',
    environment,
  );
  t.equal(loaded.code, 0);
  t.match(JSON.parse(loaded.out), { system: 'http://example.org/codes', version: '2019', concepts: 2 });
  const condition = {
    resourceType: 'Condition',
    subject: { reference: 'Patient/1' },
    code: { coding: [{ system: 'http://example.org/codes', code: 'A009' }] },
  };
  const { code, out } = await lontar(['validate', '-', '--lang', 'en'], JSON.stringify(condition), environment);
  t.equal(code, 1);
  t.match(out, /error Condition\.code\.coding\[0\]\.code \[unknown-code\]/);
  t.equal(
    (await lontar(['load', 'terminology', join(dataDir, 'codes.csv')], '', environment)).code,
    1,
    'a table that does not name its system',
  );
  t.equal((await lontar(['load', 'terminology', '/there/is/no/such/file'], '', environment)).code, 2);
});
