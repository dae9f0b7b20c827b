import type { ElementDefinition, ElementDefinitionType, StructureDefinition } from '@medplum/fhirtypes';
import { type Issue, issue, type Text } from '../fhir/outcome.js';
import { checkConstraint } from './check-constraint.js';
import {
  addSlice,
  cloneNode,
  type ElementNode,
  flattenTree,
  nodeById,
  nodeCount,
  parentSlice,
  parseTree,
  sliceOf,
} from './element-tree.js';
import { mergeElement } from './merge-element.js';
import { text } from './text.js';
import { usableElements } from './usable-elements.js';

export interface Snapshot {
  readonly elements: readonly ElementDefinition[];
  /** What can't be or isn't safe, each with the element's id as its expression; the elements hold what remains. */
  readonly issues: readonly Issue[];
}

/** Finds a definition whose snapshot is complete; undefined where it isn't on board or is itself being made. */
export type FindStructure = (canonical: string) => StructureDefinition | undefined;

/**
 * The snapshot of `definition`: its differential over the snapshot of its base. Never throws: what is impossible becomes an issue.
 * Source: R4 profiling §5.1 and ElementDefinition §2.26; where R4 leaves it open, what the published R4 snapshots show.
 */
export function generateSnapshot(definition: StructureDefinition, find: FindStructure): Snapshot {
  const issues: Issue[] = [];
  const differential = usableElements(definition.differential?.element ?? [], (rule, words, id) => report(rule, words, id));
  const base = definition.baseDefinition === undefined ? undefined : find(definition.baseDefinition);
  if (definition.baseDefinition !== undefined && !base?.snapshot) {
    issues.push(issue('not-found', 'snapshot-base', text.baseMissing(definition.baseDefinition), { expression: definition.type ?? '' }));
  }
  const isConstraint = definition.derivation === 'constraint';
  const baseElements = base?.snapshot?.element ?? [];
  const baseName = baseElements[0]?.path ?? '';
  const rootName = isConstraint && baseName !== '' ? baseName : (differential[0]?.path?.split('.')[0] ?? definition.type ?? baseName);
  const root: ElementNode = { ...parseTree(baseElements, baseName), name: rootName };
  // Contents referred to by name are as the base has them, whatever this differential does to their origin.
  const origin = cloneNode(root);
  // Types of a choice before the differential's `valueQuantity` narrowed them.
  const typesBefore = new Map<ElementNode, readonly ElementDefinitionType[]>();
  let copied = 0;
  mergeNode(root, parseTree(differential, rootName), rootName);
  return { elements: flattenTree(root), issues };

  function report(rule: string, words: Text, id: string): void {
    if (issues.length < mostIssues)
      issues.push(issue('invalid', rule, words, { expression: id, diagnostics: `${definition.url ?? ''} ${id}` }));
  }

  function mergeNode(node: ElementNode, change: ElementNode, id: string): void {
    if (change.element) {
      const before = node.element ?? { path: node.name };
      node.element = withBase(mergeElement(templateOf(before, change.element), change.element, definition.url ?? ''), before);
      if (isConstraint)
        for (const { rule, words } of checkConstraint(before, node.element, change.element, node.slice !== undefined, find))
          report(rule, words, id);
    }
    if (change.children.length === 0) return;
    if (node.children.length === 0) node.children = childrenOf(node, change, id);
    // Why it has none was said already.
    if (node.children.length === 0 && isConstraint) return;
    for (const child of change.children) mergeChild(node, child, id, change.children);
  }

  function mergeChild(parent: ElementNode, change: ElementNode, parentId: string, siblings: readonly ElementNode[]): void {
    const id = `${parentId}.${change.name}`;
    const known = parent.children.find((child) => child.name === change.name);
    if (known) {
      mergeHeadAndSlices(known, change, id);
      return;
    }
    const choice = parent.children.find((child) => child.name.endsWith('[x]') && change.name.startsWith(child.name.slice(0, -3)));
    const type = choice && typeNamed(choice.name, typesBefore.get(choice) ?? choice.element?.type ?? [], change.name);
    if (choice && type) {
      const headIsNamed = siblings.some((sibling) => sibling.name === choice.name && sibling.element !== undefined);
      mergeTyped(choice, type, change, `${parentId}.${choice.name}`, headIsNamed);
    } else if (isConstraint) report('snapshot-unknown-element', text.unknownElement(change.name), id);
    else parent.children.push(newElement(change, id));
  }

  function mergeHeadAndSlices(head: ElementNode, change: ElementNode, id: string): void {
    const before = head.element ?? { path: head.name };
    mergeNode(head, change, id);
    // What is said of the element holds for each slice; how often it may stand counts all slices together.
    const pristine = change.slices.size === 0 ? head : withCardinality(unsliced(head), before);
    const isClosed = before.slicing?.rules === 'closed';
    if (change.slices.size > 0) ensureSlicing(head, change, id);
    for (const slice of change.slices.values()) mergeSlice(head, pristine, slice, `${id}:${slice.slice}`, isClosed);
  }

  function mergeSlice(head: ElementNode, pristine: ElementNode, change: ElementNode, id: string, isClosed = false): void {
    const name = change.slice ?? '';
    let slice = sliceOf(head, name);
    if (!slice) {
      if (isClosed && parentSlice(name) === undefined) report('snapshot-closed', text.closedSlicing(name), id);
      const above = parentSlice(name);
      const parent = above === undefined ? undefined : sliceOf(head, above);
      if (above !== undefined && !parent) report('snapshot-reslice', text.resliceOfNothing(name), id);
      const from = parent ? unsliced(parent) : pristine;
      copied += nodeCount(from);
      if (copied > mostCopied) {
        report('snapshot-too-large', text.tooLarge(mostCopied), id);
        return;
      }
      slice = addSlice(head, newSlice(from, name));
    }
    mergeNode(slice, change, id);
  }

  /**
   * `valueQuantity` for `value[x]`: a slice by type. Where the differential has no `value[x]` of its own, the types it names this way are the only ones left.
   */
  function mergeTyped(choice: ElementNode, type: ElementDefinitionType, change: ElementNode, id: string, headIsNamed: boolean): void {
    const pristine = unsliced(choice);
    const element = choice.element ?? { path: choice.name };
    const existing =
      sliceOf(choice, change.name) ??
      [...choice.slices.values()].find(({ element: slice }) => slice?.type?.length === 1 && slice.type[0]?.code === type.code);
    const narrowed = typesBefore.get(choice);
    if (!existing && narrowed) choice.element = { ...element, type: [...(element.type ?? []), type] };
    else if (!existing && !element.slicing && !headIsNamed) {
      typesBefore.set(choice, element.type ?? []);
      choice.element = { ...element, type: [type], slicing: typeSlicing('closed') };
    } else if (!element.slicing) choice.element = { ...element, slicing: typeSlicing('open') };
    const slice = existing ?? addSlice(choice, newSlice(pristine, change.name));
    if (!existing) slice.element = { ...slice.element, path: choice.name, type: [type] };
    mergeNode(slice, change, `${id}:${slice.slice}`);
  }

  /** An element that a new type adds to its base. */
  function newElement(change: ElementNode, id: string): ElementNode {
    const element = change.element ?? { path: change.name };
    const node: ElementNode = { name: change.name, element: withBase(element, { ...element, path: id }), children: [], slices: new Map() };
    if (change.children.length > 0) {
      node.children = childrenOf(node, change, id);
      for (const child of change.children) mergeChild(node, child, id, change.children);
    }
    for (const slice of change.slices.values()) mergeSlice(node, unsliced(node), slice, `${id}:${slice.slice}`);
    return node;
  }

  /** The children that an element has by its type, its profile or the element it refers to. */
  function childrenOf(node: ElementNode, change: ElementNode, id: string): ElementNode[] {
    const element = node.element;
    if (element?.contentReference !== undefined) return contentChildren(node, element.contentReference, id);
    const types = element?.type ?? [];
    const [type] = types;
    if (types.length === 1 && type) return typeChildren(type, id);
    // Whatever the type, an element has what Element has.
    const common = find('Element');
    if (common?.snapshot && change.children.every((child) => child.name === 'id' || child.name === 'extension'))
      return rootChildren(common);
    report('snapshot-no-children', types.length === 0 ? text.untyped : text.manyTypes(types.map(({ code }) => code ?? '')), id);
    return [];
  }

  /** Walking into an element that refers to another's content makes it one of its own, of the other's type. */
  function contentChildren(node: ElementNode, reference: string, id: string): ElementNode[] {
    const hash = reference.indexOf('#');
    const target = reference.slice(hash + 1);
    const elsewhere = hash > 0 ? find(reference.slice(0, hash)) : undefined;
    const tree = elsewhere?.snapshot ? parseTree(elsewhere.snapshot.element, elsewhere.type ?? '') : origin;
    const found = nodeById(tree, target);
    if (!found) {
      report('snapshot-content-reference', text.contentMissing(reference), id);
      return [];
    }
    const { contentReference: _reference, ...rest } = node.element ?? { path: node.name };
    node.element = { ...rest, ...(found.element?.type ? { type: found.element.type } : {}) };
    return found.children.map(cloneNode);
  }

  function typeChildren(type: ElementDefinitionType, id: string): ElementNode[] {
    const [profile] = type.profile ?? [];
    const structure = (type.profile?.length === 1 && profile !== undefined ? find(profile) : undefined) ?? find(type.code ?? '');
    if (structure?.snapshot) return rootChildren(structure);
    report('snapshot-type', text.typeMissing(profile ?? type.code ?? ''), id);
    return [];
  }

  /** An extension's own definition tells how often it may stand and what it means; the differential's element goes over it. */
  function templateOf(before: ElementDefinition, change: ElementDefinition): ElementDefinition {
    const type = change.type?.length === 1 ? change.type[0] : undefined;
    const profile = type?.profile?.length === 1 && type.code !== undefined && !referring.has(type.code) ? type.profile[0] : undefined;
    const top = profile === undefined ? undefined : find(profile)?.snapshot?.element[0];
    if (!top) return before;
    const { id: _id, path: _path, base: _base, slicing: _slicing, sliceName: _name, type: _type, ...rest } = top;
    const { min, max, ...described } = rest;
    const own = { ...before, ...described, ...(before.constraint || top.constraint ? { constraint: mergedConstraints(before, top) } : {}) };
    if (type?.code !== 'Extension') return own;
    return { ...own, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  }

  function ensureSlicing(head: ElementNode, change: ElementNode, id: string): void {
    if (head.element?.slicing) return;
    const implied =
      head.name === 'extension' || head.name === 'modifierExtension'
        ? urlSlicing
        : head.name.endsWith('[x]')
          ? typeSlicing('open')
          : undefined;
    if (implied) head.element = { ...head.element, path: head.name, slicing: implied };
    else report('snapshot-no-slicing', text.noSlicing([...change.slices.keys()]), id);
  }
}

const mostIssues = 1000;

// Elements that new slices may copy from what they divide: slices of slices of slices multiply.
const mostCopied = 100_000;

// Types whose `profile` speaks of the target, or that have none.
const referring: ReadonlySet<string> = new Set(['Reference', 'canonical', 'CodeableReference']);

type Slicing = NonNullable<ElementDefinition['slicing']>;

const urlSlicing: Slicing = { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };

function typeSlicing(rules: 'open' | 'closed'): Slicing {
  return { discriminator: [{ type: 'type', path: '$this' }], ordered: false, rules };
}

function typeNamed(choice: string, types: readonly ElementDefinitionType[], name: string): ElementDefinitionType | undefined {
  const stem = choice.slice(0, -3);
  return types.find(({ code = '' }) => name === stem + code.charAt(0).toUpperCase() + code.slice(1));
}

/** With the cardinality and the support that the element had before. */
function withCardinality(node: ElementNode, before: ElementDefinition): ElementNode {
  const { mustSupport: _mustSupport, ...element } = node.element ?? { path: node.name };
  const { min = 0, max = '*', mustSupport } = before;
  return { ...node, element: { ...element, min, max, ...(mustSupport === undefined ? {} : { mustSupport }) } };
}

/** A copy without slices: what each new slice starts from. */
function unsliced(node: ElementNode): ElementNode {
  return { ...cloneNode(node), slices: new Map() };
}

/** A new slice may be absent until its own minimum says otherwise: the head's minimum counts all slices together. */
function newSlice(from: ElementNode, slice: string): ElementNode {
  const { slicing: _slicing, ...element } = from.element ?? { path: from.name };
  return { ...cloneNode(from), slice, element: { ...element, min: 0 }, slices: new Map() };
}

function rootChildren(structure: StructureDefinition): ElementNode[] {
  const elements = structure.snapshot?.element ?? [];
  return parseTree(elements, elements[0]?.path ?? '').children;
}

/** Where the element was first defined, and its cardinality there. */
function withBase(element: ElementDefinition, before: ElementDefinition): ElementDefinition {
  const base = before.base ?? {
    path: before.path ?? '',
    min: before.min ?? 0,
    max: before.max ?? '*',
  };
  return { ...element, base };
}

function mergedConstraints(a: ElementDefinition, b: ElementDefinition): NonNullable<ElementDefinition['constraint']> {
  const known = new Set((a.constraint ?? []).map(({ key }) => key));
  return [...(a.constraint ?? []), ...(b.constraint ?? []).filter(({ key }) => !known.has(key))];
}
