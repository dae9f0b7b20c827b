import { Buffer } from 'node:buffer';
import { FhirPathError } from '../error.js';
import { boolean, type Collection, empty, integer, string, textOf, toSystem } from '../item.js';
import { joined } from '../operators.js';
import { type BoundedRegex, boundedRegex } from '../regex.js';
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
  length: alone((text) => [integer(lengthOf(text))]),
  toChars: alone((text, call) => characters(text, call)),
  matches: withArgument((text, pattern, call) => boolean(regexOn(text, pattern, 'part', call).test(text))),
  matchesFull: withArgument((text, pattern, call) => boolean(regexOn(text, pattern, 'whole', call).test(text))),
  replaceMatches: { min: 2, max: 2, run: replaceMatches },
  replace: { min: 2, max: 2, run: replace },
  split: withArgument((text, separator, call) => (separator === '' ? characters(text, call) : pieces(text.split(separator), call))),
  join: { min: 0, max: 1, run: join },
  encode: withArgument(encode),
  decode: withArgument(decode),
  escape: withArgument((text, target, call) => [string(escaped(text, target, call))]),
  unescape: withArgument((text, target, call) => [string(unescaped(text, target, call))]),
};

/** By code points: a pair of surrogates counts as one. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let index = 1; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xdc00 && unit <= 0xdfff && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800) length -= 1;
  }
  return length;
}

function characters(text: string, call: Call): Collection {
  spend(call.scope, text.length, call.at);
  return [...text].map(string);
}

function pieces(texts: readonly string[], call: Call): Collection {
  spend(call.scope, texts.length, call.at);
  return texts.map(string);
}

function input(call: Call): string | undefined {
  const text = stringOf(call.input, call);
  if (text !== undefined) spend(call.scope, 1 + (text.length >> 6), call.at);
  return text;
}

function alone(run: (text: string, call: Call) => Collection): FhirPathFunction {
  return {
    min: 0,
    max: 0,
    run: (call) => {
      const text = input(call);
      return text === undefined ? empty : run(text, call);
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

/** A regular expression looks at each character, and more than once. */
function regexOn(text: string, pattern: string, use: 'part' | 'whole', call: Call): BoundedRegex {
  spend(call.scope, 4 + text.length, call.at);
  return boundedRegex(pattern, use, call.at);
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
  return [joined(regexOn(text, pattern, 'part', call).replace(text, substitution), '', call.scope, call.at)];
}

/** Of nothing, the empty string: HL7's suites have it so. */
function join(call: Call): Collection {
  const separator = call.args.length === 0 ? '' : (stringOf(argument(call, 0), call) ?? '');
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
  const padded = encoding === 'base64url' ? encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=') : encoded;
  return [joined(padded, '', call.scope, call.at)];
}

function decode(text: string, name: string, call: Call): Collection {
  return [string(Buffer.from(text, encodingOf(name, call)).toString('utf8'))];
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#39;' };
const entityCharacters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", '#39': "'" };

function escaped(text: string, target: string, call: Call): string {
  if (target === 'html') return text.replace(/[<>&"']/g, (character) => entities[character] ?? character);
  if (target === 'json') return JSON.stringify(text).slice(1, -1);
  throw new FhirPathError('execution', `${JSON.stringify(target)} is none of html, json`, call.at);
}

function unescaped(text: string, target: string, call: Call): string {
  if (target === 'html') return text.replace(/&(lt|gt|amp|quot|apos|#39);/g, (_, name: string) => entityCharacters[name] ?? '');
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
