import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { CodeSource } from '../code-source.js';
import type { Concept } from '../terminology.js';
import type { FactGroup } from './sort-facts.js';

/** What a code file says of itself. */
export interface CodeFileHeader {
  readonly system: string;
  readonly version: string;
  readonly name: string;
  readonly complete: boolean;
  readonly count: number;
  readonly hierarchical: boolean;
  readonly propertyNames: readonly string[];
}

interface Footer extends CodeFileHeader {
  /** First code of each block and where the block begins, in order. */
  readonly blocks: readonly (readonly [code: string, offset: number])[];
  readonly end: number;
}

/** A concept as its line in the file holds it; short names, for there are millions. */
interface Entry {
  /** display */
  readonly d?: string;
  /** definition */
  readonly f?: string;
  /** designations: language (or empty) and text */
  readonly n?: readonly (readonly [language: string, value: string])[];
  /** parents */
  readonly u?: readonly string[];
  /** children */
  readonly c?: readonly string[];
  /** properties */
  readonly p?: readonly (readonly [name: string, value: string])[];
  /** inactive */
  readonly i?: 1;
  /** abstract */
  readonly a?: 1;
}

// File: the concepts in order of code, one line each (`code<TAB>entry as JSON`), in blocks of whole lines; then the footer as JSON; then its length in 8 bytes.
const blockBytes = 8192;
const keptBlocks = 512;

/** Writes a code system whose facts come grouped in order of code; returns the number of concepts. Codes that only others speak of are left out. */
export function writeCodeFile(
  path: string,
  release: { readonly system: string; readonly version: string; readonly name: string; readonly complete: boolean },
  groups: Iterable<FactGroup>,
  onWritten: (count: number) => void = () => undefined,
): number {
  const file = openSync(path, 'w');
  const blocks: [string, number][] = [];
  const propertyNames = new Set<string>();
  let hierarchical = false;
  let count = 0;
  let end = 0;
  let block: string[] = [];
  let blockLength = 0;
  const flush = (): void => {
    if (block.length > 0) end += writeSync(file, block.join(''));
    block = [];
    blockLength = 0;
  };
  try {
    for (const group of groups) {
      if (!group.facts.some(({ kind }) => kind === 'concept')) continue;
      const entry = entryOf(group);
      for (const [name] of entry.p ?? []) propertyNames.add(name);
      hierarchical ||= entry.u !== undefined;
      const line = `${group.code}\t${JSON.stringify(entry)}\n`;
      if (block.length === 0) blocks.push([group.code, end]);
      block.push(line);
      blockLength += line.length;
      if (blockLength >= blockBytes) flush();
      count += 1;
      onWritten(count);
    }
    flush();
    const { system, version, name, complete } = release;
    const footer: Footer = { system, version, name, complete, count, hierarchical, propertyNames: [...propertyNames], blocks, end };
    const bytes = Buffer.from(JSON.stringify(footer));
    const length = Buffer.alloc(8);
    length.writeUInt32LE(bytes.length, 0);
    writeSync(file, Buffer.concat([bytes, length]));
  } finally {
    closeSync(file);
  }
  return count;
}

function entryOf({ facts }: FactGroup): Entry {
  const values = (kind: string): readonly string[] => facts.filter((fact) => fact.kind === kind).map(({ value }) => value);
  const named = (kind: string) => facts.filter((fact) => fact.kind === kind).map(({ name = '', value }) => [name, value] as const);
  const [display] = values('display');
  const [definition] = values('definition');
  const designations = named('designation');
  const parents = values('parent');
  const children = values('child');
  const properties = named('property');
  return {
    ...(display === undefined ? {} : { d: display }),
    ...(definition === undefined ? {} : { f: definition }),
    ...(designations.length === 0 ? {} : { n: designations }),
    ...(parents.length === 0 ? {} : { u: parents }),
    ...(children.length === 0 ? {} : { c: children }),
    ...(properties.length === 0 ? {} : { p: properties }),
    ...(values('inactive').length === 0 ? {} : { i: 1 as const }),
    ...(values('abstract').length === 0 ? {} : { a: 1 as const }),
  };
}

/**
 * A code file as a code system: the first code of each block is in memory (a few hundred bytes per thousand codes), the rest is read when asked for;
 * the last blocks read are kept.
 */
export function openCodeFile(path: string): CodeSource {
  const file = openSync(path, 'r');
  const { blocks, end, ...header } = readFooter(file);
  const kept = new Map<number, string>();
  const names = new Set(header.propertyNames);
  return {
    system: header.system,
    version: header.version,
    name: header.name,
    complete: header.complete,
    size: header.count,
    hierarchical: header.hierarchical,
    propertyNames: header.propertyNames,
    find(code) {
      const entry = entryAt(code);
      return entry && conceptOf(header.system, code, entry);
    },
    *all() {
      for (let position = 0; position < blocks.length; position += 1) {
        for (const line of read(position).split('\n')) {
          const tab = line.indexOf('\t');
          if (tab > 0) yield conceptOf(header.system, line.slice(0, tab), JSON.parse(line.slice(tab + 1)) as Entry);
        }
      }
    },
    parents: (code) => entryAt(code)?.u ?? [],
    children: (code) => entryAt(code)?.c ?? [],
    definition: (code) => entryAt(code)?.f,
    property(code, name) {
      const values = (entryAt(code)?.p ?? []).filter(([known]) => known === name).map(([, value]) => value);
      return values.length > 0 || names.has(name) ? values : undefined;
    },
  };

  function entryAt(code: string): Entry | undefined {
    if (code === '' || /[\t\n]/.test(code)) return undefined;
    const position = blockOf(code);
    if (position < 0) return undefined;
    const text = keep(position);
    const start = text.startsWith(`${code}\t`) ? 0 : text.indexOf(`\n${code}\t`) + 1;
    if (start === 0 && !text.startsWith(`${code}\t`)) return undefined;
    return JSON.parse(text.slice(start + code.length + 1, text.indexOf('\n', start))) as Entry;
  }

  /** The block whose first code is the last one not above `code`; -1 where all are. */
  function blockOf(code: string): number {
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((blocks[middle]?.[0] ?? '') <= code) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function keep(position: number): string {
    const known = kept.get(position);
    if (known !== undefined) return known;
    const text = read(position);
    if (kept.size >= keptBlocks) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    kept.set(position, text);
    return text;
  }

  function read(position: number): string {
    const from = blocks[position]?.[1] ?? end;
    const to = blocks[position + 1]?.[1] ?? end;
    return readAt(file, from, to - from).toString('utf8');
  }
}

/** What the code file at `path` holds, without keeping it open. */
export function readCodeFileHeader(path: string): CodeFileHeader {
  const file = openSync(path, 'r');
  try {
    const { blocks: _blocks, end: _end, ...header } = readFooter(file);
    return header;
  } finally {
    closeSync(file);
  }
}

function readFooter(file: number): Footer {
  const { size } = fstatSync(file);
  const length = readAt(file, size - 8, 8).readUInt32LE(0);
  return JSON.parse(readAt(file, size - 8 - length, length).toString('utf8')) as Footer;
}

function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const read = readSync(file, bytes, done, length - done, offset + done);
    if (read === 0) throw new Error('code file ends early: load the release again');
    done += read;
  }
  return bytes;
}

function conceptOf(system: string, code: string, entry: Entry): Concept {
  return {
    system,
    code,
    ...(entry.d === undefined ? {} : { display: entry.d }),
    ...(entry.n === undefined
      ? {}
      : { designations: entry.n.map(([language, value]) => (language === '' ? { value } : { language, value })) }),
    ...(entry.i === 1 ? { inactive: true } : {}),
    ...(entry.a === 1 ? { abstract: true } : {}),
  };
}
