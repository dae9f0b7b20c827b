import type { Expression, TypeSpecifier } from './expression.js';
import { precedence, typePrecedence } from './parse.js';

const polarityPrecedence = 10;
const invocationPrecedence = 11;

/** The expression as text, with no more parentheses than it needs: `parseFhirPath(printFhirPath(x))` is `x`, positions aside. */
export function printFhirPath(expression: Expression): string {
  return print(expression, 0);
}

function print(node: Expression, minimum: number): string {
  const [text, binds] = bare(node);
  return binds < minimum ? `(${text})` : text;
}

function bare(node: Expression): readonly [string, number] {
  switch (node.kind) {
    case 'literal':
      return [literal(node), invocationPrecedence];
    case 'special':
      return [`$${node.name}`, invocationPrecedence];
    case 'variable':
      return [`%${quote(node.name, '`')}`, invocationPrecedence];
    case 'member':
      return [`${source(node.source)}${name(node.name)}`, invocationPrecedence];
    case 'call':
      return [
        `${source(node.source)}${name(node.name)}(${node.args.map((argument) => print(argument, 0)).join(', ')})`,
        invocationPrecedence,
      ];
    case 'index':
      return [`${print(node.source, invocationPrecedence)}[${print(node.index, 0)}]`, invocationPrecedence];
    case 'polarity':
      return [`${node.operator}${print(node.operand, polarityPrecedence)}`, polarityPrecedence];
    case 'type':
      return [`${print(node.operand, typePrecedence)} ${node.operator} ${type(node.type)}`, typePrecedence];
    case 'binary': {
      const binds = precedence[node.operator];
      return [`${print(node.left, binds)} ${node.operator} ${print(node.right, binds + 0.25)}`, binds];
    }
  }
}

function source(node: Expression | undefined): string {
  return node ? `${print(node, invocationPrecedence)}.` : '';
}

function literal(node: Expression & { kind: 'literal' }): string {
  switch (node.type) {
    case 'empty':
      return '{}';
    case 'string':
      return quote(node.text, "'");
    case 'date':
    case 'dateTime':
      return `@${node.text}`;
    case 'time':
      return `@T${node.text}`;
    case 'quantity':
      return `${node.text} ${node.unit?.calendar ? node.unit.text : quote(node.unit?.text ?? '1', "'")}`;
    case 'boolean':
    case 'integer':
    case 'decimal':
      return node.text;
  }
}

function type(specifier: TypeSpecifier): string {
  return specifier.namespace === undefined ? name(specifier.name) : `${name(specifier.namespace)}.${name(specifier.name)}`;
}

const reserved = new Set(['and', 'or', 'xor', 'implies', 'div', 'mod', 'in', 'contains', 'is', 'as', 'true', 'false']);

function name(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !reserved.has(text) ? text : quote(text, '`');
}

function quote(text: string, mark: string): string {
  return `${mark}${text.replace(/[\\'`]/g, '\\$&').replace(/[\p{Cc}\u2028\u2029]/gu, escapeCode)}${mark}`;
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
