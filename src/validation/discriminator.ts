import { isPrimitiveType } from '../fhir/primitives.js';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { meetsQuietly } from './conformance.js';
import { type Context, resolveReference } from './context.js';
import type { Engine } from './engine.js';
import { contains, equal } from './match.js';
import type { SlicedItem } from './slicing.js';
import { choiceValue, type ElementNode, elementTree, nodeById, typeCode, typeProfiles } from './tree.js';

/** One discriminator of one slice: does an item have what the slice is known by? */
export interface Criterion {
  /** For messages: `system = "http://…"`. */
  readonly description: string;
  holds(item: SlicedItem, context: Context): boolean;
}

type Step =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'ofType'; readonly type: string };

/** A value on the way along a discriminator's path. */
interface Found {
  readonly value: unknown;
  readonly type: string | undefined;
  readonly path: string | undefined;
}

/** An element of the definition that the path leads to; `profile` where it is the root of one. */
interface Located {
  readonly node: ElementNode;
  readonly profile?: string;
}

/** Undefined where the slice says nothing about the element that the discriminator names. Source: R4 profiling §5.1.0.15.1. */
export function criterionOf(slice: ElementNode, kind: string, path: string, engine: Engine): Criterion | undefined {
  const steps = parseSteps(path);
  if (!steps) return undefined;
  let located: readonly Located[] = [{ node: slice }];
  for (const step of steps) located = located.flatMap((place) => follow(place, step, engine));
  const test = testOf(kind, located, steps, engine);
  if (!test) return undefined;
  const only = steps.length === 1 && steps[0]?.kind === 'child' ? steps[0].name : undefined;
  if (only !== undefined && test.literal !== undefined && !hasChoice(slice, only, engine)) {
    const literal = test.literal;
    return { description: `${path} = ${JSON.stringify(literal)}`, holds: (item) => isObject(item.value) && item.value[only] === literal };
  }
  return {
    description: `${path} ${test.description}`,
    holds(item, context) {
      let found: readonly Found[] = [{ value: item.value, type: item.type, path: item.path }];
      for (const step of steps) found = found.flatMap((value) => navigate(value, step, context));
      return test.holds(found, context);
    },
  };
}

function hasChoice(slice: ElementNode, name: string, engine: Engine): boolean {
  return follow({ node: slice }, { kind: 'child', name }, engine).some((place) => place.node.name.endsWith('[x]'));
}

/** `$this`, names, `resolve()`, `extension('url')`, `ofType(T)`, joined by dots. Undefined for anything else. */
function parseSteps(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  const token =
    /\.?(?:(\$this)|resolve\(\)(?<resolve>)|extension\(\s*["']([^"']+)["']\s*\)|ofType\(\s*(?:FHIR\.)?(\w+)\s*\)|([A-Za-z_]\w*)(?:\[x\])?)/y;
  let end = 0;
  while (end < path.length) {
    token.lastIndex = end;
    const match = token.exec(path);
    if (!match || match[0] === '') return undefined;
    end = token.lastIndex;
    if (match[1] !== undefined) continue;
    if (match[3] !== undefined) steps.push({ kind: 'extension', url: match[3] });
    else if (match[4] !== undefined) steps.push({ kind: 'ofType', type: match[4] });
    else if (match[5] !== undefined) steps.push({ kind: 'child', name: match[5] });
    else steps.push({ kind: 'resolve' });
  }
  return steps;
}

function follow(place: Located, step: Step, engine: Engine): readonly Located[] {
  switch (step.kind) {
    case 'child':
      return childrenOf(place.node, engine)
        .filter((child) => child.name === step.name || child.name === `${step.name}[x]`)
        .flatMap((child) => [
          { node: child },
          ...child.slices.filter((slice) => (slice.definition.min ?? 0) > 0).map((node) => ({ node })),
        ]);
    case 'extension':
      return childrenOf(place.node, engine)
        .filter((child) => child.name === 'extension' || child.name === 'modifierExtension')
        .flatMap((child) => child.slices)
        .filter((extension) => extension.definition.type?.[0]?.profile?.some((profile) => profile.split('|')[0] === step.url))
        .map((node) => ({ node }));
    case 'ofType':
      return [place];
    case 'resolve': {
      const profiles = (place.node.definition.type ?? []).flatMap((type) => type.targetProfile ?? []);
      return profiles.flatMap((profile) => {
        const definition = engine.registry.structureDefinition(profile);
        const node = definition && elementTree(definition);
        return node ? [{ node, profile }] : [];
      });
    }
  }
}

/** The element's own children, and those of the profile that it names; without either, those of its type. */
function childrenOf(node: ElementNode, engine: Engine): readonly ElementNode[] {
  const profiled = (node.definition.type ?? []).some((type) => type.profile?.length);
  if (node.children.length > 0 && !profiled) return node.children;
  const others = (node.definition.type ?? []).flatMap((type) => {
    const names = type.profile?.length ? typeProfiles(type) : [typeCode(type.code)];
    return names.flatMap((name) => {
      const [url = '', part] = name.split('#');
      const definition = engine.registry.structureDefinition(url);
      const root = definition && elementTree(definition);
      return (root && part !== undefined ? nodeById(root, part) : root)?.children ?? [];
    });
  });
  return [...node.children, ...others];
}

interface Test {
  readonly description: string;
  /** Set where the test is equality with one primitive. */
  readonly literal?: unknown;
  holds(found: readonly Found[], context: Context): boolean;
}

function testOf(kind: string, located: readonly Located[], steps: readonly Step[], engine: Engine): Test | undefined {
  switch (kind) {
    case 'exists':
      return existenceTest(located);
    case 'type':
      return typeTest(located, steps);
    case 'profile':
      return profileTest(located);
    default:
      return valueTest(located, engine) ?? existenceTest(located);
  }
}

function existenceTest(located: readonly Located[]): Test | undefined {
  if (located.some(({ node }) => node.definition.max === '0')) return { description: 'absent', holds: (found) => found.length === 0 };
  if (located.some(({ node }) => (node.definition.min ?? 0) > 0)) return { description: 'present', holds: (found) => found.length > 0 };
  return undefined;
}

function typeTest(located: readonly Located[], steps: readonly Step[]): Test | undefined {
  const types = new Set(
    located.flatMap(({ node, profile }) =>
      profile !== undefined || !node.path.includes('.')
        ? [node.path.split('.')[0] ?? '']
        : (node.definition.type ?? []).map((type) => typeCode(type.code)),
    ),
  );
  if (types.size === 0) return undefined;
  void steps;
  return {
    description: `is ${[...types].join(' or ')}`,
    holds: (found) => found.some(({ value, type }) => types.has(isResource(value) ? value.resourceType : (type ?? ''))),
  };
}

function profileTest(located: readonly Located[]): Test | undefined {
  const profiles = located.flatMap(({ node, profile }) =>
    profile === undefined ? (node.definition.type ?? []).flatMap((type) => type.profile ?? []) : [profile],
  );
  if (profiles.length === 0) return undefined;
  return {
    description: `meets ${profiles.join(' or ')}`,
    holds: (found, context) =>
      found.some(({ value, path }) => profiles.some((profile) => meetsQuietly(value, profile, { path }, context) === true)),
  };
}

function valueTest(located: readonly Located[], engine: Engine): Test | undefined {
  const demands = located.flatMap(({ node }) => {
    const demand = demandOf(node, engine, 0);
    return demand ? [demand] : [];
  });
  if (demands.length === 0) return undefined;
  const only = demands.length === 1 ? demands[0] : undefined;
  return {
    description: demands.map((demand) => demand.description).join(' and '),
    ...(only?.literal === undefined ? {} : { literal: only.literal }),
    holds: (found, context) => demands.every((demand) => found.some(({ value }) => demand.holds(value, context))),
  };
}

interface Demand {
  readonly description: string;
  readonly literal?: unknown;
  holds(value: unknown, context: Context): boolean;
}

/** What the element demands of one value: fixed, pattern, required binding, or the same of its parts. */
function demandOf(node: ElementNode, engine: Engine, depth: number): Demand | undefined {
  const fixed = choiceValue(node.definition, 'fixed');
  if (fixed !== undefined) {
    return {
      description: `= ${JSON.stringify(fixed)}`,
      ...(typeof fixed === 'object' ? {} : { literal: fixed }),
      holds: (value) => equal(value, fixed),
    };
  }
  const pattern = choiceValue(node.definition, 'pattern');
  if (pattern !== undefined) {
    return {
      description: `has ${JSON.stringify(pattern)}`,
      ...(typeof pattern === 'object' ? {} : { literal: pattern }),
      holds: (value) => contains(value, pattern),
    };
  }
  const { binding } = node.definition;
  if (binding?.strength === 'required' && binding.valueSet !== undefined && !inheritsBinding(node, engine)) {
    const valueSet = binding.valueSet;
    return { description: `in ${valueSet}`, holds: (value, context) => context.engine.memberOf(value, valueSet) === true };
  }
  if (depth > 5) return undefined;
  const parts = partDemands(node, engine, depth);
  if (parts.length === 0) return undefined;
  return {
    description: parts.map(({ name, demand }) => `${name} ${demand.description}`).join(' and '),
    holds: (value, context) => parts.every(({ name, demand }) => childValues(value, name).some((part) => demand.holds(part, context))),
  };
}

// A binding that the base has anyway tells no slice from another.
function inheritsBinding(node: ElementNode, engine: Engine): boolean {
  const path = node.definition.base?.path;
  if (path === undefined) return false;
  const base = engine.registry.structureDefinition(path.split('.')[0] ?? '');
  const inherited = base?.snapshot?.element?.find((element) => element.path === path)?.binding;
  return inherited?.strength === 'required' && inherited.valueSet === node.definition.binding?.valueSet;
}

function partDemands(node: ElementNode, engine: Engine, depth: number): ReadonlyArray<{ readonly name: string; readonly demand: Demand }> {
  return node.children.flatMap((child) => {
    const sources = [
      ...((child.definition.min ?? 0) > 0 || choiceValue(child.definition, 'pattern') !== undefined ? [child] : []),
      ...child.slices.filter((slice) => (slice.definition.min ?? 0) > 0),
    ];
    return sources.flatMap((source) => {
      const demand = demandOf(source, engine, depth + 1);
      return demand ? [{ name: child.name.replace('[x]', ''), demand }] : [];
    });
  });
}

function childValues(value: unknown, name: string): readonly unknown[] {
  if (!isObject(value)) return [];
  const direct = value[name];
  if (direct !== undefined) return Array.isArray(direct) ? direct : [direct];
  return choiceEntries(value, name).map(({ value: found }) => found);
}

function choiceEntries(value: JsonObject, name: string): ReadonlyArray<{ readonly value: unknown; readonly type: string }> {
  const found: Array<{ value: unknown; type: string }> = [];
  for (const key in value) {
    if (!key.startsWith(name) || key.length === name.length) continue;
    const suffix = key.slice(name.length);
    if (!/^[A-Z]/.test(suffix)) continue;
    const lower = suffix.charAt(0).toLowerCase() + suffix.slice(1);
    found.push({ value: value[key], type: isPrimitiveType(lower) ? lower : suffix });
  }
  return found;
}

function navigate(found: Found, step: Step, context: Context): readonly Found[] {
  switch (step.kind) {
    case 'child': {
      if (!isObject(found.value)) return [];
      const direct = found.value[step.name];
      const path = found.path === undefined ? undefined : `${found.path}.${step.name}`;
      if (direct === undefined) return choiceEntries(found.value, step.name).map((entry) => ({ ...entry, path }));
      return Array.isArray(direct)
        ? direct.map((value: unknown, index) => ({ value, type: undefined, path: path === undefined ? undefined : `${path}[${index}]` }))
        : [{ value: direct, type: undefined, path }];
    }
    case 'extension': {
      if (!isObject(found.value)) return [];
      const extensions = found.value['extension'];
      return Array.isArray(extensions)
        ? extensions
            .filter((item) => isObject(item) && item['url'] === step.url)
            .map((value: unknown) => ({ value, type: 'Extension', path: undefined }))
        : [];
    }
    case 'ofType':
      return typeIs(found, step.type) ? [found] : [];
    case 'resolve': {
      const reference = isObject(found.value) ? found.value['reference'] : found.value;
      if (typeof reference !== 'string') return [];
      const target = resolveReference(reference, context.scope, context);
      if (target) return [{ value: target.resource, type: undefined, path: target.path }];
      const type = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]+(?:\/_history\/[^/]+)?$/.exec(reference)?.[1];
      // the literal alone tells the type of a target that isn't at hand
      return type !== undefined && context.engine.registry.isResourceType(type) ? [{ value: undefined, type, path: undefined }] : [];
    }
  }
}

function typeIs(found: Found, type: string): boolean {
  if (isResource(found.value)) return found.value.resourceType === type;
  return found.type === undefined || found.type === type;
}
