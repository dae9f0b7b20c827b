import { FhirPathError } from './error.js';

export type TokenKind =
  | 'symbol'
  | 'identifier'
  | 'delimited'
  | 'string'
  | 'integer'
  | 'decimal'
  | 'date'
  | 'dateTime'
  | 'time'
  | 'special'
  | 'variable'
  | 'end';

/** `text` is the token's meaning: strings and delimited identifiers unescaped, dates without `@`, `$this` and `%name` without their sign. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const maxLength = 65_536;

// Sticky patterns, each tried where the last token ended. None can backtrack over more than its own token.
const space = /(?:[ \t\r\n\f\u00a0\ufeff]+|\/\/[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /\d+(?:\.\d+)?/y;
const temporal =
  /@(?:T(\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)|(\d{4}(?:-\d\d(?:-\d\d)?)?)(T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)/y;
const variable = /(?:(?:vs|ext)-[A-Za-z0-9_-]+|us-zip|[A-Za-z_][A-Za-z0-9_]*)/y;
const symbol = /(?:<=|>=|!=|!~|[-+*/&|<>=~.,()[\]{}])/y;

/** The tokens of an expression, ended by one of kind `end`. Comments and white space fall away. Source: FHIRPath N1, lexical elements. */
export function tokenize(expression: string): readonly Token[] {
  if (expression.length > maxLength) throw new FhirPathError('too-costly', `the expression is longer than ${maxLength} characters`);
  const tokens: Token[] = [];
  let at = 0;
  while (true) {
    at = skipSpace(expression, at);
    if (at >= expression.length) break;
    const [token, end] = readToken(expression, at);
    tokens.push(token);
    at = end;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function skipSpace(expression: string, start: number): number {
  let at = start;
  for (let end = matchAt(space, expression, at); end !== undefined; end = matchAt(space, expression, at)) at += end.length;
  if (expression.startsWith('/*', at)) throw new FhirPathError('syntax', 'the comment is not closed', at);
  return at;
}

function readToken(expression: string, at: number): readonly [Token, number] {
  const first = expression.charAt(at);
  if (first === "'") return quoted(expression, at, "'", 'string');
  if (first === '`') return quoted(expression, at, '`', 'delimited');
  if (first === '@') return temporalToken(expression, at);
  if (first === '$') return special(expression, at);
  if (first === '%') return variableToken(expression, at);
  const digits = matchAt(number, expression, at);
  if (digits !== undefined) return [{ kind: digits.includes('.') ? 'decimal' : 'integer', text: digits, at }, at + digits.length];
  const name = matchAt(word, expression, at);
  if (name !== undefined) return [{ kind: 'identifier', text: name, at }, at + name.length];
  const sign = matchAt(symbol, expression, at);
  if (sign !== undefined) return [{ kind: 'symbol', text: sign, at }, at + sign.length];
  throw new FhirPathError('syntax', `the character ${JSON.stringify(first)} has no meaning here`, at);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

const escapes: Readonly<Record<string, string>> = {
  '`': '`',
  "'": "'",
  '"': '"',
  '\\': '\\',
  '/': '/',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function quoted(expression: string, start: number, quote: string, kind: 'string' | 'delimited' | 'variable'): readonly [Token, number] {
  let text = '';
  let at = start + 1;
  while (at < expression.length) {
    const character = expression.charAt(at);
    if (character === quote) return [{ kind, text, at: start }, at + 1];
    if (character !== '\\') {
      text += character;
      at += 1;
      continue;
    }
    const letter = expression.charAt(at + 1);
    const code = letter === 'u' ? /^[0-9A-Fa-f]{4}/.exec(expression.slice(at + 2, at + 6))?.[0] : undefined;
    if (code !== undefined) {
      text += String.fromCharCode(Number.parseInt(code, 16));
      at += 6;
    } else if (Object.hasOwn(escapes, letter)) {
      text += escapes[letter];
      at += 2;
    } else {
      throw new FhirPathError('syntax', `\\${letter} is no escape sequence`, at);
    }
  }
  throw new FhirPathError('syntax', `the quote ${quote} is not closed`, start);
}

function temporalToken(expression: string, at: number): readonly [Token, number] {
  temporal.lastIndex = at;
  const match = temporal.exec(expression);
  if (!match) throw new FhirPathError('syntax', 'after @ a date or time is expected', at);
  const [text, time, date, rest] = match;
  const end = at + text.length;
  if (/[A-Za-z0-9:]/.test(expression.charAt(end)) || (time !== undefined && /^[+-]\d\d:\d\d/.test(expression.slice(end)))) {
    throw new FhirPathError('syntax', time === undefined ? 'the date goes on with something else' : 'a time has no zone', end);
  }
  if (time !== undefined) return [{ kind: 'time', text: time, at }, end];
  return [{ kind: rest === undefined ? 'date' : 'dateTime', text: `${date}${rest ?? ''}`, at }, end];
}

function special(expression: string, at: number): readonly [Token, number] {
  const name = matchAt(word, expression, at + 1);
  if (name !== 'this' && name !== 'index' && name !== 'total')
    throw new FhirPathError('syntax', 'after $ one of this, index, total is expected', at);
  return [{ kind: 'special', text: name, at }, at + 1 + name.length];
}

function variableToken(expression: string, at: number): readonly [Token, number] {
  const quote = expression.charAt(at + 1);
  if (quote === '`' || quote === "'" || quote === '"') {
    const [token, end] = quoted(expression, at + 1, quote, 'variable');
    return [{ ...token, at }, end];
  }
  const name = matchAt(variable, expression, at + 1);
  if (name === undefined) throw new FhirPathError('syntax', 'after % a name is expected', at);
  return [{ kind: 'variable', text: name, at }, at + 1 + name.length];
}
