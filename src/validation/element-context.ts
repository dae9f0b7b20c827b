import type { Context } from './context.js';
import { type ElementNode, elementTree, typeCode } from './tree.js';

const kept = new WeakMap<object, Map<string, ReadonlySet<string>>>();

/**
 * The names under which extension contexts can mean the element at `path`: its type, that type's ancestors, and its path from each type on
 * the way: `Patient.contact[0].name` is HumanName, Element and Patient.contact.name. Choices go without `[x]`.
 * Source: R4 defining extensions §5.3.0.1.
 */
export function elementContexts(path: string, context: Context): ReadonlySet<string> {
  const { scope, engine } = context;
  const type = String(scope.resource['resourceType']);
  const relative = path.startsWith(scope.path) ? path.slice(scope.path.length) : '';
  const plain = type + relative.replace(/\[\d+\]/g, '');
  let cache = kept.get(engine);
  if (!cache) {
    cache = new Map();
    kept.set(engine, cache);
  }
  const known = cache.get(plain);
  if (known) return known;
  const made = contextsOf(plain);
  if (cache.size < 5000) cache.set(plain, made);
  return made;

  function contextsOf(elementPath: string): ReadonlySet<string> {
    const steps = elementPath
      .replace(/\.ofType\((\w+)\)/g, ':$1')
      .split('.')
      .slice(1);
    const found = new Set<string>(['Element']);
    // paths that have been begun at some type on the way
    let begun: string[] = [type];
    let node = rootOf(type);
    let last = type;
    for (const step of steps) {
      const [name = '', chosen] = step.split(':');
      const child = childOf(node, name);
      begun = begun.map((start) => `${start}.${name}`);
      last = chosen ?? typeCode(child?.definition.type?.[0]?.code);
      const reference = child?.definition.contentReference;
      if (reference !== undefined && node) {
        const target = reference.slice(reference.indexOf('#') + 1);
        begun.push(target);
        node = nodeAt(target);
      } else if (child && child.children.length > 0) node = child;
      else {
        node = rootOf(last);
        begun.push(last);
      }
    }
    for (const name of begun) found.add(name);
    for (let at: string | undefined = last; at; at = parentType(at)) found.add(at);
    // R5's abstract names for definitions, which extensions for R4 use as well
    if (steps.length === 0 && isCanonical(type)) for (const name of ['CanonicalResource', 'MetadataResource']) found.add(name);
    return found;
  }

  function rootOf(name: string): ElementNode | undefined {
    const definition = engine.registry.structureDefinition(name);
    return definition ? elementTree(definition) : undefined;
  }

  function isCanonical(name: string): boolean {
    const root = rootOf(name);
    return childOf(root, 'url')?.definition.type?.[0]?.code === 'uri' && childOf(root, 'version') !== undefined;
  }

  function nodeAt(elementPath: string): ElementNode | undefined {
    const [first = '', ...rest] = elementPath.split('.');
    let node = rootOf(first);
    for (const name of rest) node = childOf(node, name);
    return node;
  }

  function parentType(name: string): string | undefined {
    return engine.registry.structureDefinition(name)?.baseDefinition?.replace(/^.*\//, '');
  }
}

function childOf(node: ElementNode | undefined, name: string): ElementNode | undefined {
  return node?.children.find((child) => child.name === name || child.name === `${name}[x]`);
}
