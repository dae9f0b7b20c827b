import type { TranslationStamp } from '../../cql/libraries.js';
import type { Registry } from '../../definitions/registry.js';
import { sql } from '../../sql.js';
import type { Database } from '../../store/database.js';
import type { Terminology } from '../../terminology/terminology.js';
import type { LibraryEntry } from './entry.js';
import type { LiveLibraries } from './live-libraries.js';
import { pinTerminology } from './terminology.js';

export interface ActivationParts {
  readonly database: Pick<Database, 'query'>;
  readonly live: LiveLibraries;
  readonly registry: Registry;
  readonly terminology: Pick<Terminology, 'members'>;
  readonly stamp: TranslationStamp;
}

/**
 * Keeps on record what each active stored library rests on: hashes of its CQL, translator and model infos, and every value set and code system that it names with
 * the version in effect. `keep` writes only what differs from what it wrote last.
 */
export function keepActivations({ database, live, registry, terminology, stamp }: ActivationParts): { keep(): Promise<void> } {
  const written = new Map<string, string>();
  return {
    async keep() {
      const active = live.entries.filter(({ status }) => status === 'active');
      for (const id of [...written.keys()].filter((known) => !active.some((entry) => entry.id === known))) {
        await database.query(sql`delete from library_activation where library_id = ${id}`);
        written.delete(id);
      }
      for (const entry of active) {
        const canonical = canonicalOf(entry);
        const library = live.libraries.get(canonical)?.library;
        if (!library) continue;
        const pins = JSON.stringify(pinTerminology(library, registry, terminology));
        const content = JSON.stringify([canonical, entry.hash, stamp, pins]);
        if (written.get(entry.id) === content) continue;
        await database.query(sql`
          insert into library_activation (library_id, canonical, cql_hash, translator, model_info, terminology)
          values (${entry.id}, ${canonical}, ${entry.hash}, ${stamp.translator}, ${stamp.modelInfo}, ${pins}::jsonb)
          on conflict (library_id) do update
          set canonical = excluded.canonical, cql_hash = excluded.cql_hash, translator = excluded.translator, model_info = excluded.model_info,
            terminology = excluded.terminology, at = now()
          where (library_activation.canonical, library_activation.cql_hash, library_activation.translator, library_activation.model_info, library_activation.terminology)
            is distinct from (excluded.canonical, excluded.cql_hash, excluded.translator, excluded.model_info, excluded.terminology)`);
        written.set(entry.id, content);
      }
    },
  };
}

function canonicalOf({ id, url, version }: LibraryEntry): string {
  const name = url ?? `Library/${id}`;
  return version === undefined ? name : `${name}|${version}`;
}
