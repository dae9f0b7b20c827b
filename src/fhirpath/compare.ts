import { isObject } from '../fhir/resource.js';
import { compareDecimals, type Decimal, fromInteger, fromNumber, printDecimal, round, trim } from './decimal.js';
import { FhirPathError } from './error.js';
import { type Collection, type Item, isSystem, toSystem } from './item.js';
import { compareQuantities, equivalentQuantities, type QuantityValue } from './quantity.js';
import { nameOf } from './scope.js';
import { compareTemporals, equivalentTemporals, type Temporal } from './temporal.js';
import type { Model } from './types.js';

/** `=` of two collections: undefined where either is empty, or dates or units can't say. Source: FHIRPath N1, equality. */
export function equalCollections(left: Collection, right: Collection, model: Model): boolean | undefined {
  if (left.length === 0 || right.length === 0) return undefined;
  if (left.length !== right.length) return false;
  let answer: boolean | undefined = true;
  for (let index = 0; index < left.length; index += 1) {
    const same = equalItems(left[index] as Item, right[index] as Item, model);
    if (same === false) return false;
    if (same === undefined) answer = undefined;
  }
  return answer;
}

export function equalItems(left: Item, right: Item, model: Model): boolean | undefined {
  const a = toSystem(left, model);
  const b = toSystem(right, model);
  if (!a || !b) return !a && !b && equalJson(left.value, right.value) && equalJson(left.sibling, right.sibling);
  // Two elements of a resource are the same only with all they hold; against a System value only what converts counts.
  if (!isSystem(left) && !isSystem(right) && isObject(left.value)) return equalJson(left.value, right.value) || equalSystem(a, b);
  return equalSystem(a, b);
}

function equalSystem(a: Item, b: Item): boolean | undefined {
  const numbers = bothDecimal(a, b);
  if (numbers) return compareDecimals(numbers[0], numbers[1]) === 0;
  const quantities = bothQuantity(a, b);
  if (quantities) return equalOrUnknown(compareQuantities(quantities[0], quantities[1]));
  if (isTemporal(a) && isTemporal(b)) {
    if ((a.type === 'System.Time') !== (b.type === 'System.Time')) return false;
    return equalOrUnknown(compareTemporals(a.value as Temporal, b.value as Temporal));
  }
  return a.type === b.type && a.value === b.value;
}

function equalOrUnknown(order: number | undefined): boolean | undefined {
  return order === undefined ? undefined : order === 0;
}

/** Deep equality of JSON; the order of an object's keys means nothing. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((member, index) => equalJson(member, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]));
}

/** `~`: never unknown; the order of the collections means nothing. Source: FHIRPath N1, equivalence. */
export function equivalentCollections(left: Collection, right: Collection, model: Model): boolean {
  if (left.length !== right.length) return false;
  const rest = [...right];
  return left.every((item) => {
    const found = rest.findIndex((other) => equivalentItems(item, other, model));
    if (found >= 0) rest.splice(found, 1);
    return found >= 0;
  });
}

export function equivalentItems(left: Item, right: Item, model: Model): boolean {
  const a = toSystem(left, model);
  const b = toSystem(right, model);
  if (!a || !b) return !a && !b && equivalentJson(left.value, right.value);
  const numbers = bothDecimal(a, b);
  if (numbers) {
    const scale = Math.min(trim(numbers[0], 0).scale, trim(numbers[1], 0).scale);
    return compareDecimals(round(numbers[0], scale), round(numbers[1], scale)) === 0;
  }
  const quantities = bothQuantity(a, b);
  if (quantities) return equivalentQuantities(quantities[0], quantities[1]);
  if (isTemporal(a) && isTemporal(b)) return equivalentTemporals(a.value as Temporal, b.value as Temporal);
  if (a.type !== b.type) return false;
  return a.type === 'System.String' ? normalized(a.value as string) === normalized(b.value as string) : a.value === b.value;
}

function normalized(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}

function equivalentJson(left: unknown, right: unknown): boolean {
  if (typeof left === 'string' && typeof right === 'string') return normalized(left) === normalized(right);
  if (typeof left === 'number' && typeof right === 'number') {
    const a = fromNumber(left);
    const b = fromNumber(right);
    return (
      a !== undefined &&
      b !== undefined &&
      compareDecimals(round(a, Math.min(a.scale, b.scale)), round(b, Math.min(a.scale, b.scale))) === 0
    );
  }
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    const rest: unknown[] = [...right];
    return left.every((member) => {
      const found = rest.findIndex((other) => equivalentJson(member, other));
      if (found >= 0) rest.splice(found, 1);
      return found >= 0;
    });
  }
  if (!isObject(left) || !isObject(right)) return left === right;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && equivalentJson(left[key], right[key]))
  );
}

/** -1, 0 or 1 for `<` and its like; undefined where unknown. Values of different kinds are an error. Source: FHIRPath N1, comparison. */
export function orderItems(left: Item, right: Item, model: Model, at: number): number | undefined {
  const a = toSystem(left, model);
  const b = toSystem(right, model);
  if (!a || !b) {
    // A primitive without a value, or a Quantity without one, has no order but is no error either.
    if ((a || isOrderable(left, model)) && (b || isOrderable(right, model))) return undefined;
    throw incomparable(left, right, at);
  }
  const numbers = bothDecimal(a, b);
  if (numbers) return compareDecimals(numbers[0], numbers[1]);
  const quantities = bothQuantity(a, b);
  if (quantities) return compareQuantities(quantities[0], quantities[1]);
  if (isTemporal(a) && isTemporal(b) && (a.type === 'System.Time') === (b.type === 'System.Time')) {
    return compareTemporals(a.value as Temporal, b.value as Temporal);
  }
  if (a.type === 'System.String' && b.type === 'System.String') return compareStrings(a.value as string, b.value as string);
  throw incomparable(left, right, at);
}

function isOrderable(item: Item, model: Model): boolean {
  return item.value === undefined || item.value === null || model.isA(item.type, 'Quantity');
}

function incomparable(left: Item, right: Item, at: number): FhirPathError {
  return new FhirPathError('execution', `${nameOf(left)} and ${nameOf(right)} have no order`, at);
}

/** By code points, not by the order of a language. */
export function compareStrings(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Both as decimals, where both are numbers. */
export function bothDecimal(a: Item, b: Item): readonly [Decimal, Decimal] | undefined {
  const left = decimalOf(a);
  const right = decimalOf(b);
  return left && right && [left, right];
}

export function decimalOf(item: Item): Decimal | undefined {
  if (item.type === 'System.Decimal') return item.value as Decimal;
  return item.type === 'System.Integer' ? fromInteger(item.value as number) : undefined;
}

/** Both as quantities, where one is and the other is or is a number (of unit 1). */
export function bothQuantity(a: Item, b: Item): readonly [QuantityValue, QuantityValue] | undefined {
  if (a.type !== 'System.Quantity' && b.type !== 'System.Quantity') return undefined;
  const left = quantityOf(a);
  const right = quantityOf(b);
  return left && right && [left, right];
}

export function quantityOf(item: Item): QuantityValue | undefined {
  if (item.type === 'System.Quantity') return item.value as QuantityValue;
  const value = decimalOf(item);
  return value && { value, unit: '1', calendar: false };
}

export function isTemporal(item: Item): boolean {
  return item.type === 'System.Date' || item.type === 'System.DateTime' || item.type === 'System.Time';
}

/** Items without those equal to an earlier one, in their order. `charge` is told how many comparisons that took. */
export function distinctItems(items: Collection, model: Model, charge: (comparisons: number) => void): Collection {
  if (items.length < 2) return items;
  const keys = new Set<string>();
  const kept: Item[] = [];
  const others: Item[] = [];
  for (const item of items) {
    const key = keyOf(item, model);
    if (key !== undefined) {
      if (keys.has(key)) continue;
      keys.add(key);
    } else {
      charge(others.length);
      if (others.some((other) => other.value === item.value || equalItems(other, item, model) === true)) continue;
      others.push(item);
    }
    kept.push(item);
  }
  return kept;
}

/** A text that two items share exactly when they are equal, for the kinds that have one. */
function keyOf(item: Item, model: Model): string | undefined {
  const system = toSystem(item, model);
  if (!system) return undefined;
  const number = decimalOf(system);
  if (number) return `n${printDecimal(trim(number, 0))}`;
  if (system.type === 'System.String') return `s${system.value}`;
  return system.type === 'System.Boolean' ? `b${system.value}` : undefined;
}

/** Whether `items` holds one equal to `item`. */
export function includesItem(items: Collection, item: Item, model: Model): boolean {
  return items.some((other) => equalItems(other, item, model) === true);
}
