import { isUtf8 } from 'node:buffer';
import { type Fault, type FoundNumber, maximumDepth, type Path, scan } from './json-scan.js';
import { locateSyntaxError } from './json-syntax.js';
import { type Issue, issue, type Result } from './outcome.js';
import { isObject } from './resource.js';
import { fhirText } from './text.js';

export { maximumDepth };

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
  const { line, column } = lineAndColumn(bytes.subarray(0, fault.offset));
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
  const { line, column } = lineAndColumn(Buffer.from(text.slice(0, offset)));
  const found = offset < text.length ? `found ${JSON.stringify(text[offset])}` : 'found the end of the text';
  return issue('structure', 'json-syntax', fhirText.notJson(line, column), { diagnostics: `expected ${expected}, ${found}` });
}

/** Where the text after `before` stands; a column counts UTF-16 units, as editors do. */
function lineAndColumn(before: Buffer): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < before.length; at++) {
    if (before[at] !== 0x0a && (before[at] !== 0x0d || before[at + 1] === 0x0a)) continue;
    line++;
    lineStart = at + 1;
  }
  return { line, column: before.toString('utf8', lineStart).length + 1 };
}
