import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { generateSnapshot } from '../../src/definitions/snapshot.js';
import { packageRoot } from '../../src/root.js';

const registry = loadRegistry();

interface Reviewed {
  readonly id: string;
  readonly reason: string;
}

const reviewed: readonly Reviewed[] = JSON.parse(
  readFileSync(join(packageRoot, 'test', 'data', 'definitions', 'snapshots-reviewed.json'), 'utf8'),
);

test('reproduces the published snapshots of the R4 core: ids, cardinalities, types and bindings', (t) => {
  const differing: string[] = [];
  let compared = 0;
  for (const definition of registry.definitions('StructureDefinition')) {
    const published = definition.load() as StructureDefinition;
    if (!published.baseDefinition || !published.differential || !published.snapshot) continue;
    if (!published.url.startsWith('http://hl7.org/fhir/StructureDefinition/')) continue;
    compared += 1;
    const made = generateSnapshot(published, registry.structureDefinition);
    if (facts(made.elements) !== facts(published.snapshot.element)) differing.push(definition.id);
  }
  t.ok(compared >= 600, `${compared} definitions compared`);
  t.same(differing.sort(), reviewed.map(({ id }) => id).sort());
  t.ok(reviewed.every(({ reason }) => reason.length > 20));
  t.end();
});

test('agrees with SUSHI, whose snapshots are made by other means, on slices, types, contents and children of children', (t) => {
  interface Made {
    readonly definition: StructureDefinition;
    readonly facts: readonly unknown[];
  }
  const made: readonly Made[] = JSON.parse(
    readFileSync(join(packageRoot, 'test', 'data', 'definitions', 'snapshots-of-sushi.json'), 'utf8'),
  );
  const overlay = registry.with(made.map(({ definition }) => definition));
  for (const { definition, facts: expected } of made) {
    t.same(overlay.snapshotIssues(definition.url), [], definition.name);
    t.strictSame((overlay.structureDefinition(definition.url)?.snapshot?.element ?? []).map(said), expected, definition.name);
  }
  t.end();
});

test('repeats the base where the differential says nothing, for every resource type', (t) => {
  for (const type of registry.resourceTypes) {
    const base = registry.structureDefinition(type)?.snapshot?.element ?? [];
    const { elements, issues } = generateSnapshot(profile('https://example.org/p', [], type), registry.structureDefinition);
    if (facts(elements) !== facts(base) || issues.length > 0) t.fail(type);
  }
  t.end();
});

test('makes every snapshot of our own guide without an issue', (t) => {
  for (const { url } of registry.definitions('StructureDefinition')) {
    if (url === undefined || url.startsWith('http://hl7.org/')) continue;
    t.same(registry.snapshotIssues(url), [], url);
  }
  t.end();
});

test('walks into datatypes and gives their elements the profile’s path', (t) => {
  const elements = snapshot([{ path: 'Patient.name.family', min: 1 }]);
  t.equal(byId(elements, 'Patient.name.family')?.min, 1);
  t.same(byId(elements, 'Patient.name.family')?.base, { path: 'HumanName.family', min: 0, max: '1' });
  t.ok(byId(elements, 'Patient.name.given'), 'its siblings come along');
  t.notOk(byId(elements, 'Patient.contact.name.family'), 'where nothing is said the type stands for itself');
  t.end();
});

test('walks into elements that refer to the content of another', (t) => {
  const elements = snapshot([{ path: 'Questionnaire.item.item.linkId', short: 'inner' }], 'Questionnaire');
  t.equal(byId(elements, 'Questionnaire.item.item.linkId')?.short, 'inner');
  t.equal(byId(elements, 'Questionnaire.item.item.item')?.contentReference, '#Questionnaire.item');
  t.equal(byId(elements, 'Questionnaire.item.item')?.contentReference, undefined);
  t.same(byId(elements, 'Questionnaire.item.item')?.type, [{ code: 'BackboneElement' }]);
  t.end();
});

test('slices, and divides a slice again', (t) => {
  const elements = snapshot([
    { path: 'Patient.identifier', slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' }, min: 1 },
    { path: 'Patient.identifier', sliceName: 'nik', min: 1, max: '1' },
    { path: 'Patient.identifier.system', fixedUri: 'https://example.org/nik' },
    { path: 'Patient.identifier', sliceName: 'other' },
    { path: 'Patient.identifier', sliceName: 'nik/old', max: '1' },
  ]);
  t.same(
    elements.filter(({ path }) => path === 'Patient.identifier').map(({ id, min, max }) => `${id} ${min}..${max}`),
    ['Patient.identifier 1..*', 'Patient.identifier:nik 1..1', 'Patient.identifier:nik/old 0..1', 'Patient.identifier:other 0..*'],
  );
  t.equal(byId(elements, 'Patient.identifier:nik.system')?.fixedUri, 'https://example.org/nik');
  t.equal(byId(elements, 'Patient.identifier:nik')?.slicing, undefined);
  t.notOk(byId(elements, 'Patient.identifier:other.system'), 'a slice without content of its own stays closed up');
  t.end();
});

test('lets what is said of the element hold for its slices, but not how often it stands', (t) => {
  const elements = snapshot([
    { path: 'Patient.identifier', slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'closed' }, min: 2, max: '3' },
    { path: 'Patient.identifier.system', min: 1 },
    { path: 'Patient.identifier', sliceName: 'a' },
  ]);
  t.match(byId(elements, 'Patient.identifier:a'), { min: 0, max: '*' });
  t.equal(byId(elements, 'Patient.identifier:a.system')?.min, 1);
  t.end();
});

test('replaces a binding’s words with its value set, and keeps the most that the base allows', (t) => {
  const max = {
    url: 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet',
    valueCanonical: 'http://hl7.org/fhir/ValueSet/all-languages',
  };
  const changed = byId(
    snapshot([{ path: 'Patient.language', binding: { strength: 'required', valueSet: 'https://example.org/vs' } }]),
    'Patient.language',
  );
  t.same(changed?.binding, { strength: 'required', valueSet: 'https://example.org/vs', extension: [max] });
  t.end();
});

test('keeps the slices of the base profile and constrains them further', (t) => {
  const parent = profile('https://example.org/parent', [
    { path: 'Patient.identifier', slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' } },
    { path: 'Patient.identifier', sliceName: 'nik', max: '1' },
    { path: 'Patient.identifier.system', fixedUri: 'https://example.org/nik' },
  ]);
  const child = {
    ...profile('https://example.org/child', [{ id: 'Patient.identifier:nik', path: 'Patient.identifier', sliceName: 'nik', min: 1 }]),
    baseDefinition: parent.url,
  };
  const overlay = registry.with([parent, child]);
  const elements = overlay.structureDefinition(child.url)?.snapshot?.element ?? [];
  t.match(byId(elements, 'Patient.identifier:nik'), { min: 1, max: '1' });
  t.equal(byId(elements, 'Patient.identifier:nik.system')?.fixedUri, 'https://example.org/nik');
  t.end();
});

test('takes valueQuantity as value[x] of that one type', (t) => {
  const elements = snapshot([{ path: 'Observation.valueQuantity.unit', min: 1 }], 'Observation');
  t.same(byId(elements, 'Observation.value[x]')?.type, [{ code: 'Quantity' }]);
  t.equal(byId(elements, 'Observation.value[x]')?.slicing?.rules, 'closed');
  t.match(byId(elements, 'Observation.value[x]:valueQuantity'), { path: 'Observation.value[x]', sliceName: 'valueQuantity' });
  t.equal(byId(elements, 'Observation.value[x]:valueQuantity.unit')?.min, 1);
  t.end();
});

test('takes two such names as the two types that are left', (t) => {
  const elements = snapshot(
    [
      { path: 'Observation.valueQuantity.unit', min: 1 },
      { path: 'Observation.valueString', short: 'in words' },
    ],
    'Observation',
  );
  t.same(
    byId(elements, 'Observation.value[x]')?.type?.map(({ code }) => code),
    ['Quantity', 'string'],
  );
  t.ok(byId(elements, 'Observation.value[x]:valueString'));
  t.end();
});

test('leaves the other types open where value[x] is sliced by name', (t) => {
  const elements = snapshot(
    [
      {
        id: 'Observation.value[x]',
        path: 'Observation.value[x]',
        slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' },
      },
      {
        id: 'Observation.value[x]:valueQuantity',
        path: 'Observation.value[x]',
        sliceName: 'valueQuantity',
        type: [{ code: 'Quantity' }],
        max: '1',
      },
      { id: 'Observation.value[x]:valueQuantity.code', path: 'Observation.value[x].code', min: 1 },
    ],
    'Observation',
  );
  t.equal(byId(elements, 'Observation.value[x]')?.type?.length, 11);
  t.equal(byId(elements, 'Observation.value[x]:valueQuantity.code')?.min, 1);
  t.end();
});

test('takes an extension’s cardinality and content from its own definition', (t) => {
  const elements = snapshot([
    {
      path: 'Patient.extension',
      sliceName: 'birthPlace',
      type: [{ code: 'Extension', profile: ['http://hl7.org/fhir/StructureDefinition/patient-birthPlace'] }],
    },
    { path: 'Patient.extension.valueAddress', min: 1 },
  ]);
  t.match(byId(elements, 'Patient.extension:birthPlace'), { min: 0, max: '1' });
  t.same(byId(elements, 'Patient.extension:birthPlace.url')?.fixedUri, 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace');
  t.same(byId(elements, 'Patient.extension')?.slicing?.discriminator, [{ type: 'value', path: 'url' }]);
  t.end();
});

test('adds constraints to those of the base and names where they come from', (t) => {
  const constraint = [{ key: 'x-1', severity: 'error' as const, human: 'has a name', expression: 'name.exists()' }];
  const root = byId(snapshot([{ path: 'Patient', constraint }]), 'Patient');
  t.ok(root?.constraint?.some(({ key }) => key === 'dom-2'));
  t.equal(root?.constraint?.find(({ key }) => key === 'x-1')?.source, 'https://example.org/p');
  t.end();
});

test('continues a text that starts with an ellipsis', (t) => {
  const short = byId(snapshot([{ path: 'Patient.birthDate', definition: '... of the child' }]), 'Patient.birthDate');
  t.match(short?.definition, /^The date of birth for the individual\.\r\n of the child$/);
  t.end();
});

const impossible: ReadonlyArray<readonly [rule: string, id: string, differential: readonly ElementDefinition[]]> = [
  ['snapshot-max', 'Patient.birthDate', [{ path: 'Patient.birthDate', max: '2' }]],
  ['snapshot-min', 'Patient.link.other', [{ path: 'Patient.link.other', min: 0 }]],
  ['snapshot-min-max', 'Patient.birthDate', [{ path: 'Patient.birthDate', min: 2 }]],
  ['snapshot-unknown-element', 'Patient.shoeSize', [{ path: 'Patient.shoeSize', min: 1 }]],
  ['snapshot-unknown-element', 'Patient.deceasedQuantity', [{ path: 'Patient.deceasedQuantity', min: 1 }]],
  ['snapshot-type', 'Patient.birthDate', [{ path: 'Patient.birthDate', type: [{ code: 'Quantity' }] }]],
  ['snapshot-binding', 'Patient.gender', [{ path: 'Patient.gender', binding: { strength: 'example' } }]],
  ['snapshot-no-slicing', 'Patient.identifier', [{ path: 'Patient.identifier', sliceName: 'a' }]],
  ['snapshot-no-children', 'Patient.multipleBirth[x]', [{ path: 'Patient.multipleBirth[x].value', min: 1 }]],
  [
    'snapshot-reslice',
    'Patient.name:a/b',
    [
      { path: 'Patient.name', slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'open' } },
      { path: 'Patient.name', sliceName: 'a/b' },
    ],
  ],
];

test('refuses what a constraint may not do, by the id of the element', (t) => {
  for (const [rule, id, differential] of impossible) {
    const { issues } = generateSnapshot(profile('https://example.org/p', differential), registry.structureDefinition);
    t.same(
      issues.map((found) => [found.rule, found.expression]),
      [[rule, id]],
      `${rule} ${id}`,
    );
  }
  t.end();
});

test('refuses another fixed value and a new slice where the base has closed the matter', (t) => {
  const slicing = { discriminator: [{ type: 'value' as const, path: 'use' }], rules: 'closed' as const };
  const parent = profile('https://example.org/parent', [
    { path: 'Patient.gender', fixedCode: 'female' },
    { path: 'Patient.name', slicing },
    { path: 'Patient.name', sliceName: 'a' },
  ]);
  const child = {
    ...profile('https://example.org/child', [
      { path: 'Patient.gender', fixedCode: 'male' },
      { path: 'Patient.name', sliceName: 'b' },
    ]),
    baseDefinition: parent.url,
  };
  const overlay = registry.with([parent, child]);
  t.same(
    overlay.snapshotIssues(child.url).map(({ rule }) => rule),
    ['snapshot-fixed', 'snapshot-closed'],
  );
  t.end();
});

test('names a base that is missing and does not fall into a circle', (t) => {
  const orphan = { ...profile('https://example.org/orphan', []), baseDefinition: 'https://example.org/nowhere' };
  const circle = {
    ...profile('https://example.org/circle', [{ path: 'Patient.name', min: 1 }]),
    baseDefinition: 'https://example.org/circle',
  };
  const overlay = registry.with([orphan, circle]);
  t.equal(overlay.snapshotIssues(orphan.url)[0]?.rule, 'snapshot-base');
  t.ok(overlay.structureDefinition(circle.url));
  t.equal(overlay.snapshotIssues(circle.url)[0]?.rule, 'snapshot-base');
  t.end();
});

test('ends what is made to harm in an issue', (t) => {
  const rules = (element: readonly unknown[]) => {
    const { issues } = generateSnapshot(profile('https://example.org/p', element as ElementDefinition[]), registry.structureDefinition);
    return [...new Set(issues.map(({ rule }) => rule))];
  };
  t.same(
    rules([null, 1, 'x', {}, { path: 7 }, { path: 'Patient.name', type: 'HumanName' }, { path: 'Patient.name', constraint: [null] }]),
    ['snapshot-malformed'],
  );
  t.same(rules([{ path: `Patient${'.extension'.repeat(10_000)}` }]), ['snapshot-malformed']);
  t.same(rules(Array.from({ length: 100_000 }, (_, at) => ({ path: `Patient.e${at}` }))), [
    'snapshot-too-large',
    'snapshot-unknown-element',
  ]);
  const slices = Array.from({ length: 3000 }, (_, at) => ({ path: 'Patient.name', sliceName: `s${at}`, max: '1' }));
  t.same(rules([{ path: 'Patient.name', slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'open' } }, ...slices]), []);
  t.end();
});

test('refuses slices of slices that multiply beyond measure', (t) => {
  const sliced = (path: string, count: number): ElementDefinition[] => [
    { path, slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' } },
    ...Array.from({ length: count }, (_, at) => ({ path, sliceName: `s${at}` })),
  ];
  const inner = profile('https://example.org/inner', sliced('Patient.contact.telecom', 1000));
  const outer = { ...profile('https://example.org/outer', sliced('Patient.contact', 1000)), baseDefinition: inner.url };
  const overlay = registry.with([inner, outer]);
  t.same(overlay.snapshotIssues(inner.url), []);
  t.same([...new Set(overlay.snapshotIssues(outer.url).map(({ rule }) => rule))], ['snapshot-too-large']);
  t.end();
});

test('ends a chain of ten thousand profiles', (t) => {
  const chain = Array.from({ length: 10_000 }, (_, at) => ({
    ...profile(`https://example.org/chain-${at}`, []),
    baseDefinition: `https://example.org/chain-${at + 1}`,
  }));
  t.ok(registry.with(chain).structureDefinition('https://example.org/chain-0'));
  t.end();
});

/** What the file of SUSHI's snapshots holds of an element. */
function said(element: ElementDefinition): unknown {
  const { id, min, max, type, slicing, binding, contentReference } = element;
  return {
    id,
    min,
    max,
    ...(type && {
      type: type.map(({ code, profile: profiles, targetProfile }) => ({
        code,
        ...(profiles && { profile: profiles }),
        ...(targetProfile && { targetProfile }),
      })),
    }),
    ...(slicing && { slicing: slicing.rules }),
    ...(binding && { binding: [binding.strength, binding.valueSet] }),
    ...(contentReference && { contentReference }),
    ...Object.fromEntries(Object.entries(element).filter(([key]) => /^(fixed|pattern)/.test(key))),
  };
}

function facts(elements: readonly ElementDefinition[]): string {
  return JSON.stringify(
    elements.map(({ id, min, max, type, contentReference, binding }) => [
      id,
      min,
      max,
      type?.map(({ code, profile: profiles, targetProfile }) => [code, profiles, targetProfile]),
      contentReference,
      binding && [binding.strength, binding.valueSet],
    ]),
  );
}

function profile(url: string, element: readonly ElementDefinition[], type = 'Patient'): StructureDefinition {
  return {
    resourceType: 'StructureDefinition',
    url,
    name: 'P',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    derivation: 'constraint',
    differential: { element: [...element] },
  };
}

function snapshot(element: readonly ElementDefinition[], type = 'Patient'): readonly ElementDefinition[] {
  return generateSnapshot(profile('https://example.org/p', element, type), registry.structureDefinition).elements;
}

function byId(elements: readonly ElementDefinition[], id: string): ElementDefinition | undefined {
  return elements.find((element) => element.id === id);
}
