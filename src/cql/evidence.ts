import { isObject, type JsonObject } from '../fhir/resource.js';
import type { CqlValue } from './program.js';

/** Longest list and deepest nesting that evidence shows: a person's definitions stay far below, a product of everything with everything doesn't. */
const maximumItems = 10_000;
const maximumDepth = 20;

/** A value of cql-execution as JSON, for results that leave its thread. Instants lose the offset: they stand on the wall clock of the person's village. */
export function evidenceOf(value: unknown, depth = 0): CqlValue {
  if (value === null || value === undefined || depth > maximumDepth) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.slice(0, maximumItems).map((item) => evidenceOf(item, depth + 1));
  if (typeof value !== 'object') return null;
  const object = value as Readonly<Record<string, unknown>>;
  const read = readers.find(([mark]) => object[mark] === true)?.[1];
  const inner = (item: unknown): CqlValue => evidenceOf(item, depth + 1);
  if (read) return read(object, inner);
  // cql-exec-fhir keeps what it reads from there.
  if (isObject(object['_json'])) return elementEvidence(object['_json']);
  const elements = Object.entries(object).filter(([, item]) => typeof item !== 'function');
  return { kind: 'tuple', elements: Object.fromEntries(elements.map(([name, item]) => [name, inner(item)])) };
}

type Reader = (value: Readonly<Record<string, unknown>>, inner: (item: unknown) => CqlValue) => CqlValue;

// The classes of cql-execution, by the getter that each has.
const readers: ReadonlyArray<readonly [string, Reader]> = [
  ['isDateTime', dateEvidence],
  ['isDate', dateEvidence],
  [
    'isQuantity',
    ({ value, unit }) => ({ kind: 'quantity', value: Number(value), ...(typeof unit === 'string' && unit !== '' ? { unit } : {}) }),
  ],
  [
    'isCode',
    ({ code, system, display }) => ({
      kind: 'code',
      code: String(code),
      ...(typeof system === 'string' ? { system } : {}),
      ...(typeof display === 'string' ? { display } : {}),
    }),
  ],
  [
    'isConcept',
    ({ codes, display }, inner) => ({
      kind: 'concept',
      codes: Array.isArray(codes) ? codes.map(inner) : [],
      ...(typeof display === 'string' ? { text: display } : {}),
    }),
  ],
  [
    'isInterval',
    ({ low, high, lowClosed, highClosed }, inner) => ({
      kind: 'interval',
      low: inner(low),
      high: inner(high),
      lowClosed: lowClosed === true,
      highClosed: highClosed === true,
    }),
  ],
  ['isRatio', ({ numerator, denominator }, inner) => ({ kind: 'ratio', numerator: inner(numerator), denominator: inner(denominator) })],
];

function dateEvidence(value: Readonly<Record<string, unknown>>): CqlValue {
  return { kind: 'date', text: String(value).replace(/(T.*?)(Z|[+-]\d{2}:\d{2})$/, '$1') };
}

function elementEvidence(json: JsonObject): CqlValue {
  const { resourceType, id, meta } = json;
  if (typeof resourceType !== 'string') return { kind: 'element', json };
  const version = isObject(meta) ? meta['versionId'] : undefined;
  return { kind: 'resource', type: resourceType, id: String(id ?? ''), ...(typeof version === 'string' ? { version } : {}) };
}
