import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isFresh } from '../../src/definitions/fsh.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { asObject, isObject } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { packageRoot } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';

const registry = loadRegistry();
const terminology = createTerminology(registry);
const definitions = registry.ours('StructureDefinition').map(asObject);

t.test('the compiled profiles are those of the sources; else run `npm run profiles`', (t) => {
  t.ok(isFresh());
  t.end();
});

t.test('each profile binds only to value sets on board', (t) => {
  for (const [where, url] of collect(definitions, 'valueSet')) t.ok(registry.valueSet(url), `${where}: ${url}`);
  t.end();
});

t.test('each code that a profile or value set names exists in a code system on board', (t) => {
  const named = [...codings(definitions), ...codings(registry.ours('ValueSet').map(asObject))];
  for (const { system, code, where } of named) t.ok(terminology.lookup(system, code), `${where}: ${system}|${code}`);
  t.ok(named.length > 50);
  t.end();
});

t.test('each profile the guide declares for a whole type exists', (t) => {
  for (const type of registry.resourceTypes) {
    for (const url of registry.requiredProfiles(type)) t.equal(registry.structureDefinition(url)?.type, type, url);
  }
  t.end();
});

t.test('each text that users read is there in Indonesian and English', (t) => {
  for (const definition of definitions) {
    for (const name of ['title', 'description']) t.match(String(definition[name] ?? ''), / \/ /, `${definition.name}.${name}`);
  }
  for (const constraint of constraints(definitions)) {
    t.match(JSON.stringify(constraint._human ?? ''), /"valueCode":"id"/, `${constraint.key} has an Indonesian text`);
  }
  t.end();
});

t.test('a fragment of somebody else’s code system carries its notice', (t) => {
  const foreign = registry
    .ours('CodeSystem')
    .map(asObject)
    .filter((system) => !String(system.url).startsWith('https://lontar.id/'));
  for (const system of foreign) t.ok(system.copyright, String(system.url));
  t.end();
});

t.test('a code system counts its concepts and names none twice', (t) => {
  for (const system of registry
    .ours('CodeSystem')
    .map(asObject)
    .filter(({ content }) => content !== 'not-present')) {
    const codes = conceptCodes(system.concept);
    t.equal(codes.length, system.count, `${system.url} counts right`);
    t.equal(new Set(codes).size, codes.length, `${system.url} names no code twice`);
  }
  t.end();
});

t.test('each supplement gives Indonesian terms to codes that exist', (t) => {
  for (const system of registry
    .ours('CodeSystem')
    .map(asObject)
    .filter(({ content }) => content === 'supplement')) {
    for (const code of conceptCodes(system.concept)) {
      const found = terminology.lookup(String(system.supplements), code);
      t.ok(
        found?.designations?.some(({ language }) => language === 'id'),
        `${system.supplements}|${code}`,
      );
    }
  }
  t.end();
});

t.test('each code of ours or the ministry’s that a profile binds has an English term, where its value set can be expanded', (t) => {
  const bound = new Set(collect(definitions, 'valueSet').map(([, url]) => url.split('|')[0] ?? ''));
  let count = 0;
  for (const url of bound) {
    for (const { system, code } of terminology.members(url)?.values() ?? []) {
      if (!system.includes('kemkes') && !system.includes('lontar')) continue;
      const languages = new Set((terminology.lookup(system, code)?.designations ?? []).map(({ language }) => language));
      t.ok(languages.has('en'), `${url}: ${system}|${code} has an English term`);
      count += 1;
    }
  }
  t.comment(`${count} codes bound`);
  t.end();
});

t.test('each indicator has four cases or more, decided by hand, and says whom its denominator counts', (t) => {
  const measures = registry.ours('Measure').map(asObject);
  let count = 0;
  for (const measure of measures) {
    const files = [...loadCases(packageRoot, String(measure.id)).values()];
    const own = files.reduce((sum, { cases }) => sum + cases.length, 0);
    t.ok(own >= 4, `${measure.id} has four cases`);
    t.match(JSON.stringify(measure.group), '/StructureDefinition/measure-denominator-basis', String(measure.id));
    count += own;
  }
  t.comment(`${measures.length} indicators, ${count} cases`);
  t.end();
});

t.test('each terminology file is named after its resource', (t) => {
  const folder = join(packageRoot, 'terminology');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json') && !file.endsWith('-rules.json'))) {
    const resource: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    t.equal(isObject(resource) ? `${resource.resourceType}-${resource.id}.json` : '', name);
  }
  t.end();
});

function collect(value: unknown, name: string, where = ''): ReadonlyArray<readonly [string, string]> {
  if (Array.isArray(value)) return value.flatMap((item) => collect(item, name, where));
  if (!isObject(value)) return [];
  const here = typeof value.url === 'string' && where === '' ? value.url : where;
  const own: ReadonlyArray<readonly [string, string]> = typeof value[name] === 'string' ? [[here, value[name]]] : [];
  return [...own, ...Object.values(value).flatMap((item) => collect(item, name, here))];
}

interface NamedCode {
  readonly system: string;
  readonly code: string;
  readonly where: string;
}

// Codings of patterns and fixed values, and the concepts that a value set enumerates.
function codings(value: unknown, where = ''): readonly NamedCode[] {
  if (Array.isArray(value)) return value.flatMap((item) => codings(item, where));
  if (!isObject(value)) return [];
  const here = where === '' && typeof value.url === 'string' ? value.url : where;
  const { system, code, concept } = value;
  const own =
    typeof system === 'string' && typeof code === 'string'
      ? [{ system, code, where: here }]
      : typeof system === 'string' && Array.isArray(concept)
        ? conceptCodes(concept).map((each) => ({ system, code: each, where: here }))
        : [];
  return [...own, ...Object.values(value).flatMap((item) => codings(item, here))];
}

function conceptCodes(concepts: unknown): readonly string[] {
  if (!Array.isArray(concepts)) return [];
  return concepts.flatMap((concept: unknown) => (isObject(concept) ? [String(concept.code), ...conceptCodes(concept.concept)] : []));
}

function constraints(value: unknown): ReadonlyArray<Readonly<Record<string, unknown>>> {
  if (Array.isArray(value)) return value.flatMap(constraints);
  if (!isObject(value)) return [];
  const own = typeof value.key === 'string' && typeof value.expression === 'string' ? [value] : [];
  return [...own, ...Object.values(value).flatMap(constraints)];
}
