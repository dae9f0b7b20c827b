import { isObject } from '../fhir/resource.js';
import { compareDecimals, type Decimal, fromInteger, fromNumber, printDecimal, round, trim } from './decimal.js';
import { FhirPathError } from './error.js';
import { type Collection, type Item, isSystem, toSystem } from './item.js';
import { compareQuantities, equivalentQuantities, type QuantityValue } from './quantity.js';
import { nameOf } from './scope.js';
import { compareTemporals, equivalentTemporals, type Temporal, temporalKey } from './temporal.js';
import { charge, type Work } from './work.js';

/** `=` of two collections: undefined where either is empty, or dates or units can't say. Source: FHIRPath N1, equality. */
export function equalCollections(left: Collection, right: Collection, work: Work): boolean | undefined {
  if (left.length === 0 || right.length === 0) return undefined;
  if (left.length !== right.length) return false;
  let answer: boolean | undefined = true;
  for (let index = 0; index < left.length; index += 1) {
    const same = equalItems(left[index] as Item, right[index] as Item, work);
    if (same === false) return false;
    if (same === undefined) answer = undefined;
  }
  return answer;
}

function equalItems(left: Item, right: Item, work: Work): boolean | undefined {
  charge(work, 1 + textCost(left));
  const a = toSystem(left, work.model);
  const b = toSystem(right, work.model);
  if (!a || !b) return !a && !b && equalJson(left.value, right.value, work) && equalJson(left.sibling, right.sibling, work);
  // Two elements of a resource are the same only with all they hold; against a System value only what converts counts.
  if (!isSystem(left) && !isSystem(right) && isObject(left.value)) return equalJson(left.value, right.value, work) || equalSystem(a, b);
  return equalSystem(a, b);
}

function textCost(item: Item): number {
  return typeof item.value === 'string' ? item.value.length >> 6 : 0;
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
function equalJson(left: unknown, right: unknown, work: Work): boolean {
  charge(work, 1);
  if (left === right) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((member, index) => equalJson(member, right[index], work));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key], work))
  );
}

/** `~`: never unknown; the order of the collections means nothing. Source: FHIRPath N1, equivalence. */
export function equivalentCollections(left: Collection, right: Collection, work: Work): boolean {
  if (left.length !== right.length) return false;
  const rest = [...right];
  return left.every((item) => {
    const found = rest.findIndex((other) => equivalentItems(item, other, work));
    if (found >= 0) rest.splice(found, 1);
    return found >= 0;
  });
}

function equivalentItems(left: Item, right: Item, work: Work): boolean {
  charge(work, 1 + textCost(left) + textCost(right));
  const a = toSystem(left, work.model);
  const b = toSystem(right, work.model);
  if (!a || !b) return !a && !b && equivalentJson(left.value, right.value, work);
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

function equivalentJson(left: unknown, right: unknown, work: Work): boolean {
  charge(work, 1);
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
      const found = rest.findIndex((other) => equivalentJson(member, other, work));
      if (found >= 0) rest.splice(found, 1);
      return found >= 0;
    });
  }
  if (!isObject(left) || !isObject(right)) return left === right;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equivalentJson(left[key], right[key], work))
  );
}

/** -1, 0 or 1 for `<` and its like; undefined where unknown. Values of different kinds are an error. Source: FHIRPath N1, comparison. */
export function orderItems(left: Item, right: Item, work: Work, at: number): number | undefined {
  const a = toSystem(left, work.model);
  const b = toSystem(right, work.model);
  if (!a || !b) {
    // A primitive without a value, or a Quantity without one, has no order but is no error either.
    if ((a || isOrderable(left, work)) && (b || isOrderable(right, work))) return undefined;
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

function isOrderable(item: Item, work: Work): boolean {
  return item.value === undefined || item.value === null || work.model.isA(item.type, 'Quantity');
}

function incomparable(left: Item, right: Item, at: number): FhirPathError {
  return new FhirPathError('execution', `${nameOf(left)} and ${nameOf(right)} have no order`, at);
}

/** By code points, not by the order of a language. */
function compareStrings(left: string, right: string): number {
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

/** Items without those equal to an earlier one, in their order. */
export function distinctItems(items: Collection, work: Work): Collection {
  if (items.length < 2) return items;
  const keys = new Set<string>();
  const kept: Item[] = [];
  const others: Item[] = [];
  for (const item of items) {
    const key = keyOf(item, work);
    if (key !== undefined) {
      if (keys.has(key)) continue;
      keys.add(key);
    } else {
      if (others.some((other) => other.value === item.value || equalItems(other, item, work) === true)) continue;
      others.push(item);
    }
    kept.push(item);
  }
  return kept;
}

/**
 * A text that two items share exactly when they are equal, so that finding equals takes no pairs; undefined for quantities, whose units must be
 * converted pair by pair.
 */
function keyOf(item: Item, work: Work): string | undefined {
  charge(work, 1 + textCost(item));
  const system = toSystem(item, work.model);
  if (!system) return isQuantity(item, work) ? undefined : `j${canonicalJson([item.value, item.sibling], work)}`;
  const number = decimalOf(system);
  if (number) return `n${printDecimal(trim(number, 0))}`;
  switch (system.type) {
    case 'System.String':
      return `s${system.value}`;
    case 'System.Boolean':
      return `b${system.value}`;
    case 'System.Date':
    case 'System.DateTime':
    case 'System.Time':
      return `t${temporalKey(system.value as Temporal)}`;
    default:
      return undefined;
  }
}

function isQuantity(item: Item, work: Work): boolean {
  return isObject(item.value) && work.model.isA(item.type, 'Quantity');
}

/** JSON with the keys of its objects in order. */
function canonicalJson(value: unknown, work: Work): string {
  charge(work, 1);
  if (Array.isArray(value)) return `[${value.map((member) => canonicalJson(member, work)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key], work)}`);
  return `{${members.join(',')}}`;
}

/** Whether `items` holds one equal to `item`. */
export function includesItem(items: Collection, item: Item, work: Work): boolean {
  return items.some((other) => equalItems(other, item, work) === true);
}

/** The same for many items at once. */
export function inclusionIn(items: Collection, work: Work): (item: Item) => boolean {
  const keys = new Set<string>();
  const others: Item[] = [];
  for (const item of items) {
    const key = keyOf(item, work);
    if (key === undefined) others.push(item);
    else keys.add(key);
  }
  return (item) => {
    const key = keyOf(item, work);
    if (key === undefined) return includesItem(items, item, work);
    return keys.has(key) || includesItem(others, item, work);
  };
}
