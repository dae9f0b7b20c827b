import type { ElementDefinition, ElementDefinitionType, StructureDefinition } from '@medplum/fhirtypes';
import { asObject, isObject, type JsonObject } from '../fhir/resource.js';

/** A snapshot as a tree: children under their element, slices beside the children of the element they slice. */
export interface ElementNode {
  readonly definition: ElementDefinition;
  /** Last part of the path, as written: `value[x]`. */
  readonly name: string;
  readonly path: string;
  readonly children: ElementNode[];
  /** Slices of this element; re-slices (`a/b`) lie in their slice. */
  readonly slices: ElementNode[];
}

const trees = new WeakMap<StructureDefinition, ElementNode>();

/** Tree of the definition's snapshot, built once; undefined where there is none. Relies on the order of elements and on slice names, not on ids. */
export function elementTree(definition: StructureDefinition): ElementNode | undefined {
  const known = trees.get(definition);
  if (known) return known;
  const root = buildTree(definition.snapshot?.element ?? []);
  if (root) trees.set(definition, root);
  return root;
}

function buildTree(elements: readonly ElementDefinition[]): ElementNode | undefined {
  const first = elements[0];
  if (!first) return undefined;
  const root = nodeOf(first);
  // open[depth] is the node that elements of depth + 1 belong to
  const open: ElementNode[] = [root];
  for (const definition of elements.slice(1)) {
    const node = nodeOf(definition);
    const depth = node.path.split('.').length - 1;
    const parent = open[depth - 1];
    if (!parent || depth === 0) continue;
    place(parent, node);
    open.length = depth;
    open[depth] = node;
  }
  return root;
}

function place(parent: ElementNode, node: ElementNode): void {
  const sliceName = node.definition.sliceName;
  if (sliceName === undefined) {
    parent.children.push(node);
    return;
  }
  const sliced = parent.children.find((child) => child.name === node.name) ?? choiceOf(parent, node.name);
  if (!sliced) {
    parent.children.push(node);
    return;
  }
  const slash = sliceName.lastIndexOf('/');
  const outer = slash < 0 ? undefined : findSlice(sliced, sliceName.slice(0, slash));
  (outer ?? sliced).slices.push(node);
}

function findSlice(node: ElementNode, name: string): ElementNode | undefined {
  for (const slice of node.slices) {
    if (slice.definition.sliceName === name) return slice;
    if (name.startsWith(`${slice.definition.sliceName}/`)) return findSlice(slice, name);
  }
  return undefined;
}

/** `valueQuantity` with a slice name, as some snapshots write a type slice of `value[x]`. */
function choiceOf(parent: ElementNode, name: string): ElementNode | undefined {
  return parent.children.find((child) => child.name.endsWith('[x]') && name.startsWith(child.name.slice(0, -3)));
}

function nodeOf(definition: ElementDefinition): ElementNode {
  const path = definition.path ?? '';
  return { definition, path, name: path.slice(path.lastIndexOf('.') + 1), children: [], slices: [] };
}

/** The JSON names that an element can have: one, or one for each type of a choice. */
export function jsonNames(node: ElementNode): ReadonlyArray<{ readonly key: string; readonly type: string }> {
  const types = node.definition.type ?? [];
  if (!node.name.endsWith('[x]')) return [{ key: node.name, type: typeCode(types[0]?.code) }];
  const stem = node.name.slice(0, -3);
  return types.map((type) => {
    const code = typeCode(type.code);
    return { key: stem + code.charAt(0).toUpperCase() + code.slice(1), type: code };
  });
}

const profileElementUrl = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element';

/** The profiles that a type of an element names; `url#element id` where it means one element of the profile. */
export function typeProfiles(type: ElementDefinitionType): readonly string[] {
  const siblings = asObject(type)['_profile'];
  return (type.profile ?? []).map((profile, index) => {
    const sibling: unknown = Array.isArray(siblings) ? siblings[index] : undefined;
    const extensions = isObject(sibling) && Array.isArray(sibling['extension']) ? sibling['extension'].filter(isObject) : [];
    const part = extensions.find((extension) => extension['url'] === profileElementUrl)?.['valueString'];
    return typeof part === 'string' ? `${profile}#${part}` : profile;
  });
}

/** The node of a tree by element id. */
export function nodeById(root: ElementNode, id: string): ElementNode | undefined {
  if (root.definition.id === id) return root;
  for (const child of [...root.children, ...root.slices]) {
    const found = nodeById(child, id);
    if (found) return found;
  }
  return undefined;
}

/** R4 writes the type of ids and of extension urls as a FHIRPath system type. */
export function typeCode(code: string | undefined): string {
  return code?.startsWith('http://hl7.org/fhirpath/System.') ? (systemTypes[code.slice(31)] ?? 'string') : (code ?? '');
}

const systemTypes: Readonly<Record<string, string>> = {
  String: 'string',
  Boolean: 'boolean',
  Integer: 'integer',
  Decimal: 'decimal',
  Date: 'date',
  DateTime: 'dateTime',
  Time: 'time',
};

/** The value of a `fixed[x]`, `pattern[x]`, `minValue[x]` … property of an element, whatever its type. */
export function choiceValue(definition: ElementDefinition, stem: string): unknown {
  for (const key in definition) {
    if (key.startsWith(stem) && /^[A-Z]/.test(key.slice(stem.length))) return (definition as unknown as JsonObject)[key];
  }
  return undefined;
}
