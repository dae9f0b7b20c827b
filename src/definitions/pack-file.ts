import { closeSync, mkdtempSync, openSync, readSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the index of a pack says of a resource without parsing it. */
export interface PackEntry {
  readonly type: string;
  readonly id: string;
  readonly url?: string;
  readonly version?: string;
  /** StructureDefinition: `resource`, `complex-type`, `primitive-type`, `logical`. */
  readonly kind?: string;
  /** StructureDefinition: a constraint on another definition. */
  readonly profile?: boolean;
  readonly abstract?: boolean;
  /** SearchParameter: its code and the types it applies to. */
  readonly code?: string;
  readonly base?: readonly string[];
  /** CodeSystem: the system whose concepts it adds designations and properties to. */
  readonly supplements?: string;
  /** CodeSystem: canonical of the value set of all its codes. */
  readonly allCodes?: string;
  /** ImplementationGuide: profiles that every resource of a type must meet. */
  readonly global?: readonly { readonly type: string; readonly profile: string }[];
}

interface StoredEntry extends PackEntry {
  readonly offset: number;
  readonly length: number;
}

/** An open pack: its index in memory, the resources on disk. */
export interface PackFile {
  readonly stamp: string;
  readonly entries: readonly PackEntry[];
  /** Text of the resource at `index` of `entries`. */
  read(index: number): string;
}

// File: 8 bytes (length of the index, little-endian), the index as JSON, then the resources' JSON one after the other.
const headerBytes = 8;

/** Writes a pack in one step (a reader sees the old file or the new one). `stamp` names the inputs, so that a build can skip its work. */
export function writePack(path: string, stamp: string, resources: readonly { readonly entry: PackEntry; readonly text: string }[]): void {
  let offset = 0;
  const bodies: Buffer[] = [];
  const entries: StoredEntry[] = [];
  for (const { entry, text } of resources) {
    const body = Buffer.from(text);
    entries.push({ ...entry, offset, length: body.length });
    bodies.push(body);
    offset += body.length;
  }
  const index = Buffer.from(JSON.stringify({ stamp, entries }));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(index.length, 0);
  replaceFile(path, Buffer.concat([header, index, ...bodies]));
}

/** Puts a file in place in one step, so that a reader sees the old content or the new. */
export function replaceFile(path: string, content: string | Buffer): void {
  const folder = mkdtempSync(`${path}-`);
  const draft = join(folder, 'draft');
  writeFileSync(draft, content);
  renameSync(draft, path);
  rmdirSync(folder);
}

/** Opens a pack; undefined where the file is absent. The file stays open as long as the process lives. */
export function openPack(path: string): PackFile | undefined {
  const file = openIfPresent(path);
  if (file === undefined) return undefined;
  const { index, start } = readIndex(file);
  return {
    stamp: index.stamp,
    entries: index.entries,
    read(position) {
      const entry = index.entries[position];
      if (!entry) throw new RangeError(`pack has no entry ${position}`);
      return readBytes(file, start + entry.offset, entry.length).toString('utf8');
    },
  };
}

/** Stamp of the pack at `path`; undefined where it is absent. */
export function packStamp(path: string): string | undefined {
  const file = openIfPresent(path);
  if (file === undefined) return undefined;
  try {
    return readIndex(file).index.stamp;
  } finally {
    closeSync(file);
  }
}

function openIfPresent(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readIndex(file: number): { index: { stamp: string; entries: readonly StoredEntry[] }; start: number } {
  const length = readBytes(file, 0, headerBytes).readUInt32LE(0);
  return {
    index: JSON.parse(readBytes(file, headerBytes, length).toString('utf8')) as { stamp: string; entries: StoredEntry[] },
    start: headerBytes + length,
  };
}

function readBytes(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, offset + done);
    if (read === 0) throw new Error('pack file ends early: run npm run build');
    done += read;
  }
  return bytes;
}
