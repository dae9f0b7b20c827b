import { parseReference } from '../fhir/reference.js';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { type Item, itemOf } from './item.js';
import type { Evaluation } from './scope.js';

/**
 * The target of a Reference, canonical or uri: contained in `%resource` or its root, an entry of the Bundle at the root, or what the context finds.
 * With `typesOnly`, a reference whose target is out of reach gives an item of the type that its text or its `type` element names, and nothing more.
 */
export function resolveReference(item: Item, evaluation: Evaluation, typesOnly: boolean): Item | undefined {
  const text = referenceText(item);
  if (text === undefined) return typesOnly ? placeholder(declaredType(item), evaluation) : undefined;
  const parsed = parseReference(text);
  const resource = evaluation.context.resource ?? evaluation.root[0]?.value;
  const root = evaluation.context.rootResource ?? resource;
  if (parsed.kind === 'contained') {
    const target = parsed.id === '' ? root : (contained(resource, parsed.id) ?? contained(root, parsed.id));
    return isResource(target) ? itemOf(target) : undefined;
  }
  const target = inBundle(root, text) ?? evaluation.context.resolve?.(text);
  if (isResource(target)) return itemOf(target);
  if (!typesOnly) return undefined;
  const named = parsed.kind === 'relative' || parsed.kind === 'absolute' || parsed.kind === 'conditional' ? parsed.type : undefined;
  return placeholder(named ?? declaredType(item), evaluation);
}

function referenceText(item: Item): string | undefined {
  const text = isObject(item.value) ? own(item.value, 'reference') : item.value;
  return typeof text === 'string' ? text : undefined;
}

function declaredType(item: Item): string | undefined {
  const type = isObject(item.value) ? own(item.value, 'type') : undefined;
  return typeof type === 'string' ? type : undefined;
}

function placeholder(type: string | undefined, evaluation: Evaluation): Item | undefined {
  return type !== undefined && evaluation.model.isResource(type) ? { type, value: { resourceType: type } } : undefined;
}

function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function contained(resource: unknown, id: string): unknown {
  const all = isObject(resource) ? own(resource, 'contained') : undefined;
  return Array.isArray(all) ? all.find((one) => isObject(one) && own(one, 'id') === id) : undefined;
}

/** Entries by fullUrl, and by `Type/id` at its end where the reference is relative. Source: R4 Bundle §2.36.4.1. */
function inBundle(root: unknown, reference: string): unknown {
  if (!isResource(root) || root.resourceType !== 'Bundle') return undefined;
  return entriesOf(root).get(withoutVersion(reference));
}

const indexes = new WeakMap<object, ReadonlyMap<string, unknown>>();

function entriesOf(bundle: JsonObject): ReadonlyMap<string, unknown> {
  const known = indexes.get(bundle);
  if (known) return known;
  const made = new Map<string, unknown>();
  const entries = own(bundle, 'entry');
  for (const entry of Array.isArray(entries) ? entries : []) {
    if (!isObject(entry) || !isResource(entry.resource)) continue;
    const { resource, fullUrl } = entry;
    if (typeof fullUrl === 'string' && !made.has(fullUrl)) made.set(fullUrl, resource);
    const local = typeof fullUrl === 'string' ? parseReference(fullUrl) : undefined;
    const relative = local?.kind === 'absolute' ? `${local.type}/${local.id}` : undefined;
    if (relative !== undefined && !made.has(relative)) made.set(relative, resource);
  }
  indexes.set(bundle, made);
  return made;
}

function withoutVersion(reference: string): string {
  const cut = reference.indexOf('/_history/');
  return cut < 0 ? reference : reference.slice(0, cut);
}
