import { isObject, type JsonObject } from '../fhir/resource.js';
import { type Decimal, fromNumber, parseDecimal, printDecimal, toNumber } from './decimal.js';
import type { TypedValue } from './fhirpath.js';
import { fromFhirQuantity, parseQuantity, printQuantity, type QuantityValue } from './quantity.js';
import { parseDate, parseDateTime, parseTime, printTemporal, type Temporal } from './temporal.js';
import type { Model } from './types.js';

/**
 * A member of a collection while an expression runs. `type` is a FHIR type, an element's path (`Patient.contact`), `System.X`, or '' where nothing is known.
 * Values of System types: boolean, string, number (Integer), Decimal, Temporal, QuantityValue, TypeInfo. Of FHIR types: the JSON as it stands.
 */
export interface Item {
  readonly type: string;
  readonly value: unknown;
  /** The `_` sibling of a primitive: its id and extensions. */
  readonly sibling?: JsonObject | undefined;
  /** Digits of a number as its document has them, where JavaScript would print others: `1.50`. */
  readonly digits?: string | undefined;
  /** Path of the element that it was found at, in the type that defines it: `Observation.value`. */
  readonly path?: string | undefined;
}

export type Collection = readonly Item[];

export interface TypeInfo {
  readonly namespace: string;
  readonly name: string;
}

export const empty: Collection = [];
export const trueItem: Item = { type: 'System.Boolean', value: true };
export const falseItem: Item = { type: 'System.Boolean', value: false };
const trueCollection: Collection = [trueItem];
const falseCollection: Collection = [falseItem];

/** A three-valued result as a collection. */
export function boolean(value: boolean | undefined): Collection {
  return value === undefined ? empty : value ? trueCollection : falseCollection;
}

export function string(value: string): Item {
  return { type: 'System.String', value };
}

export function integer(value: number): Item {
  return { type: 'System.Integer', value };
}

export function decimal(value: Decimal): Item {
  return { type: 'System.Decimal', value };
}

export function quantity(value: QuantityValue): Item {
  return { type: 'System.Quantity', value };
}

export function temporal(value: Temporal): Item {
  return { type: value.kind === 'date' ? 'System.Date' : value.kind === 'time' ? 'System.Time' : 'System.DateTime', value };
}

/** JSON as an item of `type`; where any resource can stand, or nothing is known, a resource names its type itself. */
export function itemOf(value: unknown, type = '', sibling?: unknown, path?: string): Item {
  if (isObject(value)) {
    const open = type === '' || type === 'Resource' || type === 'DomainResource';
    const named = open && Object.hasOwn(value, 'resourceType') ? value.resourceType : undefined;
    return { type: typeof named === 'string' ? named : type, value, path };
  }
  const known = type !== '' ? type : guessType(value);
  return { type: known, value: value ?? undefined, sibling: isObject(sibling) ? sibling : undefined, path };
}

function guessType(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'decimal';
    case 'string':
      return 'string';
    default:
      return '';
  }
}

/** Which System type each FHIR primitive turns into. Source: R4 FHIRPath §2.9.1.4. */
export const systemOfPrimitive: Readonly<Record<string, string>> = {
  boolean: 'Boolean',
  string: 'String',
  uri: 'String',
  url: 'String',
  canonical: 'String',
  code: 'String',
  id: 'String',
  oid: 'String',
  uuid: 'String',
  markdown: 'String',
  base64Binary: 'String',
  xhtml: 'String',
  integer: 'Integer',
  unsignedInt: 'Integer',
  positiveInt: 'Integer',
  decimal: 'Decimal',
  date: 'Date',
  dateTime: 'DateTime',
  instant: 'DateTime',
  time: 'Time',
};

export function isPrimitive(item: Item): boolean {
  return Object.hasOwn(systemOfPrimitive, item.type);
}

export function isSystem(item: Item): boolean {
  return item.type.startsWith('System.');
}

/**
 * The item as one of a System type, where R4 converts it by itself: primitives, and FHIR quantities. Undefined for other elements and for a primitive
 * without a value. A date or time that is none stays what it is: a string.
 */
export function toSystem(item: Item, model: Model): Item | undefined {
  if (isSystem(item)) return item;
  const { value } = item;
  switch (Object.hasOwn(systemOfPrimitive, item.type) ? systemOfPrimitive[item.type] : undefined) {
    case 'Boolean':
      return typeof value === 'boolean' ? { type: 'System.Boolean', value } : undefined;
    case 'String':
      return typeof value === 'string' ? { type: 'System.String', value } : undefined;
    case 'Integer':
      return typeof value === 'number' ? numberItem(value) : undefined;
    case 'Decimal':
      return typeof value === 'number' ? decimalItem(value, item.digits) : undefined;
    case 'Date':
      return temporalItem(value, parseDate);
    case 'DateTime':
      return temporalItem(value, parseDateTime);
    case 'Time':
      return temporalItem(value, parseTime);
  }
  if (isObject(value) && model.isA(item.type, 'Quantity')) {
    const made = fromFhirQuantity(value);
    return made && quantity(made);
  }
  return undefined;
}

function numberItem(value: number): Item | undefined {
  if (Number.isInteger(value)) return integer(value);
  return decimalItem(value, undefined);
}

function decimalItem(value: number, digits: string | undefined): Item | undefined {
  const made = digits === undefined ? fromNumber(value) : parseDecimal(digits);
  return made && decimal(made);
}

function temporalItem(value: unknown, parse: (text: string) => Temporal | undefined): Item | undefined {
  if (typeof value !== 'string') return undefined;
  const parsed = parse(value);
  return parsed ? temporal(parsed) : string(value);
}

/** What leaves an evaluation: FHIR items with their JSON, System values as plain JavaScript. */
export function toTyped(item: Item, model: Model): TypedValue {
  if (!isSystem(item)) {
    const type = item.type.includes('.') ? (model.shape(item.type)?.base ?? item.type) : item.type;
    return item.sibling === undefined ? { type, value: item.value } : { type, value: item.value, sibling: item.sibling };
  }
  switch (item.type) {
    case 'System.Decimal':
      return { type: item.type, value: toNumber(item.value as Decimal), text: textOf(item) };
    case 'System.Date':
    case 'System.DateTime':
    case 'System.Time':
      return { type: item.type, value: textOf(item) };
    case 'System.Quantity': {
      const { value, unit } = item.value as QuantityValue;
      return { type: item.type, value: { value: toNumber(value), unit }, text: textOf(item) };
    }
    default:
      return { type: item.type, value: item.value };
  }
}

/** The way back: a value that an evaluation gave, as an item. What is no value of its type is a string. */
export function fromTyped({ type, value, sibling, text }: TypedValue): Item {
  const shown = text ?? String(value);
  switch (type) {
    case 'System.Decimal': {
      const made = parseDecimal(shown);
      return made ? decimal(made) : string(shown);
    }
    case 'System.Date':
    case 'System.DateTime':
    case 'System.Time': {
      const made = { 'System.Date': parseDate, 'System.DateTime': parseDateTime, 'System.Time': parseTime }[type](shown);
      return made ? temporal(made) : string(shown);
    }
    case 'System.Quantity': {
      const made = text === undefined ? undefined : parseQuantity(text);
      return made ? quantity(made) : itemOf(value, 'Quantity');
    }
    case 'System.Boolean':
    case 'System.Integer':
    case 'System.String':
      return { type, value };
    default:
      return itemOf(value, type, sibling);
  }
}

/** The text of a System value, as toString() gives it. */
export function textOf(item: Item): string {
  switch (item.type) {
    case 'System.Decimal':
      return printDecimal(item.value as Decimal);
    case 'System.Date':
    case 'System.DateTime':
    case 'System.Time':
      return printTemporal(item.value as Temporal);
    case 'System.Quantity':
      return printQuantity(item.value as QuantityValue);
    default:
      return String(item.value);
  }
}
