import { codings, type Draft, everyObject, type Mutation, type MutationContext, pathOf } from './draft.js';

/** Codes, statuses and words: others, none, several. */
export const codeMutations: readonly Mutation[] = [changeStatus, swapCoding, addCoding, swapString];

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
