import type { AddressInfo } from 'node:net';
import type { Measure } from '@medplum/fhirtypes';
import t from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { createClient } from '../../src/demo/client.js';
import { demoVillages, demoWorld, runDemo } from '../../src/demo/demo.js';
import { loadLives } from '../../src/demo/load.js';
import { stages } from '../../src/demo/stages.js';
import { testApp } from '../support/app.js';

// Twenty-five measures are evaluated: patience for a busy machine.
t.setTimeout(120_000);

const now = Date.parse('2026-11-22T00:00:00Z');

t.test('fills a server over HTTP, shows a refusal and the life cycle by village; a second run finds the data', async (t) => {
  const { app } = await testApp(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const printed: string[] = [];
  const options = {
    origin: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    people: 24,
    villages: 2,
    seed: 1,
    now,
    print: (text: string) => void printed.push(text),
    onProgress() {},
  };
  const shown = await runDemo(options);
  t.ok(shown.resourcesSent > 300);
  t.equal(shown.refused.status, 422);
  t.equal(shown.refused.problems.length, 3);
  t.equal(shown.lifeCycle.length, stages.flatMap(({ indicators }) => indicators).length);
  const insured = shown.lifeCycle.find(({ measure }) => measure === 'JKN-UHC');
  t.ok(insured && insured.denominator > 15 && insured.percent !== undefined);
  t.strictSame(
    Object.keys(insured?.villages ?? {}),
    shown.villages.map(({ code }) => code),
  );
  const text = printed.join('\n');
  t.match(text, /Ibu hamil \/ Pregnancy/);
  t.match(text, new RegExp(`${insured?.numerator}/${insured?.denominator}`));
  t.equal((await fetch(shown.page)).status, 200);
  const client = createClient(`${options.origin}/fhir`);
  t.equal(await loadLives(client, demoWorld(options), options.people, () => {}), 0);
});

t.test('shows of a measure with several groups the one that its row is named after', async (t) => {
  const measures = loadRegistry().ours('Measure') as readonly Measure[];
  for (const { measure, group = 0, name } of stages.flatMap(({ indicators }) => indicators)) {
    const groups = measures.find(({ id }) => id === measure)?.group ?? [];
    if (groups.length > 1) t.match(groups[group]?.code?.text, name.id, measure);
  }
});

t.test('offers every village of the regency, and ends with the last whole month', async (t) => {
  t.equal(demoVillages().length, 185);
  t.equal(new Set(demoVillages().map(({ code }) => code)).size, 185);
  const { since, until } = demoWorld({ villages: 1, seed: 1, now });
  t.equal(new Date(until * 86_400_000).toISOString().slice(0, 10), '2026-10-31');
  t.equal(new Date(since * 86_400_000).toISOString().slice(0, 10), '2025-11-01');
});
