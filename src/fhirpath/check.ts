import { FhirPathError } from './error.js';
import type { Expression } from './expression.js';
import { typeArgument } from './parse.js';
import { convertsTo, type ResolvedType, resolveType } from './type-names.js';
import type { Model } from './types.js';

/** What is known of a collection before anything runs: the types it can hold (undefined: any), and whether its order means something. */
interface StaticType {
  readonly types: readonly string[] | undefined;
  readonly ordered: boolean;
}

const anything: StaticType = { types: undefined, ordered: true };
const bool: StaticType = { types: ['System.Boolean'], ordered: true };
const integer: StaticType = { types: ['System.Integer'], ordered: true };
const text: StaticType = { types: ['System.String'], ordered: true };

/** Results of functions that don't follow from their input. */
const results: Readonly<Record<string, StaticType>> = {
  empty: bool,
  exists: bool,
  all: bool,
  allTrue: bool,
  anyTrue: bool,
  allFalse: bool,
  anyFalse: bool,
  subsetOf: bool,
  supersetOf: bool,
  isDistinct: bool,
  not: bool,
  hasValue: bool,
  hasExtension: bool,
  startsWith: bool,
  endsWith: bool,
  contains: bool,
  matches: bool,
  matchesFull: bool,
  memberOf: bool,
  conformsTo: bool,
  count: integer,
  length: integer,
  indexOf: integer,
  toString: text,
  substring: text,
  upper: text,
  lower: text,
  replace: text,
  replaceMatches: text,
  extension: { types: ['Extension'], ordered: true },
  elementDefinition: { types: ['ElementDefinition'], ordered: true },
  children: { types: undefined, ordered: false },
  descendants: { types: undefined, ordered: false },
};

/** Functions that give back what they got, or a part of it. */
const passing: ReadonlySet<string> = new Set([
  'where',
  'first',
  'last',
  'tail',
  'skip',
  'take',
  'single',
  'distinct',
  'trace',
  'exclude',
  'intersect',
  'defineVariable',
  'checkModifiers',
  'sort',
  'slice',
]);

/** Functions whose arguments see each item, or the input, as their focus. */
const iterating: ReadonlySet<string> = new Set([
  'where',
  'select',
  'repeat',
  'all',
  'exists',
  'iif',
  'trace',
  'aggregate',
  'sort',
  'defineVariable',
]);

const needOrder: ReadonlySet<string> = new Set(['first', 'last', 'tail', 'skip', 'take']);

/**
 * Refuses, with the position, what can't be right for its types: an element that none of the types has, a path from another type than the focus',
 * an operation on the order of what has none. `type` is the focus' static type; where it is unknown so is what follows.
 */
export function checkTypes(expression: Expression, type: string, model: Model): void {
  infer(expression, type === '' ? anything : { types: [type], ordered: true });

  function infer(node: Expression, focus: StaticType): StaticType {
    switch (node.kind) {
      case 'literal':
        return node.type === 'empty'
          ? { types: [], ordered: true }
          : { types: [`System.${node.type.charAt(0).toUpperCase()}${node.type.slice(1)}`], ordered: true };
      case 'special':
        return node.name === 'this' ? focus : node.name === 'index' ? integer : anything;
      case 'variable':
        return node.name === 'context' && type !== '' ? { types: [type], ordered: true } : anything;
      case 'member':
        return node.source ? member(infer(node.source, focus), node.name, node.at) : firstMember(focus, node.name, node.at);
      case 'index': {
        infer(node.index, focus);
        return ordered(infer(node.source, focus), '[]', node.at);
      }
      case 'polarity':
        return infer(node.operand, focus);
      case 'type': {
        const operand = infer(node.operand, focus);
        return node.operator === 'is' ? bool : narrowed(operand, resolveType(node.type, model, node.at));
      }
      case 'binary': {
        const left = infer(node.left, focus);
        const right = infer(node.right, focus);
        if (node.operator === '|') return both(left, right);
        return ['+', '-', '*', '/', 'div', 'mod', '&'].includes(node.operator) ? anything : bool;
      }
      case 'call':
        return call(node, focus);
    }
  }

  function call(node: Expression & { kind: 'call' }, focus: StaticType): StaticType {
    const input = node.source ? infer(node.source, focus) : focus;
    const { name, at } = node;
    if (name === 'is' || name === 'as' || name === 'ofType') {
      const [argument] = node.args;
      const specifier = argument && typeArgument(argument);
      return name === 'is' || !specifier ? bool : narrowed(input, resolveType(specifier, model, at));
    }
    if (name === 'getReferenceKey' || name === 'getResourceKey') return text;
    if (needOrder.has(name)) ordered(input, name, at);
    const inner = iterating.has(name) ? input : focus;
    // What repeat() meets after its first round is not known here.
    const args = node.args.map((argument) =>
      infer(argument, name === 'repeat' || name === 'aggregate' ? { ...inner, types: undefined } : inner),
    );
    const [first, second, third] = args;
    if (passing.has(name)) return input;
    if (name === 'select' && first) return { types: first.types, ordered: input.ordered };
    if (name === 'iif' && second) return third ? both(second, third) : second;
    if ((name === 'combine' || name === 'union') && first) return both(input, first);
    return Object.hasOwn(results, name) ? (results[name] ?? anything) : anything;
  }

  function firstMember(focus: StaticType, name: string, at: number): StaticType {
    const shape = /^[A-Z]/.test(name) ? model.shape(name) : undefined;
    if (!shape) return member(focus, name, at);
    if (!focus.types) return { types: [shape.name], ordered: true };
    const types = focus.types.filter((one) => model.isA(one, shape.name) || isOpen(one));
    if (types.length === 0 && focus.types.length > 0)
      throw new FhirPathError('semantic', `the focus is ${focus.types.join(' or ')}, not ${name}`, at);
    return { types: types.map((one) => (isOpen(one) ? shape.name : one)), ordered: focus.ordered };
  }

  function member(source: StaticType, name: string, at: number): StaticType {
    if (!source.types || source.types.length === 0) return source;
    const found = new Set<string>();
    let known = false;
    for (const one of source.types) {
      const shape = model.shape(one);
      if (!shape || isOpen(one)) return { types: undefined, ordered: source.ordered };
      const element = shape.elements.get(name);
      if (!element) continue;
      known = true;
      for (const choice of element.choices) found.add(choice.type);
    }
    if (!known) throw new FhirPathError('semantic', `${source.types.slice(0, 3).join(' or ')} has no element ${JSON.stringify(name)}`, at);
    return { types: [...found], ordered: source.ordered };
  }

  function narrowed(source: StaticType, to: ResolvedType): StaticType {
    if (to.kind === 'none') return { types: [], ordered: source.ordered };
    if (!source.types) return { types: [to.name], ordered: source.ordered };
    const types = source.types.flatMap((one) =>
      isOpen(one) ? [to.name] : convertsTo({ type: one, value: undefined }, to, model, 'strict') ? [one] : [],
    );
    // Nothing is left, but what follows is still judged by the type asked for.
    return { types: types.length > 0 ? types : [to.name], ordered: source.ordered };
  }
}

function ordered(input: StaticType, operation: string, at: number): StaticType {
  if (!input.ordered) throw new FhirPathError('semantic', `${operation} goes by an order that children() and descendants() don't have`, at);
  return input;
}

function both(left: StaticType, right: StaticType): StaticType {
  return { types: left.types && right.types && [...new Set([...left.types, ...right.types])], ordered: left.ordered && right.ordered };
}

function isOpen(type: string): boolean {
  return type === 'Resource' || type === 'DomainResource';
}
