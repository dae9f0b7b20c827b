import type { CqlInclude } from '../../cql/header.js';
import { findLibrary, type Libraries } from '../../cql/libraries.js';
import { type Issue, issue } from '../../fhir/outcome.js';
import { includeKey, type LibraryEntry } from './entry.js';
import { libraryText } from './text.js';

/** An include that has been found: one of ours, which goes first, or a stored one. */
type Found =
  | { readonly kind: 'ours'; readonly key: string; readonly cql: string | undefined; readonly hash: string }
  | { readonly kind: 'stored'; readonly entry: LibraryEntry };

/** What a library needs around it: the texts that it includes, or why they can't all be had. */
export interface Surroundings {
  /** CQL by name, of everything included, directly or not. */
  readonly sources: ReadonlyMap<string, string>;
  /** `name|version hash` of everything included, sorted: what the ELM depends on beside its own text. */
  readonly hashes: readonly string[];
  readonly issues: readonly Issue[];
}

/** The libraries that includes can name: ours and those that clients stored. */
export interface Shelf {
  surroundingsOf(entry: LibraryEntry): Surroundings;
}

/** A shelf over `entries`, of which the best comes first where several go by one name and version: active ones before drafts, then the latest. */
export function createShelf(ours: Libraries, entries: readonly LibraryEntry[]): Shelf {
  const stored = new Map<string, LibraryEntry>();
  for (const entry of entries) {
    for (const key of [entry.name, includeKey({ name: entry.name, version: entry.cqlVersion })])
      if (!stored.has(key)) stored.set(key, entry);
  }
  return { surroundingsOf };

  function find(include: CqlInclude): Found | undefined {
    const key = includeKey(include);
    const own = findLibrary(ours, key);
    if (own) return { kind: 'ours', key, cql: own.cql, hash: own.cqlHash };
    const entry = stored.get(key);
    return entry && { kind: 'stored', entry };
  }

  function surroundingsOf(main: LibraryEntry): Surroundings {
    const sources = new Map<string, string>();
    const hashes = new Map<string, string>();
    const issues: Issue[] = [];
    const expression = expressionOf(main);
    const about = ({ line, column }: CqlInclude) => ({
      expression,
      ...(line > 0 ? { diagnostics: `${main.name} ${line}:${column}` } : {}),
    });
    // Depth first with the way that led there, so that a cycle is told as it goes round.
    const visit = (includes: readonly CqlInclude[], way: readonly string[], top: CqlInclude | undefined): void => {
      for (const include of includes) {
        const at = about(top ?? include);
        const found = find(include);
        const holder = way.at(-1) ?? main.name;
        if (include.name === main.name && (include.version ?? main.cqlVersion) === main.cqlVersion) {
          issues.push(issue('business-rule', 'library-cycle', libraryText.cycle([...way, include.name].join(' → ')), at));
        } else if (!found) issues.push(issue('not-found', 'library-include', libraryText.includeMissing(holder, includeKey(include)), at));
        else if (way.includes(include.name)) {
          issues.push(issue('business-rule', 'library-cycle', libraryText.cycle([...way, include.name].join(' → ')), at));
        } else if (found.kind === 'ours') {
          if (found.cql !== undefined) sources.set(include.name, found.cql);
          hashes.set(include.name, `${found.key} ${found.hash}`);
          visitOurs(found.key);
        } else if (!hashes.has(include.name)) {
          const { entry } = found;
          hashes.set(include.name, `${includeKey({ name: entry.name, version: entry.cqlVersion })} ${entry.hash}`);
          if (entry.content.kind === 'cql') sources.set(include.name, entry.content.cql);
          else if (main.content.kind === 'cql')
            issues.push(issue('not-supported', 'library-include', libraryText.includeElm(holder, includeKey(include)), at));
          visit(entry.includes, [...way, include.name], top ?? include);
        }
      }
    };
    const visitOurs = (key: string): void => {
      for (const include of findLibrary(ours, key)?.library.includes?.def ?? []) {
        const name = include.path.slice(include.path.lastIndexOf('/') + 1);
        const packed = findLibrary(ours, includeKey({ name, version: include.version }));
        if (!packed || hashes.has(name)) continue;
        if (packed.cql !== undefined) sources.set(name, packed.cql);
        hashes.set(name, `${includeKey({ name, version: include.version })} ${packed.cqlHash}`);
        visitOurs(includeKey({ name, version: include.version }));
      }
    };
    visit(main.includes, [main.name], undefined);
    return { sources, hashes: [...hashes.values()].sort(), issues };
  }
}

/** Where a library's text stands in its resource. */
export function expressionOf({ content }: LibraryEntry): string {
  return content.kind === 'cql' || content.kind === 'elm' ? content.expression : 'Library.content';
}
