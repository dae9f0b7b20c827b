import type { MeasurementPeriod } from '../../../cql/program.js';
import { residenceOf } from '../../../facts/residence.js';
import { zoneMinutesOf } from '../../../facts/zone.js';
import { temporalRange } from '../../../fhir/date.js';
import type { FhirResource } from '../../../fhir/resource.js';
import type { Literals } from '../literals.js';
import type { Random } from '../random.js';

/** A person under change: plain JSON that mutations write to. */
export type Draft = Json[];

export type Json = { [name: string]: unknown };

export interface MutationContext {
  readonly literals: Literals;
  readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }>;
  readonly period: MeasurementPeriod;
  readonly random: Random;
}

/** Changes one thing about a person, and says what; undefined where there was nothing to change. */
export type Mutation = (draft: Draft, context: MutationContext) => string | undefined;

/** A place in the draft where a value stands: holder and name (or index). */
export interface Slot {
  readonly resource: Json;
  readonly holder: Json;
  readonly name: string;
  readonly value: unknown;
}

export const dayMs = 86_400_000;

const temporalText = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;

export function everyObject(draft: Draft): ReadonlyArray<{ readonly resource: Json; readonly holder: Json }> {
  const found: Array<{ resource: Json; holder: Json }> = [];
  const walk = (resource: Json, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(resource, item);
    else if (isJson(value)) {
      found.push({ resource, holder: value });
      for (const inner of Object.values(value)) walk(resource, inner);
    }
  };
  for (const resource of draft) walk(resource, resource);
  return found;
}

export function temporals(draft: Draft): readonly Slot[] {
  return everyObject(draft).flatMap(({ resource, holder }) =>
    Object.entries(holder)
      .filter(
        ([name, value]) => typeof value === 'string' && temporalText.test(value) && /date|start|end|issued|recorded|occurrence/i.test(name),
      )
      .map(([name, value]) => ({ resource, holder, name, value })),
  );
}

export function codings(draft: Draft): readonly Slot[] {
  return everyObject(draft)
    .filter(({ holder }) => typeof holder.system === 'string' && typeof holder.code === 'string' && !('value' in holder))
    .map(({ resource, holder }) => ({ resource, holder, name: 'code', value: holder.code }));
}

export function quantities(draft: Draft): readonly Slot[] {
  return everyObject(draft)
    .filter(({ holder }) => typeof holder.value === 'number')
    .map(({ resource, holder }) => ({ resource, holder, name: 'value', value: holder.value }));
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function pathOf({ resource, name }: Slot): string {
  return `${String(resource.resourceType)} ${name}`;
}

/** A FHIR `date`, which never takes a time. */
export function isPlainDate({ name }: Slot): boolean {
  return name === 'birthDate' || name === 'expirationDate' || name === 'valueDate';
}

export function rangeOf(slot: Slot | undefined, draft: Draft): { readonly low: number; readonly high: number } | undefined {
  const value = slot?.holder[slot.name];
  return typeof value === 'string' ? temporalRange(value, zoneMs(draft) / 60_000) : undefined;
}

export function zoneMs(draft: Draft): number {
  const patient = draft.find((found) => found.resourceType === 'Patient');
  return zoneMinutesOf(patient && residenceOf(patient as unknown as FhirResource)) * 60_000;
}

/** Midnight that begins a local day, in epoch milliseconds. */
export function localMidnight(day: string, zone: number): number {
  return Date.parse(`${day}T00:00:00Z`) - zone;
}

/** Moves a date by milliseconds, keeping how it is written. */
export function shift(slot: Slot, ms: number): void {
  const value = slot.holder[slot.name];
  if (typeof value !== 'string') return;
  const range = temporalRange(value);
  if (!range) return;
  const moved = range.low + (value.length <= 10 ? Math.round(ms / dayMs) * dayMs : ms);
  if (value.length <= 10) slot.holder[slot.name] = new Date(moved).toISOString().slice(0, value.length);
  else {
    const offset = range.offsetMinutes ?? 0;
    const text = new Date(moved + offset * 60_000).toISOString();
    slot.holder[slot.name] = `${text.slice(0, value.includes('.') ? 23 : 19)}${offsetText(offset)}`;
  }
}

/** Writes an instant into a slot as the slot's type allows: a birth date as the local day. */
export function put(slot: Slot, ms: number, draft: Draft, random: Random): void {
  const local = new Date(ms + zoneMs(draft)).toISOString().slice(0, 10);
  slot.holder[slot.name] = isPlainDate(slot) || random.chance(0.15) ? local : instant(ms, random);
}

const offsets = [0, 0, 0, 420, 480, 540, -300, 840, 330];

export function instant(ms: number, random: Random): string {
  const offset = random.pick(offsets) ?? 0;
  const text = new Date(ms + offset * 60_000).toISOString();
  const whole = ms % 1000 === 0 && random.chance(0.8);
  return `${text.slice(0, whole ? 19 : 23)}${offset === 0 && random.chance(0.2) ? 'Z' : offsetText(offset)}`;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}
