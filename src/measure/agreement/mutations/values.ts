import { thresholds } from '../literals.js';
import { type Draft, everyObject, type Mutation, type MutationContext, pathOf, quantities } from './draft.js';

/** Measured values: onto thresholds, in other units, absent. */
export const valueMutations: readonly Mutation[] = [toThreshold, toThreshold, toThreshold, toWholeNumber, changeUnit, dropValue];

function toThreshold(draft: Draft, { random, literals }: MutationContext): string | undefined {
  const slot = random.pick(quantities(draft));
  const threshold = random.pick(thresholds(literals));
  if (!slot || !threshold) return undefined;
  const step = random.pick([0, 0, 0.1, -0.1, 0.01, -0.01, 0.00000001, -0.00000001]) ?? 0;
  slot.holder.value = Number((threshold.value + step).toFixed(8));
  slot.holder.code = threshold.unit;
  return `${pathOf(slot)} ${String(slot.holder.value)} ${threshold.unit}`;
}

/** Onto one of the measure's whole numbers or beside it: scores, counts, amounts without a unit. */
function toWholeNumber(draft: Draft, { random, literals }: MutationContext): string | undefined {
  const slots = everyObject(draft).flatMap(({ resource, holder }) =>
    Object.entries(holder)
      .filter(([, value]) => typeof value === 'number')
      .map(([name, value]) => ({ resource, holder, name, value })),
  );
  const slot = random.pick(slots);
  const number = random.pick(literals.integers);
  if (!slot || number === undefined) return undefined;
  slot.holder[slot.name] = Math.max(0, number + random.int(3) - 1);
  return `${pathOf(slot)} ${String(slot.holder[slot.name])}`;
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
