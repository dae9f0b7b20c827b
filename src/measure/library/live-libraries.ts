import { addLibrary, findLibrary, type Libraries, type PackedLibrary } from '../../cql/libraries.js';
import type { Issue } from '../../fhir/outcome.js';
import type { FhirResource } from '../../fhir/resource.js';
import { sql } from '../../sql.js';
import type { Database } from '../../store/database.js';
import type { Store, StoredVersion } from '../../store/store.js';
import { type LibraryEntry, libraryEntry } from './entry.js';
import { createShelf } from './shelf.js';
import type { Translated, Translations } from './translations.js';

/** What stored libraries come to when they are laid over ours. */
export interface LaidLibraries {
  readonly entries: readonly LibraryEntry[];
  readonly libraries: Libraries;
  readonly translated: ReadonlyMap<LibraryEntry, Translated>;
}

/**
 * The libraries that measures can use: ours, and those that clients stored, laid over them. What is written through this process takes effect with its commit; what
 * another process has written, at the next `refresh`, which looks at most every two seconds.
 */
export interface LiveLibraries {
  /** Those of our guide. */
  readonly ours: Libraries;
  /** Ours and the stored ones. The same object for good; its content changes. */
  readonly libraries: Libraries;
  /** Goes up with each change. */
  readonly generation: number;
  /** The stored ones. */
  readonly entries: readonly LibraryEntry[];
  /** What is to be said about a stored library: errors where it can't be evaluated. Undefined where it is none that carries CQL or ELM. */
  issuesOf(id: string): readonly Issue[] | undefined;
  /** What `entries` would come to, without effect. */
  propose(entries: readonly LibraryEntry[]): Promise<LaidLibraries>;
  /** Takes in what was written. */
  take(versions: readonly StoredVersion[]): Promise<void>;
  refresh(): Promise<void>;
}

export interface LiveLibrariesParts {
  readonly ours: Libraries;
  readonly store: Pick<Store, 'search'>;
  readonly database: Pick<Database, 'query'>;
  readonly translations: Translations;
  clock(): number;
}

const refreshMs = 2000;

export async function createLiveLibraries(parts: LiveLibrariesParts): Promise<LiveLibraries> {
  const { ours, store, database, translations, clock } = parts;
  const libraries = new Map(ours);
  let byId = new Map<string, { readonly entry: LibraryEntry; readonly lastUpdated: string }>();
  let laid: LaidLibraries = { entries: [], libraries: ours, translated: new Map() };
  let generation = 0;
  let watermark = '';
  let lookedAt = 0;
  await load();

  return {
    ours,
    libraries,
    get generation() {
      return generation;
    },
    get entries() {
      return laid.entries;
    },
    issuesOf: (id) => {
      const entry = laid.entries.find((one) => one.id === id);
      return entry && laid.translated.get(entry)?.issues;
    },
    propose,
    async take(versions) {
      for (const version of versions) takeVersion(byId, version);
      try {
        watermark = await latestWrite();
        await lay();
      } catch {
        // What was written is committed all the same: the next refresh reads it anew.
        watermark = '';
      }
    },
    async refresh() {
      if (clock() - lookedAt < refreshMs) return;
      lookedAt = clock();
      if ((await latestWrite()) !== watermark) await load();
    },
  };

  async function load(): Promise<void> {
    const found = new Map<string, { readonly entry: LibraryEntry; readonly lastUpdated: string }>();
    watermark = await latestWrite();
    let cursor: string | undefined;
    do {
      const page = await store.search(
        { kind: 'all' },
        {
          type: 'Library',
          clauses: [],
          sort: [],
          count: 100,
          includes: [],
          total: 'none',
          self: '',
          ...(cursor === undefined ? {} : { cursor }),
        },
      );
      for (const version of page.matches) takeVersion(found, version);
      cursor = page.next;
    } while (cursor !== undefined);
    byId = found;
    await lay();
  }

  /** Instant of the last write of a Library, by whichever process. */
  async function latestWrite(): Promise<string> {
    const [row] = await database.query(
      sql`select last_updated, key, version from body where type = 'Library' order by last_updated desc, key desc limit 1`,
    );
    return row ? JSON.stringify([row['last_updated'], row['key'], row['version']]) : '';
  }

  function takeVersion(found: Map<string, { readonly entry: LibraryEntry; readonly lastUpdated: string }>, version: StoredVersion): void {
    if (version.type !== 'Library') return;
    const entry = version.body === undefined ? undefined : libraryEntry(JSON.parse(version.body) as FhirResource, version.id);
    if (entry && !isOurs(ours, entry)) found.set(version.id, { entry, lastUpdated: version.lastUpdated });
    else found.delete(version.id);
  }

  async function lay(): Promise<void> {
    const entries = [...byId.values()].sort((a, b) => (a.lastUpdated < b.lastUpdated ? 1 : -1)).map(({ entry }) => entry);
    const next = await propose(entries);
    laid = next;
    libraries.clear();
    for (const [name, packed] of next.libraries) libraries.set(name, packed);
    generation += 1;
  }

  async function propose(given: readonly LibraryEntry[]): Promise<LaidLibraries> {
    const active = given.filter(({ status }) => status === 'active');
    const others = given.filter(({ status }) => status !== 'active');
    const entries = [...active, ...others];
    const shelf = createShelf(ours, entries);
    const translated = new Map<LibraryEntry, Translated>();
    for (const entry of entries) translated.set(entry, await translations.of(entry, shelf));
    const packed = (group: readonly LibraryEntry[]) => group.flatMap((entry) => translated.get(entry)?.packed ?? []);
    return { entries, libraries: laidOver(ours, packed(others), packed(active)), translated };
  }
}

/** Ours stay as they are under every name; stored ones go by their canonical, with and without version, and by the name of their CQL; active ones before others. */
function laidOver(ours: Libraries, drafts: readonly PackedLibrary[], active: readonly PackedLibrary[]): Libraries {
  const laid = new Map<string, PackedLibrary>();
  for (const group of [drafts, active]) {
    // What is laid last counts: a canonical without version means the latest version, one with a version the first of the list.
    const byVersion = group.toReversed().sort((a, b) => (a.version ?? '').localeCompare(b.version ?? '', 'en', { numeric: true }));
    for (const packed of byVersion) addLibrary(laid, packed);
    for (const packed of group.toReversed()) for (const key of exactKeys(packed)) laid.set(key, packed);
  }
  for (const [name, packed] of ours) laid.set(name, packed);
  return laid;
}

function exactKeys({ url, version, library }: PackedLibrary): readonly string[] {
  return [
    ...(url === undefined || version === undefined ? [] : [`${url}|${version}`]),
    ...(library.identifier.version === undefined ? [] : [`${library.identifier.id}|${library.identifier.version}`]),
  ];
}

/** Whether the name and version are those of a library of ours, which stays as it is. */
export function isOurs(ours: Libraries, { name, cqlVersion, url, version }: LibraryEntry): boolean {
  const own = cqlVersion === undefined ? undefined : findLibrary(ours, `${name}|${cqlVersion}`);
  return own !== undefined || (url !== undefined && findLibrary(ours, version === undefined ? url : `${url}|${version}`)?.url === url);
}
