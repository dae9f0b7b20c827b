import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';

/** One way an element appears in JSON: `valueQuantity` with type Quantity. */
export interface ElementChoice {
  readonly key: string;
  readonly type: string;
}

/** An element by its FHIRPath name: `value` has many choices, `status` one. */
export interface ElementShape {
  readonly name: string;
  /** Where it is defined, without `[x]`: `Observation.value`. */
  readonly path: string;
  readonly many: boolean;
  readonly choices: readonly ElementChoice[];
}

/** A FHIR type, or an element with children of its own by its path (`Patient.contact`). */
export interface Shape {
  readonly name: string;
  readonly kind: 'resource' | 'complex' | 'primitive';
  /** The type it specializes: `Quantity` of `Age`, `string` of `code`, `BackboneElement` of `Patient.contact`. */
  readonly base: string | undefined;
  readonly elements: ReadonlyMap<string, ElementShape>;
  /** The choice that a JSON key stands for; `_` siblings are not in it. */
  readonly keys: ReadonlyMap<string, { readonly element: ElementShape; readonly choice: ElementChoice }>;
}

/** The static types that expressions are compiled against. */
export interface Model {
  shape(type: string): Shape | undefined;
  /** Whether `type` is `ancestor` or specializes it. */
  isA(type: string, ancestor: string): boolean;
  isResource(type: string): boolean;
  /** The type of what stands at an element's path: itself where it has children of its own (`Patient.contact`), else its one type (`Patient.name`). */
  typeAt(path: string): string | undefined;
  /** A StructureDefinition by canonical. */
  definition(canonical: string): StructureDefinition | undefined;
  /** The definition that a base type gives the element at `path`. */
  elementDefinition(path: string): ElementDefinition | undefined;
}

const models = new WeakMap<Registry, Model>();

/** The model of a registry, made once; shapes are read from the StructureDefinitions when first asked for. */
export function modelOf(registry: Registry): Model {
  const known = models.get(registry);
  if (known) return known;
  const made = createModel(registry);
  models.set(registry, made);
  return made;
}

// Core types only: a profile's element names are those of its type.
const typeName = /^[A-Za-z][A-Za-z0-9]*$/;

function createModel(registry: Registry): Model {
  const shapes = new Map<string, Shape | undefined>();

  function shape(type: string): Shape | undefined {
    if (shapes.has(type)) return shapes.get(type);
    const root = type.split('.', 1)[0] ?? type;
    if (typeName.test(root) && !shapes.has(root)) {
      shapes.set(root, undefined);
      const definition = registry.structureDefinition(root);
      if (definition?.snapshot) {
        // SimpleQuantity and MoneyQuantity are profiles with a type's name: they stand for that type.
        if (definition.type !== undefined && definition.type !== root) shapes.set(root, shape(definition.type));
        else for (const made of shapesOf(definition)) shapes.set(made.name, made);
      }
      // Unknown names are not kept: an expression chooses them, and there is no end of names.
      if (shapes.get(root) === undefined) shapes.delete(root);
    }
    return shapes.get(type);
  }

  function isA(type: string, ancestor: string): boolean {
    for (let name: string | undefined = type, depth = 0; name !== undefined && depth < 12; name = shape(name)?.base, depth += 1) {
      if (name === ancestor) return true;
    }
    return false;
  }

  function elementDefinition(path: string): ElementDefinition | undefined {
    const root = path.split('.', 1)[0] ?? path;
    if (!typeName.test(root)) return undefined;
    const elements = registry.structureDefinition(root)?.snapshot?.element;
    return elements?.find((element) => element.path === path) ?? elements?.find((element) => element.path === `${path}[x]`);
  }

  function typeAt(path: string): string | undefined {
    if (shape(path)) return path;
    if (path.endsWith('[x]')) return typeAt(path.slice(0, -3));
    // A profile's path may lead through datatypes: `Composition.type.coding`.
    const holder = path.includes('.') ? typeAt(parentPath(path)) : undefined;
    const element = holder === undefined ? undefined : shape(holder)?.elements.get(path.slice(path.lastIndexOf('.') + 1));
    return element?.choices.length === 1 ? element.choices[0]?.type : undefined;
  }

  return {
    shape,
    isA,
    typeAt,
    isResource: (type) => shape(type)?.kind === 'resource',
    definition: (canonical) => registry.structureDefinition(canonical),
    elementDefinition,
  };
}

function shapesOf(definition: StructureDefinition): readonly Shape[] {
  const elements = (definition.snapshot?.element ?? []).filter((element) => element.path !== undefined && !element.sliceName);
  const root = definition.type ?? definition.name ?? '';
  const childrenByPath = new Map<string, ElementDefinition[]>();
  for (const element of elements.slice(1)) {
    const parent = parentPath(element.path ?? '');
    const siblings = childrenByPath.get(parent);
    if (siblings) siblings.push(element);
    else childrenByPath.set(parent, [element]);
  }
  const kind = definition.kind === 'resource' ? 'resource' : definition.kind === 'primitive-type' ? 'primitive' : 'complex';
  const base = definition.baseDefinition?.slice(definition.baseDefinition.lastIndexOf('/') + 1);
  const made = [shapeOf(root, kind, base, childrenByPath.get(root) ?? [])];
  for (const element of elements.slice(1)) {
    const path = element.path ?? '';
    const children = childrenByPath.get(path);
    if (children) made.push(shapeOf(path, 'complex', element.type?.[0]?.code ?? 'BackboneElement', children));
  }
  return made;

  function shapeOf(name: string, shapeKind: Shape['kind'], shapeBase: string | undefined, children: readonly ElementDefinition[]): Shape {
    const byName = new Map<string, ElementShape>();
    const keys = new Map<string, { element: ElementShape; choice: ElementChoice }>();
    for (const child of children) {
      const element = elementOf(child, childrenByPath.has(child.path ?? ''), name === root && shapeKind === 'resource');
      // A definition that names an element like a member of every object would open the prototype to expressions.
      if (element.name in Object.prototype || (shapeKind === 'primitive' && element.name === 'value')) continue;
      byName.set(element.name, element);
      for (const choice of element.choices) keys.set(choice.key, { element, choice });
    }
    return { name, kind: shapeKind, base: shapeBase, elements: byName, keys };
  }
}

function elementOf(definition: ElementDefinition, hasChildren: boolean, ofResource: boolean): ElementShape {
  const path = definition.path ?? '';
  const last = path.slice(path.lastIndexOf('.') + 1);
  const many =
    definition.base?.max !== undefined
      ? definition.base.max !== '1' && definition.base.max !== '0'
      : definition.max !== '1' && definition.max !== '0';
  if (definition.contentReference !== undefined) {
    return { name: last, path, many, choices: [{ key: last, type: definition.contentReference.replace(/^.*#/, '') }] };
  }
  if (hasChildren) return { name: last, path, many, choices: [{ key: last, type: path }] };
  const types = [...new Set((definition.type ?? []).map((type) => fhirType(type.code ?? '', last, ofResource)))];
  if (!last.endsWith('[x]')) return { name: last, path, many, choices: [{ key: last, type: types[0] ?? 'Element' }] };
  const name = last.slice(0, -3);
  return {
    name,
    path: path.slice(0, -3),
    many,
    choices: types.map((type) => ({ key: `${name}${type.charAt(0).toUpperCase()}${type.slice(1)}`, type })),
  };
}

// R4 gives the ids and Extension.url types of FHIRPath's own; as values of a resource they are id, string and uri.
function fhirType(code: string, element: string, ofResource: boolean): string {
  if (!code.startsWith('http://hl7.org/fhirpath/')) return code;
  if (element === 'id') return ofResource ? 'id' : 'string';
  return element === 'url' ? 'uri' : 'string';
}

function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}
