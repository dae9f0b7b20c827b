import { numberText } from '../fhir/json.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { type Collection, type Item, itemOf, string, type TypeInfo } from './item.js';
import type { Model } from './types.js';

/** Appends to `into` what the item has under `name`: every choice of an element, primitives with their `_` siblings. Own members only. */
export function member(item: Item, name: string, model: Model, into: Item[]): void {
  if (item.type === 'System.TypeInfo') {
    const info = item.value as TypeInfo;
    if (name === 'namespace' || name === 'name') into.push(string(info[name]));
    return;
  }
  const shape = model.shape(item.type);
  const holder = isObject(item.value) ? item.value : item.sibling;
  if (!holder) return;
  if (!shape) {
    if (!name.startsWith('_')) append(holder, name, '', undefined, into);
    return;
  }
  const element = shape.elements.get(name);
  if (element) {
    for (const choice of element.choices) append(holder, choice.key, choice.type, element.path, into);
    return;
  }
  // `valueQuantity`, which strict compilation refuses.
  const key = shape.keys.get(name);
  if (key) append(holder, key.choice.key, key.choice.type, key.element.path, into);
}

/** All children of an item in the order of its JSON; a primitive has those of its `_` sibling. */
export function children(item: Item, model: Model): Collection {
  const into: Item[] = [];
  const holder = isObject(item.value) ? item.value : item.sibling;
  if (!holder) return into;
  const shape = model.shape(item.type);
  for (const key of Object.keys(holder)) {
    if (key === 'resourceType' && shape?.kind !== 'complex') continue;
    // A sibling comes along with its value; alone it stands for a primitive without one.
    const name = key.startsWith('_') ? key.slice(1) : key;
    if (name !== key && Object.hasOwn(holder, name)) continue;
    const known = shape?.keys.get(name);
    append(holder, name, known?.choice.type ?? '', known?.element.path, into);
  }
  return into;
}

function append(holder: JsonObject, key: string, type: string, path: string | undefined, into: Item[]): void {
  const value = Object.hasOwn(holder, key) ? holder[key] : undefined;
  // Only primitives have siblings, and what is an object is none.
  const siblings = isObject(value) ? undefined : own(holder, `_${key}`);
  if (Array.isArray(value)) {
    const others = Array.isArray(siblings) ? siblings : [];
    const length = Math.max(value.length, others.length);
    for (let index = 0; index < length; index += 1) {
      if (isSomething(value[index]) || isObject(others[index]))
        into.push(withDigits(itemOf(value[index], type, others[index], path), value, String(index)));
    }
  } else if (isSomething(value)) into.push(withDigits(itemOf(value, type, siblings, path), holder, key));
  else if (Array.isArray(siblings)) {
    for (const sibling of siblings) if (isObject(sibling)) into.push(itemOf(undefined, type, sibling, path));
  } else if (isObject(siblings)) into.push(itemOf(undefined, type, siblings, path));
}

function withDigits(item: Item, holder: object, key: string): Item {
  const digits = item.type === 'decimal' ? numberText(holder, key) : undefined;
  return digits === undefined ? item : { ...item, digits };
}

function own(holder: JsonObject, key: string): unknown {
  return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null;
}
