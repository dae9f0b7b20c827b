import type { Registry } from '../../definitions/registry.js';
import { cloneJson } from '../../fhir/json.js';
import { type Issue, issue, type Result, type Text } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { FhirPathError } from '../../fhirpath/error.js';
import { type ElementShape, type Model, modelOf } from '../../fhirpath/types.js';
import { type Location, locate, NotLocatedError } from './locate.js';
import { patchText } from './text.js';

/**
 * `resource` with the operations of a FHIRPath Patch applied, in their order; the resource given stays as it is. The first operation that
 * can't be applied fails the whole patch, with an issue that names it. Source: R4 fhirpatch §3.1.5.
 */
export function applyFhirPathPatch(resource: JsonObject, parameters: JsonObject, registry: Registry): Result<JsonObject> {
  const root = cloneJson(resource);
  const operations = Array.isArray(parameters.parameter) ? parameters.parameter : [];
  for (const [index, operation] of operations.entries()) {
    const found = applyOperation(root, operation, registry);
    if (found !== undefined) return { ok: false, issues: [{ ...found, expression: `Parameters.parameter[${index}]` }] };
  }
  return { ok: true, value: root };
}

/** Parts of one operation, by name. */
interface Parts {
  readonly type: string;
  readonly path: string;
  readonly name?: string;
  readonly value?: JsonObject;
  readonly index?: unknown;
  readonly source?: unknown;
  readonly destination?: unknown;
}

function applyOperation(root: JsonObject, operation: unknown, registry: Registry): Issue | undefined {
  const parts = partsOf(operation);
  if (parts === undefined) return failed('structure', patchText.fhirOperation);
  const apply = appliers[parts.type];
  if (apply === undefined) return failed('value', patchText.fhirOperation);
  try {
    return apply(locate(root, parts.path, registry), parts, { root, registry, model: modelOf(registry) });
  } catch (error) {
    if (error instanceof FhirPathError) return failed('value', patchText.badPath, error.message);
    if (error instanceof NotLocatedError) return failed('value', patchText.notLocated);
    throw error;
  }
}

function partsOf(operation: unknown): Parts | undefined {
  if (!isObject(operation) || operation.name !== 'operation' || !Array.isArray(operation.part)) return undefined;
  const found: Record<string, unknown> = {};
  for (const part of operation.part as readonly unknown[]) {
    if (!isObject(part) || typeof part.name !== 'string') return undefined;
    found[part.name] = part.name === 'value' ? part : valueIn(part)?.value;
  }
  const { type, path } = found;
  return typeof type === 'string' && typeof path === 'string' ? (found as unknown as Parts) : undefined;
}

interface Target {
  readonly root: JsonObject;
  readonly registry: Registry;
  readonly model: Model;
}

type Apply = (locations: readonly Location[], parts: Parts, target: Target) => Issue | undefined;

const appliers: Readonly<Record<string, Apply>> = Object.assign(Object.create(null), {
  add(locations, parts, { model }) {
    const [parent] = locations;
    if (parent === undefined) return failed('not-found', patchText.noTarget);
    if (locations.length > 1) return failed('multiple-matches', patchText.manyTargets);
    const name = (parts.name ?? '').replace(/\[x\]$/, '');
    if (!isObject(parent.value)) return failed('value', patchText.unknownElement(name));
    const owner = parent.value as Record<string, unknown>;
    const shape = model.shape(parent.type);
    const element = shape?.elements.get(name) ?? shape?.keys.get(name)?.element;
    if (element === undefined) return failed('value', patchText.unknownElement(name));
    const made = build(parts.value, element, model);
    if (!made.ok) return made.issue;
    if (element.many) appendTo(owner, made.key, made);
    else if (element.choices.some(({ key }) => owner[key] !== undefined)) return failed('duplicate', patchText.alreadyThere(name));
    else put(owner, made.key, made);
    return undefined;
  },

  insert(locations, parts, { model, root, registry }) {
    const list = listOf(locations, parts.path, root, registry, model);
    if ('issue' in list) return list.issue;
    const made = build(parts.value, list.element, model);
    if (!made.ok) return made.issue;
    const index = indexWithin(parts.index, list.items.length);
    if (index === undefined) return failed('value', patchText.index('index'));
    insertAt(list.owner, made.key, index, made);
    return undefined;
  },

  delete(locations, _parts, { root }) {
    const [location, ...others] = locations;
    if (location === undefined) return undefined;
    if (others.length > 0) return failed('multiple-matches', patchText.manyTargets);
    if (location.place === undefined) return failed('value', patchText.wholeDocument);
    removeAt(location.place);
    dropEmpty(root);
    return undefined;
  },

  replace(locations, parts, { model }) {
    const [location, ...others] = locations;
    if (location === undefined) return failed('not-found', patchText.noTarget);
    if (others.length > 0) return failed('multiple-matches', patchText.manyTargets);
    const { place } = location;
    if (place === undefined) return failed('value', patchText.notLocated);
    const made = build(parts.value, place.element, model);
    if (!made.ok) return made.issue;
    if (place.index !== undefined && made.key === place.key) {
      removeAt(place);
      insertAt(place.owner, place.key, place.index, made);
      return undefined;
    }
    removeAt(place);
    put(place.owner, made.key, made);
    return undefined;
  },

  move(locations, parts, { model, root, registry }) {
    const list = listOf(locations, parts.path, root, registry, model);
    if ('issue' in list) return list.issue;
    const source = indexWithin(parts.source, list.items.length - 1);
    if (source === undefined) return failed('value', patchText.index('source'));
    const destination = indexWithin(parts.destination, list.items.length - 1);
    if (destination === undefined) return failed('value', patchText.index('destination'));
    for (const name of [list.key, `_${list.key}`]) {
      const items = list.owner[name];
      if (!Array.isArray(items)) continue;
      const [moved] = items.splice(source, 1);
      items.splice(destination, 0, moved);
    }
    return undefined;
  },
} satisfies Record<string, Apply>);

interface List {
  readonly owner: Record<string, unknown>;
  readonly element: ElementShape;
  readonly key: string;
  readonly items: readonly unknown[];
}

/** The repeating element that all locations belong to; an empty one is found through its parent. */
function listOf(
  locations: readonly Location[],
  path: string,
  root: JsonObject,
  registry: Registry,
  model: Model,
): List | { readonly issue: Issue } {
  const place = locations[0]?.place;
  if (place !== undefined) {
    if (locations.some((location) => location.place?.owner !== place.owner || location.place.key !== place.key)) {
      return { issue: failed('multiple-matches', patchText.manyTargets) };
    }
    const items = place.owner[place.key];
    if (!place.element.many || !Array.isArray(items)) return { issue: failed('value', patchText.notAListElement) };
    return { owner: place.owner, element: place.element, key: place.key, items };
  }
  const split = /^(.*)\.([A-Za-z]+)$/s.exec(path.trim());
  const parents = split ? locate(root, split[1] ?? '', registry) : [];
  const [parent] = parents;
  if (parent === undefined || parents.length > 1 || !isObject(parent.value)) return { issue: failed('not-found', patchText.noTarget) };
  const element = model.shape(parent.type)?.elements.get(split?.[2] ?? '');
  if (element === undefined) return { issue: failed('value', patchText.unknownElement(split?.[2] ?? '')) };
  if (!element.many) return { issue: failed('value', patchText.notAListElement) };
  return { owner: parent.value as Record<string, unknown>, element, key: element.choices[0]?.key ?? element.name, items: [] };
}

/** A value to be put under `key`, with the `_` sibling of a primitive. */
interface Made {
  readonly ok: true;
  readonly key: string;
  readonly value: unknown;
  readonly sibling?: unknown;
}

/** The `value` part as JSON of the element: `value[x]`, a resource, or the parts of an element without a type of its own. */
function build(part: JsonObject | undefined, element: ElementShape, model: Model): Made | { readonly ok: false; readonly issue: Issue } {
  const given = part === undefined ? undefined : valueIn(part);
  const parts = part?.part;
  if (given === undefined && Array.isArray(parts)) return buildFromParts(parts, element, model);
  if (given === undefined) return { ok: false, issue: failed('required', patchText.value) };
  const only = element.choices.length === 1 ? element.choices[0] : undefined;
  const choice = only ?? element.choices.find(({ type }) => capitalize(type) === given.type);
  if (choice === undefined) return { ok: false, issue: failed('value', patchText.notAChoice(element.name)) };
  return { ok: true, key: choice.key, value: given.value, ...(given.sibling === undefined ? {} : { sibling: given.sibling }) };
}

function buildFromParts(
  parts: readonly unknown[],
  element: ElementShape,
  model: Model,
): Made | { readonly ok: false; readonly issue: Issue } {
  const [choice] = element.choices;
  const shape = choice === undefined ? undefined : model.shape(choice.type);
  if (choice === undefined || shape === undefined) return { ok: false, issue: failed('value', patchText.notAChoice(element.name)) };
  const owner: Record<string, unknown> = {};
  for (const part of parts) {
    const name = isObject(part) && typeof part.name === 'string' ? part.name.replace(/\[x\]$/, '') : '';
    const child = shape.elements.get(name) ?? shape.keys.get(name)?.element;
    if (!isObject(part) || child === undefined) return { ok: false, issue: failed('value', patchText.unknownElement(name)) };
    const made = build(part, child, model);
    if (!made.ok) return made;
    if (child.many) appendTo(owner, made.key, made);
    else put(owner, made.key, made);
  }
  return { ok: true, key: choice.key, value: owner };
}

/** The value of a parameter's `value[x]` or `resource`, with the name of its type and its `_` sibling. */
function valueIn(part: JsonObject): { readonly type: string; readonly value: unknown; readonly sibling?: unknown } | undefined {
  if (isObject(part.resource)) return { type: String(part.resource.resourceType), value: part.resource };
  const key = Object.keys(part).find((name) => /^_?value[A-Z]/.test(name));
  if (key === undefined) return undefined;
  const name = key.replace(/^_/, '');
  const sibling = part[`_${name}`];
  return { type: name.slice('value'.length), value: part[name], ...(sibling === undefined ? {} : { sibling }) };
}

function put(owner: Record<string, unknown>, key: string, made: Pick<Made, 'value' | 'sibling'>): void {
  if (made.value !== undefined) owner[key] = cloneJson(made.value);
  if (made.sibling !== undefined) owner[`_${key}`] = cloneJson(made.sibling);
}

function appendTo(owner: Record<string, unknown>, key: string, made: Pick<Made, 'value' | 'sibling'>): void {
  const items = owner[key];
  insertAt(owner, key, Array.isArray(items) ? items.length : 0, made);
}

function insertAt(owner: Record<string, unknown>, key: string, index: number, made: Pick<Made, 'value' | 'sibling'>): void {
  const items = Array.isArray(owner[key]) ? (owner[key] as unknown[]) : [];
  items.splice(index, 0, cloneJson(made.value ?? null));
  owner[key] = items;
  const siblings = owner[`_${key}`];
  if (made.sibling === undefined && siblings === undefined) return;
  // The `_` list runs beside the list of values, with null where an item has neither id nor extensions.
  const padded = Array.isArray(siblings) ? siblings : [];
  while (padded.length < index) padded.push(null);
  padded.splice(index, 0, cloneJson(made.sibling ?? null));
  owner[`_${key}`] = padded;
}

/** Takes an element out with its `_` sibling; a list that becomes empty goes too, as FHIR has no empty lists. */
function removeAt({ owner, key, index }: NonNullable<Location['place']>): void {
  for (const name of [key, `_${key}`]) {
    const items = owner[name];
    if (index === undefined || !Array.isArray(items)) delete owner[name];
    else {
      items.splice(index, 1);
      if (items.length === 0) delete owner[name];
    }
  }
}

/** FHIR has no empty elements: one that lost its last child goes as well. */
function dropEmpty(value: unknown): boolean {
  if (Array.isArray(value)) {
    for (let index = value.length - 1; index >= 0; index--) if (dropEmpty(value[index])) value.splice(index, 1);
    return value.length === 0;
  }
  if (!isObject(value)) return false;
  const owner = value as Record<string, unknown>;
  for (const name of Object.keys(owner)) if (dropEmpty(owner[name])) delete owner[name];
  return Object.keys(owner).length === 0;
}

function indexWithin(index: unknown, maximum: number): number | undefined {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= maximum ? index : undefined;
}

function capitalize(type: string): string {
  return type.charAt(0).toUpperCase() + type.slice(1);
}

function failed(code: Issue['code'], text: Text, diagnostics?: string): Issue {
  return issue(code, 'patch', text, diagnostics === undefined ? {} : { diagnostics: diagnostics.slice(0, 300) });
}
