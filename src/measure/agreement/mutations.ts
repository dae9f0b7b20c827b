import type { MeasurementPeriod } from '../../cql/program.js';
import { residenceOf } from '../../facts/residence.js';
import { zoneMinutesOf } from '../../facts/zone.js';
import { temporalRange } from '../../fhir/date.js';
import type { FhirResource } from '../../fhir/resource.js';
import { dayOffsets, type Literals, thresholds } from './literals.js';
import type { Random } from './random.js';

/** A person under change: plain JSON that mutations write to. */
export type Draft = Json[];
type Json = { [name: string]: unknown };

export interface MutationContext {
  readonly literals: Literals;
  readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }>;
  readonly period: MeasurementPeriod;
  readonly random: Random;
}

/** Changes one thing about a person, and says what; undefined where there was nothing to change. */
export type Mutation = (draft: Draft, context: MutationContext) => string | undefined;

const dayMs = 86_400_000;
const temporalText = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;

/** A place in the draft where a value stands: holder and name (or index). */
interface Slot {
  readonly resource: Json;
  readonly holder: Json;
  readonly name: string;
  readonly value: unknown;
}

/** Every mutation, each as likely as the other. */
export const mutations: readonly Mutation[] = [
  nudgeDay,
  nudgeDay,
  toLocalMidnight,
  toLocalMidnight,
  toLiteralDistance,
  toLiteralDistance,
  toLiteralDistance,
  toCalendarDistance,
  cutPrecision,
  rewriteOffset,
  addFraction,
  dropDate,
  dropElement,
  duplicateResource,
  duplicateResource,
  removeResource,
  changeStatus,
  swapCoding,
  addCoding,
  toThreshold,
  toThreshold,
  toThreshold,
  changeUnit,
  dropValue,
  breakReference,
  moveHouse,
  loseHouse,
  dateAsWords,
  markDeceased,
  swapString,
];

/** Moves the whole life so that one of its dates falls on an end of the period, at a step before or after, and all distances stay. */
export function alignToPeriod(draft: Draft, context: MutationContext): string | undefined {
  const { random, period } = context;
  const slot = random.pick(temporals(draft));
  if (!slot) return undefined;
  const range = rangeOf(slot, draft);
  if (!range) return undefined;
  const [edge, name] = random.pick([[period.start, 'start'] as const, [period.end, 'end'] as const]) ?? [period.start, 'start'];
  const days = Math.round((localMidnight(edge, 0) - Math.floor((range.low + zoneMs(draft)) / dayMs) * dayMs) / dayMs) + random.int(3) - 1;
  for (const each of temporals(draft)) shift(each, days * dayMs);
  return `aligned ${pathOf(slot)} to the period's ${name} (${days} days)`;
}

function nudgeDay(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(temporals(draft));
  if (!slot) return undefined;
  const days = random.chance(0.5) ? 1 : -1;
  shift(slot, days * dayMs);
  return `${pathOf(slot)} ${days > 0 ? '+' : '-'}1 day`;
}

function toLocalMidnight(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(temporals(draft));
  const range = slot && rangeOf(slot, draft);
  if (!slot || !range || isPlainDate(slot)) return undefined;
  const zone = zoneMs(draft);
  const midnight = Math.floor((range.low + zone) / dayMs) * dayMs - zone + (random.chance(0.5) ? dayMs : 0);
  const step = random.pick([0, -1000, -1, 1000, 1]) ?? 0;
  slot.holder[slot.name] = instant(midnight + step, random);
  return `${pathOf(slot)} at local midnight ${step} ms`;
}

/** Puts a date at a literal's distance from another date of the person, or from an end of the period, or a day beside that. */
function toLiteralDistance(draft: Draft, { random, literals, period }: MutationContext): string | undefined {
  const slots = temporals(draft);
  const slot = random.pick(slots);
  const days = (random.pick(dayOffsets(literals)) ?? 0) * (random.chance(0.75) ? 1 : -1) + random.int(3) - 1;
  const zone = zoneMs(draft);
  const from = random.chance(0.2)
    ? localMidnight(random.chance(0.5) ? period.start : period.end, zone)
    : (rangeOf(random.pick(slots), draft)?.low ?? undefined);
  if (!slot || from === undefined) return undefined;
  put(slot, from + days * dayMs, draft, random);
  return `${pathOf(slot)} at ${days} days from another date`;
}

/** The same by calendar years and months, where leap days and the ends of months decide. */
function toCalendarDistance(draft: Draft, { random }: MutationContext): string | undefined {
  const slots = temporals(draft);
  const slot = random.pick(slots);
  const from = rangeOf(random.pick(slots), draft)?.low;
  if (!slot || from === undefined) return undefined;
  const local = new Date(from + zoneMs(draft));
  const months = random.pick([12, -12, 1, 24, 9]) ?? 12;
  local.setUTCMonth(local.getUTCMonth() + months);
  put(slot, local.getTime() - zoneMs(draft) + (random.int(3) - 1) * dayMs, draft, random);
  return `${pathOf(slot)} at ${months} months from another date`;
}

function cutPrecision(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(temporals(draft));
  if (typeof slot?.value !== 'string') return undefined;
  const length = random.pick([4, 7, 10]) ?? 10;
  if (slot.value.length <= length) return undefined;
  slot.holder[slot.name] = slot.value.slice(0, length);
  return `${pathOf(slot)} cut to ${slot.value.slice(0, length)}`;
}

function rewriteOffset(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(temporals(draft));
  const range = slot && rangeOf(slot, draft);
  if (!slot || !range || isPlainDate(slot)) return undefined;
  slot.holder[slot.name] = instant(range.low, random);
  return `${pathOf(slot)} in another offset`;
}

function addFraction(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(temporals(draft));
  if (typeof slot?.value !== 'string' || slot.value.length < 20 || slot.value.includes('.')) return undefined;
  slot.holder[slot.name] = `${slot.value.slice(0, 19)}${random.pick(['.000', '.999', '.5']) ?? ''}${slot.value.slice(19)}`;
  return `${pathOf(slot)} with a fraction`;
}

function dropDate(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(temporals(draft));
  if (!slot) return undefined;
  delete slot.holder[slot.name];
  return `${pathOf(slot)} removed`;
}

function dropElement(draft: Draft, { random }: MutationContext): string | undefined {
  const resource = random.pick(draft);
  const name = random.pick(Object.keys(resource ?? {}).filter((found) => !kept.has(found)));
  if (!resource || name === undefined) return undefined;
  delete resource[name];
  return `${String(resource.resourceType)}.${name} removed`;
}

// Without these a resource is none, or nobody's.
const kept: ReadonlySet<string> = new Set(['resourceType', 'id', 'subject', 'patient', 'beneficiary']);

/** A second row of the same: at the same instant, or some hours off. */
function duplicateResource(draft: Draft, { random }: MutationContext): string | undefined {
  const resource = random.pick(draft.filter((found) => found.resourceType !== 'Patient'));
  if (!resource) return undefined;
  const copy = structuredClone(resource);
  copy.id = `${String(copy.id)}-copy${draft.length}`;
  draft.push(copy);
  const hours = random.pick([0, 0, 1, -5, 12, 23]) ?? 0;
  for (const slot of temporals([copy])) shift(slot, hours * 3_600_000);
  return `${String(resource.resourceType)} twice, ${hours} hours apart`;
}

function removeResource(draft: Draft, { random }: MutationContext): string | undefined {
  const others = draft.filter((found) => found.resourceType !== 'Patient');
  const resource = random.pick(others);
  if (!resource) return undefined;
  draft.splice(draft.indexOf(resource), 1);
  return `${String(resource.resourceType)} removed`;
}

const statuses: Readonly<Record<string, readonly string[]>> = {
  EpisodeOfCare: ['planned', 'waitlist', 'active', 'onhold', 'finished', 'cancelled', 'entered-in-error'],
  Encounter: ['planned', 'arrived', 'triaged', 'in-progress', 'onleave', 'finished', 'cancelled', 'entered-in-error', 'unknown'],
  Observation: ['registered', 'preliminary', 'final', 'amended', 'corrected', 'cancelled', 'entered-in-error', 'unknown'],
  Immunization: ['completed', 'entered-in-error', 'not-done'],
};
const otherStatuses = ['active', 'completed', 'entered-in-error', 'unknown'];

function changeStatus(draft: Draft, { random }: MutationContext): string | undefined {
  const resource = random.pick(draft.filter((found) => typeof found.status === 'string'));
  if (!resource) return undefined;
  const type = String(resource.resourceType);
  resource.status = random.pick(statuses[type] ?? otherStatuses) ?? 'unknown';
  return `${type}.status ${String(resource.status)}`;
}

function swapCoding(draft: Draft, { random, literals, codes }: MutationContext): string | undefined {
  const slot = random.pick(codings(draft));
  if (!slot) return undefined;
  const other = random.pick([...literals.codes, ...codes, { system: 'http://loinc.org', code: '0000-0' }, undefined]);
  if (other === undefined) delete slot.holder.system;
  else Object.assign(slot.holder, other);
  return `${pathOf(slot)} ${other === undefined ? 'without a system' : `is ${other.code}`}`;
}

/** A second coding beside the first: of the same meaning, another, or none. */
function addCoding(draft: Draft, { random, literals, codes }: MutationContext): string | undefined {
  const concepts = everyObject(draft).filter(({ holder }) => Array.isArray(holder.coding));
  const found = random.pick(concepts);
  const other = random.pick([...literals.codes, ...codes, { system: 'http://example.org', code: 'other' }]);
  if (!found || !other) return undefined;
  const list = found.holder.coding as unknown[];
  if (random.chance(0.5)) list.push({ ...other });
  else list.unshift({ ...other });
  return `${String(found.resource.resourceType)} with a further coding ${other.code}`;
}

function toThreshold(draft: Draft, { random, literals }: MutationContext): string | undefined {
  const slot = random.pick(quantities(draft));
  const threshold = random.pick(thresholds(literals));
  if (!slot || !threshold) return undefined;
  const step = random.pick([0, 0, 0.1, -0.1, 0.01, -0.01, 0.00000001, -0.00000001]) ?? 0;
  slot.holder.value = Number((threshold.value + step).toFixed(8));
  slot.holder.code = threshold.unit;
  return `${pathOf(slot)} ${String(slot.holder.value)} ${threshold.unit}`;
}

/** The same amount in another unit of mass per volume, an amount of another kind, or a unit that is none. */
function changeUnit(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(quantities(draft));
  if (!slot || typeof slot.value !== 'number') return undefined;
  const [code, factor] = random.pick(units) ?? ['g/L', 10];
  if (code === undefined) delete slot.holder.code;
  else slot.holder.code = code;
  slot.holder.value = Number((slot.value * factor).toFixed(8));
  return `${pathOf(slot)} in ${code ?? 'no unit'}`;
}

const units: ReadonlyArray<readonly [string | undefined, number]> = [
  ['g/L', 10],
  ['mg/dL', 1000],
  ['g/dL', 1],
  ['kg/m3', 10],
  ['mmol/L', 0.62],
  ['%', 3],
  [undefined, 1],
];

function dropValue(draft: Draft, { random }: MutationContext): string | undefined {
  const slot = random.pick(quantities(draft));
  if (!slot) return undefined;
  delete slot.holder.value;
  return `${pathOf(slot)} removed`;
}

function breakReference(draft: Draft, { random }: MutationContext): string | undefined {
  const slots = everyObject(draft).filter(
    ({ holder }) => typeof holder.reference === 'string' && !String(holder.reference).startsWith('Patient/'),
  );
  const found = random.pick(slots);
  if (!found) return undefined;
  found.holder.reference = `${String(found.holder.reference)}x`;
  return `${String(found.resource.resourceType)} with a reference to nothing`;
}

// A village in each zone.
const villages = ['6202061001', '5171011001', '9171011001'];

function moveHouse(draft: Draft, { random }: MutationContext): string | undefined {
  const village = random.pick(villages);
  const slots = everyObject(draft).filter(({ resource, holder }) => resource.resourceType === 'Patient' && holder.url === 'village');
  for (const { holder } of slots) holder.valueCode = village;
  return slots.length > 0 ? `lives in ${village}` : undefined;
}

function loseHouse(draft: Draft): string | undefined {
  const patient = draft.find((found) => found.resourceType === 'Patient');
  if (!patient) return undefined;
  delete patient.address;
  return 'without an address';
}

/** `valueDateTime` → `valueString` and the like: the other side of a choice. */
function dateAsWords(draft: Draft, { random }: MutationContext): string | undefined {
  const choices = everyObject(draft).flatMap(({ resource, holder }) =>
    Object.keys(holder)
      .filter((name) => name.endsWith('DateTime') && name !== 'DateTime')
      .map((name) => ({ resource, holder, name })),
  );
  const found = random.pick(choices);
  if (!found) return undefined;
  const { holder, name } = found;
  delete holder[name];
  if (name !== 'effectiveDateTime' && name !== 'deceasedDateTime') holder[name.replace(/DateTime$/, 'String')] = 'bulan lalu';
  return `${String(found.resource.resourceType)}.${name} as words`;
}

function markDeceased(draft: Draft, { random, literals }: MutationContext): string | undefined {
  const patient = draft.find((found) => found.resourceType === 'Patient');
  if (!patient) return undefined;
  delete patient.deceasedBoolean;
  delete patient.deceasedDateTime;
  const from = rangeOf(random.pick(temporals(draft)), draft)?.low;
  const kind = random.int(3);
  if (kind === 0) patient.deceasedBoolean = random.chance(0.5);
  else if (from !== undefined)
    patient.deceasedDateTime = instant(from + (random.pick([0, 365, ...dayOffsets(literals)]) ?? 0) * dayMs, random);
  return 'deceased';
}

/** Another of the measure's own words where a plain string stands (an identifier's system, a class). */
function swapString(draft: Draft, { random, literals }: MutationContext): string | undefined {
  const slots = everyObject(draft).flatMap(({ resource, holder }) =>
    Object.entries(holder)
      .filter(([name, value]) => (name === 'system' || (name === 'code' && typeof holder.value !== 'number')) && typeof value === 'string')
      .map(([name, value]) => ({ resource, holder, name, value })),
  );
  const slot = random.pick(slots);
  const word = random.pick([...literals.strings, 'lain']);
  if (!slot || word === undefined) return undefined;
  slot.holder[slot.name] = word;
  return `${pathOf(slot)} ${word}`;
}

function everyObject(draft: Draft): ReadonlyArray<{ readonly resource: Json; readonly holder: Json }> {
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

function temporals(draft: Draft): readonly Slot[] {
  return everyObject(draft).flatMap(({ resource, holder }) =>
    Object.entries(holder)
      .filter(
        ([name, value]) => typeof value === 'string' && temporalText.test(value) && /date|start|end|issued|recorded|occurrence/i.test(name),
      )
      .map(([name, value]) => ({ resource, holder, name, value })),
  );
}

function codings(draft: Draft): readonly Slot[] {
  return everyObject(draft)
    .filter(({ holder }) => typeof holder.system === 'string' && typeof holder.code === 'string' && !('value' in holder))
    .map(({ resource, holder }) => ({ resource, holder, name: 'code', value: holder.code }));
}

function quantities(draft: Draft): readonly Slot[] {
  return everyObject(draft)
    .filter(({ holder }) => typeof holder.value === 'number')
    .map(({ resource, holder }) => ({ resource, holder, name: 'value', value: holder.value }));
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pathOf({ resource, name }: Slot): string {
  return `${String(resource.resourceType)} ${name}`;
}

/** A FHIR `date`, which never takes a time. */
function isPlainDate({ name }: Slot): boolean {
  return name === 'birthDate' || name === 'expirationDate';
}

function rangeOf(slot: Slot | undefined, draft: Draft): { readonly low: number; readonly high: number } | undefined {
  const value = slot?.holder[slot.name];
  return typeof value === 'string' ? temporalRange(value, zoneMs(draft) / 60_000) : undefined;
}

function zoneMs(draft: Draft): number {
  const patient = draft.find((found) => found.resourceType === 'Patient');
  return zoneMinutesOf(patient && residenceOf(patient as unknown as FhirResource)) * 60_000;
}

/** Midnight that begins a local day, in epoch milliseconds. */
function localMidnight(day: string, zone: number): number {
  return Date.parse(`${day}T00:00:00Z`) - zone;
}

/** Moves a date by milliseconds, keeping how it is written. */
function shift(slot: Slot, ms: number): void {
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
function put(slot: Slot, ms: number, draft: Draft, random: Random): void {
  const local = new Date(ms + zoneMs(draft)).toISOString().slice(0, 10);
  slot.holder[slot.name] = isPlainDate(slot) || random.chance(0.15) ? local : instant(ms, random);
}

const offsets = [0, 0, 0, 420, 480, 540, -300, 840, 330];

function instant(ms: number, random: Random): string {
  const offset = random.pick(offsets) ?? 0;
  const text = new Date(ms + offset * 60_000).toISOString();
  const whole = ms % 1000 === 0 && random.chance(0.8);
  return `${text.slice(0, whole ? 19 : 23)}${offset === 0 && random.chance(0.2) ? 'Z' : offsetText(offset)}`;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}
