import { isObject } from '../fhir/resource.js';

/** Are two pieces of JSON the same? Order of names doesn't count; order of items does. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => equal(a[name], b[name]));
}

/** Does `value` have all that `pattern` has? Each item of a pattern's array must be met by some item. Source: R4 ElementDefinition.pattern[x]. */
export function contains(value: unknown, pattern: unknown): boolean {
  if (value === pattern) return true;
  if (Array.isArray(pattern)) return Array.isArray(value) && pattern.every((wanted) => value.some((item) => contains(item, wanted)));
  if (!isObject(pattern) || !isObject(value)) return false;
  for (const name in pattern) if (!contains(value[name], pattern[name])) return false;
  return true;
}
