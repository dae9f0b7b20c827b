import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact, FactKind } from './fact.js';

/** All that is said of one code. */
export interface FactGroup {
  readonly code: string;
  readonly facts: readonly Fact[];
}

// Facts sorted in memory at a time; some 100 bytes each.
const chunkFacts = 200_000;

/**
 * Groups any number of facts by code, in order of code, in bounded memory: sorted runs are written to `folder` and merged.
 * `onRead` hears of every fact taken in.
 */
export async function sortFacts(
  facts: AsyncIterable<Fact>,
  folder: string,
  onRead: () => void,
  chunkSize = chunkFacts,
): Promise<Iterable<FactGroup>> {
  const runs: string[] = [];
  let chunk: string[] = [];
  for await (const fact of facts) {
    chunk.push(lineOf(fact));
    onRead();
    if (chunk.length >= chunkSize) {
      runs.push(writeRun(chunk, folder, runs.length));
      chunk = [];
    }
  }
  if (runs.length === 0) return groups(chunk.sort().values());
  runs.push(writeRun(chunk, folder, runs.length));
  return groups(merge(runs.map(readRun)));
}

// A tab sorts before every character of a code, so that lines in order are codes in order.
function lineOf({ code, kind, name, value }: Fact): string {
  return `${plain(code)}\t${kind}\t${plain(name ?? '')}\t${plain(value)}`;
}

function plain(text: string): string {
  return /[\t\n\r]/.test(text) ? text.replace(/[\t\n\r]+/g, ' ') : text;
}

function factOf(line: string): Fact {
  const [code = '', kind = '', name = '', value = ''] = line.split('\t');
  return { code, kind: kind as FactKind, value, ...(name === '' ? {} : { name }) };
}

function writeRun(lines: string[], folder: string, number: number): string {
  const path = join(folder, `run-${number}`);
  lines.sort();
  writeFileSync(path, lines.length === 0 ? '' : `${lines.join('\n')}\n`);
  return path;
}

const readBytes = 1 << 18;

/** The lines of a run, read piece by piece. */
function* readRun(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(readBytes);
    let rest: Buffer = Buffer.alloc(0);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      const bytes = Buffer.concat([rest, buffer.subarray(0, read)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      if (end > 0) for (const line of bytes.toString('utf8', 0, end - 1).split('\n')) yield line;
      rest = Buffer.from(bytes.subarray(end));
    }
  } finally {
    closeSync(file);
  }
}

/** Sorted sequences as one, by a binary heap of their heads. */
function* merge(runs: readonly Iterator<string>[]): Generator<string> {
  const heap: { line: string; readonly run: Iterator<string> }[] = [];
  for (const run of runs) {
    const first = run.next();
    if (first.done) continue;
    heap.push({ line: first.value, run });
  }
  heap.sort((a, b) => (a.line < b.line ? -1 : 1));
  for (let head = heap[0]; head !== undefined; head = heap[0]) {
    yield head.line;
    const next = head.run.next();
    if (next.done) {
      const last = heap.pop();
      if (last === undefined || last === head) continue;
      heap[0] = last;
    } else head.line = next.value;
    sink(heap);
  }
}

function sink(heap: { line: string }[]): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    let least = at;
    if (isLess(heap[left], heap[least])) least = left;
    if (isLess(heap[right], heap[least])) least = right;
    const upper = heap[at];
    const lower = heap[least];
    if (least === at || !upper || !lower) return;
    heap[at] = lower;
    heap[least] = upper;
    at = least;
  }
}

function isLess(a: { line: string } | undefined, b: { line: string } | undefined): boolean {
  return a !== undefined && b !== undefined && a.line < b.line;
}

function* groups(lines: Iterable<string>): Generator<FactGroup> {
  let code: string | undefined;
  let facts: Fact[] = [];
  let previous: string | undefined;
  for (const line of lines) {
    if (line === previous) continue;
    previous = line;
    const fact = factOf(line);
    if (fact.code !== code) {
      if (code !== undefined) yield { code, facts };
      code = fact.code;
      facts = [];
    }
    facts.push(fact);
  }
  if (code !== undefined) yield { code, facts };
}
