import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server writes about itself into `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** Empty where it listens on no socket. */
  readonly socketFolder: string;
  readonly isReady: boolean;
}

/** Undefined where there is no such file or it isn't complete yet. Source: PostgreSQL, src/include/utils/pidfile.h. */
export function readPostmasterFile(clusterFolder: string): PostmasterFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(clusterFolder, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  const status = lines[7]?.trim();
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0 || status === undefined) return undefined;
  return { pid, port, socketFolder: lines[4]?.trim() ?? '', isReady: status === 'ready' };
}

/**
 * Whether the process that the file names is a PostgreSQL that still runs: false for a zombie, which a container without an init process keeps for ever,
 * and for another program that got the number after a restart. Undefined where the system doesn't say.
 */
export function isServerAlive({ pid }: PostmasterFile): boolean | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  try {
    const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
    const program = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0] ?? '';
    return state !== 'Z' && state !== 'X' && program.includes('postgres');
  } catch {
    return false;
  }
}

/** No system gives this number to a process. */
const nobody = 4_194_304;

/**
 * Makes PostgreSQL see that the server of the file is gone: it looks at the process number only. The file itself stays, since in it stands the shared memory
 * that PostgreSQL must find unused before it starts.
 */
export function disownPostmasterFile(clusterFolder: string): void {
  const file = join(clusterFolder, 'postmaster.pid');
  const text = readFileSync(file, 'utf8');
  writeFileSync(`${file}.new`, text.replace(/^\d+/, String(nobody)), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
