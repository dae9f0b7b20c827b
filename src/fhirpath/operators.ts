import {
  bothDecimal,
  bothQuantity,
  decimalOf,
  distinctItems,
  equalCollections,
  equivalentCollections,
  includesItem,
  isTemporal,
  orderItems,
} from './compare.js';
import { add, type Decimal, divide, integerQuotient, multiply, negate, remainder, subtract, toNumber, truncate } from './decimal.js';
import { FhirPathError } from './error.js';
import type { BinaryOperator } from './expression.js';
import { boolean, type Collection, decimal, empty, type Item, integer, quantity, string, temporal, toSystem } from './item.js';
import { divideQuantities, inUnitOf, multiplyQuantities, type QuantityValue, temporalUnit } from './quantity.js';
import { nameOf, type Scope, single, spend } from './scope.js';
import { addTemporal, type Temporal } from './temporal.js';
import type { Model } from './types.js';

/** Operators that evaluate both sides first; `and`, `or`, `xor` and `implies` are in logic.ts. */
export type EagerOperator = Exclude<BinaryOperator, 'and' | 'or' | 'xor' | 'implies'>;

export type Operate = (left: Collection, right: Collection, scope: Scope, at: number) => Collection;

/** What each operator does. Source: FHIRPath N1, operations. */
export const operators: Readonly<Record<EagerOperator, Operate>> = {
  '=': (left, right, scope) => boolean(equalCollections(left, right, scope.evaluation)),
  '!=': (left, right, scope) => not(equalCollections(left, right, scope.evaluation)),
  '~': (left, right, scope) => boolean(equivalent(left, right, scope)),
  '!~': (left, right, scope) => boolean(!equivalent(left, right, scope)),
  '<': (left, right, scope, at) => ordered(left, right, scope, at, (order) => order < 0),
  '<=': (left, right, scope, at) => ordered(left, right, scope, at, (order) => order <= 0),
  '>': (left, right, scope, at) => ordered(left, right, scope, at, (order) => order > 0),
  '>=': (left, right, scope, at) => ordered(left, right, scope, at, (order) => order >= 0),
  '|': union,
  in: (left, right, scope, at) => membership(left, right, scope, at),
  contains: (left, right, scope, at) => membership(right, left, scope, at),
  '&': (left, right, scope, at) => [joined(text(left, scope, at) ?? '', text(right, scope, at) ?? '', scope, at)],
  '+': arithmetic('+'),
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': arithmetic('/'),
  div: arithmetic('div'),
  mod: arithmetic('mod'),
};

function not(value: boolean | undefined): Collection {
  return boolean(value === undefined ? undefined : !value);
}

function equivalent(left: Collection, right: Collection, scope: Scope): boolean {
  return equivalentCollections(left, right, scope.evaluation);
}

function ordered(left: Collection, right: Collection, scope: Scope, at: number, holds: (order: number) => boolean): Collection {
  const a = single(left, at);
  const b = single(right, at);
  if (!a || !b) return empty;
  const order = orderItems(a, b, scope.evaluation, at);
  return boolean(order === undefined ? undefined : holds(order));
}

/** Both collections without duplicates. */
export function union(left: Collection, right: Collection, scope: Scope, at: number): Collection {
  const all = left.length === 0 ? right : right.length === 0 ? left : [...left, ...right];
  spend(scope, all.length, at);
  return distinctItems(all, scope.evaluation);
}

function membership(member: Collection, collection: Collection, scope: Scope, at: number): Collection {
  const item = single(member, at);
  if (!item) return empty;
  return boolean(includesItem(collection, item, scope.evaluation));
}

function text(items: Collection, scope: Scope, at: number): string | undefined {
  const item = single(items, at);
  const system = item && toSystem(item, scope.evaluation.model);
  if (!item || (!system && item.value === undefined)) return undefined;
  if (system?.type !== 'System.String') throw new FhirPathError('execution', `& joins strings, not ${nameOf(item)}`, at);
  return system.value as string;
}

const maxString = 10_000_000;

/** A string made of two, within what an evaluation may make. */
export function joined(left: string, right: string, scope: Scope, at: number): Item {
  const length = left.length + right.length;
  if (length > maxString) throw new FhirPathError('too-costly', `the expression makes a string of more than ${maxString} characters`, at);
  spend(scope, length >> 6, at);
  return string(left + right);
}

type ArithmeticOperator = '+' | '-' | '*' | '/' | 'div' | 'mod';

function arithmetic(operator: ArithmeticOperator): Operate {
  return (left, right, scope, at) => {
    const a = system(left, scope.evaluation.model, operator, at);
    const b = system(right, scope.evaluation.model, operator, at);
    if (!a || !b) return empty;
    spend(scope, 1, at);
    const made = compute(operator, a, b, scope, at);
    return made ? [made] : empty;
  };
}

function system(items: Collection, model: Model, operator: string, at: number): Item | undefined {
  const item = single(items, at);
  if (!item) return undefined;
  const made = toSystem(item, model);
  if (!made && item.value !== undefined) throw new FhirPathError('execution', `${operator} takes no ${nameOf(item)}`, at);
  return made;
}

function compute(operator: ArithmeticOperator, a: Item, b: Item, scope: Scope, at: number): Item | undefined {
  if (a.type === 'System.Integer' && b.type === 'System.Integer') return integers(operator, a.value as number, b.value as number);
  const numbers = bothDecimal(a, b);
  if (numbers) return numberItem(decimals(operator, numbers[0], numbers[1]));
  if (operator === '+' && a.type === 'System.String' && b.type === 'System.String')
    return joined(a.value as string, b.value as string, scope, at);
  if ((operator === '+' || operator === '-') && isTemporal(a) && b.type === 'System.Quantity') {
    return moved(a.value as Temporal, b.value as QuantityValue, operator === '+' ? 1 : -1, at);
  }
  const quantities = bothQuantity(a, b);
  if (quantities && operator !== 'div' && operator !== 'mod') return quantityResult(operator, quantities[0], quantities[1]);
  throw new FhirPathError('execution', `${operator} takes no ${nameOf(a)} with ${nameOf(b)}`, at);
}

function integers(operator: ArithmeticOperator, a: number, b: number): Item | undefined {
  switch (operator) {
    case '+':
      return integerItem(a + b);
    case '-':
      return integerItem(a - b);
    case '*':
      return integerItem(a * b);
    case 'div':
      return b === 0 ? undefined : integerItem(Math.trunc(a / b));
    case 'mod':
      return b === 0 ? undefined : integerItem(a % b);
    case '/': {
      const made = divide({ digits: BigInt(a), scale: 0 }, { digits: BigInt(b), scale: 0 });
      return made && decimal(made);
    }
  }
}

/** Undefined beyond 32 bits: overflow is empty. */
export function integerItem(value: number): Item | undefined {
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? integer(value === 0 ? 0 : value) : undefined;
}

function decimals(operator: ArithmeticOperator, a: Decimal, b: Decimal): Decimal | number | undefined {
  switch (operator) {
    case '+':
      return add(a, b);
    case '-':
      return subtract(a, b);
    case '*':
      return multiply(a, b);
    case '/':
      return divide(a, b);
    case 'mod':
      return remainder(a, b);
    case 'div': {
      const whole = integerQuotient(a, b);
      return whole === undefined ? undefined : Number(whole);
    }
  }
}

function numberItem(value: Decimal | number | undefined): Item | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'number' ? integerItem(value) : decimal(value);
}

function quantityResult(operator: '+' | '-' | '*' | '/', a: QuantityValue, b: QuantityValue): Item | undefined {
  if (operator === '*' || operator === '/') {
    const made = operator === '*' ? multiplyQuantities(a, b) : divideQuantities(a, b);
    return made && quantity(made);
  }
  const other = inUnitOf(a, b);
  return other && quantity({ ...a, value: operator === '+' ? add(a.value, other) : subtract(a.value, other) });
}

function moved(value: Temporal, by: QuantityValue, sign: 1 | -1, at: number): Item | undefined {
  const unit = temporalUnit(by);
  if (!unit) throw new FhirPathError('execution', `a date can't be moved by the unit ${JSON.stringify(by.unit)}`, at);
  const made = addTemporal(value, sign * toNumber(truncate(by.value, 0)), unit);
  return made && temporal(made);
}

/** `-x` and `+x` of a number or quantity. */
export function signed(operator: '+' | '-', items: Collection, scope: Scope, at: number): Collection {
  const item = system(items, scope.evaluation.model, operator, at);
  if (!item) return empty;
  if (item.type === 'System.Quantity') {
    const value = item.value as QuantityValue;
    return [operator === '+' ? item : quantity({ ...value, value: negate(value.value) })];
  }
  const number = decimalOf(item);
  if (!number) throw new FhirPathError('execution', `${operator} takes no ${nameOf(item)}`, at);
  if (operator === '+') return [item];
  const made = item.type === 'System.Integer' ? integerItem(-(item.value as number)) : decimal(negate(number));
  return made ? [made] : empty;
}

/** Order for sort(), upward for `sign` 1: empty stands first either way; values without an order are an error. */
export function sortOrder(left: Collection, right: Collection, sign: number, scope: Scope, at: number): number {
  const a = single(left, at);
  const b = single(right, at);
  if (!a || !b) return a ? 1 : b ? -1 : 0;
  return sign * (orderItems(a, b, scope.evaluation, at) ?? 0);
}
