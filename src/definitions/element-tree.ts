import type { ElementDefinition } from '@medplum/fhirtypes';

/**
 * A flat list of ElementDefinitions as the tree that its ids describe. Nodes are changed while a snapshot is built; the elements never are:
 * they belong to cached definitions.
 */
export interface ElementNode {
  /** Last segment of the path: `value[x]`; of the root the type. */
  readonly name: string;
  readonly slice?: string;
  /** Absent where only something below it is mentioned, as differentials do. */
  element?: ElementDefinition;
  children: ElementNode[];
  /** Of an unsliced node: its slices by name, re-slices (`a/b`) beside those they divide. */
  readonly slices: Map<string, ElementNode>;
}

/** The tree of a snapshot or a differential. Elements with a well-formed id are placed by it, others by their path and the element before them. */
export function parseTree(elements: readonly ElementDefinition[], rootName: string): ElementNode {
  const root: ElementNode = { name: rootName, children: [], slices: new Map() };
  const index = new Map<string, ElementNode>();
  // By depth: the nodes that the last element lies in, for elements without an id.
  let open: readonly ElementNode[] = [root];
  for (const element of elements) {
    const names = (element.path ?? '').split('.');
    if (names.length === 1) {
      root.element = element;
      open = [root];
      continue;
    }
    open = walk(root, index, idSteps(element, names) ?? pathSteps(element, names, open));
    const node = open.at(-1);
    if (node) node.element = element;
  }
  return root;
}

interface Step {
  readonly name: string;
  readonly slice?: string;
}

/** Steps below the root as the id tells them; undefined where id and path don't fit together. */
function idSteps(element: ElementDefinition, names: readonly string[]): readonly Step[] | undefined {
  const segments = element.id?.split('.');
  if (!segments || segments.length !== names.length) return undefined;
  const steps = segments.slice(1).map(stepOf);
  const fits = steps.every((step, index) => isSameName(step.name, names[index + 1] ?? ''));
  if (!fits || (element.sliceName !== undefined && steps.at(-1)?.slice !== element.sliceName)) return undefined;
  return steps;
}

function stepOf(segment: string): Step {
  const colon = segment.indexOf(':');
  return colon < 0 ? { name: segment } : { name: segment.slice(0, colon), slice: segment.slice(colon + 1) };
}

function isSameName(inId: string, inPath: string): boolean {
  return inId === inPath || (inId.endsWith('[x]') && inPath.startsWith(inId.slice(0, -3)));
}

function pathSteps(element: ElementDefinition, names: readonly string[], open: readonly ElementNode[]): readonly Step[] {
  const steps: Step[] = [];
  for (let depth = 1; depth < names.length; depth += 1) {
    const name = names[depth] ?? '';
    const before = open[depth];
    const isLast = depth === names.length - 1;
    if (isLast) steps.push(element.sliceName === undefined ? { name } : { name, slice: element.sliceName });
    else steps.push(before?.name === name && before.slice !== undefined ? { name, slice: before.slice } : { name });
  }
  return steps;
}

/** The nodes along the steps, made where they are missing; `index` holds them by their id. */
function walk(root: ElementNode, index: Map<string, ElementNode>, steps: readonly Step[]): readonly ElementNode[] {
  const nodes = [root];
  let node = root;
  let id = '';
  for (const { name, slice } of steps) {
    id += `.${name}`;
    let next = index.get(id);
    if (!next) {
      next = { name, children: [], slices: new Map() };
      node.children.push(next);
      index.set(id, next);
    }
    if (slice !== undefined) {
      id += `:${slice}`;
      const known = index.get(id);
      next = known ?? addSlice(next, { name, slice, children: [], slices: new Map() });
      if (!known) index.set(id, next);
    }
    nodes.push(next);
    node = next;
  }
  return nodes;
}

export function sliceOf(node: ElementNode, slice: string): ElementNode | undefined {
  return node.slices.get(slice);
}

export function addSlice(node: ElementNode, slice: ElementNode): ElementNode {
  node.slices.set(slice.slice ?? '', slice);
  return slice;
}

/** `a` of the re-slice `a/b`. */
export function parentSlice(slice: string): string | undefined {
  const cut = slice.lastIndexOf('/');
  return cut < 0 ? undefined : slice.slice(0, cut);
}

/** A copy whose nodes may be changed; the elements are shared. */
export function cloneNode(node: ElementNode): ElementNode {
  return {
    ...node,
    children: node.children.map(cloneNode),
    slices: new Map([...node.slices].map(([name, slice]) => [name, cloneNode(slice)])),
  };
}

/** The nodes of a tree. */
export function nodeCount(node: ElementNode): number {
  return [...node.children, ...node.slices.values()].reduce((sum, child) => sum + nodeCount(child), 1);
}

/** The tree as a list again, each element with its path, id and slice name. */
export function flattenTree(root: ElementNode): ElementDefinition[] {
  const elements: ElementDefinition[] = [];
  visit(root, root.name, root.name);
  return elements;

  function visit(node: ElementNode, path: string, id: string): void {
    const { id: _id, path: _path, sliceName: _slice, ...rest } = node.element ?? { path };
    elements.push({ id, path, ...(node.slice === undefined ? {} : { sliceName: node.slice }), ...rest });
    for (const child of node.children) visit(child, `${path}.${child.name}`, `${id}.${child.name}`);
    for (const slice of orderedSlices(node)) visit(slice, path, `${id}:${slice.slice}`);
  }
}

/** The slices in the order of the list: a re-slice behind the slice it divides. */
function orderedSlices(node: ElementNode): readonly ElementNode[] {
  const below = new Map<string | undefined, ElementNode[]>();
  for (const [name, slice] of node.slices) {
    const parent = parentSlice(name);
    const key = parent !== undefined && node.slices.has(parent) ? parent : undefined;
    const group = below.get(key);
    if (group) group.push(slice);
    else below.set(key, [slice]);
  }
  const ordered: ElementNode[] = [];
  const add = (key: string | undefined): void => {
    for (const slice of below.get(key) ?? []) {
      ordered.push(slice);
      if (below.size > 1) add(slice.slice);
    }
  };
  add(undefined);
  return ordered;
}

/** The node of an element id such as `Questionnaire.item` or `Observation.component:a.code`. */
export function nodeById(root: ElementNode, id: string): ElementNode | undefined {
  let node: ElementNode | undefined = root;
  for (const { name, slice } of id.split('.').slice(1).map(stepOf)) {
    node = node?.children.find((child) => child.name === name);
    if (node && slice !== undefined) node = sliceOf(node, slice);
  }
  return node;
}
