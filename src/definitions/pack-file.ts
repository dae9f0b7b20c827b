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

/** An open pack: the index of a type and the resources are read when they are asked for. */
export interface PackFile {
  readonly stamp: string;
  readonly types: readonly string[];
  entries(type: string): readonly PackEntry[];
  /** Text of the resource at `index` of the type's entries. */
  read(type: string, index: number): string;
}

interface Header {
  readonly stamp: string;
  /** By resource type: where its index stands. */
  readonly types: Readonly<Record<string, Span>>;
}

/** Offset behind the header, and length, in bytes. */
type Span = readonly [offset: number, length: number];

/** Index of a type: an entry and where its resource stands, side by side. */
interface TypeIndex {
  readonly entries: readonly PackEntry[];
  readonly spans: readonly Span[];
}

// File: 8 bytes (length of the header, little-endian), the header as JSON, the resources' JSON one after the other, each type's index as JSON.
const lengthBytes = 8;

/** Writes a pack in one step (a reader sees the old file or the new one). `stamp` names the inputs, so that a build can skip its work. */
export function writePack(path: string, stamp: string, resources: readonly { readonly entry: PackEntry; readonly text: string }[]): void {
  const parts: Buffer[] = [];
  let offset = 0;
  const append = (text: string): Span => {
    const bytes = Buffer.from(text);
    const span = [offset, bytes.length] as const;
    parts.push(bytes);
    offset += bytes.length;
    return span;
  };
  const indexes = new Map<string, { entries: PackEntry[]; spans: Span[] }>();
  for (const { entry, text } of resources) {
    const index = indexes.get(entry.type) ?? { entries: [], spans: [] };
    indexes.set(entry.type, index);
    index.entries.push(entry);
    index.spans.push(append(text));
  }
  const types = Object.fromEntries([...indexes].map(([type, index]) => [type, append(JSON.stringify(index))]));
  const header = Buffer.from(JSON.stringify({ stamp, types } satisfies Header));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(header.length, 0);
  replaceFile(path, Buffer.concat([length, header, ...parts]));
}

/** Opens a pack; undefined where the file is absent. The file stays open as long as the process lives. */
export function openPack(path: string): PackFile | undefined {
  const file = openIfPresent(path);
  return file === undefined ? undefined : packOf(file);
}

function packOf(file: number): PackFile {
  const { header, start } = readHeader(file);
  const indexes = new Map<string, TypeIndex>();
  return {
    stamp: header.stamp,
    types: Object.keys(header.types),
    entries: (type) => indexOf(type).entries,
    read(type, index) {
      const span = indexOf(type).spans[index];
      if (!span) throw new RangeError(`pack has no ${type} ${index}`);
      return textAt(span);
    },
  };

  function indexOf(type: string): TypeIndex {
    const known = indexes.get(type);
    if (known) return known;
    const span = header.types[type];
    const index: TypeIndex = span ? JSON.parse(textAt(span)) : { entries: [], spans: [] };
    indexes.set(type, index);
    return index;
  }

  function textAt([offset, length]: Span): string {
    return readBytes(file, start + offset, length).toString('utf8');
  }
}

/** Stamp of the pack at `path`; undefined where it is absent. */
export function packStamp(path: string): string | undefined {
  const file = openIfPresent(path);
  if (file === undefined) return undefined;
  try {
    return readHeader(file).header.stamp;
  } finally {
    closeSync(file);
  }
}

/** Puts a file in place in one step, so that a reader sees the old content or the new. */
export function replaceFile(path: string, content: string | Buffer): void {
  const folder = mkdtempSync(`${path}-`);
  const draft = join(folder, 'draft');
  writeFileSync(draft, content);
  renameSync(draft, path);
  rmdirSync(folder);
}

function openIfPresent(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readHeader(file: number): { header: Header; start: number } {
  const length = readBytes(file, 0, lengthBytes).readUInt32LE(0);
  return { header: JSON.parse(readBytes(file, lengthBytes, length).toString('utf8')), start: lengthBytes + length };
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
