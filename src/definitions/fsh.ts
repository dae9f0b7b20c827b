import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../root.js';

const profilesFolder = join(packageRoot, 'profiles');

/** Where the compiled profiles lie, committed beside their sources. */
export const generatedFolder: string = join(profilesFolder, 'generated');

/** Holds the hash of the sources that `generatedFolder` was compiled from, and the hash of what came of them. */
export const fshHashFile: string = join(generatedFolder, 'sources.sha256');

/** Paths of the FHIR Shorthand sources, sorted. */
export function fshSources(): readonly string[] {
  return readdirSync(profilesFolder)
    .filter((name) => name.endsWith('.fsh'))
    .sort()
    .map((name) => join(profilesFolder, name));
}

/** What `fshHashFile` must hold: SHA-256 over the sources with SUSHI's configuration, and over the compiled JSON; line ends don't count. */
export function fshHashes(): string {
  return `${hashOf([...fshSources(), join(profilesFolder, 'sushi-config.yaml')])}  sources\n${hashOf(generatedFiles())}  generated\n`;
}

/** Whether the committed JSON was compiled from the sources as they are, and not edited since: cheap enough for each test run. */
export function isFresh(): boolean {
  return existsSync(fshHashFile) && withoutReturns(readFileSync(fshHashFile, 'utf8')) === fshHashes();
}

function generatedFiles(): readonly string[] {
  if (!existsSync(generatedFolder)) return [];
  return readdirSync(generatedFolder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(generatedFolder, name));
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${basename(path)}\n`).update(withoutReturns(readFileSync(path, 'utf8')));
  return hash.digest('hex');
}

function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
