import { isElmWithin } from '../../cql/depth.js';
import type { ElmLibrary } from '../../cql/elm.js';
import type { PackedLibrary, TranslationStamp } from '../../cql/libraries.js';
import type { Translator } from '../../cql/translator.js';
import { type Issue, isFailure, issue } from '../../fhir/outcome.js';
import { sql } from '../../sql.js';
import type { Database } from '../../store/database.js';
import { hashOf, includeKey, type LibraryEntry } from './entry.js';
import { expressionOf, type Shelf } from './shelf.js';
import { libraryText } from './text.js';

/** A stored library as it can be evaluated, or not, and all that is to be said about it. */
export interface Translated {
  readonly packed?: PackedLibrary;
  /** Errors where there is no `packed`; else at most warnings. */
  readonly issues: readonly Issue[];
}

/** ELM of stored libraries: made once and kept in the database, by a key of everything that it was made from. */
export interface Translations {
  of(entry: LibraryEntry, shelf: Shelf): Promise<Translated>;
}

export interface TranslationParts {
  readonly translator: Pick<Translator, 'translate'>;
  readonly database: Pick<Database, 'query'>;
  /** Of the translator that runs here. */
  readonly stamp: TranslationStamp;
}

/** How many results are kept in memory. */
const held = 500;

export function createTranslations({ translator, database, stamp }: TranslationParts): Translations {
  const known = new Map<string, Promise<Translated>>();
  return {
    of(entry, shelf) {
      const surroundings = shelf.surroundingsOf(entry);
      const key = hashOf(JSON.stringify([stamp, entry.name, entry.url, entry.version, entry.hash, surroundings.hashes]));
      if (surroundings.issues.length > 0) return translated(entry, surroundings, key);
      const before = known.get(key);
      if (before) return before;
      const made = translated(entry, surroundings, key);
      if (known.size >= held) known.clear();
      known.set(key, made);
      // What failed for want of time or memory may go better at another time.
      void made.then(({ packed }) => packed ?? known.delete(key));
      return made;
    },
  };

  async function translated(entry: LibraryEntry, surroundings: ReturnType<Shelf['surroundingsOf']>, key: string): Promise<Translated> {
    const { content } = entry;
    const { issues } = surroundings;
    switch (content.kind) {
      case 'none':
        return { issues };
      case 'unreadable':
        return { issues: [...content.issues, ...issues] };
      case 'elm':
        return issues.length > 0 ? { issues } : { packed: packedOf(entry, content.library), issues };
      case 'cql': {
        const stored = issues.length > 0 ? undefined : await storedElm(key);
        if (stored) return { packed: packedOf(entry, stored, content.cql), issues: [] };
        // A circle would only use up the translator's stack.
        const made = issues.some(({ rule }) => rule === 'library-cycle')
          ? undefined
          : await translator.translate(content.cql, surroundings.sources);
        const found = made?.ok === false ? made.issues.map((one) => ({ ...one, expression: expressionOf(entry) })) : [];
        const all = [...issues, ...found.filter((one) => !isToldAlready(one, issues))];
        if (made?.ok === true && all.length === 0) {
          if (!isElmWithin(made.value))
            return { issues: [issue('too-costly', 'cql-depth', libraryText.elmDepth, { expression: expressionOf(entry) })] };
          await keepElm(key, entry, made.value);
          return { packed: packedOf(entry, made.value, content.cql), issues: [] };
        }
        if (!content.elm || issues.length > 0) return { issues: all };
        const used = issue('informational', 'library-elm', libraryText.elmUsed(entry.name), {
          severity: 'warning',
          expression: expressionOf(entry),
        });
        return { packed: packedOf(entry, content.elm), issues: [used, ...all.map(asWarning)] };
      }
    }
  }

  function packedOf(entry: LibraryEntry, library: ElmLibrary, cql?: string): PackedLibrary {
    return {
      cqlHash: entry.hash,
      library,
      // Without a canonical of its own a library is known by its resource's id and by its name.
      url: entry.url ?? `Library/${entry.id}`,
      ...(entry.version === undefined ? {} : { version: entry.version }),
      ...(cql === undefined ? {} : { cql, stamp }),
    };
  }

  async function storedElm(key: string): Promise<ElmLibrary | undefined> {
    const [row] = await database.query(sql`select elm from cql_elm where key = ${key}`);
    return row && (JSON.parse(String(row['elm'])) as ElmLibrary);
  }

  async function keepElm(key: string, entry: LibraryEntry, elm: ElmLibrary): Promise<void> {
    await database.query(sql`
      insert into cql_elm (key, library, cql_hash, translator, model_info, elm)
      values (${key}, ${includeKey({ name: entry.name, version: entry.cqlVersion })}, ${entry.hash}, ${stamp.translator}, ${stamp.modelInfo}, ${JSON.stringify(elm)})
      on conflict (key) do nothing`);
  }
}

/** The translator says again, at the same place, that an include isn't there. */
function isToldAlready(found: Issue, issues: readonly Issue[]): boolean {
  return issues.some(({ diagnostics }) => diagnostics !== undefined && found.diagnostics?.startsWith(`${diagnostics}-`) === true);
}

export function asWarning(found: Issue): Issue {
  return isFailure(found) ? { ...found, severity: 'warning' } : found;
}
