import { calendarMonths, dayOffsets } from '../literals.js';
import {
  type Draft,
  dayMs,
  everyObject,
  instant,
  isPlainDate,
  localMidnight,
  type Mutation,
  type MutationContext,
  pathOf,
  put,
  rangeOf,
  shift,
  temporals,
  zoneMs,
} from './draft.js';

/** Dates and instants: onto each other, onto literals' distances, onto midnight, less precise, in other offsets, absent. */
export const dateMutations: readonly Mutation[] = [
  nudgeDay,
  nudgeDay,
  toLocalMidnight,
  toLocalMidnight,
  toLiteralDistance,
  toLiteralDistance,
  toLiteralDistance,
  toCalendarDistance,
  toCalendarDistance,
  toCalendarDistance,
  toSameDay,
  cutPrecision,
  rewriteOffset,
  addFraction,
  dropDate,
  dateAsWords,
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

/** The same by calendar years and months, where leap days and the ends of months decide: most often from the day of birth, as ages are. */
function toCalendarDistance(draft: Draft, { random, literals }: MutationContext): string | undefined {
  const slots = temporals(draft);
  const slot = random.pick(slots.filter(({ name }) => name !== 'birthDate'));
  const origin = random.chance(0.6) ? slots.find(({ name }) => name === 'birthDate') : random.pick(slots);
  const from = rangeOf(origin, draft)?.low;
  if (!slot || from === undefined) return undefined;
  const local = new Date(from + zoneMs(draft));
  const months = (random.pick(calendarMonths(literals)) ?? 12) * (random.chance(0.9) ? 1 : -1);
  local.setUTCMonth(local.getUTCMonth() + months);
  put(slot, local.getTime() - zoneMs(draft) + (random.int(3) - 1) * dayMs, draft, random);
  return `${pathOf(slot)} at ${months} months from another date`;
}

/** Onto the local day of another resource's date, at another hour: two of one day. */
function toSameDay(draft: Draft, { random }: MutationContext): string | undefined {
  const slots = temporals(draft).filter((slot) => !isPlainDate(slot));
  const slot = random.pick(slots);
  const other = random.pick(slots.filter(({ resource }) => resource !== slot?.resource));
  const range = other && rangeOf(other, draft);
  if (!slot || !range) return undefined;
  const zone = zoneMs(draft);
  const midnight = Math.floor((range.low + zone) / dayMs) * dayMs - zone;
  slot.holder[slot.name] = instant(midnight + random.int(24) * 3_600_000, random);
  return `${pathOf(slot)} on the day of ${pathOf(other)}`;
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
