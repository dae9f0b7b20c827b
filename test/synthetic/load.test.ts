import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { loadSynthetic, type SyntheticIo, type SyntheticOptions } from '../../src/commands/load-synthetic.js';
import { isTaken, type MistakeName } from '../../src/synthetic/errors.js';
import { testApp } from '../support/app.js';

const options: SyntheticOptions = { people: 40, area: '6202031012', seed: 3, errors: 0.05, until: '2026-10-31', trust: false };

t.test('stores the people; run again it stores nothing, and after a cut it goes on with what is missing', async (t) => {
  const { services, send } = await testApp(t);
  const { validator } = services;
  let writes = Number.POSITIVE_INFINITY;
  const store: typeof services.store = {
    ...services.store,
    read: (...args) => services.store.read(...args),
    write: async (...args) => {
      if (--writes < 0) throw new Error('cut off');
      return services.store.write(...args);
    },
  };
  const io = ioOf({ withTarget: (work) => work({ store, validator, now: Date.parse('2026-11-01') }) });
  writes = 2;
  await t.rejects(loadSynthetic(options, io), /cut off/);
  writes = Number.POSITIVE_INFINITY;
  const first = await loadSynthetic(options, io);
  t.ok(first.ok && first.value.households > 0);
  const count = async (type: string) => (await send('GET', `/fhir/${type}?_summary=count`)).json().total;
  t.equal((await count('Coverage')) > 30, true);
  const versions = async () => (await send('GET', '/fhir/_history?_count=1')).json().total;
  const before = await versions();
  const second = await loadSynthetic({ ...options, trust: true }, io);
  t.ok(second.ok);
  if (!first.ok || !second.ok) return;
  t.match(second.value, { households: 0, people: 0 });
  t.equal(second.value.present, first.value.households + first.value.present);
  t.equal(await versions(), before);
  const refused = Object.keys(first.value.refused) as MistakeName[];
  t.ok(refused.length > 0 && refused.every((name) => !isTaken(name)));
});

t.test('writes a file a type, or everything as one stream in an order that a server can take', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-synthetic-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  const files = await loadSynthetic({ ...options, out: folder }, ioOf({}));
  const stream = await loadSynthetic({ ...options, out: '-' }, ioOf({ standardOutput: output }));
  const lines = Buffer.concat(chunks).toString('utf8').trimEnd().split('\n');
  t.ok(files.ok && stream.ok && files.value.resources === lines.length);
  const inFiles = readdirSync(folder).flatMap((name) => {
    const held = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
    t.ok(held.every((line) => `${JSON.parse(line).resourceType}.ndjson` === name));
    return held;
  });
  t.strictSame(inFiles.toSorted(), lines.toSorted());
});

t.test('names an area that is none', async (t) => {
  const made = await loadSynthetic({ ...options, area: '7' }, ioOf({}));
  t.ok(!made.ok && made.issues[0]?.text.en.includes("'7'"));
});

function ioOf(given: Partial<SyntheticIo>): SyntheticIo {
  return {
    standardOutput: new PassThrough(),
    withTarget: () => Promise.reject(new Error('not asked to store')),
    onProgress() {},
    ...given,
  };
}
