import { test } from 'tap';
import { publishGuide } from '../../src/rest/publish-guide.js';
import { testApp } from '../support/app.js';

test('publishes the guide once, and again when it changes', async (t) => {
  const { send, services } = await testApp(t);
  const written = await publishGuide(services);
  t.ok(written > 100, `${written} resources`);
  t.equal(await publishGuide(services), 0, 'nothing has changed');
  const measure = services.registry.ours('Measure')[0];
  t.match((await send('GET', `/fhir/Measure/${measure?.id}`)).json(), { resourceType: 'Measure', status: /./ });
  const profile = services.registry.ours('StructureDefinition')[0] as { readonly url?: string } | undefined;
  const found = await send('GET', `/fhir/StructureDefinition?url=${encodeURIComponent(profile?.url ?? '')}`);
  t.equal(found.json().entry.length, 1);
  const expansions = await Promise.all(services.registry.ours('ValueSet').map(({ id }) => send('GET', `/fhir/ValueSet/${id}/$expand`)));
  t.ok(expansions.some(({ statusCode }) => statusCode === 200));
  t.ok(expansions.every(({ statusCode }) => statusCode === 200 || statusCode === 422));
  const changed = { resourceType: 'NamingSystem', id: 'baru', name: 'Baru', status: 'draft', kind: 'identifier', date: '2026-01-01' };
  const ours = (type: string) => (type === 'NamingSystem' ? [changed] : services.registry.ours(type));
  t.equal((await publishGuide({ ...services, registry: { ...services.registry, ours } })) > 100, true);
  t.equal((await send('GET', '/fhir/NamingSystem/baru')).statusCode, 200);
});
