import type { Registry } from '../../definitions/registry.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { compileFhirPath } from '../../fhirpath/compile.js';
import { type ElementShape, type Model, modelOf } from '../../fhirpath/types.js';

/** An element of a resource by its place, so that it can be changed there. */
export interface Location {
  /** The FHIR type of its value, or the path of a backbone element. */
  readonly type: string;
  readonly value: unknown;
  /** Absent for the resource itself. */
  readonly place?: {
    /** The object that holds the element. */
    readonly owner: Record<string, unknown>;
    readonly ownerType: string;
    readonly element: ElementShape;
    /** Name in JSON: `valueQuantity`. */
    readonly key: string;
    /** Position within a repeating element. */
    readonly index?: number;
  };
}

/** Says that an expression computes something, or selects it in a way that leaves no place to change. */
export class NotLocatedError extends Error {}

/**
 * Where the elements are that `expression` selects in `resource`. Steps by name, indexes, `where()`, `first()`, `last()`, `single()`, `ofType()`, `as()`
 * and `extension()` are followed place by place; any other expression is evaluated, and its results, where they are objects, looked up by identity.
 * Throws FhirPathError for an expression that isn't FHIRPath, NotLocatedError for one whose results have no place.
 */
export function locate(resource: JsonObject, expression: string, registry: Registry): readonly Location[] {
  const model = modelOf(registry);
  const root: Location = { type: String(resource.resourceType), value: resource };
  // Whatever isn't FHIRPath is refused as a whole, before it is taken apart.
  compileFhirPath(expression, { registry });
  return follow(expression.trim(), { root, model, registry });
}

interface Search {
  readonly root: Location;
  readonly model: Model;
  readonly registry: Registry;
}

function follow(expression: string, search: Search): readonly Location[] {
  if (
    expression === search.root.type ||
    expression === '%resource' ||
    expression === '$this' ||
    expression === 'Resource' ||
    expression === 'DomainResource'
  ) {
    return [search.root];
  }
  const indexed = /^(.*)\[\s*(\d{1,6})\s*\]$/s.exec(expression);
  if (indexed && isBalanced(indexed[1] ?? '')) {
    const found = follow((indexed[1] ?? '').trim(), search)[Number(indexed[2])];
    return found === undefined ? [] : [found];
  }
  const { before, step } = lastStep(expression);
  const name = /^(?:`([^`]+)`|([A-Za-z_][A-Za-z0-9_]*))$/.exec(step);
  if (name)
    return (before === undefined ? [search.root] : follow(before, search)).flatMap((location) =>
      children(location, name[1] ?? name[2] ?? '', search.model),
    );
  const call = /^([A-Za-z]+)\((.*)\)$/s.exec(step);
  if (before !== undefined && call) {
    const [, functionName = '', argument = ''] = call;
    const select = selectors[functionName];
    if (select !== undefined) return select(follow(before, search), argument.trim(), search);
  }
  return byIdentity(expression, search);
}

type Select = (locations: readonly Location[], argument: string, search: Search) => readonly Location[];

/** Functions that keep some of what they are given. */
const selectors: Readonly<Record<string, Select>> = Object.assign(Object.create(null), {
  first: (locations) => locations.slice(0, 1),
  last: (locations) => locations.slice(-1),
  tail: (locations) => locations.slice(1),
  single: (locations) => locations,
  where: (locations, criteria, search) =>
    locations.filter(({ type, value }) => {
      const [only, ...others] = compileFhirPath(criteria, { registry: search.registry, type }).evaluate(value, {
        resource: search.root.value,
      });
      return only?.value === true && others.length === 0;
    }),
  ofType: (locations, type, { model }) => locations.filter((location) => model.isA(location.type, type.replace(/^FHIR\./, ''))),
  as: (locations, type, { model }) => locations.filter((location) => model.isA(location.type, type.replace(/^FHIR\./, ''))),
  extension: (locations, url, { model }) =>
    locations
      .flatMap((location) => children(location, 'extension', model))
      .filter(({ value }) => isObject(value) && value.url === url.replace(/^'(.*)'$/s, '$1')),
} satisfies Record<string, Select>);

function children(location: Location, name: string, model: Model): readonly Location[] {
  if (!isObject(location.value)) return [];
  const owner = location.value as Record<string, unknown>;
  const ownerType = typeof owner.resourceType === 'string' ? owner.resourceType : location.type;
  const shape = model.shape(ownerType);
  // `Observation.valueQuantity` is no FHIRPath of R4, but patches are written so.
  const element = shape?.elements.get(name) ?? shape?.keys.get(name)?.element;
  if (element === undefined) return [];
  return element.choices
    .filter((choice) => element.name === name || choice.key === name)
    .flatMap(({ key, type }): readonly Location[] => {
      const value = owner[key];
      if (value === undefined) return [];
      const place = { owner, ownerType, element, key };
      return Array.isArray(value)
        ? value.map((item, index) => ({ type, value: item as unknown, place: { ...place, index } }))
        : [{ type, value, place }];
    });
}

function byIdentity(expression: string, search: Search): readonly Location[] {
  const values = compileFhirPath(expression, { registry: search.registry }).evaluate(search.root.value, { resource: search.root.value });
  if (values.length === 0) return [];
  const places = new Map<unknown, Location>();
  const visit = (location: Location) => {
    if (!isObject(location.value)) return;
    places.set(location.value, location);
    const { value } = location;
    const type = typeof value.resourceType === 'string' ? value.resourceType : location.type;
    for (const element of search.model.shape(type)?.elements.keys() ?? []) children(location, element, search.model).forEach(visit);
  };
  visit(search.root);
  return values.map(({ value }) => {
    const location = places.get(value);
    if (location === undefined) throw new NotLocatedError('the expression computes a value');
    return location;
  });
}

/** Splits at the last dot outside of brackets and quotes. */
function lastStep(expression: string): { readonly before?: string; readonly step: string } {
  let split = -1;
  walk(expression, (at, depth) => {
    if (depth === 0 && expression[at] === '.') split = at;
  });
  return split < 0 ? { step: expression.trim() } : { before: expression.slice(0, split).trim(), step: expression.slice(split + 1).trim() };
}

function isBalanced(expression: string): boolean {
  return walk(expression, () => {}) === 0;
}

/** Visits every character outside of quotes with the depth of brackets there; returns the depth at the end, -1 inside a quote. */
function walk(expression: string, visit: (at: number, depth: number) => void): number {
  let depth = 0;
  let quote: string | undefined;
  for (let at = 0; at < expression.length; at++) {
    const character = expression[at] ?? '';
    if (quote !== undefined) {
      if (character === '\\') at++;
      else if (character === quote) quote = undefined;
    } else if (character === "'" || character === '`' || character === '"') quote = character;
    else if (character === '(' || character === '[' || character === '{') depth++;
    else if (character === ')' || character === ']' || character === '}') depth--;
    else visit(at, depth);
  }
  return quote === undefined ? depth : -1;
}
