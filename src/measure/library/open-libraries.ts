import { type Libraries, packedLibraries } from '../../cql/libraries.js';
import { createTranslator, type Translator } from '../../cql/translator.js';
import type { Registry } from '../../definitions/registry.js';
import { packFolder } from '../../root.js';
import type { Database } from '../../store/database.js';
import type { Store } from '../../store/store.js';
import type { Terminology } from '../../terminology/terminology.js';
import { keepActivations } from './activation.js';
import { createLiveLibraries, type LiveLibraries } from './live-libraries.js';
import { createTranslations } from './translations.js';
import { withLiveLibraries } from './with-live-libraries.js';

/** The libraries of measures, ours and stored ones, with the store that keeps them true. */
export interface OpenLibraries {
  readonly store: Store;
  readonly live: LiveLibraries;
  /** Those of our guide alone, as the build translated them. */
  readonly ours: Libraries;
  readonly translator: Translator;
  /** Calls `listener` after each committed write that touches a Library, a Measure or terminology. */
  onChange(listener: () => void): void;
}

export interface OpenLibrariesParts {
  readonly store: Store;
  readonly database: Pick<Database, 'query'>;
  readonly registry: Registry;
  readonly terminology: Pick<Terminology, 'members'>;
  /** Whether a library that doesn't translate is refused. */
  readonly enforces: boolean;
  clock(): number;
}

/** Reads what is stored, translating what a new translator version asks for, and opens the store over it. Throws with one clear line where the build's pack is absent. */
export async function openLibraries(parts: OpenLibrariesParts): Promise<OpenLibraries> {
  const { store, database, registry, terminology, enforces, clock } = parts;
  const ours = packedLibraries(packFolder);
  const stamp = ours.get('FHIRHelpers')?.stamp;
  if (!stamp) throw new Error('the CQL libraries of an older build lie in dist/pack: run npm run build');
  const translator = createTranslator();
  const translations = createTranslations({ translator, database, stamp });
  const live = await createLiveLibraries({ ours, store, database, translations, clock });
  const listeners: Array<() => void> = [];
  const activations = keepActivations({ database, live, registry, terminology, stamp });
  await activations.keep();
  const changed = async (): Promise<void> => {
    // The write is committed and will be answered so; a record that can't be kept now is kept after the next one.
    await activations.keep().catch(() => {});
    for (const listener of listeners) listener();
  };
  return {
    store: withLiveLibraries(store, { live, ours, registry, terminology, enforces, changed }),
    live,
    ours,
    translator,
    onChange: (listener) => listeners.push(listener),
  };
}
