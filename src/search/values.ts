import { temporalRange } from '../fhir/date.js';
import { parseReference } from '../fhir/reference.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import type { TypedValue } from '../fhirpath/fhirpath.js';
import { canonicalQuantity } from './units.js';

// What elements of each type mean to each kind of search parameter. Source: R4 search §3.1.1.4.8 to §3.1.1.4.15, the tables of datatypes.

/** A code as a token search sees it. `system` undefined: none was given; `anySystem`: the type has no notion of one (code, boolean, ContactPoint). */
export interface TokenValue {
  readonly system?: string;
  readonly anySystem?: true;
  readonly code?: string;
  /** `Identifier.type`, for `:of-type`. */
  readonly identifierTypes?: ReadonlyArray<{ readonly system?: string; readonly code: string }>;
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface QuantityValue extends Bounds {
  readonly system?: string;
  readonly code?: string;
  readonly unitText?: string;
  /** In the canonical UCUM unit. */
  readonly canonical?: { readonly unit: string } & Bounds;
}

export interface ReferenceValue {
  /** `Type/id` for a resource of this server, else the URL as written. */
  readonly target: string;
  readonly isLocal: boolean;
  readonly type?: string;
}

export function tokenValues({ type, value }: TypedValue): readonly TokenValue[] {
  switch (type) {
    case 'Coding':
      return isObject(value) ? codings([value]) : [];
    case 'CodeableConcept':
      return isObject(value) ? codings(arrayOf(value['coding'])) : [];
    case 'Identifier':
      return isObject(value) ? identifierTokens(value) : [];
    case 'ContactPoint':
      return isObject(value) && typeof value['value'] === 'string' ? [{ anySystem: true, code: value['value'] }] : [];
    case 'Extension':
      return extensionValues(value).flatMap(tokenValues);
    default:
      return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
        ? [{ anySystem: true, code: String(value) }]
        : [];
  }
}

/** Texts that stand beside codes, for `:text`. */
export function tokenTexts({ type, value }: TypedValue): readonly string[] {
  if (!isObject(value)) return [];
  switch (type) {
    case 'Coding':
      return strings([value['display']]);
    case 'CodeableConcept':
      return strings([value['text'], ...arrayOf(value['coding']).map((coding) => (isObject(coding) ? coding['display'] : undefined))]);
    case 'Identifier':
      return isObject(value['type']) ? strings([value['type']['text']]) : [];
    case 'Extension':
      return extensionValues(value).flatMap(tokenTexts);
    default:
      return [];
  }
}

function codings(items: readonly unknown[]): readonly TokenValue[] {
  return items.filter(isObject).flatMap((coding) => {
    const system = text(coding['system']);
    const code = text(coding['code']);
    if (system === undefined && code === undefined) return [];
    return [{ ...(system === undefined ? {} : { system }), ...(code === undefined ? {} : { code }) }];
  });
}

function identifierTokens(identifier: JsonObject): readonly TokenValue[] {
  const system = text(identifier['system']);
  const code = text(identifier['value'])?.trim();
  if (system === undefined && code === undefined) return [];
  const type = identifier['type'];
  const identifierTypes = isObject(type)
    ? arrayOf(type['coding'])
        .filter(isObject)
        .flatMap((coding) => {
          const typeSystem = text(coding['system']);
          const typeCode = text(coding['code']);
          return typeCode === undefined ? [] : [{ code: typeCode, ...(typeSystem === undefined ? {} : { system: typeSystem }) }];
        })
    : [];
  return [
    {
      ...(system === undefined ? {} : { system }),
      ...(code === undefined ? {} : { code }),
      ...(identifierTypes.length === 0 ? {} : { identifierTypes }),
    },
  ];
}

export function stringValues({ type, value }: TypedValue): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (!isObject(value)) return [];
  switch (type) {
    case 'HumanName':
      return strings([
        value['text'],
        value['family'],
        ...arrayOf(value['given']),
        ...arrayOf(value['prefix']),
        ...arrayOf(value['suffix']),
      ]);
    case 'Address':
      return strings([
        value['text'],
        ...arrayOf(value['line']),
        value['city'],
        value['district'],
        value['state'],
        value['postalCode'],
        value['country'],
      ]);
    case 'CodeableConcept':
      return tokenTexts({ type, value });
    case 'ContactPoint':
      return strings([value['value']]);
    case 'Annotation':
      return strings([value['text']]);
    case 'Extension':
      return extensionValues(value).flatMap(stringValues);
    default:
      return [];
  }
}

/** Instants that stand for an open end: before and after everything that R4 can write. */
const beginningOfTime = -62_200_000_000_000;
const endOfTime = 253_500_000_000_000;

export function dateValues(found: TypedValue, zoneMinutes: number): readonly Bounds[] {
  const { type, value } = found;
  if (typeof value === 'string') {
    const range = temporalRange(value, zoneMinutes);
    return range === undefined ? [] : [{ low: range.low, high: range.high }];
  }
  if (!isObject(value)) return [];
  switch (type) {
    case 'Period':
      return periodBounds(value, zoneMinutes);
    case 'Timing': {
      const repeat = value['repeat'];
      const bounds = isObject(repeat) && isObject(repeat['boundsPeriod']) ? periodBounds(repeat['boundsPeriod'], zoneMinutes) : [];
      const events = arrayOf(value['event']).flatMap((event) => dateValues({ type: 'dateTime', value: event }, zoneMinutes));
      const all = [...bounds, ...events];
      // The outer limits of all that is scheduled.
      return all.length === 0 ? [] : [{ low: Math.min(...all.map(({ low }) => low)), high: Math.max(...all.map(({ high }) => high)) }];
    }
    case 'Extension':
      return extensionValues(value).flatMap((inner) => dateValues(inner, zoneMinutes));
    default:
      return [];
  }
}

function periodBounds(period: JsonObject, zoneMinutes: number): readonly Bounds[] {
  const start = typeof period['start'] === 'string' ? temporalRange(period['start'], zoneMinutes) : undefined;
  const end = typeof period['end'] === 'string' ? temporalRange(period['end'], zoneMinutes) : undefined;
  return start === undefined && end === undefined ? [] : [{ low: start?.low ?? beginningOfTime, high: end?.high ?? endOfTime }];
}

export function quantityValues({ type, value }: TypedValue): readonly QuantityValue[] {
  if (typeof value === 'number') return [{ low: value, high: value }];
  if (!isObject(value)) return [];
  switch (type) {
    case 'Money': {
      const amount = number(value['value']);
      const code = text(value['currency']);
      if (amount === undefined) return [];
      return [{ low: amount, high: amount, ...(code === undefined ? {} : { system: 'urn:iso:std:iso:4217', code, unitText: code }) }];
    }
    case 'Range': {
      const low = isObject(value['low']) ? value['low'] : undefined;
      const high = isObject(value['high']) ? value['high'] : undefined;
      const unit = low ?? high;
      if (unit === undefined) return [];
      return [withUnit(unit, number(low?.['value']) ?? -Infinity, number(high?.['value']) ?? Infinity)];
    }
    case 'SampledData': {
      const origin = value['origin'];
      if (!isObject(origin)) return [];
      const zero = number(origin['value']) ?? 0;
      const factor = number(value['factor']) ?? 1;
      const samples = (text(value['data']) ?? '')
        .split(/\s+/)
        .map(Number)
        .filter(Number.isFinite)
        .map((sample) => sample * factor + zero);
      const low = samples.reduce((least, sample) => Math.min(least, sample), Infinity);
      const high = samples.reduce((most, sample) => Math.max(most, sample), -Infinity);
      return [withUnit(origin, low === Infinity ? zero : low, high === -Infinity ? zero : high)];
    }
    case 'Extension':
      return extensionValues(value).flatMap(quantityValues);
    default: {
      const amount = number(value['value']);
      if (amount === undefined) return [];
      const comparator = value['comparator'];
      const low = comparator === '<' || comparator === '<=' ? -Infinity : amount;
      const high = comparator === '>' || comparator === '>=' ? Infinity : amount;
      return [withUnit(value, low, high)];
    }
  }
}

function withUnit(quantity: JsonObject, low: number, high: number): QuantityValue {
  const system = text(quantity['system']);
  const code = text(quantity['code']);
  const unitText = text(quantity['unit']);
  const canonical = canonicalQuantity(system, code, low, high);
  return {
    low,
    high,
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
    ...(unitText === undefined ? {} : { unitText }),
    ...(canonical === undefined ? {} : { canonical }),
  };
}

export function uriValues({ type, value }: TypedValue): readonly string[] {
  if (type === 'Extension') return extensionValues(value).flatMap(uriValues);
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** `ownBases` are the addresses under which this server is known, without a slash at the end. */
export function referenceValues({ type, value }: TypedValue, ownBases: readonly string[]): readonly ReferenceValue[] {
  if (type === 'Extension') return extensionValues(value).flatMap((inner) => referenceValues(inner, ownBases));
  if (typeof value === 'string') return [referenceTarget(value, ownBases)].filter((found) => found !== undefined);
  if (!isObject(value)) return [];
  if (typeof value['resourceType'] === 'string' && typeof value['id'] === 'string') {
    return [{ target: `${value['resourceType']}/${value['id']}`, isLocal: true, type: value['resourceType'] }];
  }
  const target = typeof value['reference'] === 'string' ? referenceTarget(value['reference'], ownBases) : undefined;
  return target === undefined ? [] : [target];
}

/** Identifiers of logical references, for `:identifier`. */
export function referenceIdentifiers({ type, value }: TypedValue): readonly TokenValue[] {
  if (type === 'Extension') return extensionValues(value).flatMap(referenceIdentifiers);
  return isObject(value) && isObject(value['identifier']) ? identifierTokens(value['identifier']) : [];
}

/** Undefined for what leads nowhere outside its resource: `#contained`. */
export function referenceTarget(reference: string, ownBases: readonly string[]): ReferenceValue | undefined {
  const parsed = parseReference(reference);
  switch (parsed.kind) {
    case 'contained':
      return undefined;
    case 'relative':
      return { target: `${parsed.type}/${parsed.id}`, isLocal: true, type: parsed.type };
    case 'absolute':
      return ownBases.includes(parsed.base ?? '')
        ? { target: `${parsed.type}/${parsed.id}`, isLocal: true, type: parsed.type }
        : { target: reference, isLocal: false, type: parsed.type };
    default:
      return { target: reference, isLocal: false };
  }
}

function extensionValues(extension: unknown): readonly TypedValue[] {
  if (!isObject(extension)) return [];
  return Object.entries(extension).flatMap(([key, value]) => {
    if (!key.startsWith('value') || key === 'value') return [];
    const name = key.slice('value'.length);
    const isPrimitive = typeof value !== 'object';
    return [{ type: isPrimitive ? name.charAt(0).toLowerCase() + name.slice(1) : name, value }];
  });
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function strings(values: readonly unknown[]): readonly string[] {
  return values.filter((value): value is string => typeof value === 'string' && value.trim() !== '');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
