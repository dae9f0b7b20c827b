import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { type Issue, isFailure } from '../../src/fhir/outcome.js';
import { asObject } from '../../src/fhir/resource.js';
import { packageRoot } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';
import { createValidator } from '../../src/validation/create.js';
import { loadBusinessRules } from '../../src/validation/rules/business.js';

interface Expected {
  readonly expression: string;
  readonly rule?: string;
}

const now = Date.parse('2026-12-31T12:00:00Z');
const examples = join(packageRoot, 'profiles', 'examples');
const guideTypes = [
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'NamingSystem',
  'SearchParameter',
  'Questionnaire',
  'ImplementationGuide',
];
const registry = loadRegistry();
const terminology = createTerminology(registry);
const rules = loadBusinessRules();
const validator = createValidator({ registry, terminology, rules });
const profiles = new Map(
  registry
    .ours('StructureDefinition')
    .map(asObject)
    .filter((definition) => definition.derivation === 'constraint' && definition.type !== 'Extension')
    .map((definition) => [String(definition.name), String(definition.url)]),
);

t.test('each profile accepts its valid examples and refuses its invalid ones where they say', (t) => {
  let valid = 0;
  let invalid = 0;
  for (const [name, url] of [...profiles].sort()) {
    const good = resourcesIn(join(examples, name, 'valid'));
    const bad = resourcesIn(join(examples, name, 'invalid'));
    t.ok(good.length >= 1, `${name} has a valid example`);
    t.ok(bad.length >= 3, `${name} has three invalid examples`);
    for (const file of good) t.same(failures(judge(file, url)), [], `${name}: ${file} is valid`);
    for (const file of bad) meets(t, `${name}: ${file}`, judge(file, url).filter(isFailure), expectedOf(file));
    valid += good.length;
    invalid += bad.length;
  }
  t.comment(`${profiles.size} profiles, ${valid} valid and ${invalid} invalid examples`);
  t.end();
});

t.test('each folder of examples belongs to a profile', (t) => {
  t.same(
    readdirSync(examples).filter((name) => !['rules', 'questionnaires'].includes(name) && !profiles.has(name)),
    [],
  );
  t.end();
});

t.test('each business rule passes its valid examples and speaks at its invalid ones', (t) => {
  for (const { id } of rules) {
    const good = resourcesIn(join(examples, 'rules', id, 'valid'));
    const bad = resourcesIn(join(examples, 'rules', id, 'invalid'));
    t.ok(good.length >= 1 && bad.length >= 1, `${id} has examples`);
    for (const file of good)
      t.notOk(
        judge(file).some((found) => found.rule === id),
        `${id}: ${file} passes`,
      );
    for (const file of bad) meets(t, `${id}: ${file}`, judge(file), expectedOf(file));
  }
  t.comment(`${rules.length} business rules`);
  t.end();
});

t.test('each questionnaire takes its valid answers and refuses the invalid ones', (t) => {
  const questionnaires = registry.ours('Questionnaire').map(asObject);
  for (const { id } of questionnaires) {
    const good = resourcesIn(join(examples, 'questionnaires', String(id), 'valid'));
    const bad = resourcesIn(join(examples, 'questionnaires', String(id), 'invalid'));
    t.ok(good.length >= 1 && bad.length >= 3, `${id} has examples`);
    for (const file of good) t.same(failures(judge(file)), [], `${id}: ${file} is valid`);
    for (const file of bad) meets(t, `${id}: ${file}`, judge(file).filter(isFailure), expectedOf(file));
  }
  t.comment(`${questionnaires.length} questionnaires`);
  t.end();
});

t.test('each resource of the guide is itself valid', (t) => {
  for (const type of guideTypes) {
    const resources = registry.ours(type);
    t.ok(resources.length > 0, type);
    for (const resource of resources) t.same(failures(validator.validate(resource, { now })), [], `${type}/${resource.id}`);
  }
  t.end();
});

function judge(path: string, profile?: string): readonly Issue[] {
  const options = profile === undefined ? { now } : { now, profiles: [profile] };
  return validator.validate(JSON.parse(readFileSync(path, 'utf8')), options);
}

function failures(issues: readonly Issue[]): readonly string[] {
  return issues.filter(isFailure).map(describe);
}

function meets(t: Test, name: string, issues: readonly Issue[], expected: readonly Expected[]): void {
  for (const { expression, rule } of expected) {
    const met = issues.some((found) => found.expression === expression && (rule === undefined || found.rule === rule));
    t.ok(met, `${name} fails ${rule ?? ''} at ${expression}`, { found: issues.map(describe) });
  }
}

function describe({ severity, rule, expression, text, diagnostics }: Issue): string {
  return `${severity} ${rule} at ${expression ?? '?'}: ${text.en} [${diagnostics ?? ''}]`;
}

function resourcesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.expected.json'))
    .sort()
    .map((name) => join(folder, name));
}

function expectedOf(path: string): readonly Expected[] {
  return JSON.parse(readFileSync(path.replace(/\.json$/, '.expected.json'), 'utf8'));
}
