import { isUtf8 } from 'node:buffer';
import { type Issue, issue, type Result } from './outcome.js';
import { isObject } from './resource.js';
import { fhirText } from './text.js';

/** Objects and arrays within each other that `parseJson` accepts. The deepest published R4 example has 15. */
export const maximumDepth = 200;

/**
 * JSON as RFC 8259 reads it, refused where it is ambiguous or hostile: text that isn't UTF-8, two equal names in one object, the names
 * `__proto__`, `constructor` and `prototype`, NUL characters, lone surrogates, more than `maximumDepth` levels. A leading byte order mark is skipped.
 * Numbers become JavaScript numbers; one whose digits would not survive printing (`1.10`, `1e2`, twenty digits) keeps its text for `stringifyJson`.
 * Issues carry the line and column, and the expression where the text parses. All of them are of code `structure` or `invalid`.
 */
export function parseJson(source: Uint8Array | string): Result<unknown> {
  const bytes = typeof source === 'string' ? Buffer.from(source) : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (typeof source !== 'string' && !isUtf8(bytes)) {
    return failure(issue('structure', 'json-utf8', fhirText.notUtf8, { diagnostics: `not UTF-8 near byte ${firstBadByte(bytes)}` }));
  }
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const found = scan(bytes, start);
  if (found.tooDeep) return failure(issue('structure', 'json-depth', fhirText.tooDeep(maximumDepth)));
  const text = bytes.toString('utf8', start);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure(syntaxIssue(text));
  }
  if (found.faults.length > 0) return { ok: false, issues: found.faults.map((fault) => faultIssue(fault, bytes, value)) };
  for (const number of found.numbers) keepSource(value, number);
  return { ok: true, value };
}

/** The number's own digits for every number of `object` that JSON.stringify would print differently. Keys are names or array indexes. */
const numberSources = new WeakMap<object, Map<string, string>>();

/** JSON text of `value`, with the digits of its numbers as they were read by `parseJson`. Copies of objects keep them by `copyNumbers`. */
export function stringifyJson(value: unknown, indent?: number): string {
  if (!hasSources(value)) return JSON.stringify(value, undefined, indent);
  return print(value, indent === undefined ? '' : ' '.repeat(indent), '');
}

/** Hands the remembered digits of `from` to its copy `to`, for those who rebuild an object; a number that was changed is printed as changed. */
export function copyNumbers<Target extends object>(from: object, to: Target): Target {
  const sources = numberSources.get(from);
  if (sources !== undefined) numberSources.set(to, sources);
  return to;
}

/** A deep copy of parsed JSON that keeps the digits of its numbers. */
export function cloneJson<Value>(value: Value): Value {
  if (Array.isArray(value)) return copyNumbers(value, value.map(cloneJson)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) copy[name] = cloneJson(item);
  return copyNumbers(value, copy) as Value;
}

function hasSources(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (numberSources.has(value)) return true;
  if (Array.isArray(value)) return value.some(hasSources);
  for (const name in value) {
    const item = (value as Record<string, unknown>)[name];
    if (typeof item === 'object' && item !== null && hasSources(item)) return true;
  }
  return false;
}

function print(value: unknown, indent: string, margin: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const sources = numberSources.get(value);
  const inner = margin + indent;
  const item = (child: unknown, key: string) => {
    const source = sources?.get(key);
    return source !== undefined && Number(source) === child ? source : print(child, indent, inner);
  };
  const parts = Array.isArray(value)
    ? value.map((child, index) => item(child, String(index)))
    : Object.entries(value)
        .filter(([, child]) => child !== undefined)
        .map(([name, child]) => `${JSON.stringify(name)}:${indent === '' ? '' : ' '}${item(child, name)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (indent === '' || parts.length === 0) return `${open}${parts.join(',')}${close}`;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`;
}

type Path = readonly (string | number)[];

interface FoundNumber {
  readonly path: Path;
  readonly source: string;
}

type Fault = { readonly kind: 'duplicate' | 'forbidden' | 'nul' | 'surrogate'; readonly offset: number; readonly path: Path };

interface Scan {
  readonly tooDeep: boolean;
  readonly numbers: readonly FoundNumber[];
  readonly faults: readonly Fault[];
}

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Objects up to this many names are compared name by name; larger ones through a Set, so that a hostile object costs no more than its size. */
const linearNames = 32;
const maximumFaults = 20;

// One scan runs at a time and never waits, so its stacks are shared between calls.
const isArrayAt = new Uint8Array(maximumDepth + 2);
const indexAt = new Int32Array(maximumDepth + 2);
const nameStartAt = new Int32Array(maximumDepth + 2);
const nameEndAt = new Int32Array(maximumDepth + 2);
const firstNameAt = new Int32Array(maximumDepth + 2);
const nameHashes = new Int32Array((maximumDepth + 2) * linearNames);
const nameStarts = new Int32Array((maximumDepth + 2) * linearNames);
const nameEnds = new Int32Array((maximumDepth + 2) * linearNames);

/**
 * One pass over the bytes that finds what JSON.parse lets through or loses. It trusts no syntax (JSON.parse judges that afterwards), only
 * that every byte belongs to UTF-8, in which no byte of a longer character equals an ASCII one.
 */
function scan(bytes: Buffer, start: number): Scan {
  const numbers: FoundNumber[] = [];
  const faults: Fault[] = [];
  const length = bytes.length;
  const manyNames = new Map<number, Set<string>>();
  let depth = 0;
  let namesTop = 0;
  let expectName = false;
  isArrayAt[0] = 1;
  indexAt[0] = 0;

  const path = (): Path => {
    const steps: (string | number)[] = [];
    for (let level = 1; level <= depth; level++) {
      steps.push(isArrayAt[level] === 1 ? (indexAt[level] ?? 0) : decode(bytes, nameStartAt[level] ?? 0, nameEndAt[level] ?? 0));
    }
    return steps;
  };
  const fault = (kind: Fault['kind'], offset: number) => {
    if (faults.length < maximumFaults) faults.push({ kind, offset, path: path() });
  };

  let at = start;
  while (at < length) {
    switch (bytes[at]) {
      case 0x22: {
        const from = ++at;
        let hash = 0;
        let escaped = false;
        let byte = bytes[at];
        while (byte !== 0x22 && at < length) {
          if (byte === 0x5c) {
            escaped = true;
            if (bytes[at + 1] === 0x75) at = unicodeEscape(bytes, at, fault);
            at += 2;
          } else {
            hash = (Math.imul(hash, 31) + (byte ?? 0)) | 0;
            at++;
          }
          byte = bytes[at];
        }
        if (expectName) {
          expectName = false;
          nameStartAt[depth] = from;
          nameEndAt[depth] = at;
          if (escaped) hash = hashOf(Buffer.from(decode(bytes, from, at)));
          if (hash === protoHash || hash === constructorHash || hash === prototypeHash) {
            if (forbidden.has(decode(bytes, from, at))) fault('forbidden', from);
          }
          const first = firstNameAt[depth] ?? 0;
          if (namesTop - first < linearNames) {
            for (let index = first; index < namesTop; index++) {
              if (nameHashes[index] === hash) {
                const other = decode(bytes, nameStarts[index] ?? 0, nameEnds[index] ?? 0);
                if (other === decode(bytes, from, at)) fault('duplicate', from);
              }
            }
            nameHashes[namesTop] = hash;
            nameStarts[namesTop] = from;
            nameEnds[namesTop] = at;
            namesTop++;
          } else {
            let names = manyNames.get(depth);
            if (names === undefined) {
              names = new Set();
              for (let index = first; index < namesTop; index++) names.add(decode(bytes, nameStarts[index] ?? 0, nameEnds[index] ?? 0));
              manyNames.set(depth, names);
            }
            const name = decode(bytes, from, at);
            if (names.has(name)) fault('duplicate', from);
            names.add(name);
          }
        }
        at++;
        break;
      }
      case 0x7b:
      case 0x5b:
        depth++;
        if (depth > maximumDepth) return { tooDeep: true, numbers, faults };
        if (bytes[at] === 0x5b) {
          isArrayAt[depth] = 1;
          indexAt[depth] = 0;
        } else {
          isArrayAt[depth] = 0;
          firstNameAt[depth] = namesTop;
          nameStartAt[depth] = 0;
          nameEndAt[depth] = 0;
          expectName = true;
        }
        at++;
        break;
      case 0x7d:
      case 0x5d:
        if (depth > 0) {
          if (isArrayAt[depth] === 0) {
            namesTop = firstNameAt[depth] ?? 0;
            if (manyNames.size > 0) manyNames.delete(depth);
          }
          depth--;
        }
        expectName = false;
        at++;
        break;
      case 0x2c:
        if (isArrayAt[depth] === 1) indexAt[depth] = (indexAt[depth] ?? 0) + 1;
        else expectName = true;
        at++;
        break;
      case 0x2d:
      case 0x30:
      case 0x31:
      case 0x32:
      case 0x33:
      case 0x34:
      case 0x35:
      case 0x36:
      case 0x37:
      case 0x38:
      case 0x39: {
        const from = at;
        let plain = true;
        let last = 0;
        for (; at < length; at++) {
          const byte = bytes[at] ?? 0;
          if (byte === 0x2e) plain = false;
          else if (byte === 0x65 || byte === 0x45 || byte === 0x2b) plain = false;
          else if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) break;
          last = byte;
        }
        // An integer of up to fifteen digits prints as written, save -0; so does a decimal that ends in no zero and isn't tiny: the exact look is for the rest.
        const mayDiffer = plain
          ? at - from > 15 || (bytes[from] === 0x2d && bytes[from + 1] === 0x30)
          : last === 0x30 || at - from > 15 || bytes[from] === 0x30 || bytes[from] === 0x2d || hasExponent(bytes, from, at);
        if (mayDiffer) {
          const source = bytes.toString('latin1', from, at);
          if (JSON.stringify(Number(source)) !== source) numbers.push({ path: path(), source });
        }
        break;
      }
      default:
        at++;
    }
  }
  return { tooDeep: false, numbers, faults };
}

/** Looks at `\uXXXX` whose backslash stands at `at`. Returns the offset of the last escape taken, so that the caller's step of two passes its `u`. */
function unicodeEscape(bytes: Buffer, at: number, fault: (kind: Fault['kind'], offset: number) => void): number {
  const unit = Number.parseInt(bytes.toString('latin1', at + 2, at + 6), 16);
  if (unit === 0) fault('nul', at);
  else if (unit >= 0xdc00 && unit <= 0xdfff) fault('surrogate', at);
  else if (unit >= 0xd800 && unit <= 0xdbff) {
    const low = bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75 ? Number.parseInt(bytes.toString('latin1', at + 8, at + 12), 16) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) return at + 6;
    fault('surrogate', at);
  }
  return at;
}

function hasExponent(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === 0x65 || bytes[at] === 0x45) return true;
  return false;
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

const protoHash = hashOf(Buffer.from('__proto__'));
const constructorHash = hashOf(Buffer.from('constructor'));
const prototypeHash = hashOf(Buffer.from('prototype'));

function decode(bytes: Buffer, from: number, to: number): string {
  const raw = bytes.toString('utf8', from, to);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

/** Remembers how the number at `key` of `holder` was written, for readers of other formats. */
export function rememberNumber(holder: object, key: string, source: string): void {
  const sources = numberSources.get(holder) ?? new Map<string, string>();
  sources.set(key, source);
  numberSources.set(holder, sources);
}

/** The digits with which the number at `key` of `holder` was written; undefined where they are those that JSON.stringify prints, or the number was changed. */
export function numberText(holder: object, key: string): string | undefined {
  const source = numberSources.get(holder)?.get(key);
  return source !== undefined && Number(source) === (holder as Record<string, unknown>)[key] ? source : undefined;
}

function keepSource(root: unknown, number: FoundNumber): void {
  let parent = root;
  for (const step of number.path.slice(0, -1)) parent = (parent as Record<string | number, unknown>)[step];
  if (typeof parent !== 'object' || parent === null) return;
  const sources = numberSources.get(parent) ?? new Map<string, string>();
  sources.set(String(number.path.at(-1)), number.source);
  numberSources.set(parent, sources);
}

function faultIssue(fault: Fault, bytes: Buffer, root: unknown): Issue {
  const { line, column } = lineAndColumn(bytes.toString('utf8', 0, fault.offset));
  const more = { diagnostics: `line ${line}, column ${column}`, ...expressionOf(fault.path, root) };
  const name = printableName(String(fault.path.at(-1) ?? ''));
  switch (fault.kind) {
    case 'duplicate':
      return issue('structure', 'json-duplicate-name', fhirText.duplicateKey(name, line), more);
    case 'forbidden':
      return issue('structure', 'json-forbidden-name', fhirText.forbiddenKey(name, line), more);
    case 'nul':
      return issue('structure', 'json-nul', fhirText.nulCharacter(line), more);
    case 'surrogate':
      return issue('structure', 'json-surrogate', fhirText.loneSurrogate(line), more);
  }
}

const elementName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

// Names are a client's text: what can't be an element's name may be anything, a person's data too.
function printableName(name: string): string {
  return elementName.test(name) ? `"${name}"` : '(?)';
}

function expressionOf(path: Path, root: unknown): { expression?: string } {
  if (!isObject(root)) return {};
  const type = root.resourceType;
  let expression = typeof type === 'string' && elementName.test(type) ? type : '$this';
  for (const step of path) {
    if (typeof step === 'number') expression += `[${step}]`;
    else if (elementName.test(step)) expression += `.${step}`;
    else return { expression };
  }
  return { expression };
}

function firstBadByte(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  // A prefix cut inside a character is bad as well: widen by up to three bytes before judging.
  const isGoodPrefix = (end: number) => [0, 1, 2, 3].some((more) => isUtf8(bytes.subarray(0, Math.min(end + more, bytes.length))));
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isGoodPrefix(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

function failure(found: Issue): Result<never> {
  return { ok: false, issues: [found] };
}

function syntaxIssue(text: string): Issue {
  if (text.trim() === '') return issue('structure', 'json-syntax', fhirText.empty);
  const { offset, expected } = locateSyntaxError(text);
  const { line, column } = lineAndColumn(text.slice(0, offset));
  const found = offset < text.length ? `found ${JSON.stringify(text[offset])}` : 'found the end of the text';
  return issue('structure', 'json-syntax', fhirText.notJson(line, column), { diagnostics: `expected ${expected}, ${found}` });
}

function lineAndColumn(before: string): { line: number; column: number } {
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** Where `text` stops being JSON, and what would have gone on. Only for text that JSON.parse has refused. Source: RFC 8259 §2-7. */
function locateSyntaxError(text: string): { offset: number; expected: string } {
  const closers: string[] = [];
  let state: 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'after' = 'value';
  let at = 0;
  for (;;) {
    while (at < text.length && ' \t\n\r'.includes(text[at] ?? 'x')) at++;
    const character = text[at];
    const closer = closers.at(-1);
    const expected = {
      value: 'a value',
      'value-or-end': 'a value or ]',
      name: 'a name in double quotes',
      'name-or-end': 'a name in double quotes or }',
      colon: ':',
      after: closer === undefined ? 'the end of the text' : `, or ${closer}`,
    }[state];
    if (character === undefined) return { offset: at, expected };
    if ((state === 'after' || state === 'value-or-end' || state === 'name-or-end') && closer !== undefined && character === closer) {
      closers.pop();
      state = 'after';
      at++;
    } else if (state === 'after') {
      if (closer === undefined || character !== ',') return { offset: at, expected };
      state = closer === '}' ? 'name' : 'value';
      at++;
    } else if (state === 'colon') {
      if (character !== ':') return { offset: at, expected };
      state = 'value';
      at++;
    } else if (state === 'name' || state === 'name-or-end') {
      if (character !== '"') return { offset: at, expected };
      const end = endOfString(text, at);
      if (!end.ok) return end;
      at = end.offset;
      state = 'colon';
    } else if (character === '{' || character === '[') {
      closers.push(character === '{' ? '}' : ']');
      state = character === '{' ? 'name-or-end' : 'value-or-end';
      at++;
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (!end.ok) return end;
      at = end.offset;
      state = 'after';
    } else {
      literal.lastIndex = at;
      const match = literal.exec(text);
      if (!match) return { offset: at, expected };
      at += match[0].length;
      state = 'after';
    }
  }
}

const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function endOfString(text: string, quote: number): { ok: true; offset: number } | { ok: false; offset: number; expected: string } {
  for (let at = quote + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') return { ok: true, offset: at + 1 };
    if (character < ' ') return { ok: false, offset: at, expected: 'an escape such as \\n instead of a control character' };
    if (character === '\\') {
      if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at + 1, at + 6)))
        return { ok: false, offset: at, expected: 'one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX' };
      at++;
    }
  }
  return { ok: false, offset: text.length, expected: 'a closing double quote' };
}
