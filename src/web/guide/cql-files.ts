import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measure } from '@medplum/fhirtypes';
import { findLibrary, type Libraries } from '../../cql/libraries.js';

/** A CQL source of the guide. */
export interface CqlFile {
  /** File name. */
  readonly name: string;
  readonly text: string;
}

/** The CQL of a measure and of every library that it includes, its own first. */
export function cqlFiles(root: string, libraries: Libraries, measure: Measure): readonly CqlFile[] {
  const own = readCql(join(root, 'profiles', 'measures', measure.id ?? ''));
  const common = new Map(readCql(join(root, 'profiles', 'measures', 'common')).map((file) => [file.name.replace(/\.cql$/, ''), file]));
  return [...own, ...includedNames(libraries, measure.library ?? []).flatMap((name) => common.get(name) ?? [])];
}

function readCql(folder: string): readonly CqlFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cql'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

function includedNames(libraries: Libraries, canonicals: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const wanted = [...canonicals];
  for (let canonical = wanted.pop(); canonical !== undefined; canonical = wanted.pop()) {
    const library = findLibrary(libraries, canonical)?.library;
    for (const { path, version } of library?.includes?.def ?? []) {
      if (seen.has(path)) continue;
      seen.add(path);
      wanted.push(version === undefined ? path : `${path}|${version}`);
    }
  }
  return [...seen].sort();
}
