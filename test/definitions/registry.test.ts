import type { ImplementationGuide, SearchParameter, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { test } from 'tap';
import { areaSystem, loadAreas } from '../../src/definitions/areas.js';
import { compareVersions } from '../../src/definitions/layer.js';
import { createLiveRegistry } from '../../src/definitions/live-registry.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { shapeIssues } from '../../src/definitions/shape.js';

const registry = loadRegistry();

function valueSet(version: string | undefined): ValueSet {
  return { resourceType: 'ValueSet', status: 'active', url: 'https://example.org/vs', ...(version === undefined ? {} : { version }) };
}

test('knows the 146 concrete resource types and no abstract or logical one', (t) => {
  t.equal(registry.resourceTypes.length, 146);
  t.ok(registry.isResourceType('Patient'));
  t.notOk(registry.isResourceType('DomainResource'));
  t.notOk(registry.isResourceType('Quantity'));
  t.notOk(registry.isResourceType('constructor'));
  t.end();
});

test('finds definitions by canonical, by canonical and version, and by type name', (t) => {
  const url = 'http://hl7.org/fhir/StructureDefinition/Patient';
  t.equal(registry.structureDefinition(url)?.url, url);
  t.equal(registry.structureDefinition(`${url}|4.0.1`)?.url, url);
  t.equal(registry.structureDefinition('Patient')?.url, url);
  t.equal(registry.structureDefinition('code')?.kind, 'primitive-type');
  t.equal(registry.structureDefinition(`${url}|9.9`), undefined);
  t.equal(registry.structureDefinition('Unicorn'), undefined);
  t.end();
});

test('takes R4’s own version for every part of R4, whatever version it bears', (t) => {
  t.equal(registry.valueSet('http://terminology.hl7.org/ValueSet/v3-NullFlavor|4.0.1')?.id, 'v3-NullFlavor');
  t.end();
});

test('gives the same object each time', (t) => {
  t.equal(registry.structureDefinition('Patient'), registry.structureDefinition('Patient'));
  t.equal(
    registry.valueSet('http://hl7.org/fhir/ValueSet/observation-status'),
    registry.valueSet('http://hl7.org/fhir/ValueSet/observation-status'),
  );
  t.end();
});

test('gives each type its own search parameters and those of all resources', (t) => {
  const codes = registry.searchParameters('Observation').map(({ code }) => code);
  for (const code of ['code', 'subject', 'value-quantity', '_id', '_lastUpdated', '_profile', '_text']) t.ok(codes.includes(code), code);
  t.equal(codes.length, new Set(codes).size);
  t.notOk(
    registry.searchParameters('Bundle').some(({ code }) => code === '_text'),
    '_text needs a narrative',
  );
  t.end();
});

test('leaves out the samples that the published package holds among the definitions', (t) => {
  t.equal(registry.searchParameter('Condition', 'subject')?.id, 'Condition-subject');
  t.equal(registry.canonical('http://hl7.org/fhir/SearchParameter/example'), undefined);
  t.equal(registry.canonical('http://hl7.org/fhir/CompartmentDefinition/example'), undefined);
  t.equal(registry.definitions('Patient').length, 0);
  t.end();
});

test('keeps v2 tables of one url apart by version', (t) => {
  const url = 'http://terminology.hl7.org/CodeSystem/v2-0006';
  t.equal(registry.codeSystem(`${url}|2.1`)?.id, 'v2-2.1-0006');
  t.equal(registry.codeSystem(`${url}|2.4`)?.id, 'v2-2.4-0006');
  t.equal(registry.codeSystem(url)?.id, 'v2-2.4-0006', 'the newest for no version');
  t.end();
});

test('tells compartments', (t) => {
  t.same(registry.patientCompartment('Observation'), ['subject', 'performer']);
  t.same(registry.patientCompartment('Location'), []);
  t.same(registry.compartment('encounter', 'Observation'), ['encounter']);
  t.same(registry.compartment('unicorn', 'Observation'), []);
  t.end();
});

test('lays definitions on top without touching what lies below', (t) => {
  const upper = registry.with([valueSet('2'), valueSet('10'), valueSet('9')]);
  t.equal(upper.valueSet('https://example.org/vs')?.version, '10');
  t.equal(upper.valueSet('https://example.org/vs|9')?.version, '9');
  t.equal(upper.valueSet('https://example.org/vs|8'), undefined);
  t.equal(registry.valueSet('https://example.org/vs'), undefined);
  t.equal(upper.with([valueSet('1')]).valueSet('https://example.org/vs')?.version, '1', 'the topmost layer answers first');
  t.equal(upper.with([valueSet('1')]).valueSet('https://example.org/vs|2')?.version, '2');
  t.equal(upper.structureDefinition('Patient'), registry.structureDefinition('Patient'));
  t.end();
});

test('adds search parameters and required profiles of an overlay', (t) => {
  const parameter: SearchParameter = {
    resourceType: 'SearchParameter',
    url: 'https://example.org/sp',
    name: 'shoe-size',
    status: 'active',
    description: 'size of the shoe',
    code: 'shoe-size',
    base: ['Patient'],
    type: 'number',
  };
  const guide: ImplementationGuide = {
    resourceType: 'ImplementationGuide',
    url: 'https://example.org/ig',
    name: 'Example',
    status: 'active',
    packageId: 'example',
    fhirVersion: ['4.0.1'],
    global: [{ type: 'Device', profile: 'https://example.org/device' }],
  };
  const upper = registry.with([parameter, guide]);
  t.equal(upper.searchParameter('Patient', 'shoe-size')?.url, 'https://example.org/sp');
  t.equal(registry.searchParameter('Patient', 'shoe-size'), undefined);
  t.same(upper.requiredProfiles('Device'), ['https://example.org/device']);
  t.same(registry.requiredProfiles('Device'), []);
  t.end();
});

test('makes the snapshot of an overlaid differential on first use', (t) => {
  const profile: StructureDefinition = {
    resourceType: 'StructureDefinition',
    url: 'https://example.org/profile',
    name: 'P',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }] },
  };
  const upper = registry.with([profile]);
  const made = upper.structureDefinition('https://example.org/profile');
  t.equal(made?.snapshot?.element.find(({ path }) => path === 'Patient.birthDate')?.min, 1);
  t.equal(upper.structureDefinition('https://example.org/profile'), made);
  t.same(upper.snapshotIssues('https://example.org/profile'), []);
  t.end();
});

test('takes stored definitions in and lets them go while others hold the registry', (t) => {
  const live = createLiveRegistry(registry);
  t.equal(live.valueSet('https://example.org/vs'), undefined);
  live.renew([valueSet('1')]);
  t.equal(live.generation, 1);
  t.equal(live.valueSet('https://example.org/vs')?.version, '1');
  t.equal(live.structureDefinition('Patient'), registry.structureDefinition('Patient'), 'what lies below stays as it was');
  live.renew([valueSet('2')]);
  t.equal(live.valueSet('https://example.org/vs|1'), undefined);
  live.renew([]);
  t.equal(live.valueSet('https://example.org/vs'), undefined);
  t.equal(live.resourceTypes.length, 146);
  t.end();
});

test('finds parts of a resource that are not of the shape its type has', (t) => {
  const at = (resource: unknown) => shapeIssues(registry, resource as ValueSet).map(({ expression }) => expression);
  t.same(at({ resourceType: 'ValueSet', compose: { include: [{ system: 'urn:x', concept: [{ code: 'a' }] }] } }), []);
  t.same(at({ resourceType: 'ValueSet', compose: { include: { system: 'urn:x' } } }), ['ValueSet.compose.include']);
  t.same(at({ resourceType: 'ValueSet', compose: { include: [{ concept: [1, { code: 5 }] }] } }), [
    'ValueSet.compose.include[0].concept[0]',
    'ValueSet.compose.include[0].concept[1].code',
  ]);
  t.same(
    at({ resourceType: 'ValueSet', compose: { exclude: [{ filter: 'x' }] } }),
    ['ValueSet.compose.exclude[0].filter'],
    'through a content reference',
  );
  t.same(at({ resourceType: 'ValueSet', status: ['active'] }), ['ValueSet.status']);
  t.equal(shapeIssues(registry, { resourceType: 'Unicorn' }).length, 1);
  t.end();
});

test('orders versions by their numbers', (t) => {
  t.same(['1.10.0', '1.9', '2', undefined, '1.9.1'].sort(compareVersions), ['1.9', '1.9.1', '1.10.0', '2', undefined]);
  t.ok(compareVersions(undefined, '0') < 0);
  t.end();
});

test('holds every area of Indonesia, each below its parent', (t) => {
  const areas = loadAreas();
  const counted: Record<string, number> = {};
  for (const area of areas.all()) {
    counted[area.level] = (counted[area.level] ?? 0) + 1;
    if (area.parent !== undefined && !areas.find(area.parent)) t.fail(`${area.code} has no parent`);
  }
  t.same(counted, { province: 38, regency: 514, district: 7285, village: 83_762 });
  t.equal(areas.size, 91_599);
  t.same(areas.find('3201'), { code: '3201', name: 'Kabupaten Bogor', level: 'regency', parent: '32' });
  t.equal(areas.find('32.01'), undefined);
  t.equal(areas.find(''), undefined);
  t.equal(areas.children().length, 38);
  t.ok(areas.children('3201').every(({ level, parent }) => level === 'district' && parent === '3201'));
  t.same(areas.children('1101012001'), []);
  t.equal(areaSystem, 'http://sys-ids.kemkes.go.id/administrative-area');
  t.end();
});
