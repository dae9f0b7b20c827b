import type { Expression, TypeSpecifier } from '../expression.js';
import { systemOfPrimitive } from '../item.js';
import { typeArgument } from '../parse.js';
import { convertsTo, resolveType } from '../type-names.js';
import type { ElementShape } from '../types.js';
import { constantVariable } from '../variables.js';
import { fresh, type Generation, notCovered, only, orHandOver, type Path, type Place, quote, type Reference } from './code.js';
import { generateCriterion } from './truth.js';
import { generateValue } from './value.js';

/** The members that an expression selects. Throws NotCovered where generated code doesn't reach. */
export function generatePath(node: Expression, place: Place, generation: Generation): Path {
  switch (node.kind) {
    case 'special':
      return node.name === 'this' ? place.focus : notCovered();
    case 'variable':
      return variable(node.name, generation);
    case 'member':
      return node.source
        ? step(generatePath(node.source, place, generation), node.name, generation)
        : firstStep(node.name, place, generation);
    case 'index':
      return node.index.kind === 'literal' && node.index.text === '0' && node.index.type === 'integer'
        ? first(generatePath(node.source, place, generation), generation)
        : notCovered();
    case 'type':
      return node.operator === 'as'
        ? narrowed(generatePath(node.operand, place, generation), node.type, 'as', node.at, generation)
        : notCovered();
    case 'binary':
      return node.operator === '|'
        ? union(generatePath(node.left, place, generation), generatePath(node.right, place, generation), generation)
        : notCovered();
    case 'call':
      return call(node, place, generation);
    case 'literal':
    case 'polarity':
      return notCovered();
  }
}

function call(node: Expression & { kind: 'call' }, place: Place, generation: Generation): Path {
  const [argument] = node.args;
  const source = (): Path => (node.source ? generatePath(node.source, place, generation) : place.focus);
  switch (node.name) {
    case 'where':
      return argument && node.args.length === 1 ? filtered(source(), argument, generation) : notCovered();
    case 'select':
      return argument && node.args.length === 1 ? projected(source(), argument, generation) : notCovered();
    case 'ofType':
    case 'as': {
      const type = argument && node.args.length === 1 ? typeArgument(argument) : undefined;
      return type ? narrowed(source(), type, node.name, node.at, generation) : notCovered();
    }
    case 'first':
      return node.args.length === 0 ? first(source(), generation) : notCovered();
    case 'tail':
      return node.args.length === 0 ? tail(source(), generation) : notCovered();
    case 'extension':
      return argument && node.args.length === 1 ? extension(source(), textOf(argument), generation) : notCovered();
    case 'trace':
      // Without a listener (with one, the interpreter runs) trace() is its input.
      return argument?.kind === 'literal' ? source() : notCovered();
    default:
      return notCovered();
  }
}

/** A text that stands in the expression: a literal, or %`ext-birthTime`. */
function textOf(node: Expression): string {
  if (node.kind === 'literal' && node.type === 'string') return node.text;
  return (node.kind === 'variable' ? constantVariable(node.name) : undefined) ?? notCovered();
}

function variable(name: string, generation: Generation): Path {
  const root = generation.type.split('.', 1)[0] ?? '';
  if (name === 'context') return only({ value: 'f', type: generation.type });
  // Only where the focus' type tells the type of its resource; a datatype lies in any.
  if (name !== 'resource' || !generation.model.isResource(root) || isOpen(root)) return notCovered();
  return only({ value: `rt.resource(c, f, ${quote(root)})`, type: root });
}

function firstStep(name: string, place: Place, generation: Generation): Path {
  const { model } = generation;
  const shape = /^[A-Z]/.test(name) ? model.shape(name) : undefined;
  if (!shape) return step(place.focus, name, generation);
  const { focus } = place;
  return {
    ...focus,
    types: focus.types.flatMap((type) => (isOpen(type) && !isOpen(name) ? [shape.name] : model.isA(type, shape.name) ? [type] : [])),
    each: (sink) =>
      focus.each((reference) => {
        if (isOpen(reference.type) && !isOpen(name))
          return `if (rt.isA(${reference.value}.resourceType, ${quote(shape.name)})) {${sink({ ...reference, type: shape.name })}}`;
        return model.isA(reference.type, shape.name) ? sink(reference) : '';
      }),
    present: (hit) => focus.each((reference) => (model.isA(reference.type, shape.name) ? hit : isOpen(reference.type) ? notCovered() : '')),
  };
}

/** Types of which JSON tells more: `resourceType`. */
export function isOpen(type: string): boolean {
  return type === 'Resource' || type === 'DomainResource';
}

export function isPrimitiveType(type: string): boolean {
  return Object.hasOwn(systemOfPrimitive, type);
}

// Beyond this many choices the keys of the object are compared with the names of the element, not the other way round.
const manyChoices = 6;

function step(source: Path, name: string, generation: Generation): Path {
  const elementOf = (type: string): ElementShape | undefined => {
    const shape = generation.model.shape(type) ?? notCovered();
    const element = shape.elements.get(name);
    if (element) return element;
    // Not every resource has what a DomainResource has: guarded() asks.
    if (isOpen(type)) return generation.model.shape('DomainResource')?.elements.get(name) ?? notCovered();
    const key = shape.keys.get(name);
    return key && { ...key.element, choices: [key.choice] };
  };
  const elements = source.types.map(elementOf).filter((element) => element !== undefined);
  return {
    types: [...new Set(elements.flatMap((element) => element.choices.map(({ type }) => type)))],
    single: source.single && elements.every((element) => !element.many),
    repeats: source.repeats,
    each: (sink) =>
      source.each((reference) => {
        const element = elementOf(reference.type);
        const holder = holderOf(reference);
        if (!element || holder === undefined) return '';
        const made = element.choices
          .map((choice) => readChoice(holder.value, choice.key, choice.type, element.many, sink, generation))
          .join('');
        return made === '' ? '' : holder.guard(guarded(reference, made));
      }),
    present: (hit) =>
      source.each((reference) => {
        const element = elementOf(reference.type);
        const holder = holderOf(reference);
        return element && holder ? holder.guard(guarded(reference, presence(holder.value, element, hit, generation))) : '';
      }),
  };

  function guarded(reference: Reference, code: string): string {
    if (reference.type !== 'Resource' || generation.model.shape('Resource')?.elements.has(name)) return code;
    return `if (rt.isA(${reference.value}.resourceType, "DomainResource")) {${code}}`;
  }
}

/** The object that holds an element's children: a primitive's is its sibling. */
function holderOf(reference: Reference): { readonly value: string; guard(code: string): string } | undefined {
  if (!isPrimitiveType(reference.type)) return { value: reference.value, guard: (code) => code };
  const { sibling } = reference;
  return sibling === undefined ? undefined : { value: sibling, guard: (code) => `if (${sibling} !== undefined) {${code}}` };
}

/** Statements that read one JSON property and run `sink` on what it holds. JSON of another form than the type's is left to the interpreter. */
function readChoice(
  holder: string,
  key: string,
  type: string,
  many: boolean,
  sink: (reference: Reference) => string,
  generation: Generation,
): string {
  const value = fresh(generation, 'x');
  const primitive = isPrimitiveType(type);
  const sibling = primitive && !many ? fresh(generation, 'y') : undefined;
  const inner = sink({ value, type, ...(sibling === undefined ? {} : { sibling }) });
  if (inner === '') return '';
  const property = `${holder}[${quote(key)}]`;
  const siblingProperty = `${holder}[${quote(`_${key}`)}]`;
  if (many) {
    const list = fresh(generation, 'a');
    const index = fresh(generation, 'i');
    const odd = primitive ? `${value} == null || typeof ${value} === "object"` : `typeof ${value} !== "object" || ${value} === null`;
    const loop = `if (!Array.isArray(${list})) rt.other(); for (let ${index} = 0; ${index} < ${list}.length; ${index}++) { if (--q < 0) rt.stop(); const ${value} = ${list}[${index}]; if (${odd}) rt.other(); ${inner} }`;
    const siblings = primitive ? `if (${siblingProperty} !== undefined) rt.other();` : '';
    return `{ const ${list} = ${property}; ${siblings} if (${list} !== undefined) { ${loop} } }`;
  }
  if (sibling !== undefined) {
    const odd = `${value} === null || typeof ${value} === "object" || (${sibling} !== undefined && (typeof ${sibling} !== "object" || ${sibling} === null || Array.isArray(${sibling})))`;
    return `{ const ${value} = ${property}, ${sibling} = ${siblingProperty}; if (${value} !== undefined || ${sibling} !== undefined) { if (${odd}) rt.other(); ${inner} } }`;
  }
  return `{ const ${value} = ${property}; if (${value} !== undefined) { if (typeof ${value} !== "object" || ${value} === null || Array.isArray(${value})) rt.other(); ${inner} } }`;
}

/** Statements that run `hit` where the element has a member, without looking at it closer than that needs. */
function presence(holder: string, element: ElementShape, hit: string, generation: Generation): string {
  if (element.choices.length > manyChoices) {
    const keys = new Set(element.choices.flatMap(({ key, type }) => (isPrimitiveType(type) ? [key, `_${key}`] : [key])));
    generation.constants.push(keys);
    return `if (rt.hasAny(${holder}, k[${generation.constants.length - 1}])) {${hit}}`;
  }
  return element.choices
    .map(({ key, type }) => {
      const tests = [`rt.${element.many ? 'hasMany' : 'has'}(${holder}[${quote(key)}])`];
      if (isPrimitiveType(type)) tests.push(`rt.${element.many ? 'hasMany' : 'has'}(${holder}[${quote(`_${key}`)}])`);
      return `if (${tests.join(' || ')}) {${hit}}`;
    })
    .join('');
}

function filtered(source: Path, criterion: Expression, generation: Generation): Path {
  const each = (sink: (reference: Reference) => string): string =>
    source.each((reference) => {
      const inner = sink(reference);
      if (inner === '') return '';
      const { code, value } = generateCriterion(criterion, reference, generation);
      return `${code} if (${value} === true) {${inner}}`;
    });
  return { ...source, each, present: (hit) => each(() => hit) };
}

function projected(source: Path, projection: Expression, generation: Generation): Path {
  const inner = (reference: Reference): Path =>
    orHandOver(() => generatePath(projection, { focus: only(reference) }, generation), undefined) ??
    computed(projection, reference, generation);
  const kinds = source.types.map((type) => inner({ value: '', type }));
  return {
    types: [...new Set(kinds.flatMap(({ types }) => types))],
    single: source.single && kinds.every(({ single }) => single),
    repeats: source.repeats || kinds.some(({ repeats }) => repeats),
    each: (sink) => source.each((reference) => inner(reference).each(sink)),
    present: (hit) => source.each((reference) => inner(reference).present(hit)),
  };
}

/** A projection that is computed: `select(fullUrl & resource.meta.versionId)`. */
function computed(projection: Expression, reference: Reference, generation: Generation): Path {
  const result = generateValue(projection, { focus: only(reference) }, generation);
  const type = result.type.startsWith('System.') ? result.type : notCovered();
  const each = (sink: (made: Reference) => string): string => {
    const value = fresh(generation, 'w');
    return `${result.code} const ${value} = ${result.value}; if (${value} !== undefined) {${sink({ value, type })}}`;
  };
  return { types: [type], single: true, repeats: false, each, present: (hit) => each(() => hit) };
}

function narrowed(source: Path, specifier: TypeSpecifier, operator: 'as' | 'ofType', at: number, generation: Generation): Path {
  const { model, mode } = generation;
  if (operator === 'as' && mode === 'strict' && !source.single) notCovered();
  const type = resolveType(specifier, model, at);
  const each = (sink: (reference: Reference) => string): string =>
    source.each((reference) => {
      if (isOpen(reference.type)) {
        if (type.kind !== 'fhir') return '';
        const inner = sink({ ...reference, type: type.name });
        return inner === '' ? '' : `if (rt.isA(${reference.value}.resourceType, ${quote(type.name)})) {${inner}}`;
      }
      return convertsTo({ type: reference.type, value: undefined }, type, model, mode) ? sink(reference) : '';
    });
  const types = source.types.flatMap((own) => {
    if (isOpen(own)) return type.kind === 'fhir' ? [type.name] : [];
    return convertsTo({ type: own, value: undefined }, type, model, mode) ? [own] : [];
  });
  return { types, single: source.single, repeats: source.repeats, each, present: (hit) => each(() => hit) };
}

function first(source: Path, generation: Generation): Path {
  if (source.single) return source;
  if (source.repeats) notCovered();
  const each = (sink: (reference: Reference) => string): string => {
    const label = fresh(generation, 'L');
    const inner = source.each((reference) => {
      const made = sink(reference);
      return made === '' ? `break ${label};` : `${made} break ${label};`;
    });
    return inner === '' ? '' : `${label}: {${inner}}`;
  };
  return { types: source.types, single: true, repeats: false, each, present: (hit) => source.present(hit) };
}

function tail(source: Path, generation: Generation): Path {
  if (source.repeats) notCovered();
  const each = (sink: (reference: Reference) => string): string => {
    const count = fresh(generation, 'n');
    return `let ${count} = 0; ${source.each((reference) => `if (${count}++ > 0) {${sink(reference)}}`)}`;
  };
  return { types: source.types, single: false, repeats: false, each, present: (hit) => each(() => hit) };
}

function extension(source: Path, url: string, generation: Generation): Path {
  const all = step(source, 'extension', generation);
  const each = (sink: (reference: Reference) => string): string =>
    all.each((reference) => {
      const inner = sink(reference);
      return inner === '' ? '' : `if (${reference.value}.url === ${quote(url)}) {${inner}}`;
    });
  return { types: all.types, single: false, repeats: source.repeats, each, present: (hit) => each(() => hit) };
}

function union(left: Path, right: Path, generation: Generation): Path {
  const each = (sink: (reference: Reference) => string): string => {
    // Each side writes the sink anew: this counts, so that unions within unions don't write without end.
    fresh(generation, 'u');
    return `${left.each(sink)}${right.each(sink)}`;
  };
  // A side that has no members by its types leaves the other as it is.
  if (left.types.length === 0) return { ...right, repeats: right.repeats || !right.single };
  if (right.types.length === 0) return { ...left, repeats: left.repeats || !left.single };
  return {
    types: [...new Set([...left.types, ...right.types])],
    single: false,
    repeats: true,
    each,
    present: (hit) => `${left.present(hit)}${right.present(hit)}`,
  };
}
