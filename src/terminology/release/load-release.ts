import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeCodeFile } from './code-file.js';
import { type ReleaseOptions, readRelease } from './read-release.js';
import { sortFacts } from './sort-facts.js';

export interface LoadProgress {
  readonly phase: 'reading' | 'writing';
  /** Bytes of the release read so far. */
  readonly bytes: number;
  readonly facts: number;
  readonly concepts: number;
}

export interface LoadedRelease {
  readonly system: string;
  readonly version: string;
  readonly concepts: number;
  readonly path: string;
}

/**
 * Loads a release that a user brought under their own licence into `folder` as a code file, in bounded memory (some 300 MB for any size); a release of
 * the same system and version is replaced in one step. `onProgress` is called about every 20,000 facts or concepts.
 */
export async function loadRelease(
  source: string,
  folder: string,
  options: ReleaseOptions = {},
  onProgress: (progress: LoadProgress) => void = () => undefined,
): Promise<LoadedRelease> {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, 'loading-'));
  let bytes = 0;
  let facts = 0;
  try {
    const release = await readRelease(source, options, (read) => {
      bytes += read;
    });
    const groups = await sortFacts(release.facts, scratch, () => {
      facts += 1;
      if (facts % step === 0) onProgress({ phase: 'reading', bytes, facts, concepts: 0 });
    });
    const draft = join(scratch, 'codes');
    const path = join(folder, `${fileName(release.system)}--${fileName(release.version)}.codes`);
    const concepts = writeCodeFile(draft, release, groups, (count) => {
      if (count % step === 0) onProgress({ phase: 'writing', bytes, facts, concepts: count });
    });
    if (concepts === 0) throw new Error(`${source} holds no concept`);
    renameSync(draft, path);
    onProgress({ phase: 'writing', bytes, facts, concepts });
    return { system: release.system, version: release.version, concepts, path };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const step = 20_000;

function fileName(text: string): string {
  return text.replace(/^https?:\/\//, '').replace(/[^A-Za-z0-9.]+/g, '-');
}
