import type { Expression } from '../expression.js';
import { typeArgument } from '../parse.js';
import { boundedRegex } from '../regex.js';
import { isOfType, resolveType } from '../type-names.js';
import {
  constant,
  fresh,
  type Generation,
  named,
  notCovered,
  only,
  orHandOver,
  type Path,
  type Place,
  quote,
  type Reference,
  type Truth,
  type Value,
} from './code.js';
import { generatePath, isOpen, isPrimitiveType } from './path.js';
import { generateValue } from './value.js';

const handedOver: Truth = { code: 'rt.other();', value: 'undefined', total: false };

/** A criterion over each member of a path: it may never be reached, so that it need not be covered. */
export function generateCriterion(node: Expression, reference: Reference, generation: Generation): Truth {
  return orHandOver(() => generateTruth(node, { focus: only(reference) }, generation), handedOver);
}

/** An expression where a boolean is wanted. */
export function generateTruth(node: Expression, place: Place, generation: Generation): Truth {
  switch (node.kind) {
    case 'literal':
      return node.type === 'boolean' ? { code: '', value: node.text, total: true } : notCovered();
    case 'binary':
      return binary(node, place, generation);
    case 'call':
      return call(node, place, generation);
    case 'type':
      return node.operator === 'is' ? typeTest(node.operand, node, place, generation) : fromPath(node, place, generation);
    case 'member':
    case 'special':
    case 'index':
    case 'variable':
      return fromPath(node, place, generation);
    case 'polarity':
      return notCovered();
  }
}

/** A path's boolean. A single element of another type would count as true; the interpreter sees to that. */
function fromPath(node: Expression, place: Place, generation: Generation): Truth {
  const value = generateValue(node, place, generation);
  return value.kind === 'boolean' ? { ...value, total: false } : notCovered();
}

function binary(node: Expression & { kind: 'binary' }, place: Place, generation: Generation): Truth {
  switch (node.operator) {
    case 'and':
    case 'or':
    case 'implies':
      return shortcut(node.operator, node, place, generation);
    case 'xor': {
      const left = generateTruth(node.left, place, generation);
      const right = generateTruth(node.right, place, generation);
      return combined(named(left, generation), named(right, generation), (a, b) => `${a} !== ${b}`);
    }
    case '=':
    case '!=':
      return equality(node, place, generation);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node.operator, node, place, generation);
    case 'in':
      return membership(node.left, node.right, place, generation);
    case 'contains':
      return membership(node.right, node.left, place, generation);
    default:
      return notCovered();
  }
}

/** Both sides first, undefined where either is. */
function combined(
  left: Omit<Truth, 'total'> & { total?: boolean },
  right: Omit<Truth, 'total'> & { total?: boolean },
  test: (a: string, b: string) => string,
): Truth {
  const total = left.total === true && right.total === true;
  const plain = test(left.value, right.value);
  const unknown = [left, right].filter((side) => side.total !== true).map((side) => `${side.value} === undefined`);
  return { code: `${left.code}${right.code}`, value: total ? `(${plain})` : `(${unknown.join(' || ')} ? undefined : ${plain})`, total };
}

/** The right side runs only where the left doesn't decide; where it isn't covered, the interpreter takes over at that moment. */
function shortcut(operator: 'and' | 'or' | 'implies', node: Expression & { kind: 'binary' }, place: Place, generation: Generation): Truth {
  const left = named(generateTruth(node.left, place, generation), generation);
  const right = orHandOver(() => named(generateTruth(node.right, place, generation), generation), handedOver);
  const made = fresh(generation, 'b');
  const negated = operator === 'implies';
  const start = negated ? (left.total ? `!${left.value}` : `rt.not(${left.value})`) : left.value;
  const decided = operator === 'and' ? 'false' : 'true';
  const other = operator === 'and' ? 'true' : 'false';
  // With the left side `other` the right side is the answer; unknown, it is the answer only where it decides.
  const rest = left.total
    ? `${made} = ${right.value};`
    : `${made} = ${made} === ${other} ? ${right.value} : ${right.value} === ${decided} ? ${decided} : undefined;`;
  return {
    code: `${left.code} let ${made} = ${start}; if (${made} !== ${decided}) { ${right.code} ${rest} }`,
    value: made,
    total: left.total && right.total,
  };
}

function equality(node: Expression & { kind: 'binary' }, place: Place, generation: Generation): Truth {
  const sign = node.operator === '=' ? '===' : '!==';
  const left = generateValue(node.left, place, generation);
  const right = generateValue(node.right, place, generation);
  if (left.kind === 'element' || right.kind === 'element' || left.kind !== right.kind) return notCovered();
  return combined(named(left, generation), named(right, generation), (a, b) => `${a} ${sign} ${b}`);
}

function comparison(operator: '<' | '<=' | '>' | '>=', node: Expression & { kind: 'binary' }, place: Place, generation: Generation): Truth {
  const left = named(generateValue(node.left, place, generation, 'order'), generation);
  const right = named(generateValue(node.right, place, generation, 'order'), generation);
  if (left.kind === right.kind && (left.kind === 'number' || left.kind === 'string'))
    return combined(left, right, (a, b) => `${a} ${operator} ${b}`);
  const order = fresh(generation, 'o');
  const types = `${quote(left.type)}, ${left.value}, ${quote(right.type)}, ${right.value}`;
  const code = `${left.code}${right.code} const ${order} = ${left.value} === undefined || ${right.value} === undefined ? undefined : rt.order(${types});`;
  return { code, value: `(${order} === undefined ? undefined : ${order} ${operator} 0)`, total: false };
}

/** `x in ('a' | 'b')`: a value among literals. */
function membership(member: Expression, collection: Expression, place: Place, generation: Generation): Truth {
  const texts = literals(collection);
  if (!texts) return memberOfPath(member, collection, place, generation);
  const left = named(generateValue(member, place, generation), generation);
  if (left.kind !== 'string') return notCovered();
  const test = `${constant(generation, new Set(texts))}.has(${left.value})`;
  return { code: left.code, value: `(${left.value} === undefined ? undefined : ${test})`, total: false };
}

function memberOfPath(member: Expression, collection: Expression, place: Place, generation: Generation): Truth {
  const left = named(generateValue(member, place, generation), generation);
  if (left.kind !== 'string') return notCovered();
  const found = fresh(generation, 'e');
  const label = fresh(generation, 'L');
  const search = generatePath(collection, place, generation).each((reference) => {
    if (!isText(reference.type)) return notCovered();
    return `if (typeof ${reference.value} !== "string") rt.other(); if (${reference.value} === ${left.value}) { ${found} = true; break ${label}; }`;
  });
  const code = `${left.code} let ${found}; if (${left.value} !== undefined) { ${found} = false; ${label}: {${search}} }`;
  return { code, value: found, total: false };
}

function literals(node: Expression): readonly string[] | undefined {
  if (node.kind === 'literal') return node.type === 'string' ? [node.text] : undefined;
  if (node.kind !== 'binary' || node.operator !== '|') return undefined;
  const left = literals(node.left);
  const right = literals(node.right);
  return left && right && [...left, ...right];
}

function call(node: Expression & { kind: 'call' }, place: Place, generation: Generation): Truth {
  const [argument] = node.args;
  const count = node.args.length;
  const path = (): Path => (node.source ? generatePath(node.source, place, generation) : place.focus);
  switch (node.name) {
    case 'exists':
      return count === 0
        ? existence(path(), true, generation)
        : count === 1
          ? some(path(), argument as Expression, generation)
          : notCovered();
    case 'empty':
      return count === 0 ? existence(path(), false, generation) : notCovered();
    case 'all':
      return argument && count === 1 ? all(path(), argument, generation) : notCovered();
    case 'not':
      return count === 0 ? negation(node, place, generation) : notCovered();
    case 'hasValue':
      return count === 0 ? hasValue(path(), generation) : notCovered();
    case 'is': {
      const type = argument && count === 1 ? typeArgument(argument) : undefined;
      return type ? typeTest(node.source, { type, at: node.at }, place, generation) : notCovered();
    }
    case 'hasExtension':
      return count === 1 ? existence(generatePath({ ...node, name: 'extension' }, place, generation), true, generation) : notCovered();
    case 'memberOf':
      return count === 1 ? memberOf(path(), argument as Expression, generation) : notCovered();
    case 'isDistinct':
      return count === 0 ? isDistinct(path(), generation) : notCovered();
    case 'startsWith':
    case 'endsWith':
    case 'contains':
    case 'matches':
      return argument && count === 1 ? stringTest(node.name, node, argument, place, generation) : notCovered();
    case 'trace':
      return argument?.kind === 'literal' && node.source ? generateTruth(node.source, place, generation) : notCovered();
    default:
      return fromPath(node, place, generation);
  }
}

function existence(path: Path, wanted: boolean, generation: Generation): Truth {
  const found = fresh(generation, 'e');
  const label = fresh(generation, 'L');
  const search = path.present(`${found} = true; break ${label};`);
  if (search === '') return { code: '', value: wanted ? 'false' : 'true', total: true };
  return { code: `let ${found} = false; ${label}: {${search}}`, value: wanted ? found : `(!${found})`, total: true };
}

function some(path: Path, criterion: Expression, generation: Generation): Truth {
  const found = fresh(generation, 'e');
  const label = fresh(generation, 'L');
  const search = path.each((reference) => {
    const { code, value } = generateCriterion(criterion, reference, generation);
    return `${code} if (${value} === true) { ${found} = true; break ${label}; }`;
  });
  return { code: `let ${found} = false; ${label}: {${search}}`, value: found, total: true };
}

function all(path: Path, criterion: Expression, generation: Generation): Truth {
  const held = fresh(generation, 'e');
  const label = fresh(generation, 'L');
  const search = path.each((reference) => {
    const { code, value } = generateCriterion(criterion, reference, generation);
    return `${code} if (${value} !== true) { ${held} = false; break ${label}; }`;
  });
  return { code: `let ${held} = true; ${label}: {${search}}`, value: held, total: true };
}

function negation(node: Expression & { kind: 'call' }, place: Place, generation: Generation): Truth {
  if (!node.source) return notCovered();
  const { code, value, total } = generateTruth(node.source, place, generation);
  return { code, value: total ? `(!${value})` : `rt.not(${value})`, total };
}

function hasValue(path: Path, generation: Generation): Truth {
  if (!path.single) return notCovered();
  const found = fresh(generation, 'e');
  const search = path.each((reference) =>
    isPrimitiveType(reference.type) ? `if (${reference.value} !== undefined) ${found} = true;` : ' ',
  );
  return { code: `let ${found} = false; ${search}`, value: found, total: true };
}

function typeTest(
  source: Expression | undefined,
  test: { readonly type: { readonly namespace?: string; readonly name: string }; readonly at: number },
  place: Place,
  generation: Generation,
): Truth {
  const { model, mode } = generation;
  const type = resolveType(test.type, model, test.at);
  if (source?.kind === 'call' && source.name === 'resolve') return targetTest(source, type, place, generation);
  const path = source ? generatePath(source, place, generation) : place.focus;
  const answer = fresh(generation, 't');
  const code = path.each((reference) => {
    const more = path.single ? '' : `if (${answer} !== undefined) rt.other();`;
    if (isOpen(reference.type)) {
      const named = type.kind === 'fhir' ? `rt.isA(${reference.value}.resourceType, ${quote(type.name)})` : 'false';
      return `${more} ${answer} = ${named};`;
    }
    return `${more} ${answer} = ${isOfType({ type: reference.type, value: undefined }, type, model, mode)};`;
  });
  return { code: `let ${answer}; ${code}`, value: answer, total: false };
}

/** `resolve() is Patient`. */
function targetTest(
  node: Expression & { kind: 'call' },
  type: ReturnType<typeof resolveType>,
  place: Place,
  generation: Generation,
): Truth {
  const path = node.source ? generatePath(node.source, place, generation) : place.focus;
  if (!path.single || node.args.length > 0 || type.kind !== 'fhir') return notCovered();
  const answer = fresh(generation, 't');
  const code = path.each(
    (reference) => `${answer} = rt.refersTo(${quote(reference.type)}, ${reference.value}, ${quote(type.name)}, f, c);`,
  );
  return { code: `let ${answer}; ${code}`, value: answer, total: false };
}

/** The context knows the value set; without its help the answer is empty. */
function memberOf(path: Path, valueSet: Expression, generation: Generation): Truth {
  if (valueSet.kind !== 'literal' || valueSet.type !== 'string') return notCovered();
  const answer = fresh(generation, 't');
  const seen = fresh(generation, 'n');
  const search = path.each(
    ({ value }) => `if (${value} === undefined || ${seen}++ > 0) rt.other(); ${answer} = c.memberOf?.(${value}, ${quote(valueSet.text)});`,
  );
  return { code: `let ${answer}, ${seen} = 0; ${search}`, value: answer, total: false };
}

/** Only over strings and codes, which equal each other by their text. */
function isDistinct(path: Path, generation: Generation): Truth {
  if (path.repeats) return notCovered();
  const seen = fresh(generation, 's');
  const held = fresh(generation, 'e');
  const search = path.each((reference) => {
    if (!isText(reference.type)) return notCovered();
    return `if (typeof ${reference.value} !== "string") rt.other(); if (${seen}.has(${reference.value})) ${held} = false; else ${seen}.add(${reference.value});`;
  });
  return { code: `const ${seen} = new Set(); let ${held} = true; ${search}`, value: held, total: true };
}

function isText(type: string): boolean {
  return ['System.String', 'string', 'code', 'id', 'uri', 'url', 'canonical', 'markdown', 'oid', 'uuid'].includes(type);
}

/** Counts the work on a text's characters, 2^`shift` at a time. */
function costly(text: Value, shift: number): Value {
  return { ...text, code: `${text.code} if (${text.value} !== undefined && (q -= ${text.value}.length >> ${shift}) < 0) rt.stop();` };
}

const stringMethods = { startsWith: 'startsWith', endsWith: 'endsWith', contains: 'includes' } as const;

function stringTest(
  name: 'startsWith' | 'endsWith' | 'contains' | 'matches',
  node: Expression & { kind: 'call' },
  argument: Expression,
  place: Place,
  generation: Generation,
): Truth {
  const subject: Expression = node.source ?? { kind: 'special', name: 'this', at: node.at, height: 1 };
  const text: Value = named(generateValue(subject, place, generation), generation);
  if (text.kind !== 'string') return notCovered();
  if (name === 'matches') {
    if (argument.kind !== 'literal' || argument.type !== 'string') return notCovered();
    const match = constant(generation, boundedRegex(argument.text, 'part', node.at));
    return { code: costly(text, 0).code, value: `(${text.value} === undefined ? undefined : ${match}.test(${text.value}))`, total: false };
  }
  const other = generateValue(argument, place, generation);
  if (other.kind !== 'string') return notCovered();
  return combined(costly(text, 8), named(other, generation), (a, b) => `${a}.${stringMethods[name]}(${b})`);
}
