import { type FhirResource, isObject, type JsonObject } from '../fhir/resource.js';
import { localDay } from './age.js';
import type { Position } from './assess.js';

/** Something measured that z-scores are made of, read out of an Observation. */
export interface Measured {
  readonly id: string;
  readonly kind: 'weight' | 'length' | 'head' | 'oedema';
  /** In kg or cm; of oedema 1 or 0. */
  readonly value: number;
  readonly position?: Position;
  /** Calendar day in the child's zone. */
  readonly day: string;
  readonly effective: string;
  /** As stored. */
  readonly observation: FhirResource & JsonObject;
}

const loinc = 'http://loinc.org';
const snomed = 'http://snomed.info/sct';

interface Source {
  readonly system: string;
  readonly code: string;
  readonly kind: Measured['kind'];
  readonly position?: Position;
}

// 8302-2 doesn't say how the child was measured: as the age prescribes.
const sources: readonly Source[] = [
  { system: loinc, code: '29463-7', kind: 'weight' },
  { system: loinc, code: '8306-3', kind: 'length', position: 'lying' },
  { system: loinc, code: '8308-9', kind: 'length', position: 'standing' },
  { system: loinc, code: '8302-2', kind: 'length' },
  { system: loinc, code: '9843-4', kind: 'head' },
  { system: snomed, code: '284521000', kind: 'oedema' },
];

/** The codes of what is measured, as a search's token values. */
export const sourceTokens: readonly string[] = sources.map(({ system, code }) => `${system}|${code}`);

/** UCUM units by kind, with what makes kg or cm of them. */
const units: Readonly<Record<'weight' | 'length' | 'head', Readonly<Record<string, number | undefined>>>> = {
  weight: { kg: 1, g: 0.001 },
  length: { cm: 1, mm: 0.1, m: 100 },
  head: { cm: 1, mm: 0.1, m: 100 },
};

const usedStatuses: ReadonlySet<unknown> = new Set(['preliminary', 'final', 'amended', 'corrected']);

// Absent, negative, not detected, no.
const negative: ReadonlySet<unknown> = new Set(['2667000', '260385009', '260415000', '373067005']);

/** Which kind of measurement an Observation holds by its code, whether or not it can be used. */
export function sourceOf(observation: JsonObject): Pick<Source, 'kind' | 'position'> | undefined {
  const codings = isObject(observation.code) && Array.isArray(observation.code.coding) ? observation.code.coding : [];
  for (const coding of codings) {
    if (!isObject(coding)) continue;
    const found = sources.find(({ system, code }) => coding.code === code && coding.system === system);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Reads an Observation as a measurement; undefined where it is none, isn't valid (any more), or has no usable value, unit or day. */
export function readMeasured(observation: FhirResource & JsonObject, zoneMinutes: number): Measured | undefined {
  const source = sourceOf(observation);
  const { id, status } = observation;
  if (source === undefined || typeof id !== 'string' || !usedStatuses.has(status)) return undefined;
  const effective = effectiveOf(observation);
  const day = effective === undefined ? undefined : localDay(effective, zoneMinutes);
  const value = source.kind === 'oedema' ? oedemaOf(observation) : quantityIn(observation.valueQuantity, source.kind);
  if (effective === undefined || day === undefined || value === undefined) return undefined;
  return {
    id,
    kind: source.kind,
    value,
    day,
    effective,
    observation,
    ...(source.position === undefined ? {} : { position: source.position }),
  };
}

/** When it was measured, as written: a period by its start. */
export function effectiveOf({ effectiveDateTime, effectiveInstant, effectivePeriod }: JsonObject): string | undefined {
  const text = effectiveDateTime ?? effectiveInstant ?? (isObject(effectivePeriod) ? effectivePeriod.start : undefined);
  return typeof text === 'string' ? text : undefined;
}

/** A Quantity in kg or cm; undefined where its unit or value can't be used. */
export function quantityIn(quantity: unknown, kind: 'weight' | 'length' | 'head'): number | undefined {
  if (!isObject(quantity) || typeof quantity.value !== 'number' || !(quantity.value > 0) || quantity.comparator !== undefined)
    return undefined;
  const unit = quantity.code ?? quantity.unit;
  const factor = typeof unit === 'string' && Object.hasOwn(units[kind], unit) ? units[kind][unit] : undefined;
  // 3300 times 0.001 is not quite 3.3.
  return factor === undefined ? undefined : Number((quantity.value * factor).toPrecision(12));
}

function oedemaOf({ valueBoolean, valueCodeableConcept }: JsonObject): number | undefined {
  if (typeof valueBoolean === 'boolean') return Number(valueBoolean);
  if (!isObject(valueCodeableConcept) || !Array.isArray(valueCodeableConcept.coding)) return undefined;
  return Number(!valueCodeableConcept.coding.some((coding) => isObject(coding) && negative.has(coding.code)));
}
