import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../../definitions/layer.js';
import type { CodeSource } from '../code-source.js';
import type { FindSource } from '../find-source.js';
import { type CodeFileHeader, openCodeFile, readCodeFileHeader } from './code-file.js';

/** The code systems loaded into `folder`: the newest version where none is asked for, the one named otherwise. Each file is opened at first use. */
export function loadedSystems(folder: string): FindSource {
  const loaded = listLoaded(folder);
  const open = new Map<string, CodeSource>();
  return (system, version) => {
    const found = loaded.find((file) => file.system === system && (version === undefined || file.version === version));
    if (!found) return undefined;
    const known = open.get(found.path);
    if (known) return known;
    const source = openCodeFile(found.path);
    open.set(found.path, source);
    return source;
  };
}

/** What is loaded in `folder`, newest version first; nothing where the folder is absent. */
export function listLoaded(folder: string): readonly (CodeFileHeader & { readonly path: string })[] {
  return codeFiles(folder)
    .map((path) => ({ ...readCodeFileHeader(path), path }))
    .sort((a, b) => compareVersions(b.version, a.version));
}

function codeFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.codes'))
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
