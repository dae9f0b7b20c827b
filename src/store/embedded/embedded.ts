import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, platform, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { StartError } from '../start-error.js';
import { type Account, serverAccount } from './account.js';
import { type Binaries, findBinaries } from './binaries.js';
import { type Cluster, ensureCluster, prepareHome, superuser } from './cluster.js';
import { disownPostmasterFile, isServerAlive, type PostmasterFile, readPostmasterFile } from './postmaster-file.js';

/** How to reach a server: `host` is a folder with its socket, or an address. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedServer {
  readonly address: ServerAddress;
  readonly pid: number;
  /** True where a server was found running, left by a Lontar that was killed or shared with one that still runs. */
  readonly adopted: boolean;
  /** Stops PostgreSQL, unless another Lontar still uses it: the last one out stops it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataFolder: string;
  /** False only for databases that nobody will miss, such as a test run's. */
  readonly isDurable?: boolean;
  readonly log?: (message: string) => void;
  readonly startTimeoutMs?: number;
}

/**
 * Starts PostgreSQL on `dataFolder`, or adopts the one that runs there already. The server listens on a socket in a private folder only
 * (Windows: on loopback), with a password that never leaves the data folder; it outlives a killed Lontar and recovers by itself after a crash.
 * Throws StartError.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const dataFolder = resolve(options.dataFolder);
  const account = serverAccount();
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  const home = realpathSync(prepareHome(dataFolder, account, join('/var/lib/lontar', name)));
  const binaries = findBinaries(account, home);
  const cluster = await ensureCluster(home, binaries, account);
  const deadline = Date.now() + (options.startTimeoutMs ?? 120_000);
  let starter: Starter | undefined;
  for (;;) {
    const file = readPostmasterFile(cluster.data);
    if (file?.isReady) {
      const address = addressOf(cluster, file.port, file.socketFolder);
      const answer = await askServer(address, cluster.data);
      if (answer.kind === 'ours') {
        keepPresence(answer.presence, address, cluster.data);
        return {
          address,
          pid: file.pid,
          adopted: starter?.child.pid !== file.pid,
          stop: () => stopServer(answer.presence, cluster, binaries, account),
        };
      }
      if (answer.kind === 'foreign') {
        throw new StartError(`another database answers for ${cluster.data}: ${answer.reason}`, 'set DATA_DIR to another folder');
      }
    }
    if (starter === undefined || starter.hasEnded()) {
      const alive = file === undefined ? false : isServerAlive(file);
      // One that starts, stops or recovers from a crash is waited for.
      if (alive !== true) {
        const attempts: number = (starter?.attempts ?? 0) + 1;
        if (attempts > startAttempts) throw startFailure(cluster);
        if (alive === false && file !== undefined) disown(cluster, file, account);
        starter = await launch(cluster, binaries, account, options, attempts);
      }
    }
    if (Date.now() > deadline) throw startFailure(cluster);
    await delay(starter === undefined || starter.hasEnded() ? 200 : 10);
  }
}

/** The processes of a server that was killed take a moment to go; until then PostgreSQL refuses to start. */
const startAttempts = 8;

function disown(cluster: Cluster, file: PostmasterFile, account: Account | undefined): void {
  disownPostmasterFile(cluster.data);
  // The socket has a lock of its own, with the same number in it; the folder is the cluster's alone.
  if (file.socketFolder !== '') rmSync(join(file.socketFolder, `.s.PGSQL.${file.port}.lock`), { force: true });
  if (account !== undefined) chownSync(join(cluster.data, 'postmaster.pid'), account.uid, account.gid);
}

interface Starter {
  readonly child: ChildProcess;
  readonly attempts: number;
  hasEnded(): boolean;
}

async function launch(
  cluster: Cluster,
  binaries: Binaries,
  account: Account | undefined,
  options: EmbeddedOptions,
  attempts: number,
): Promise<Starter> {
  const log = openSync(cluster.logFile, 'a', 0o600);
  try {
    if (account !== undefined) chownSync(cluster.logFile, account.uid, account.gid);
    const settings = { ...(await endpointSettings(cluster, account)), ...serverSettings(options.isDurable ?? true) };
    const child = spawn(
      binaries.postgres,
      ['-D', cluster.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...account,
        cwd: cluster.home,
        // Its own process group: an interrupt typed at the terminal reaches Lontar alone, which then stops the server in order.
        detached: true,
        stdio: ['ignore', log, log],
        env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
      },
    );
    let hasEnded = false;
    child.on('error', () => {
      hasEnded = true;
    });
    child.on('exit', () => {
      hasEnded = true;
    });
    child.unref();
    return { child, attempts, hasEnded: () => hasEnded };
  } finally {
    closeSync(log);
  }
}

async function endpointSettings(cluster: Cluster, account: Account | undefined): Promise<Readonly<Record<string, string>>> {
  if (platform() === 'win32') return { listen_addresses: '127.0.0.1', port: String(await freePort()) };
  return { listen_addresses: '', unix_socket_directories: socketFolder(cluster, account), unix_socket_permissions: '0700' };
}

// A socket's path may have 107 bytes: a long data folder gets a short private folder beside it.
function socketFolder(cluster: Cluster, account: Account | undefined): string {
  const near = join(cluster.home, 'run');
  const folder = Buffer.byteLength(near) < 85 ? near : mkdtempSync(join(tmpdir(), 'lontar-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? done(address.port) : fail(new Error('no port'))));
    });
  });
}

function serverSettings(isDurable: boolean): Readonly<Record<string, string>> {
  const sharedMb = Math.min(2048, Math.max(128, Math.floor(totalmem() / 2 ** 20 / 8)));
  return {
    max_connections: String(Math.max(60, availableParallelism() * 8)),
    shared_buffers: `${sharedMb}MB`,
    work_mem: '32MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements and their values hold what patients told their midwife: errors are logged without them.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...(isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

function addressOf(cluster: Cluster, port: number, socket: string): ServerAddress {
  return { host: socket === '' ? '127.0.0.1' : socket, port, user: superuser, password: cluster.password, database: 'postgres' };
}

type Answer =
  | { readonly kind: 'ours'; readonly presence: Presence }
  | { readonly kind: 'silent' }
  | { readonly kind: 'foreign'; readonly reason: string };

/** A connection that says "in use" for as long as it lasts: it holds `presenceLock` shared, and who wants to stop the server needs it alone. */
interface Presence {
  client: pg.Client;
  isOver: boolean;
}

const presenceLock = 7_311_420_911;

async function askServer(address: ServerAddress, data: string): Promise<Answer> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const folder = String((await client.query('show data_directory')).rows[0]?.data_directory);
    if (realpathSync(folder) !== realpathSync(data)) {
      await client.end();
      return { kind: 'foreign', reason: `it serves ${folder}` };
    }
    const { rows } = await client.query(`select pg_try_advisory_lock_shared(${presenceLock}) as taken`);
    if (rows[0]?.taken !== true) {
      // Another Lontar is stopping it.
      await client.end();
      return { kind: 'silent' };
    }
    holdProcess(client, false);
    return { kind: 'ours', presence: { client, isOver: false } };
  } catch (error) {
    await client.end().catch(() => {});
    // A server that starts, stops or recovers, or a socket left by one that was killed, doesn't answer yet; a wrong password is another's server.
    const code = (error as { code?: string }).code;
    return code === '28P01' || code === '28000' ? { kind: 'foreign', reason: 'it refuses our password' } : { kind: 'silent' };
  }
}

/** Whether the open connection alone keeps the process alive. (`ref` and `unref` are missing in the types.) */
function holdProcess(client: pg.Client, isHeld: boolean): void {
  const name = isHeld ? 'ref' : 'unref';
  const method: unknown = Reflect.get(client, name);
  if (typeof method === 'function') method.call(client);
}

/** After a crash the server comes back by itself: so must the presence. */
function keepPresence(presence: Presence, address: ServerAddress, data: string): void {
  presence.client.once('end', () => {
    if (presence.isOver) return;
    const retry = setInterval(async () => {
      if (presence.isOver) return clearInterval(retry);
      const answer = await askServer(address, data);
      if (answer.kind !== 'ours') return;
      clearInterval(retry);
      presence.client = answer.presence.client;
      keepPresence(presence, address, data);
    }, 1000);
    retry.unref();
  });
}

async function stopServer(presence: Presence, cluster: Cluster, binaries: Binaries, account: Account | undefined): Promise<void> {
  if (presence.isOver) return;
  presence.isOver = true;
  holdProcess(presence.client, true);
  try {
    const { rows } = await presence.client.query(`select pg_try_advisory_lock(${presenceLock}) as alone`);
    if (rows[0]?.alone !== true) {
      await presence.client.end();
      return;
    }
  } catch {
    // It doesn't answer: pg_ctl finds out whether there is anything to stop.
  }
  const file = readPostmasterFile(cluster.data);
  await promisify(execFile)(binaries.pgCtl, ['stop', '-D', cluster.data, '-m', 'fast', '-w', '-t', '60'], {
    ...account,
    cwd: cluster.home,
  }).catch(() => {});
  if (file?.socketFolder.startsWith(join(tmpdir(), 'lontar-'))) rmSync(file.socketFolder, { recursive: true, force: true });
}

function startFailure(cluster: Cluster): StartError {
  const lines = existsSync(cluster.logFile) ? readFileSync(cluster.logFile, 'utf8').trim().split('\n') : [];
  const reason = lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? 'no reason given';
  return new StartError(
    `PostgreSQL does not start on ${cluster.data}: ${reason.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '')}`,
    `read ${cluster.logFile}`,
  );
}
