import { dayOffsets } from '../literals.js';
import { type Draft, dayMs, everyObject, instant, type Mutation, type MutationContext, rangeOf, shift, temporals } from './draft.js';

/** What belongs to a person: resources twice, missing, without an element; references to nothing; residence; death. */
export const lifeMutations: readonly Mutation[] = [
  dropElement,
  duplicateResource,
  duplicateResource,
  repeatResource,
  removeResource,
  breakReference,
  moveHouse,
  moveAway,
  loseHouse,
  markDeceased,
];

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

/** Once more on other days, so that one more is counted. */
function repeatResource(draft: Draft, { random, literals }: MutationContext): string | undefined {
  const resource = random.pick(draft.filter((found) => found.resourceType !== 'Patient'));
  if (!resource) return undefined;
  const copy = structuredClone(resource);
  copy.id = `${String(copy.id)}-again${draft.length}`;
  draft.push(copy);
  const days = (random.pick([1, 7, 28, 30, ...dayOffsets(literals)]) ?? 1) * (random.chance(0.5) ? 1 : -1);
  for (const slot of temporals([copy])) shift(slot, days * dayMs);
  return `${String(resource.resourceType)} again, ${days} days apart`;
}

function removeResource(draft: Draft, { random }: MutationContext): string | undefined {
  const others = draft.filter((found) => found.resourceType !== 'Patient');
  const resource = random.pick(others);
  if (!resource) return undefined;
  draft.splice(draft.indexOf(resource), 1);
  return `${String(resource.resourceType)} removed`;
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

/** A second address, of another village in another zone, which begins or ends on one of the person's dates. */
function moveAway(draft: Draft, { random }: MutationContext): string | undefined {
  const patient = draft.find((found) => found.resourceType === 'Patient');
  const village = random.pick(villages);
  const at = rangeOf(random.pick(temporals(draft)), draft)?.low;
  const addresses = patient?.address;
  if (!Array.isArray(addresses) || addresses.length === 0 || village === undefined || at === undefined) return undefined;
  const [moved] = structuredClone(addresses) as Draft;
  if (!moved) return undefined;
  for (const { holder } of everyObject([moved])) if (holder.url === 'village') holder.valueCode = village;
  moved.period = { [random.chance(0.5) ? 'start' : 'end']: new Date(at).toISOString().slice(0, 10) };
  if (random.chance(0.5)) addresses.push(moved);
  else addresses.unshift(moved);
  return `also lived in ${village}`;
}

function loseHouse(draft: Draft): string | undefined {
  const patient = draft.find((found) => found.resourceType === 'Patient');
  if (!patient) return undefined;
  delete patient.address;
  return 'without an address';
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
