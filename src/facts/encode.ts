import { canonicalQuantity } from '../cql/canonical-quantity.js';
import { type FactColumn, type FactShape, physicalColumns, precisionNumbers } from '../cql/catalogue.js';
import { codeHash } from '../cql/code-hash.js';
import { maximumDecimal } from '../cql/local-time.js';
import { temporalRange } from '../fhir/date.js';
import { isObject, type JsonObject } from '../fhir/resource.js';

/** Values of an element's physical columns, in their order; JSON-able. All null where the element is absent or can't be read as its shape. */
export function encodeElement(column: FactColumn, value: unknown): readonly unknown[] {
  if (column.shape === 'list') return [Array.isArray(value) && value.length > 0 ? value.map((item) => encodeItem(column, item)) : null];
  const encoded = value === null || value === undefined ? undefined : encoders[column.shape](value);
  return encoded ?? physicalColumns(column).map(() => null);
}

/** An item of a list as an object of physical columns: what `jsonb_to_recordset` reads. */
function encodeItem(column: FactColumn, item: unknown): JsonObject {
  const elements = column.elements ?? [];
  const entries = elements.flatMap((element) => {
    const value = element.path === '$this' || !isObject(item) ? item : item[element.name];
    const encoded = encodeElement(element, value);
    return physicalColumns(element).map(({ name }, place) => [name, encoded[place] ?? null] as const);
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

type Encoder = (value: unknown) => readonly unknown[] | undefined;

const encoders: Readonly<Record<Exclude<FactShape, 'list'>, Encoder>> = {
  boolean: (value) => (typeof value === 'boolean' ? [value] : undefined),
  integer: (value) => (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31 ? [value] : undefined),
  decimal: (value) => [decimalText(value) ?? null],
  string: (value) => (typeof value === 'string' ? [value] : undefined),
  date: (value) => {
    const range = typeof value === 'string' ? temporalRange(value) : undefined;
    return range && [dateText(range.low), dateText(range.high), precisionNumbers[range.precision]];
  },
  dateTime: encodeDateTime,
  quantity: (value) => {
    if (!isObject(value)) return undefined;
    const number = decimalText(value['value']);
    const unit = textOf(value['code']) ?? textOf(value['unit']) ?? '1';
    const canonical = number === undefined || value['comparator'] !== undefined ? undefined : canonicalQuantity(number, unit);
    return [canonical?.num ?? null, canonical?.dimension ?? null, number ?? null, unit];
  },
  concept: (value) => [conceptHashes(value)],
  period: (value) =>
    isObject(value) ? [...(encodeDateTime(value['start']) ?? absent), ...(encodeDateTime(value['end']) ?? absent)] : undefined,
};

const absent = [null, null, null] as const;

/** Hashes of a CodeableConcept's codings, or of a Coding, in order; a coding without a code has none. */
export function conceptHashes(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  const codings = Array.isArray(value['coding']) ? value['coding'].filter(isObject) : [value];
  return codings.flatMap((coding) => {
    const code = textOf(coding['code']);
    return code === undefined ? [] : [codeHash(textOf(coding['system']) ?? '', code)];
  });
}

function encodeDateTime(value: unknown): readonly unknown[] | undefined {
  const range = typeof value === 'string' ? temporalRange(value) : undefined;
  if (!range) return undefined;
  // A time of day is an instant: CQL takes seconds and milliseconds as one precision, and FHIR has no time without seconds.
  const isInstant = precisionNumbers[range.precision] > precisionNumbers.day;
  const precision = isInstant ? precisionNumbers.millisecond : precisionNumbers[range.precision];
  return [
    timestampText(range.low),
    timestampText(isInstant ? range.low : range.high),
    range.offsetMinutes === undefined ? -precision : precision,
  ];
}

/** A number as text, absent beyond what CQL's Decimal holds. */
function decimalText(value: unknown): string | undefined {
  return typeof value === 'number' && Math.abs(value) < maximumDecimal ? String(value) : undefined;
}

function timestampText(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1);
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
