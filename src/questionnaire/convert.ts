import { isObject, type JsonObject } from '../fhir/resource.js';
import { inUnit } from './answer.js';

type Conversion = (value: unknown, question: JsonObject) => unknown;

const asText: Conversion = (value) => {
  if (isObject(value)) return value.code ?? undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

const asWords: Conversion = (value) => {
  if (isObject(value)) return value.display ?? value.code ?? value.text ?? undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

const asNumber: Conversion = (value) =>
  typeof value === 'number' ? value : isObject(value) && typeof value.value === 'number' ? value.value : undefined;

const asWhole: Conversion = (value) => (Number.isInteger(value) ? value : undefined);

const asDay: Conversion = (value) => (typeof value === 'string' && /^\d{4}/.test(value) ? value.slice(0, 10) : undefined);

const asMoment: Conversion = (value) => (typeof value === 'string' && /^\d{4}/.test(value) ? value : undefined);

const conversions: Readonly<Record<string, Conversion>> = {
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  string: asWords,
  markdown: asWords,
  code: asText,
  uri: asText,
  url: asText,
  canonical: asText,
  id: asText,
  oid: asText,
  uuid: asText,
  integer: asWhole,
  positiveInt: asWhole,
  unsignedInt: asWhole,
  decimal: asNumber,
  date: asDay,
  dateTime: asMoment,
  instant: (value) => (typeof value === 'string' && value.includes('T') ? value : undefined),
  time: (value) => (typeof value === 'string' && /^\d\d:\d\d/.test(value) ? value : undefined),
  Coding: (value) => (isObject(value) && (value.code !== undefined || value.display !== undefined) ? value : undefined),
  CodeableConcept: (value) => {
    if (isObject(value)) return value.coding !== undefined || value.text !== undefined ? value : { coding: [value] };
    return typeof value === 'string' ? { text: value } : undefined;
  },
  Quantity: (value, question) =>
    typeof value === 'number' ? inUnit(value, question) : isObject(value) && value.value !== undefined ? value : undefined,
  Annotation: (value) => (typeof value === 'string' ? { text: value } : undefined),
};

// What an answer becomes where an element leaves the choice: the first of these that it can.
const preferred: Readonly<Record<string, readonly string[]>> = {
  valueCoding: ['CodeableConcept', 'Coding', 'code', 'string'],
  valueDecimal: ['decimal', 'Quantity'],
  valueInteger: ['integer', 'positiveInt', 'unsignedInt', 'Quantity', 'decimal'],
  valueDate: ['date', 'dateTime'],
  valueDateTime: ['dateTime', 'date', 'instant'],
  valueString: ['string', 'markdown', 'CodeableConcept', 'Annotation'],
  valueUri: ['uri', 'url', 'string'],
};

/** A value as one of the `types` of an element; `key` is its name in the answer (`valueCoding`). Undefined where none has room for it. */
export function convert(
  value: unknown,
  key: string,
  types: readonly string[],
  question: JsonObject,
): { readonly type: string; readonly value: unknown } | undefined {
  const own = key.slice('value'.length);
  const first = preferred[key] ?? [own.charAt(0).toLowerCase() + own.slice(1), own];
  const ordered = [...first.filter((type) => types.includes(type)), ...types.filter((type) => !first.includes(type))];
  for (const type of ordered) {
    // Complex values keep their type: a Reference, an Attachment.
    const conversion = conversions[type] ?? ((given: unknown) => (type === own && isObject(given) ? given : undefined));
    const found = conversion(value, question);
    if (found !== undefined) return { type, value: found };
  }
  return undefined;
}
