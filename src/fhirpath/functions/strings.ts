import { Buffer } from 'node:buffer';
import { FhirPathError } from '../error.js';
import { boolean, type Collection, empty, integer, string, textOf, toSystem } from '../item.js';
import { joined } from '../operators.js';
import { boundedRegex } from '../regex.js';
import { argument, type Call, type FhirPathFunction, type FunctionTable, integerOf, modelIn, spend, stringOf } from '../scope.js';

/** FHIRPath N1 §5.6 String manipulation, with the additions of N2. Empty input or argument gives empty. */
export const strings: FunctionTable = {
  indexOf: withArgument((text, other) => [integer(text.indexOf(other))]),
  lastIndexOf: withArgument((text, other) => [integer(text.lastIndexOf(other))]),
  startsWith: withArgument((text, other) => boolean(text.startsWith(other))),
  endsWith: withArgument((text, other) => boolean(text.endsWith(other))),
  contains: withArgument((text, other) => boolean(text.includes(other))),
  substring: { min: 1, max: 2, run: substring },
  upper: alone((text) => [string(text.toUpperCase())]),
  lower: alone((text) => [string(text.toLowerCase())]),
  trim: alone((text) => [string(text.trim())]),
  length: alone((text) => [integer([...text].length)]),
  toChars: alone((text) => [...text].map(string)),
  matches: withArgument((text, pattern, call) => boolean(boundedRegex(pattern, 'part', call.at).test(text))),
  matchesFull: withArgument((text, pattern, call) => boolean(boundedRegex(pattern, 'whole', call.at).test(text))),
  replaceMatches: { min: 2, max: 2, run: replaceMatches },
  replace: { min: 2, max: 2, run: replace },
  split: withArgument((text, separator) => (separator === '' ? [...text] : text.split(separator)).map(string)),
  join: { min: 0, max: 1, run: join },
  encode: withArgument(encode),
  decode: withArgument(decode),
  escape: withArgument((text, target, call) => [string(escaped(text, target, call))]),
  unescape: withArgument((text, target, call) => [string(unescaped(text, target, call))]),
};

function input(call: Call): string | undefined {
  const text = stringOf(call.input, call);
  if (text !== undefined) spend(call.scope, 1 + (text.length >> 6), call.at);
  return text;
}

function alone(run: (text: string) => Collection): FhirPathFunction {
  return {
    min: 0,
    max: 0,
    run: (call) => {
      const text = input(call);
      return text === undefined ? empty : run(text);
    },
  };
}

function withArgument(run: (text: string, argument: string, call: Call) => Collection): FhirPathFunction {
  return {
    min: 1,
    max: 1,
    run: (call) => {
      const text = input(call);
      const other = stringOf(argument(call, 0), call);
      return text === undefined || other === undefined ? empty : run(text, other, call);
    },
  };
}

function substring(call: Call): Collection {
  const text = input(call);
  const start = integerOf(argument(call, 0), call);
  if (text === undefined || start === undefined || start < 0 || start >= text.length) return empty;
  if (call.args.length === 1) return [string(text.slice(start))];
  const length = integerOf(argument(call, 1), call);
  return [string(text.slice(start, length === undefined ? undefined : start + Math.max(0, length)))];
}

function replace(call: Call): Collection {
  const text = input(call);
  const pattern = stringOf(argument(call, 0), call);
  const substitution = stringOf(argument(call, 1), call);
  if (text === undefined || pattern === undefined || substitution === undefined) return empty;
  if (pattern === '')
    return [string([...text].reduce((made, character) => `${made}${character}${substitution}`, substitution))].map((made) =>
      joined(String(made.value), '', call.scope, call.at),
    );
  return [concatenated(text.split(pattern), substitution, call)];
}

function replaceMatches(call: Call): Collection {
  const text = input(call);
  const pattern = stringOf(argument(call, 0), call);
  const substitution = stringOf(argument(call, 1), call);
  if (text === undefined || pattern === undefined || substitution === undefined) return empty;
  if (pattern === '') return [string(text)];
  return [joined(boundedRegex(pattern, 'part', call.at).replace(text, substitution), '', call.scope, call.at)];
}

function join(call: Call): Collection {
  const separator = call.args.length === 0 ? '' : (stringOf(argument(call, 0), call) ?? '');
  if (call.input.length === 0) return empty;
  const parts = call.input.map((item) => {
    const system = toSystem(item, modelIn(call));
    if (system?.type !== 'System.String') throw new FhirPathError('execution', `join takes strings, not ${item.type}`, call.at);
    return textOf(system);
  });
  return [concatenated(parts, separator, call)];
}

function concatenated(parts: readonly string[], separator: string, call: Call): ReturnType<typeof joined> {
  const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
  if (length > 10_000_000) throw new FhirPathError('too-costly', 'the string grows too long', call.at);
  return joined(parts.join(separator), '', call.scope, call.at);
}

type ByteEncoding = 'base64' | 'base64url' | 'hex';

const encodings: Readonly<Record<string, ByteEncoding>> = { base64: 'base64', urlbase64: 'base64url', hex: 'hex' };

function encodingOf(name: string, call: Call): ByteEncoding {
  const encoding = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
  if (!encoding) throw new FhirPathError('execution', `${JSON.stringify(name)} is none of hex, base64, urlbase64`, call.at);
  return encoding;
}

function encode(text: string, name: string, call: Call): Collection {
  const encoding = encodingOf(name, call);
  const encoded = Buffer.from(text, 'utf8').toString(encoding);
  // urlbase64 keeps its padding here, which Node leaves out.
  return [string(encoding === 'base64url' ? encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=') : encoded)];
}

function decode(text: string, name: string, call: Call): Collection {
  return [string(Buffer.from(text, encodingOf(name, call)).toString('utf8'))];
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#39;' };
const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", '#39': "'" };

function escaped(text: string, target: string, call: Call): string {
  if (target === 'html') return text.replace(/[<>&"']/g, (character) => entities[character] ?? character);
  if (target === 'json') return JSON.stringify(text).slice(1, -1);
  throw new FhirPathError('execution', `${JSON.stringify(target)} is none of html, json`, call.at);
}

function unescaped(text: string, target: string, call: Call): string {
  if (target === 'html') return text.replace(/&(lt|gt|amp|quot|apos|#39);/g, (_, name: string) => characters[name] ?? '');
  if (target === 'json') return unescapeJson(text, call);
  throw new FhirPathError('execution', `${JSON.stringify(target)} is none of html, json`, call.at);
}

function unescapeJson(text: string, call: Call): string {
  try {
    return String(JSON.parse(`"${text.replace(/(\\.)|"/gs, (whole, kept: string | undefined) => kept ?? `\\${whole}`)}"`));
  } catch {
    throw new FhirPathError('execution', 'the text is no escaped JSON', call.at);
  }
}
