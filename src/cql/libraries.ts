import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElmLibrary } from './elm.js';

/** Where ELM translated at build time lies, one file a library: `{ cqlHash, library }`. */
export function elmFolder(packFolder: string): string {
  return join(packFolder, 'elm');
}

export interface PackedLibrary {
  /** SHA-256 of the CQL text that the ELM was made from, in hex. */
  readonly cqlHash: string;
  readonly library: ElmLibrary;
}

/** Libraries by name, and by `name|version`. */
export type Libraries = ReadonlyMap<string, PackedLibrary>;

/** The libraries that the build translated. Throws with one clear line where the pack is absent. */
export function packedLibraries(packFolder: string): Libraries {
  const folder = elmFolder(packFolder);
  if (!existsSync(folder)) throw new Error(`no CQL libraries in ${folder}: run npm run build`);
  const libraries = new Map<string, PackedLibrary>();
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith('.json')) addLibrary(libraries, JSON.parse(readFileSync(join(folder, file), 'utf8')) as PackedLibrary);
  }
  return libraries;
}

export function addLibrary(libraries: Map<string, PackedLibrary>, packed: PackedLibrary): void {
  const { id, version } = packed.library.identifier;
  libraries.set(id, packed);
  if (version !== undefined) libraries.set(`${id}|${version}`, packed);
}

/** The library of a canonical `https://…/Library/NAME|version`, or of a bare name; undefined where it isn't there in that version. */
export function findLibrary(libraries: Libraries, canonical: string): PackedLibrary | undefined {
  const [url = '', version] = canonical.split('|');
  const name = url.slice(url.lastIndexOf('/') + 1);
  return libraries.get(version === undefined ? name : `${name}|${version}`);
}
