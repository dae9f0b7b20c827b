import { createHash } from 'node:crypto';
import type { Registry } from '../definitions/registry.js';
import { isObject, type JsonObject } from '../fhir/resource.js';

/** An identifier that must belong to one resource of its type only. */
export interface BusinessIdentifier {
  readonly system: string;
  readonly value: string;
  /** Place in the resource's `identifier`. */
  readonly index: number;
}

export type FindBusinessIdentifiers = (type: string, resource: JsonObject) => readonly BusinessIdentifier[];

const extensionUrl = 'https://lontar.id/fhir/StructureDefinition/unique-identifier';

/**
 * Which identifiers are unique is said by the NamingSystems of our guide: the extension `unique-identifier` names the resource types. A uniqueId that
 * ends in `{org}` or the like stands for every system that has one more path segment there. Identifiers of `use` old are left out.
 */
export function uniqueIdentifiers(registry: Registry): FindBusinessIdentifiers {
  const systems = new Map<string, Set<string>>();
  const prefixes: Array<{ readonly pattern: RegExp; readonly types: ReadonlySet<string> }> = [];
  for (const found of registry.ours('NamingSystem')) {
    const namingSystem = found as unknown as JsonObject;
    const types = new Set(resourceTypesOf(namingSystem));
    if (types.size === 0) continue;
    for (const { value } of objects(namingSystem['uniqueId'])) {
      if (typeof value !== 'string') continue;
      if (value.includes('{')) prefixes.push({ pattern: patternOf(value), types });
      else systems.set(value, new Set([...(systems.get(value) ?? []), ...types]));
    }
  }
  const decided = new Map<string, boolean>();
  const isUnique = (type: string, system: string): boolean => {
    const key = `${type} ${system}`;
    let verdict = decided.get(key);
    if (verdict === undefined) {
      verdict = systems.get(system)?.has(type) === true || prefixes.some(({ pattern, types }) => types.has(type) && pattern.test(system));
      if (decided.size > 10_000) decided.clear();
      decided.set(key, verdict);
    }
    return verdict;
  };
  return (type, resource) => {
    const identifiers = resource['identifier'];
    if (!Array.isArray(identifiers)) return [];
    return identifiers.flatMap((identifier, index) => {
      if (!isObject(identifier) || identifier['use'] === 'old') return [];
      const { system, value } = identifier;
      if (typeof system !== 'string' || typeof value !== 'string' || value.trim() === '' || !isUnique(type, system)) return [];
      return [{ system: bounded(system), value: bounded(value.trim()), index }];
    });
  };
}

/** An index holds no long texts: of one beyond all reason its hash stands for it. */
function bounded(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 100)}…${createHash('sha256').update(text).digest('hex')}`;
}

function resourceTypesOf(namingSystem: JsonObject): readonly string[] {
  return objects(namingSystem['extension'])
    .filter(({ url }) => url === extensionUrl)
    .flatMap(({ extension }) => objects(extension))
    .flatMap(({ url, valueCode }) => (url === 'resourceType' && typeof valueCode === 'string' ? [valueCode] : []));
}

function patternOf(template: string): RegExp {
  const parts = template.split(/\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
