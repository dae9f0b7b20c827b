import type { Rows, Scalar } from './plan.js';

const keys = new WeakMap<object, string>();

/** A text that two plans have in common exactly when they are the same but for their place in the CQL. Lets are told apart by their names, which are unique. */
export function planKey(plan: Scalar | Rows): string {
  const known = keys.get(plan);
  if (known !== undefined) return known;
  const made = JSON.stringify(plan, (name, value: unknown) => {
    if (name === 'origin' || name === 'type' || name === 'element') return undefined;
    if (name === 'source' && typeof value === 'object' && value !== null && 'table' in value) return value.table;
    return value instanceof Map ? [...value] : value;
  });
  keys.set(plan, made);
  return made;
}
