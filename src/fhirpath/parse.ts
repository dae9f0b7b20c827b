import { FhirPathError } from './error.js';
import type { BinaryOperator, Expression, TypeSpecifier, Unit } from './expression.js';
import { childrenOf } from './expression.js';
import { parseDate, parseDateTime, parseTime } from './temporal.js';
import { type Token, tokenize } from './tokenize.js';

/** How tightly each binary operator binds; `is` and `as` stand at 7. Source: FHIRPath N1, operator precedence. */
export const precedence: Readonly<Record<BinaryOperator, number>> = {
  implies: 1,
  or: 2,
  xor: 2,
  and: 3,
  in: 4,
  contains: 4,
  '=': 5,
  '~': 5,
  '!=': 5,
  '!~': 5,
  '<': 5.5,
  '<=': 5.5,
  '>': 5.5,
  '>=': 5.5,
  '|': 6,
  '+': 8,
  '-': 8,
  '&': 8,
  '*': 9,
  '/': 9,
  div: 9,
  mod: 9,
};

export const typePrecedence = 7;

/** Words of the language for spans of time; all may be used as units without quotes. */
export const calendarUnits: ReadonlySet<string> = new Set([
  'year',
  'years',
  'month',
  'months',
  'week',
  'weeks',
  'day',
  'days',
  'hour',
  'hours',
  'minute',
  'minutes',
  'second',
  'seconds',
  'millisecond',
  'milliseconds',
]);

const maxHeight = 400;
const maxNesting = 200;

// Omit must reach into each member of the union.
type Draft<Node> = Node extends Expression ? Omit<Node, 'height'> : never;

/** The tree of an expression, checked against the grammar and the limits on its depth. Throws FhirPathError with the position at fault. */
export function parseFhirPath(expression: string): Expression {
  const tokens = tokenize(expression);
  let next = 0;
  let nesting = 0;

  const peek = (): Token => tokens[next] ?? { kind: 'end', text: '', at: expression.length };
  const isSymbol = (text: string): boolean => peek().kind === 'symbol' && peek().text === text;

  function take(): Token {
    const token = peek();
    next += 1;
    return token;
  }

  function expectSymbol(text: string): Token {
    if (!isSymbol(text)) throw unexpected(`${JSON.stringify(text)} is expected`);
    return take();
  }

  function unexpected(what: string): FhirPathError {
    const token = peek();
    return new FhirPathError('syntax', `${what}, not ${token.kind === 'end' ? 'the end' : JSON.stringify(token.text)}`, token.at);
  }

  function operatorAhead(): BinaryOperator | 'is' | 'as' | undefined {
    const token = peek();
    if (token.kind !== 'symbol' && token.kind !== 'identifier') return undefined;
    if (token.text === 'is' || token.text === 'as') return token.text;
    return Object.hasOwn(precedence, token.text) ? (token.text as BinaryOperator) : undefined;
  }

  function binary(minimum: number): Expression {
    let left = polarity();
    while (true) {
      const operator = operatorAhead();
      if (operator === undefined) return left;
      const binds = operator === 'is' || operator === 'as' ? typePrecedence : precedence[operator];
      if (binds < minimum) return left;
      const { at } = take();
      if (operator === 'is' || operator === 'as') left = node({ kind: 'type', operator, operand: left, type: typeSpecifier(), at });
      else left = node({ kind: 'binary', operator, left, right: binary(binds + 0.25), at });
    }
  }

  function polarity(): Expression {
    const { kind, text, at } = peek();
    if (kind !== 'symbol' || (text !== '+' && text !== '-')) return invocation();
    take();
    return node({ kind: 'polarity', operator: text, operand: nested(polarity), at });
  }

  function invocation(): Expression {
    let source = term();
    while (true) {
      if (isSymbol('.')) {
        take();
        source = memberOrCall(source);
      } else if (isSymbol('[')) {
        const { at } = take();
        const index = nested(() => binary(0));
        expectSymbol(']');
        source = node({ kind: 'index', source, index, at });
      } else return source;
    }
  }

  function term(): Expression {
    const token = peek();
    switch (token.kind) {
      case 'string':
        take();
        return node({ kind: 'literal', type: 'string', text: token.text, at: token.at });
      case 'integer':
      case 'decimal':
        take();
        return numberOrQuantity(token);
      case 'date':
      case 'dateTime':
      case 'time':
        take();
        return temporalLiteral(token, token.kind);
      case 'variable':
        take();
        return node({ kind: 'variable', name: token.text, at: token.at });
      case 'identifier':
        if (token.text === 'true' || token.text === 'false') {
          take();
          return node({ kind: 'literal', type: 'boolean', text: token.text, at: token.at });
        }
        return memberOrCall(undefined);
      case 'delimited':
      case 'special':
        return memberOrCall(undefined);
      case 'symbol':
        if (token.text === '(') {
          take();
          const inner = nested(() => binary(0));
          expectSymbol(')');
          return inner;
        }
        if (token.text === '{') {
          take();
          expectSymbol('}');
          return node({ kind: 'literal', type: 'empty', text: '', at: token.at });
        }
    }
    throw unexpected('an expression is expected');
  }

  function memberOrCall(source: Expression | undefined): Expression {
    const token = peek();
    if (token.kind === 'special') {
      if (source) throw unexpected('a name is expected');
      take();
      return node({ kind: 'special', name: token.text as 'this' | 'index' | 'total', at: token.at });
    }
    if (token.kind !== 'identifier' && token.kind !== 'delimited') throw unexpected('a name is expected');
    // Without a dot before it, a word that is an operator can't be a name unless it stands between back quotes; `contains`, `in`, `is`, `as` may.
    if (!source && token.kind === 'identifier' && ['and', 'or', 'xor', 'implies', 'div', 'mod'].includes(token.text)) {
      throw unexpected('an expression is expected');
    }
    take();
    const from = source ? { source } : {};
    if (!isSymbol('(')) return node({ kind: 'member', ...from, name: token.text, at: token.at });
    take();
    const args: Expression[] = [];
    if (!isSymbol(')')) {
      args.push(argument(token.text));
      while (isSymbol(',')) {
        take();
        args.push(argument(token.text));
      }
    }
    expectSymbol(')');
    return node({ kind: 'call', ...from, name: token.text, args, at: token.at });
  }

  /** `sort(family desc)` means what `sort(-family)` does. */
  function argument(name: string): Expression {
    const made = nested(() => binary(0));
    const { kind, text, at } = peek();
    if (name !== 'sort' || kind !== 'identifier' || (text !== 'asc' && text !== 'desc')) return made;
    take();
    return text === 'asc' ? made : node({ kind: 'polarity', operator: '-', operand: made, at });
  }

  function numberOrQuantity(token: Token): Expression {
    const ahead = peek();
    const unit: Unit | undefined =
      ahead.kind === 'string'
        ? { text: ahead.text, calendar: false }
        : ahead.kind === 'identifier' && calendarUnits.has(ahead.text)
          ? { text: ahead.text, calendar: true }
          : undefined;
    if (unit) {
      take();
      return node({ kind: 'literal', type: 'quantity', text: token.text, unit, at: token.at });
    }
    // An integer beyond 32 bits has no System.Integer; it is read as a decimal.
    const type = token.kind === 'integer' && Number(token.text) <= 2_147_483_647 ? 'integer' : 'decimal';
    return node({ kind: 'literal', type, text: token.text, at: token.at });
  }

  function temporalLiteral(token: Token, type: 'date' | 'dateTime' | 'time'): Expression {
    const parsed = type === 'date' ? parseDate(token.text) : type === 'time' ? parseTime(token.text) : parseDateTime(token.text);
    if (!parsed) throw new FhirPathError('syntax', `${token.text} is not on the calendar or the clock`, token.at);
    return node({ kind: 'literal', type, text: token.text, at: token.at });
  }

  function typeSpecifier(): TypeSpecifier {
    const first = typeName();
    if (!isSymbol('.')) return { name: first };
    // `x is FHIR.Patient`, but in `x as Patient.name` the dot can only be a namespace too: the grammar knows no path after a type.
    take();
    return { namespace: first, name: typeName() };
  }

  function typeName(): string {
    const token = peek();
    if (token.kind !== 'identifier' && token.kind !== 'delimited') throw unexpected('the name of a type is expected');
    take();
    return token.text;
  }

  function nested(read: () => Expression): Expression {
    nesting += 1;
    if (nesting > maxNesting) throw new FhirPathError('too-costly', `the expression nests deeper than ${maxNesting} levels`, peek().at);
    const read1 = read();
    nesting -= 1;
    return read1;
  }

  const tree = binary(0);
  if (peek().kind !== 'end') throw unexpected('the end or an operator is expected');
  return tree;
}

/** Completes a node with its height, and refuses a tree too high to walk safely. */
function node(draft: Draft<Expression>): Expression {
  let height = 0;
  for (const child of childrenOf({ ...draft, height: 0 } as Expression)) height = Math.max(height, child.height);
  if (height >= maxHeight) throw new FhirPathError('too-costly', `the expression chains more than ${maxHeight} operations`, draft.at);
  return { ...draft, height: height + 1 } as Expression;
}

/** A type written as a function's argument, `ofType(FHIR.Patient)`: undefined where the expression is no type name. */
export function typeArgument(argument: Expression): TypeSpecifier | undefined {
  if (argument.kind !== 'member') return undefined;
  if (!argument.source) return { name: argument.name };
  if (argument.source.kind !== 'member' || argument.source.source) return undefined;
  return { namespace: argument.source.name, name: argument.name };
}
