import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { packageRoot } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';
import { createValidator } from '../../src/validation/create.js';
import { loadPlatformRules, type PlatformRule, platformRules } from '../../src/validation/rules/platform.js';

type Executable = Extract<PlatformRule, { readonly element: string }>;

const registry = loadRegistry();
const list = loadPlatformRules();
const validator = createValidator({ registry, terminology: createTerminology(registry), rules: platformRules(list, 'error') });
const executable = list.filter((rule): rule is Executable => 'element' in rule);
// Conditions, and rules about the parts of an extension, are decided by examples of their own.
const conditions = new Set(executable.filter(({ mechanism }) => mechanism === 'condition').map(({ number }) => number));
const byHand = (rule: Executable): boolean => conditions.has(rule.number) || rule.path.endsWith('.extension');

t.test('all 558 numbered rules of the national platform are listed once or more', (t) => {
  t.equal(new Set(list.map(({ number }) => number)).size, 558);
  const counts = new Map<string, number>();
  for (const { mechanism } of list) counts.set(mechanism, (counts.get(mechanism) ?? 0) + 1);
  for (const [mechanism, count] of [...counts].sort()) t.comment(`${mechanism}: ${count}`);
  t.end();
});

t.test('each rule lets the right value pass and speaks at the wrong one', (t) => {
  const rules = executable.filter((rule) => !byHand(rule));
  for (const rule of rules) {
    t.same(found(rule, right(rule)), [], `${rule.number} ${rule.path} passes`);
    t.not(found(rule, wrong(rule)).length, 0, `${rule.number} ${rule.path} (${rule.mechanism}) is refused`);
  }
  t.comment(`${rules.length} checks from the list itself`);
  t.end();
});

t.test('rules of several elements are decided by their examples', (t) => {
  const cases: unknown = JSON.parse(readFileSync(join(packageRoot, 'test', 'data', 'platform-rules.json'), 'utf8'));
  if (!Array.isArray(cases)) throw new Error('test/data/platform-rules.json is no list');
  const decided = new Set<string>();
  for (const { number, valid, invalid, expression } of cases) {
    decided.add(number);
    const rule = { number };
    t.same(found(rule, valid), [], `${number} passes`);
    t.same(found(rule, invalid), [expression], `${number} is refused at ${expression}`);
  }
  t.same(
    executable.filter((rule) => byHand(rule) && !decided.has(rule.number)),
    [],
    'each of them has an example',
  );
  t.end();
});

t.test('a text ends with the number, as the platform’s clients read it', (t) => {
  for (const { number, text } of platformRules(list, 'warning')) {
    t.ok(text.id.endsWith(` (RuleNumber: ${number})`) && text.en.endsWith(` (RuleNumber: ${number})`), number ?? '');
  }
  t.end();
});

function found({ number }: { readonly number: string }, resource: unknown): readonly (string | undefined)[] {
  const issues = validator.validate(resource, { now: Date.parse('2026-12-31T12:00:00Z') });
  const mine = issues.filter((issue) => issue.rule === `satusehat-${number}`);
  return mine.map(({ expression }) => expression?.replace(/value\.ofType\((\w+)\)/g, 'value$1'));
}

/** A resource with nothing but the element of the rule, holding what every check of its number accepts. */
function right(rule: Executable): unknown {
  const checks = executable.filter(({ number }) => number === rule.number);
  return build(rule, rightValue(checks.find(({ mechanism }) => mechanism !== 'required') ?? rule));
}

function rightValue(rule: Executable): unknown {
  switch (rule.mechanism) {
    case 'code-system':
    case 'identifier-system':
      return { system: rule.allowed[0]?.replace('{org}', '1000001'), value: 1, code: 'x' };
    case 'reference':
      return { reference: `${rule.targets[0]}/1` };
    case 'utc-instant':
      return '2025-01-01T01:00:00+00:00';
    default:
      return 'x';
  }
}

function wrong(rule: Executable): unknown {
  switch (rule.mechanism) {
    case 'code-system':
    case 'identifier-system':
      return build(rule, { system: 'https://elsewhere.example/system', value: 1, code: 'x' });
    case 'reference':
      return build(rule, { reference: 'Basic/1' });
    case 'utc-instant':
      return build(rule, '2025-01-01T08:00:00+07:00');
    default:
      return build(rule, undefined);
  }
}

/** `value` at the rule's path, with arrays where R4 has them; undefined leaves the last element out of its parent. */
function build(rule: Executable, value: unknown): unknown {
  const [type = '', ...names] = rule.path.split('.');
  // A rule about a Quantity's code is about its system; a Coding's or Quantity's parts stand in one object.
  const inside =
    typeof value === 'object' && ['code', 'system'].includes(names.at(-1) ?? '') && names.length > 1 && !isConcept(type, names);
  return { resourceType: type, ...(place(type, type, inside ? names.slice(0, -1) : names, value) as object) };
}

function isConcept(type: string, names: readonly string[]): boolean {
  return lastType(type, names) === 'CodeableConcept';
}

function place(type: string, path: string, names: readonly string[], value: unknown): unknown {
  const [name, ...rest] = names;
  if (name === undefined) return wrap(type, value);
  if (rest.length === 0 && value === undefined) return {};
  const step = stepTo(type, path, name);
  const held = rest.length === 0 ? wrap(step.type, value) : place(step.type, step.path, rest, value);
  return { [step.key]: step.many ? [held] : held };
}

// A CodeableConcept holds a Coding.
function wrap(type: string, value: unknown): unknown {
  return type === 'CodeableConcept' && typeof value === 'object' ? { coding: [value] } : value;
}

function lastType(type: string, names: readonly string[]): string {
  let here = { type, path: type };
  for (const name of names) here = stepTo(here.type, here.path, name);
  return here.type;
}

function stepTo(
  type: string,
  path: string,
  name: string,
): { readonly key: string; readonly type: string; readonly path: string; readonly many: boolean } {
  const stem = name.replace('[x]', '');
  const elements =
    registry.structureDefinition(path === type || !path.includes('.') ? type : (path.split('.')[0] ?? ''))?.snapshot?.element ?? [];
  const plain = elements.find((element) => element.path === `${path}.${stem}`);
  if (plain) return { key: stem, ...target(plain), many: plain.max === '*' };
  const choice = elements.find(
    (element) =>
      element.path.endsWith('[x]') && element.path.startsWith(`${path}.`) && `${path}.${stem}`.startsWith(element.path.slice(0, -3)),
  );
  if (!choice) throw new Error(`${path}.${name} is no element`);
  const own = choice.path.slice(path.length + 1, -3);
  const code =
    choice.type?.find((each) => `${own}${capital(each.code)}` === stem)?.code ??
    (choice.type?.find((each) => each.code === 'Reference') ?? choice.type?.[0])?.code ??
    '';
  return { key: `${own}${capital(code)}`, type: code, path: code, many: false };
}

function target(element: ElementDefinition): { readonly type: string; readonly path: string } {
  if (element.contentReference) return { type: 'BackboneElement', path: element.contentReference.slice(1) };
  const code = element.type?.[0]?.code ?? '';
  return code === 'BackboneElement' || code === 'Element' ? { type: code, path: element.path } : { type: code, path: code };
}

function capital(text: string | undefined): string {
  return `${text?.slice(0, 1).toUpperCase()}${text?.slice(1)}`;
}
