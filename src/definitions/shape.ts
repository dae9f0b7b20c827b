import type { StructureDefinition } from '@medplum/fhirtypes';
import { type Issue, issue } from '../fhir/outcome.js';
import { type FhirResource, isObject } from '../fhir/resource.js';
import { type ElementNode, nodeById, parseTree } from './element-tree.js';
import type { Registry } from './registry.js';
import { text } from './text.js';

/**
 * Whether the parts of a resource are lists, objects and primitives where its type says so: what code that walks it must rely on when the resource came
 * with a request and was not validated. Elements the type doesn't know are passed over. One issue per fault.
 */
export function shapeIssues(registry: Registry, resource: FhirResource): readonly Issue[] {
  const structure = registry.structureDefinition(resource.resourceType);
  if (!structure?.snapshot) return [issue('structure', 'unknown-type', text.typeMissing(resource.resourceType))];
  const root = treeOf(structure);
  const issues: Issue[] = [];
  // A stack of its own: what comes from outside may be nested deeper than calls can be.
  const open: { readonly value: unknown; readonly node: ElementNode; readonly path: string }[] = [
    { value: resource, node: root, path: resource.resourceType },
  ];
  for (let next = open.pop(); next !== undefined && issues.length < 100; next = open.pop()) {
    const { value, node, path } = next;
    if (!isObject(value)) continue;
    for (const child of node.children) {
      const part = value[child.name];
      if (part === undefined || child.name.endsWith('[x]')) continue;
      const at = `${path}.${child.name}`;
      const isList = child.element?.max !== '1';
      if (isList !== Array.isArray(part)) {
        issues.push(issue('structure', 'wrong-shape', isList ? text.notAList : text.notASingle, { expression: at }));
        continue;
      }
      const target = contentOf(root, child);
      const items: readonly unknown[] = Array.isArray(part) ? part : [part];
      for (const [position, item] of items.entries()) {
        const itemPath = isList ? `${at}[${position}]` : at;
        if (!fits(item, target)) issues.push(issue('structure', 'wrong-shape', text.wrongKind, { expression: itemPath }));
        else if (target.children.length > 0) open.push({ value: item, node: target, path: itemPath });
      }
    }
  }
  return issues;
}

const trees = new WeakMap<StructureDefinition, ElementNode>();

function treeOf(structure: StructureDefinition): ElementNode {
  const known = trees.get(structure);
  if (known) return known;
  const tree = parseTree(structure.snapshot?.element ?? [], structure.type);
  trees.set(structure, tree);
  return tree;
}

function contentOf(root: ElementNode, node: ElementNode): ElementNode {
  const reference = node.element?.contentReference;
  return (reference === undefined ? undefined : nodeById(root, reference.slice(reference.indexOf('#') + 1))) ?? node;
}

const numbers: ReadonlySet<string> = new Set(['integer', 'positiveInt', 'unsignedInt', 'decimal']);

function fits(value: unknown, { element }: ElementNode): boolean {
  const code = element?.type?.[0]?.code ?? 'BackboneElement';
  if (code === 'boolean') return typeof value === 'boolean';
  if (numbers.has(code)) return typeof value === 'number';
  // Primitive types are lower case, and ids bear a FHIRPath type.
  if (/^[a-z]/.test(code)) return typeof value === 'string';
  return isObject(value);
}
