import type { Registry } from '../../definitions/registry.js';
import { copyNumbers } from '../../fhir/json.js';
import { parseReference } from '../../fhir/reference.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';

/** A literal reference found in a resource; `reference` as written. */
export interface FoundReference {
  readonly reference: string;
  /** FHIRPath below the resource: `subject.reference`, `participant[0].individual.reference`. */
  readonly path: string;
}

/** All values of elements `reference`, contained resources' among them, in document order. */
export function findReferences(resource: JsonObject): readonly FoundReference[] {
  const found: FoundReference[] = [];
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, `${path}[${index}]`);
    else if (isObject(value)) {
      for (const [name, child] of Object.entries(value)) {
        const childPath = path === '' ? name : `${path}.${name}`;
        if (name === 'reference' && typeof child === 'string') found.push({ reference: child, path: childPath });
        else if (typeof child === 'object' && child !== null) visit(child, childPath);
      }
    }
  };
  visit(resource, '');
  return found;
}

/** Calls `see` with each value of an element `reference`: the same as `findReferences` without the paths, which only errors need. */
export function eachReference(value: unknown, see: (reference: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') eachReference(item, see);
  } else if (isObject(value)) {
    for (const name in value) {
      const child = value[name];
      if (typeof child === 'object') {
        if (child !== null) eachReference(child, see);
      } else if (name === 'reference' && typeof child === 'string') see(child);
    }
  }
}

/** `Type/id` of a reference to a resource of this server; undefined for any other. */
export function localTarget(
  reference: string,
  ownBases: readonly string[],
  registry: Registry,
): { readonly type: string; readonly id: string } | undefined {
  const parsed = parseReference(reference);
  if (parsed.kind !== 'relative' && !(parsed.kind === 'absolute' && ownBases.includes(parsed.base ?? ''))) return undefined;
  return registry.isResourceType(parsed.type) ? { type: parsed.type, id: parsed.id } : undefined;
}

/**
 * The resource with every link that `resolve` knows replaced: in references, in elements of type uri, url, canonical, oid and uuid, and in the `href` and
 * `src` of narratives. Unchanged parts are shared. Source: R4 http §3.1.0.11.2, "Replacing hyperlinks and fullUrls".
 */
export function replaceLinks(
  resource: JsonObject,
  isLinkName: (name: string) => boolean,
  resolve: (link: string) => string | undefined,
): JsonObject {
  const replaceText = (name: string, text: string): string => {
    if (name === 'div') return text.includes('<') ? replaceInNarrative(text, resolve) : text;
    if (!isLinkName(name)) return text;
    const hash = text.indexOf('#');
    const whole = resolve(text);
    if (whole !== undefined || hash <= 0) return whole ?? text;
    // A link into a resource keeps its fragment.
    const target = resolve(text.slice(0, hash));
    return target === undefined ? text : target + text.slice(hash);
  };
  const visit = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return replaceText(name, value);
    if (Array.isArray(value)) {
      let copy: unknown[] | undefined;
      value.forEach((item, index) => {
        const made = visit(item, name);
        if (made !== item) {
          copy ??= copyNumbers(value, [...value]);
          copy[index] = made;
        }
      });
      return copy ?? value;
    }
    if (!isObject(value)) return value;
    let copy: Record<string, unknown> | undefined;
    for (const child in value) {
      const item = value[child];
      if (typeof item !== 'string' && typeof item !== 'object') continue;
      const made = visit(item, child);
      if (made !== item) {
        copy ??= copyNumbers(value, { ...value });
        copy[child] = made;
      }
    }
    return copy ?? value;
  };
  return visit(resource, '') as JsonObject;
}

function replaceInNarrative(text: string, resolve: (link: string) => string | undefined): string {
  return text.replace(/(\s(?:href|src)\s*=\s*)(["'])(.*?)\2/gs, (whole, before: string, quote: string, link: string) => {
    const target = resolve(link);
    return target === undefined ? whole : `${before}${quote}${target}${quote}`;
  });
}

const linkTypes: ReadonlySet<string> = new Set(['uri', 'url', 'canonical', 'oid', 'uuid']);

/** Names of the elements that may hold a link, out of the definitions of all types: `reference`, `url`, `valueUri`, `instantiatesCanonical` … */
export function linkNames(registry: Registry): (name: string) => boolean {
  let names: Set<string> | undefined;
  // `Identifier.system`, `Coding.system` and the like are of type uri, but name a system, never an entry of the Bundle.
  const read = () => {
    const found = new Set(['reference', 'valueUri', 'valueUrl', 'valueCanonical', 'valueOid', 'valueUuid']);
    for (const type of [
      ...registry.resourceTypes,
      'Attachment',
      'RelatedArtifact',
      'DataRequirement',
      'TriggerDefinition',
      'UsageContext',
      'Meta',
      'Signature',
    ]) {
      for (const { path, type: types } of registry.structureDefinition(type)?.snapshot?.element ?? []) {
        const name = path?.split('.').at(-1) ?? '';
        for (const { code } of types ?? []) {
          if (!linkTypes.has(code ?? '')) continue;
          found.add(name.endsWith('[x]') ? name.slice(0, -3) + (code ?? '').charAt(0).toUpperCase() + (code ?? '').slice(1) : name);
        }
      }
    }
    found.delete('system');
    found.delete('id');
    return found;
  };
  return (name) => {
    names ??= read();
    return names.has(name);
  };
}
