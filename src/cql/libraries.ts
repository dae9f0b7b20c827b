import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { children, type ElmLibrary, text } from './elm.js';

/** Where ELM translated at build time lies, one file a library: a PackedLibrary without its canonical. */
export function elmFolder(packFolder: string): string {
  return join(packFolder, 'elm');
}

/** By what a CQL text became ELM: another of either, and it is translated anew. */
export interface TranslationStamp {
  /** The translator's version and options. */
  readonly translator: string;
  /** SHA-256 of the model infos, in hex. */
  readonly modelInfo: string;
}

/** A library in ELM, as evaluators use it. */
export interface PackedLibrary {
  /** SHA-256 of the CQL text that the ELM was made from, in hex; of the ELM itself where it came without CQL. */
  readonly cqlHash: string;
  readonly library: ElmLibrary;
  /** Absent of a library that came as ELM. */
  readonly cql?: string;
  readonly stamp?: TranslationStamp;
  /** Canonical of its Library resource, without and with version; other canonicals don't mean it. */
  readonly url?: string;
  readonly version?: string;
}

/** Libraries by name and by canonical, each with and without `|version`. */
export type Libraries = ReadonlyMap<string, PackedLibrary>;

/** Canonicals of our guide's libraries, those of the FHIRHelpers among them, start with this. */
export const guideLibraryBase = 'https://lontar.id/fhir/Library/';

/** The libraries that the build translated. Throws with one clear line where the pack is absent. */
export function packedLibraries(packFolder: string): Libraries {
  const folder = elmFolder(packFolder);
  if (!existsSync(folder)) throw new Error(`no CQL libraries in ${folder}: run npm run build`);
  const libraries = new Map<string, PackedLibrary>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    const packed = JSON.parse(readFileSync(join(folder, file), 'utf8')) as PackedLibrary;
    const { id, version } = packed.library.identifier;
    addLibrary(libraries, { ...packed, url: `${guideLibraryBase}${id}`, ...(version === undefined ? {} : { version }) });
  }
  return libraries;
}

/** The translator's version and options as it wrote them into the ELM. */
export function translatorOf(library: ElmLibrary): string {
  const info = children(library, 'annotation').find(({ type }) => type === 'CqlToElmInfo') ?? {};
  return [text(info, 'translatorVersion'), text(info, 'translatorOptions')].filter((part) => part !== '').join(' ');
}

export function addLibrary(libraries: Map<string, PackedLibrary>, packed: PackedLibrary): void {
  const { id, version } = packed.library.identifier;
  libraries.set(id, packed);
  if (version !== undefined) libraries.set(`${id}|${version}`, packed);
  if (packed.url === undefined) return;
  libraries.set(packed.url, packed);
  if (packed.version !== undefined) libraries.set(`${packed.url}|${packed.version}`, packed);
}

/**
 * The library of a canonical `https://…/Library/NAME|version`, or of a bare name; undefined where it isn't there in that version. A library without a canonical of
 * its own goes by its name under any.
 */
export function findLibrary(libraries: Libraries, canonical: string): PackedLibrary | undefined {
  const exact = libraries.get(canonical);
  if (exact) return exact;
  const [url = '', version] = canonical.split('|');
  const name = url.slice(url.lastIndexOf('/') + 1);
  const named = libraries.get(version === undefined ? name : `${name}|${version}`);
  return named && (name === url || named.url === undefined) ? named : undefined;
}

/** The library that an include of ELM names: CQL knows libraries by name and version. */
export function includedLibrary(
  libraries: Libraries,
  { path, version }: { readonly path: string; readonly version?: string },
): PackedLibrary | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return libraries.get(version === undefined ? name : `${name}|${version}`);
}

/** A library and all that it includes, directly or not, itself first; those that aren't there are left out. */
export function libraryClosure(libraries: Libraries, canonical: string): readonly PackedLibrary[] {
  const first = findLibrary(libraries, canonical);
  const found = new Set<PackedLibrary>(first ? [first] : []);
  // A set is walked in the order of insertion, what is added meanwhile included.
  for (const { library } of found) {
    for (const include of library.includes?.def ?? []) {
      const included = includedLibrary(libraries, include);
      if (included) found.add(included);
    }
  }
  return [...found];
}
