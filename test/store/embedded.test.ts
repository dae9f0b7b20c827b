import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { sql } from '../../src/sql.js';
import { connectDatabase } from '../../src/store/connect.js';
import { serverAccount } from '../../src/store/embedded/account.js';
import { isReadableBy } from '../../src/store/embedded/binaries.js';
import { startEmbedded } from '../../src/store/embedded/embedded.js';
import { readPostmasterFile } from '../../src/store/embedded/postmaster-file.js';
import { StartError } from '../../src/store/start-error.js';

function temporaryFolder(t: { teardown(work: () => void): unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 'lontar-embedded-'));
  // PostgreSQL runs as another user where the tests run as root.
  chmodSync(folder, 0o755);
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function startError(work: Promise<unknown>): Promise<StartError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
  throw new Error('it started');
}

test('the embedded server', async (t) => {
  const dataFolder = join(temporaryFolder(t), 'data');
  const [first, twin] = await Promise.all([startEmbedded({ dataFolder }), startEmbedded({ dataFolder })]);
  t.equal(twin.pid, first.pid, 'two that start at once on an empty folder share one');
  await twin.stop();

  t.test('keeps its files to itself and listens on no address', async (t) => {
    const database = await connectDatabase({ server: first.address });
    const [row] = await database.query(
      sql`select current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
        current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding`,
    );
    t.same(row, { addresses: '', fsync: 'on', checksums: 'on', encoding: 'UTF8' });
    t.equal(statSync(first.address.host).mode & 0o077, 0);
    t.equal(statSync(join(dataFolder, 'postgresql', 'data')).mode & 0o077, 0);
    await database.close();
    const stranger = await startError(connectDatabase({ server: { ...first.address, password: 'wrong' } }));
    t.match(stranger.message, /password authentication failed/);
  });

  t.test('is shared by a second Lontar, and stopped by the last', async (t) => {
    const second = await startEmbedded({ dataFolder });
    t.equal(second.adopted, true);
    t.equal(second.pid, first.pid);
    await first.stop();
    const database = await connectDatabase({ server: second.address });
    t.same(await database.query(sql`select 1 as one`), [{ one: 1 }]);
    await database.close();
    await second.stop();
    t.equal(readPostmasterFile(join(dataFolder, 'postgresql', 'data')), undefined);
  });

  t.test('starts again over the lock file of a server that is gone', async (t) => {
    const data = join(dataFolder, 'postgresql', 'data');
    writeFileSync(join(data, 'postmaster.pid'), `999999\n${data}\n1700000000\n5432\n${first.address.host}\n\n  5432001 1\nready   \n`);
    const third = await startEmbedded({ dataFolder });
    t.equal(third.adopted, false);
    await third.stop();
  });

  t.test('what was acknowledged survives kill -9 whole, and nothing else is half there', async (t) => {
    const program = fileURLToPath(new URL('./writer-process.js', import.meta.url));
    const child = spawn(process.execPath, [program, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 40) {
        child.kill('SIGKILL');
        break;
      }
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

    const server = await startEmbedded({ dataFolder });
    t.equal(server.adopted, true, 'PostgreSQL outlived it');
    const database = await connectDatabase({ server: server.address });
    const perBundle = await database.query(sql`select write_id, count(*)::int as n from body group by write_id`);
    t.ok(
      perBundle.every(({ n }) => n === 5),
      'each Bundle is whole',
    );
    const rows = await database.query(
      sql`select b.id from body b join resource r on r.shard = b.shard and r.key = b.key and r.version = b.version`,
    );
    const stored = new Set(rows.map(({ id }) => String(id)));
    t.ok(
      acknowledged.every((ids) => ids.split(' ').every((id) => stored.has(id))),
      'each acknowledged resource is there',
    );
    await database.close();

    process.kill(server.pid, 'SIGKILL');
    const again = await startEmbedded({ dataFolder });
    t.equal(again.adopted, false);
    const recovered = await connectDatabase({ server: again.address });
    const [after] = await recovered.query(sql`select count(*)::int as n from body`);
    t.equal(after?.['n'], perBundle.length * 5, 'PostgreSQL recovers after a kill of its own');
    await recovered.close();
    await again.stop();
    await server.stop();
    t.match(readFileSync(join(dataFolder, 'postgresql', 'postgresql.log'), 'utf8'), /ready to accept connections/);
  });
});

test('faults at the start name what to do', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  t.match(await startError(startEmbedded({ dataFolder: join(file, 'data') })), { message: /can't be written/, hint: /DATA_DIR/ });
  mkdirSync(join(folder, 'foreign', 'postgresql', 'data'), { recursive: true });
  t.match(await startError(startEmbedded({ dataFolder: join(folder, 'foreign') })), { message: /is not a database of Lontar/ });
  const refused = await startError(connectDatabase({ server: 'postgres://someone:secret@127.0.0.1:1/lontar' }));
  t.match(refused, { message: /ECONNREFUSED/, hint: /DATABASE_URL/ });
  t.notMatch(refused.message, /secret/);
});

test('root’s closed folders are passed over to where PostgreSQL can read', { skip: userInfo().uid !== 0 && 'needs root' }, async (t) => {
  const closed = temporaryFolder(t);
  chmodSync(closed, 0o700);
  const account = serverAccount();
  if (account === undefined) throw new Error('root has an account for PostgreSQL');
  t.equal(isReadableBy(account, closed), false);
  t.equal(isReadableBy(account, tmpdir()), true);
  const server = await startEmbedded({ dataFolder: join(closed, 'data'), isDurable: false });
  const database = await connectDatabase({ server: server.address });
  t.same(await database.query(sql`select 1 as one`), [{ one: 1 }]);
  await database.close();
  await server.stop();
  const elsewhere = realpathSync(join(closed, 'data', 'postgresql'));
  t.notOk(elsewhere.startsWith(closed));
  rmSync(elsewhere, { recursive: true, force: true });
});
