import type { Extension, StructureDefinition } from '@medplum/fhirtypes';
import { isPrimitiveType, primitiveChecks } from '../fhir/primitives.js';
import type { BindingCheck } from './binding.js';
import type { Check } from './context.js';
import type { Engine } from './engine.js';
import { primitiveRules, typeRules } from './rules/table.js';
import { runtime } from './runtime.js';
import { Source } from './source.js';
import { type ElementNode, elementTree, jsonNames, typeCode } from './tree.js';

/**
 * The functions of one R4 type: the type's own under its name, one for each backbone element under its path.
 * Each walks the names that are present, so an instance pays for what it holds and not for what it might hold.
 */
export function generateType(definition: StructureDefinition, engine: Engine): ReadonlyMap<string, Check> {
  const root = elementTree(definition);
  if (!root) return new Map();
  const source = new Source();
  const runtimeName = source.constant(runtime);
  const functionNames = new Map<string, string>();
  const shapes = shapesOf(root);
  for (const [index, shape] of shapes.entries()) functionNames.set(shape.path, `f${index}`);
  for (const shape of shapes) emitShape(shape);
  const made = source.build(`{${[...functionNames].map(([path, name]) => `${JSON.stringify(path)}:${name}`).join(',')}}`);
  return new Map(Object.entries(made as Record<string, Check>));

  function emitShape(shape: ElementNode): void {
    const isRoot = shape === root;
    const isResource = isRoot && definition.kind === 'resource';
    source.line(`function ${functionNames.get(shape.path)}(v,s,p,c){`);
    source.line(`if(++c.depth>${maxDepth}){${runtimeName}.tooDeep(p,c);c.depth--;return}`);
    const choices = shape.children.filter((child) => child.name.endsWith('[x]'));
    for (const index of choices.keys()) source.line(`let h${index}='';`);
    source.line('let n=0;for(const k in v){const x=v[k];n++;switch(k){');
    if (isResource) source.line("case 'resourceType':break;");
    for (const child of shape.children) {
      if (child.definition.max === '0') continue;
      const choice = choices.indexOf(child);
      for (const { key, type } of jsonNames(child)) emitElement(child, key, type, choice, isResource);
    }
    source.line(`default:${runtimeName}.unknownElement(k,v,p,c,${source.constant(knownNames(shape))})}}`);
    if (!isResource) source.line(`if(n===0)${runtimeName}.emptyObject(p,c);`);
    for (const child of shape.children) emitMinimum(child, choices.indexOf(child));
    for (const constraint of shape.definition.constraint ?? []) emitInvariant(constraint, 'v', 'p', shape.path);
    const rule = isRoot ? typeRules[definition.type ?? ''] : typeRules[shape.path];
    if (rule) source.line(`${source.constant(rule)}(v,p,c);`);
    source.line('c.depth--}');
  }

  function emitElement(child: ElementNode, key: string, type: string, choice: number, isResource: boolean): void {
    const isArray = child.definition.max !== '1';
    const literal = JSON.stringify(key);
    const path = choice < 0 ? `p+${JSON.stringify(`.${key}`)}` : `p+${JSON.stringify(`.${child.name.slice(0, -3)}.ofType(${type})`)}`;
    const once =
      choice < 0
        ? ''
        : `if(h${choice}!==''&&h${choice}!==${literal})${runtimeName}.choiceTwice(${JSON.stringify(child.name)},h${choice},${literal},p,c);h${choice}=${literal};`;
    const primitive = primitiveTypeOf(child, key, type, isResource);
    if (primitive !== undefined) {
      const check = source.constant(primitiveChecks[primitive]);
      const element = source.constant(engine.type('Element'));
      const after = emitted(() => emitPrimitiveRules(child, primitive, 'x', path));
      if (isArray) {
        source.line(
          `case ${literal}:${once}${runtimeName}.primitives(x,v[${JSON.stringify(`_${key}`)}],${check},${JSON.stringify(primitive)},${literal},p,c,${element},${
            after === '' ? 'undefined' : `function(x,p,c){${emitted(() => emitPrimitiveRules(child, primitive, 'x', 'p'))}}`
          });break;`,
        );
        source.line(
          `case ${JSON.stringify(`_${key}`)}:${once}if(v[${literal}]===undefined){${runtimeName}.primitives(undefined,x,${check},${JSON.stringify(primitive)},${literal},p,c,${element},undefined);${codeless(child, primitive, literal, `${path}+'[0]'`)}}break;`,
        );
      } else {
        source.line(
          `case ${literal}:{${once}const e=${check}(x);if(e!==undefined)${runtimeName}.primitive(e,x,v[${JSON.stringify(`_${key}`)}],${JSON.stringify(primitive)},${literal},${path},c,${check});${after === '' ? '' : `else{${after}}`}break}`,
        );
        source.line(
          `case ${JSON.stringify(`_${key}`)}:${once}${runtimeName}.sibling(x,v[${literal}],${literal},${path},c,${element});${codeless(child, primitive, literal, path)}break;`,
        );
      }
      return;
    }
    const run = (value: string, at: string) => complexCall(child, type, value, at);
    if (isArray) {
      source.line(
        `case ${literal}:${once}if(Array.isArray(x)&&x.length>0)for(let i=0;i<x.length;i++){const y=x[i];if(typeof y==='object'&&y!==null&&!Array.isArray(y)){const q=${path}+'['+i+']';${run('y', 'q')}}else ${runtimeName}.notObject(y,${literal},${JSON.stringify(type)},${path}+'['+i+']',c)}`,
      );
      source.line(
        `else{const y=${runtimeName}.notArray(x,${literal},${path},c);if(y!==undefined){const q=${path}+'[0]';${run('y', 'q')}}}break;`,
      );
    } else {
      source.line(
        `case ${literal}:${once}if(typeof x==='object'&&x!==null&&!Array.isArray(x)){const q=${path};${run('x', 'q')}}else{${runtimeName}.notSingle(x,${literal},${JSON.stringify(type)},${path},c);const y=${runtimeName}.onlyItem(x);if(y!==undefined){const q=${path};${run('y', 'q')}}}break;`,
      );
    }
  }

  /** Statements that check one complex value. */
  function complexCall(child: ElementNode, type: string, value: string, at: string): string {
    const parts: string[] = [];
    const reference = child.definition.contentReference;
    const own = reference === undefined ? functionNames.get(child.path) : functionNames.get(reference.slice(reference.indexOf('#') + 1));
    if (own) parts.push(`${own}(${value},undefined,${at},c);`);
    else if (type === 'Resource' || engine.registry.isResourceType(type)) {
      parts.push(`${runtimeName}.${child.name === 'contained' ? 'contained' : 'nested'}(${value},${at},c,v);`);
      return parts.join('');
    } else parts.push(`${source.constant(engine.type(type))}.run(${value},undefined,${at},c);`);
    if (type === 'Extension') parts.push(`${runtimeName}.extension(${value},${at},p,c,${child.name === 'modifierExtension'},v);`);
    const stated = (child.definition.type ?? []).find((item) => typeCode(item.code) === type);
    if (type === 'Reference' && stated)
      parts.push(`${runtimeName}.reference(${value},${at},c,${source.constant(runtime.targets(stated.targetProfile ?? [], engine))});`);
    if (stated?.profile?.length) parts.push(`${runtimeName}.meets(${value},${at},c,${source.constant(stated.profile)});`);
    parts.push(codedCall(child, type, value, at));
    parts.push(emitted(() => emitOwnConstraints(child, type, value, at)));
    return parts.join('');
  }

  function codedCall(child: ElementNode, type: string, value: string, at: string): string {
    if (type !== 'CodeableConcept' && type !== 'Coding' && type !== 'Quantity') return '';
    const parts: string[] = [];
    // the binding of a choice is meant for its codes; units of one Quantity among other types are not bound by it
    if (type === 'Quantity' && (child.definition.type?.length ?? 0) > 1) return '';
    for (const binding of bindingsOf(child, engine)) {
      parts.push(`${source.constant(binding)}.${codedMethod[type]}(${value},${at},c);`);
    }
    return parts.join('');
  }

  function emitPrimitiveRules(child: ElementNode, type: string, value: string, path: string): void {
    if (type === 'code' || type === 'uri' || type === 'string') {
      for (const binding of bindingsOf(child, engine)) source.line(`${source.constant(binding)}.code(${value},${path},c);`);
    }
    emitOwnConstraints(child, type, value, path);
    const rule = primitiveRules[type];
    if (rule) source.line(`${source.constant(rule)}(${value},${path},c);`);
  }

  /** A code that is bound as required can't be replaced by extensions. */
  function codeless(child: ElementNode, type: string, literal: string, path: string): string {
    const required = type === 'code' && child.definition.binding?.strength === 'required' ? child.definition.binding.valueSet : undefined;
    return required === undefined ? '' : `if(v[${literal}]===undefined)${runtimeName}.codeless(${path},c,${source.constant(required)});`;
  }

  /** Constraints of the element beyond those that its type has anyway. */
  function emitOwnConstraints(child: ElementNode, type: string, value: string, path: string): void {
    if (child.children.length > 0) return;
    const target = child.definition.contentReference === undefined ? engine.registry.structureDefinition(type) : undefined;
    const inherited = new Set((target?.snapshot?.element?.[0]?.constraint ?? []).map((constraint) => constraint.key));
    for (const constraint of child.definition.constraint ?? [])
      if (!inherited.has(constraint.key)) emitInvariant(constraint, value, path, child.path === 'Extension.url' ? 'uri' : type);
  }

  function emitInvariant(constraint: Parameters<Engine['invariant']>[0], value: string, path: string, type: string): void {
    const invariant = engine.invariant(constraint, type);
    if (invariant) source.line(`${source.constant(invariant)}.check(${value},${path},c);`);
  }

  function emitMinimum(child: ElementNode, choice: number): void {
    const min = child.definition.min ?? 0;
    if (min === 0 || child.definition.max === '0') return;
    const name = JSON.stringify(child.name);
    if (choice >= 0) source.line(`if(h${choice}==='')${runtimeName}.missing(${name},p,c,${JSON.stringify(definition.url ?? '')});`);
    else
      source.line(
        `if(v[${name}]===undefined&&v[${JSON.stringify(`_${child.name}`)}]===undefined)${runtimeName}.missing(${name},p,c,${JSON.stringify(definition.url ?? '')});`,
      );
  }

  function emitted(emit: () => void): string {
    return source.aside(emit);
  }
}

// FHIR content hardly passes 30; beyond this, resources are hostile.
const maxDepth = 150;

const codedMethod = { CodeableConcept: 'concept', Coding: 'coding', Quantity: 'quantity' } as const;

/** The nodes that need a function of their own: the type, and each element that has children in this definition. */
function shapesOf(root: ElementNode): readonly ElementNode[] {
  const found: ElementNode[] = [];
  const visit = (node: ElementNode) => {
    found.push(node);
    for (const child of node.children) if (child.children.length > 0) visit(child);
  };
  visit(root);
  return found;
}

function primitiveTypeOf(child: ElementNode, key: string, type: string, isResource: boolean): string | undefined {
  if (key === 'id' && isResource) return 'id';
  if (child.path === 'Extension.url') return 'uri';
  return isPrimitiveType(type) ? type : undefined;
}

function knownNames(shape: ElementNode): readonly string[] {
  return shape.children.flatMap((child) => jsonNames(child).map(({ key }) => key));
}

const maxValueSetUrl = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

const additionalBindingUrl = 'http://hl7.org/fhir/tools/StructureDefinition/additional-binding';

/** A binding beside the binding; one that holds only in some context of use is left out. */
function additionalBinding(extension: Extension): { readonly valueSet: string; readonly strength: string } | undefined {
  const part = (url: string) => extension.extension?.find((item) => item.url === url);
  const purpose = part('purpose')?.valueCode;
  const valueSet = part('valueSet')?.valueCanonical;
  if (valueSet === undefined || part('usage') || (purpose !== 'required' && purpose !== 'maximum' && purpose !== 'extensible'))
    return undefined;
  return { valueSet, strength: purpose };
}

/** What an element's binding demands: its value set unless the binding is a mere example, and its maximum value set. */
export function bindingsOf(node: ElementNode, engine: Engine): readonly BindingCheck[] {
  const binding = node.definition.binding;
  if (!binding) return [];
  const found: BindingCheck[] = [];
  if (binding.valueSet !== undefined && (binding.strength === 'required' || binding.strength === 'extensible')) {
    found.push(engine.binding(binding.valueSet, binding.strength));
  }
  for (const extension of binding.extension ?? []) {
    const maximum = extension.url === maxValueSetUrl ? (extension.valueCanonical ?? extension.valueUri) : undefined;
    if (maximum !== undefined) found.push(engine.binding(maximum, 'maximum'));
    const additional = extension.url === additionalBindingUrl ? additionalBinding(extension) : undefined;
    if (additional) found.push(engine.binding(additional.valueSet, additional.strength));
  }
  return found;
}
