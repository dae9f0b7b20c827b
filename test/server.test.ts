import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { loadConfig } from '../src/config.js';
import { startServer } from '../src/server.js';

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'lontar-server-'));
const organization = { resourceType: 'Organization', active: true, name: 'Puskesmas' };

function configOf(environment: Record<string, string>) {
  const config = loadConfig({ AUTH: 'off', LOG_LEVEL: 'silent', PORT: '0', DATA_DIR: join(folder, 'data'), ...environment });
  if (!config.ok) throw new Error('bad settings');
  return config.value;
}

/** Runs `lontar serve` and waits for its end. */
async function serve(environment: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { PATH: process.env['PATH'] ?? '', AUTH: 'off', LOG_LEVEL: 'silent', PORT: '0', DATA_DIR: join(folder, 'data'), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

test('starts on a fresh folder, keeps what it acknowledged over a stop, and starts again', async (t) => {
  const first = await startServer(configOf({}));
  const created = await fetch(`${first.url}/fhir/Organization`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(organization),
  });
  t.equal(created.status, 201);
  await first.stop();
  await first.stop();
  await t.rejects(fetch(`${first.url}/health/live`), 'nobody listens after a stop');
  const second = await startServer(configOf({}));
  const location = new URL(created.headers.get('location') ?? '').pathname.replace(/\/_history.*/, '');
  t.equal((await fetch(`${second.url}${location}`)).status, 200);
  await second.stop();
});

test('finishes requests in flight before it stops, and says meanwhile that it is not ready', async (t) => {
  const server = await startServer(configOf({}));
  const original = server.services.store.read;
  let proceed: () => void = () => {};
  const waiting = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  let arrived: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  // A read that lasts until it is let go, on top of the real one.
  (server.services.store as { read: typeof original }).read = async (...parameters) => {
    arrived();
    await waiting;
    return original(...parameters);
  };
  const slow = fetch(`${server.url}/fhir/Organization/none`);
  await begun;
  const stopped = server.stop();
  await delay(50);
  const ready = await fetch(`${server.url}/health/ready`);
  t.equal(ready.status, 503);
  t.match(await ready.json(), { status: 'stopping' });
  t.equal((await fetch(`${server.url}/health/live`)).status, 200);
  const late = await fetch(`${server.url}/fhir/Organization/x`);
  t.equal(late.status, 503);
  t.ok(late.headers.get('retry-after'));
  t.match(await late.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'transient' }] });
  proceed();
  t.equal((await slow).status, 404, 'the request in flight got its answer');
  await stopped;
  await t.rejects(fetch(`${server.url}/health/live`));
});

test('ends with code 0 on SIGTERM', async (t) => {
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { PATH: process.env['PATH'] ?? '', AUTH: 'off', LOG_LEVEL: 'silent', PORT: '0', DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(child.stderr, 'data');
  child.kill('SIGTERM');
  t.strictSame(await once(child, 'close'), [0, null]);
});

test('says in one line why it cannot start, and ends with code 1', async (t) => {
  const busy = createServer();
  busy.listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const port = String((busy.address() as AddressInfo).port);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const readOnly = join(folder, 'read-only');
  mkdirSync(readOnly);
  chmodSync(readOnly, 0o555);
  const cases: ReadonlyArray<readonly [string, Record<string, string>, RegExp]> = [
    ['a port that is taken', { PORT: port }, new RegExp(`${port} is in use.*PORT=`)],
    ['a data folder that is a file', { DATA_DIR: file }, /data folder|DATA_DIR/],
    ['a data folder below a file', { DATA_DIR: join(file, 'x') }, /DATA_DIR/],
    ['a bad setting', { PORT: 'many' }, /Setting PORT must be a whole number.*PORT=8081/],
    ['access off for others to reach', { HOST: '0.0.0.0' }, /AUTH/],
    ['an address of another machine', { HOST: '192.0.2.1', AUTH: 'on' }, /HOST=/],
    ['a database that nobody serves', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, /127\.0\.0\.1|DATABASE_URL/],
    // The superuser may write anywhere.
    ...(process.getuid?.() === 0 ? [] : [['a data folder that cannot be written', { DATA_DIR: join(readOnly, 'x') }, /DATA_DIR/] as const]),
  ];
  for (const [name, environment, expected] of cases) {
    const { code, stderr } = await serve(environment);
    t.equal(code, 1, name);
    t.match(stderr, expected, name);
    t.equal(stderr.trim().split('\n').length, 1, `${name}: one line, not ${stderr}`);
  }
  busy.close();
});

test('leaves nothing behind', async () => {
  rmSync(folder, { recursive: true, force: true });
});
