import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error.js';
import type { Account } from './account.js';
import { type Binaries, isReadableBy } from './binaries.js';

/** Where a database cluster and what belongs to it lie on disk. */
export interface Cluster {
  /** Real folder, reachable by the account that runs PostgreSQL. */
  readonly home: string;
  /** PGDATA. */
  readonly data: string;
  readonly logFile: string;
  readonly password: string;
}

export const superuser = 'lontar';

/**
 * Makes the folders of a cluster below `dataFolder`, without its database. Root's own folders are closed to the account that runs PostgreSQL:
 * then the cluster lies in `fallbackFolder` and `dataFolder` holds a link to it.
 */
export function prepareHome(dataFolder: string, account: Account | undefined, fallbackFolder: string): string {
  const home = join(dataFolder, 'postgresql');
  try {
    mkdirSync(dataFolder, { recursive: true });
    if (!existsSync(home)) {
      if (account === undefined || isReadableBy(account, dataFolder)) mkdirSync(home, { mode: 0o700 });
      else {
        // Others may pass through the folder that holds it, not look into it.
        mkdirSync(dirname(fallbackFolder), { recursive: true, mode: 0o711 });
        mkdirSync(fallbackFolder, { recursive: true, mode: 0o700 });
        if (!isReadableBy(account, dirname(fallbackFolder))) throw new Error(`${dirname(fallbackFolder)} is closed`);
        symlinkSync(fallbackFolder, home);
      }
    }
    if (account !== undefined) chownSync(home, account.uid, account.gid);
    const probe = join(home, '.probe');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    const reason = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
    throw new StartError(
      `the data folder ${dataFolder} can't be written (${reason})`,
      'set DATA_DIR to a folder that you may write, or set DATABASE_URL',
      cause,
    );
  }
  return home;
}

/** Makes the database cluster unless it is there. A half-made one never counts: it is made aside and moved into place. */
export async function ensureCluster(home: string, binaries: Binaries, account: Account | undefined): Promise<Cluster> {
  const data = join(home, 'data');
  const passwordFile = join(data, 'lontar-password');
  if (!existsSync(data)) await initialise(home, data, binaries, account);
  if (!existsSync(join(data, 'PG_VERSION')) || !existsSync(passwordFile)) {
    throw new StartError(`${data} is not a database of Lontar`, 'set DATA_DIR to another folder');
  }
  return { home, data, logFile: join(home, 'postgresql.log'), password: readFileSync(passwordFile, 'utf8').trim() };
}

async function initialise(home: string, data: string, binaries: Binaries, account: Account | undefined): Promise<void> {
  const aside = mkdtempSync(join(home, 'new-'));
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(home, `password-${randomBytes(4).toString('hex')}`);
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (account !== undefined) {
      chownSync(aside, account.uid, account.gid);
      chownSync(passwordFile, account.uid, account.gid);
    }
    await promisify(execFile)(
      binaries.initdb,
      ['-D', aside, '-U', superuser, '-E', 'UTF8', '--locale=C', '--data-checksums', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      { ...account, cwd: home, env: { PATH: '/usr/bin:/bin', TZ: 'UTC' } },
    );
    renameSync(passwordFile, join(aside, 'lontar-password'));
    renameSync(aside, data);
  } catch (cause) {
    // Another Lontar made the same cluster meanwhile: its is as good.
    if (existsSync(data)) return;
    throw new StartError(`the database could not be made: ${lastLine(cause)}`, `look at ${home}, or set DATABASE_URL`, cause);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(aside, { recursive: true, force: true });
  }
}

function lastLine(cause: unknown): string {
  const text = typeof cause === 'object' && cause !== null && 'stderr' in cause ? String(cause.stderr) : String(cause);
  return text.trim().split('\n').at(-1) ?? 'unknown reason';
}
