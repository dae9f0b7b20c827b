import { isObject, type JsonObject } from '../fhir/resource.js';

/**
 * Reads the element at a plain path (names and `ofType`, as fact views use them) without a FHIRPath engine: facts are written with every resource.
 * Lists on the way are flattened; extensions of a primitive are found in its sibling `_name`. Throws for any other path.
 */
export function plainPath(path: string): (focus: unknown) => readonly unknown[] {
  if (path === '$this') return (focus) => [focus];
  const names = steps(path);
  return (focus) =>
    names.reduce<readonly unknown[]>(
      (found, name, place) => found.flatMap((item) => (names[place + 1] === 'extension' ? extended(item, name) : step(item, name))),
      [focus],
    );
}

function steps(path: string): readonly string[] {
  const names: string[] = [];
  for (const part of path.split(/\.(?![^(]*\))/)) {
    const choice = /^ofType\((\w+)\)$/.exec(part)?.[1];
    const last = names.at(-1);
    if (choice !== undefined && last !== undefined) names[names.length - 1] = `${last}${choice.charAt(0).toUpperCase()}${choice.slice(1)}`;
    else if (/^[a-zA-Z]\w*$/.test(part)) names.push(part);
    else throw new Error(`a fact view's path is made of names and ofType: ${path}`);
  }
  return names;
}

function step(item: unknown, name: string): readonly unknown[] {
  const value = isObject(item) ? (item as JsonObject)[name] : undefined;
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** What has extensions of its own: complex values as they are, and for primitives the siblings that hold `id` and `extension`. */
function extended(item: unknown, name: string): readonly unknown[] {
  return [...step(item, name), ...step(item, `_${name}`)].filter(isObject);
}
