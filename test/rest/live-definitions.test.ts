import { test } from 'tap';
import { createServices, loadKnowledge } from '../../src/rest/create-services.js';
import { testApp } from '../support/app.js';

const base = 'http://example.org/fhir';

const codeSystem = {
  resourceType: 'CodeSystem',
  id: 'blood',
  url: `${base}/CodeSystem/blood`,
  version: '1',
  name: 'Blood',
  status: 'active',
  content: 'complete',
  concept: [{ code: 'a' }, { code: 'b' }],
};

const valueSet = {
  resourceType: 'ValueSet',
  id: 'blood',
  url: `${base}/ValueSet/blood`,
  version: '1',
  name: 'Blood',
  status: 'active',
  compose: { include: [{ system: codeSystem.url }] },
};

const profile = {
  resourceType: 'StructureDefinition',
  id: 'married',
  url: `${base}/StructureDefinition/married`,
  version: '1',
  name: 'Married',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: {
    element: [
      { id: 'Patient', path: 'Patient' },
      { id: 'Patient.maritalStatus', path: 'Patient.maritalStatus', min: 1, binding: { strength: 'required', valueSet: valueSet.url } },
    ],
  },
};

const patient = (code?: string) => ({
  resourceType: 'Patient',
  meta: { profile: [profile.url] },
  ...(code === undefined ? {} : { maritalStatus: { coding: [{ system: codeSystem.url, code }] } }),
});

test('a stored profile, value set and code system decide from the next request on, until they change or go', async (t) => {
  const { send, services } = await testApp(t);
  t.equal((await send('POST', '/fhir/Patient', patient())).statusCode, 201, 'a profile not on board refuses nothing');

  for (const definition of [codeSystem, valueSet, profile]) {
    const stored = await send('PUT', `/fhir/${definition.resourceType}/${definition.id}`, definition);
    t.equal(stored.statusCode, 201, stored.body);
  }
  const refused = await send('POST', '/fhir/Patient', patient());
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /maritalStatus/);
  t.equal((await send('POST', '/fhir/Patient', patient('c'))).statusCode, 422);
  t.equal((await send('POST', '/fhir/Patient', patient('a'))).statusCode, 201);

  await send('PUT', '/fhir/CodeSystem/blood', { ...codeSystem, concept: [...codeSystem.concept, { code: 'c' }] });
  t.equal((await send('POST', '/fhir/Patient', patient('c'))).statusCode, 201, 'a code added counts at once');
  const expanded = await send('GET', `/fhir/ValueSet/$expand?url=${valueSet.url}`);
  t.equal((expanded.json() as { expansion: { total: number } }).expansion.total, 3);

  const { config, database } = services;
  const restarted = await createServices({ config, database, knowledge: loadKnowledge(config) });
  t.ok(restarted.validator.validate(patient()).some(({ expression, severity }) => severity === 'error' && expression === 'Patient'));

  t.equal((await send('DELETE', '/fhir/StructureDefinition/married')).statusCode, 204);
  t.equal((await send('POST', '/fhir/Patient', patient())).statusCode, 201);
});

test('nobody redefines what R4 or the guide defines', async (t) => {
  const { send, services } = await testApp(t);
  const core = services.registry.structureDefinition('Patient');
  const { text: _, ...loose } = core as unknown as Record<string, unknown>;
  const widened = await send('PUT', '/fhir/StructureDefinition/Patient', { ...loose, description: 'anything goes' });
  t.equal(widened.statusCode, 201, widened.body.slice(0, 400));
  t.equal(services.registry.structureDefinition('Patient')?.description, core?.description);
});
