import type { ElementDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';

/** One way an element can appear in JSON: `valueQuantity` of type `Quantity`. `node` names the children: a type, or the path of a backbone element. */
export interface ElementForm {
  readonly key: string;
  readonly type: string;
  readonly node: string;
}

/** Knows the elements of types by their FHIRPath names: a choice element `value` has several forms. */
export interface Elements {
  forms(node: string, name: string): readonly ElementForm[];
  /** True where the element may occur once at most. */
  isSingle(node: string, name: string): boolean;
  /** The element's required or other binding, by canonical. */
  binding(node: string, name: string): string | undefined;
}

interface Element {
  readonly forms: readonly ElementForm[];
  readonly isSingle: boolean;
  readonly binding?: string;
}

const nothing: readonly ElementForm[] = [];

export function elementsOf(registry: Registry): Elements {
  const types = new Map<string, ReadonlyMap<string, ReadonlyMap<string, Element>>>();
  const find = (node: string, name: string): Element | undefined => {
    const type = node.split('.')[0] ?? node;
    let nodes = types.get(type);
    if (nodes === undefined) {
      nodes = readType(registry, type);
      types.set(type, nodes);
    }
    return nodes.get(node)?.get(name);
  };
  return {
    forms: (node, name) => find(node, name)?.forms ?? nothing,
    isSingle: (node, name) => find(node, name)?.isSingle ?? false,
    binding: (node, name) => find(node, name)?.binding,
  };
}

function readType(registry: Registry, type: string): ReadonlyMap<string, ReadonlyMap<string, Element>> {
  const nodes = new Map<string, Map<string, Element>>();
  for (const definition of registry.structureDefinition(type)?.snapshot?.element ?? []) {
    const path = definition.path ?? '';
    if (!path.includes('.') || definition.sliceName !== undefined) continue;
    const parent = path.slice(0, path.lastIndexOf('.'));
    const last = path.slice(path.lastIndexOf('.') + 1);
    const name = last.replace('[x]', '');
    const children = nodes.get(parent) ?? new Map<string, Element>();
    nodes.set(parent, children);
    if (children.has(name)) continue;
    const binding = definition.binding?.valueSet;
    children.set(name, {
      forms: formsOf(definition, path, last, name),
      isSingle: definition.max === '1' || definition.max === '0',
      ...(binding === undefined ? {} : { binding }),
    });
  }
  return nodes;
}

function formsOf(definition: ElementDefinition, path: string, last: string, name: string): readonly ElementForm[] {
  if (definition.contentReference !== undefined) {
    return [{ key: name, type: 'BackboneElement', node: definition.contentReference.slice(definition.contentReference.indexOf('#') + 1) }];
  }
  return (definition.type ?? []).map(({ code, extension }) => {
    // Ids and other primitives of the System namespace name their FHIR type in an extension.
    const system = code?.startsWith('http://hl7.org/fhirpath/') ?? false;
    const named = extension?.find(({ url }) => url.endsWith('structuredefinition-fhir-type'));
    const type = system ? (named?.valueUrl ?? named?.valueUri ?? 'string') : (code ?? 'Element');
    const key = last.endsWith('[x]') ? name + type.charAt(0).toUpperCase() + type.slice(1) : name;
    const isNested = type === 'BackboneElement' || type === 'Element';
    return { key, type, node: isNested ? path : type };
  });
}
