import type { ElementDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import { copyNumbers, parseJson, stringifyJson } from '../fhir/json.js';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';

/** Which part of each resource is asked for. */
export interface Subset {
  readonly summary?: 'true' | 'text' | 'data' | 'count' | 'false';
  /** Names of elements, possibly with their type before: `Patient.name` or `name`. */
  readonly elements?: readonly string[];
}

const subsettedTag = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/** Whether bodies go out whole, which costs nothing. */
export function isWhole({ summary, elements }: Subset): boolean {
  return (summary === undefined || summary === 'false' || summary === 'count') && elements === undefined;
}

/**
 * JSON text of the asked part of a stored body, tagged SUBSETTED. What R4 makes mandatory stays in, so that the part is still readable as its type.
 * Source: R4 search §3.1.1.5.8-9.
 */
export function subset(body: string, asked: Subset, registry: Registry): string {
  if (isWhole(asked)) return body;
  const parsed = parseJson(body);
  if (!parsed.ok || !isResource(parsed.value)) return body;
  const part = subsetOf(parsed.value, asked, registry);
  const meta = isObject(part.meta) ? part.meta : {};
  const tags = Array.isArray(meta.tag) ? meta.tag : [];
  const { resourceType, id, ...rest } = part;
  return stringifyJson(
    copyNumbers(part, { resourceType, ...(id === undefined ? {} : { id }), ...rest, meta: { ...meta, tag: [...tags, subsettedTag] } }),
  );
}

function subsetOf(resource: JsonObject, asked: Subset, registry: Registry): JsonObject {
  const type = String(resource.resourceType);
  const elements = registry.structureDefinition(type)?.snapshot?.element ?? [];
  if (asked.elements !== undefined) {
    const names = new Set(
      asked.elements.flatMap((element) =>
        element.startsWith(`${type}.`) ? element.slice(type.length + 1) : element.includes('.') ? [] : element,
      ),
    );
    return keep(
      resource,
      type,
      elements,
      ({ path = '', min }) => names.has(lastName(path)) || Number(min) > 0 || isAlways(lastName(path)),
      false,
    );
  }
  switch (asked.summary) {
    case 'true':
      return keep(
        resource,
        type,
        elements,
        ({ isSummary, path = '', min }) => isSummary === true || Number(min) > 0 || isAlways(lastName(path)),
        true,
      );
    case 'text':
      return keep(
        resource,
        type,
        elements,
        ({ path = '', min }) => lastName(path) === 'text' || Number(min) > 0 || isAlways(lastName(path)),
        false,
      );
    case 'data': {
      const { text: _, ...rest } = resource;
      return copyNumbers(resource, rest);
    }
    default:
      return resource;
  }
}

function isAlways(name: string): boolean {
  return name === 'id' || name === 'meta';
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).replace(/\[x\]$/, '');
}

/** The children of the element at `path` that `wanted` accepts; `deep` asks the same of backbone elements. Types of their own stay whole. */
function keep(
  value: JsonObject,
  path: string,
  elements: readonly ElementDefinition[],
  wanted: (element: ElementDefinition) => boolean,
  deep: boolean,
): JsonObject {
  const children = elements.filter(
    (element) => element.path?.startsWith(`${path}.`) === true && !element.path.slice(path.length + 1).includes('.'),
  );
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const name = key.replace(/^_/, '');
    const child = children.find((element) => matches(element, name));
    if (key !== 'resourceType' && (child === undefined || !wanted(child))) continue;
    const childPath = child?.path ?? '';
    const isBackbone = deep && elements.some((element) => element.path?.startsWith(`${childPath}.`) === true);
    const inner = (one: unknown) => (isBackbone && isObject(one) ? keep(one, childPath, elements, wanted, deep) : one);
    kept[key] = Array.isArray(item) ? copyNumbers(item, item.map(inner)) : inner(item);
  }
  return copyNumbers(value, kept);
}

function matches({ path = '' }: ElementDefinition, key: string): boolean {
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (!name.endsWith('[x]')) return name === key;
  const stem = name.slice(0, -3);
  return key.startsWith(stem) && /^[A-Z]/.test(key.slice(stem.length));
}
