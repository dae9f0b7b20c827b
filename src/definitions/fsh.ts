import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../root.js';

const profilesFolder = join(packageRoot, 'profiles');

/** Where the compiled profiles lie, committed beside their sources. */
export const generatedFolder: string = join(profilesFolder, 'generated');

/** Holds the hash of the sources that `generatedFolder` was compiled from. */
export const fshHashFile: string = join(generatedFolder, 'sources.sha256');

/** Paths of the FHIR Shorthand sources, sorted. */
export function fshSources(): readonly string[] {
  return readdirSync(profilesFolder)
    .filter((name) => name.endsWith('.fsh'))
    .sort()
    .map((name) => join(profilesFolder, name));
}

/** SHA-256 over the names and texts of the sources and of SUSHI's configuration; line ends don't count. */
export function fshHash(): string {
  const hash = createHash('sha256');
  for (const path of [...fshSources(), join(profilesFolder, 'sushi-config.yaml')]) {
    hash.update(`${basename(path)}\n`).update(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'));
  }
  return hash.digest('hex');
}

/** Whether the committed JSON was compiled from the sources as they are: cheap enough for each test run. */
export function isFresh(): boolean {
  return existsSync(fshHashFile) && readFileSync(fshHashFile, 'utf8').trim() === fshHash();
}
