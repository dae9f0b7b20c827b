import type { Expression } from '../expression.js';
import { systemOfPrimitive } from '../item.js';
import { constantVariable } from '../variables.js';
import { fresh, type Generation, named, notCovered, type Path, type Place, quote, type Value, type ValueKind } from './code.js';
import { generatePath } from './path.js';
import { generateTruth } from './truth.js';

const kindOfSystem: Readonly<Record<string, ValueKind>> = { Boolean: 'boolean', String: 'string', Integer: 'number', Decimal: 'number' };

/**
 * An expression where one value is wanted. Equality takes strings, numbers and booleans; for `order` dates and quantities will do too.
 * More than one value is left to the interpreter, and so is a primitive that has only extensions.
 */
export function generateValue(node: Expression, place: Place, generation: Generation, use: 'equality' | 'order' = 'equality'): Value {
  switch (node.kind) {
    case 'literal':
      return literal(node);
    case 'variable': {
      const constant = constantVariable(node.name);
      return constant === undefined ? notCovered() : { code: '', value: quote(constant), kind: 'string', type: 'System.String' };
    }
    case 'binary':
      return binary(node, place, generation);
    case 'call':
      return call(node, place, generation, use);
    case 'member':
    case 'index':
    case 'special':
    case 'type':
      return node.kind === 'type' && node.operator === 'is'
        ? truth(node, place, generation)
        : fromPath(generatePath(node, place, generation), generation, use);
    case 'polarity':
      return notCovered();
  }
}

function literal(node: Expression & { kind: 'literal' }): Value {
  switch (node.type) {
    case 'string':
      return { code: '', value: quote(node.text), kind: 'string', type: 'System.String' };
    case 'boolean':
      return { code: '', value: node.text, kind: 'boolean', type: 'System.Boolean' };
    case 'integer':
    case 'decimal':
      // Within 15 digits a double tells decimals apart as exactly as their text does.
      return node.text.replace('.', '').length <= 15
        ? { code: '', value: String(Number(node.text)), kind: 'number', type: 'System.Decimal' }
        : notCovered();
    default:
      return notCovered();
  }
}

function truth(node: Expression, place: Place, generation: Generation): Value {
  return { ...generateTruth(node, place, generation), kind: 'boolean', type: 'System.Boolean' };
}

function binary(node: Expression & { kind: 'binary' }, place: Place, generation: Generation): Value {
  if (node.operator === '|') return fromPath(generatePath(node, place, generation), generation, 'equality');
  if (node.operator === '+') {
    const left = generateValue(node.left, place, generation);
    const right = generateValue(node.right, place, generation);
    // Sums of counts only: those are never empty, and stay far below 32 bits.
    return isCount(node.left) && isCount(node.right)
      ? { code: `${left.code}${right.code}`, value: `(${left.value} + ${right.value})`, kind: 'number', type: 'System.Integer' }
      : notCovered();
  }
  if (node.operator === '&') {
    const left = named(generateValue(node.left, place, generation), generation);
    const right = named(generateValue(node.right, place, generation), generation);
    if (left.kind !== 'string' || right.kind !== 'string') return notCovered();
    return {
      code: `${left.code}${right.code}`,
      value: `rt.join(${left.value}, ${right.value})`,
      kind: 'string',
      type: 'System.String',
    };
  }
  return truth(node, place, generation);
}

function isCount(node: Expression): boolean {
  if (node.kind === 'binary') return node.operator === '+' && isCount(node.left) && isCount(node.right);
  return node.kind === 'call' && node.name === 'count';
}

/** Functions that give a boolean of the System. */
export const truthCalls: ReadonlySet<string> = new Set([
  'exists',
  'empty',
  'all',
  'not',
  'hasValue',
  'hasExtension',
  'is',
  'isDistinct',
  'memberOf',
  'startsWith',
  'endsWith',
  'contains',
  'matches',
]);

function call(node: Expression & { kind: 'call' }, place: Place, generation: Generation, use: 'equality' | 'order'): Value {
  if (truthCalls.has(node.name)) return truth(node, place, generation);
  switch (node.name) {
    case 'count':
      return node.args.length === 0
        ? count(node.source ? generatePath(node.source, place, generation) : place.focus, generation)
        : notCovered();
    case 'length':
    case 'toInteger': {
      const text = node.source ? generateValue(node.source, place, generation) : fromPath(place.focus, generation, use);
      if (text.kind !== 'string' || node.args.length > 0) return notCovered();
      return { code: text.code, value: `rt.${node.name}(${text.value})`, kind: 'number', type: 'System.Integer' };
    }
    case 'substring': {
      const [start] = node.args;
      const text = node.source ? generateValue(node.source, place, generation) : fromPath(place.focus, generation, use);
      if (text.kind !== 'string' || node.args.length !== 1 || start?.kind !== 'literal' || start.type !== 'integer') return notCovered();
      return { code: text.code, value: `rt.substring(${text.value}, ${Number(start.text)})`, kind: 'string', type: 'System.String' };
    }
    default:
      return fromPath(generatePath(node, place, generation), generation, use);
  }
}

function count(path: Path, generation: Generation): Value {
  if (path.repeats) return notCovered();
  const total = fresh(generation, 'n');
  return { code: `let ${total} = 0; ${path.each(() => `${total}++;`)}`, value: total, kind: 'number', type: 'System.Integer' };
}

/** The one member of a path. */
function fromPath(path: Path, generation: Generation, use: 'equality' | 'order'): Value {
  const found = fresh(generation, 'v');
  let kind: ValueKind | undefined;
  let type: string | undefined;
  const code = path.each((reference) => {
    const own = kindOf(reference.type, use, generation);
    if (kind !== undefined && kind !== own) notCovered();
    if (own === 'element' && type !== undefined && type !== reference.type) notCovered();
    kind = own;
    type = reference.type;
    const more = path.single ? '' : `if (${found} !== undefined) rt.other();`;
    const test = own === 'element' ? `${reference.value} === undefined` : `typeof ${reference.value} !== "${own}"`;
    return `if (${test}) rt.other(); ${more} ${found} = ${reference.value};`;
  });
  if (kind === undefined || type === undefined) return notCovered();
  return { code: `let ${found}; ${code}`, value: found, kind, type };
}

function kindOf(type: string, use: 'equality' | 'order', generation: Generation): ValueKind {
  const system = Object.hasOwn(systemOfPrimitive, type) ? systemOfPrimitive[type] : undefined;
  const kind = system === undefined ? undefined : kindOfSystem[system];
  if (kind !== undefined) return kind;
  const ordered = system !== undefined || generation.model.isA(type, 'Quantity');
  return use === 'order' && ordered ? 'element' : notCovered();
}
