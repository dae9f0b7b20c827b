import { child, children, type ElmDefinition, type ElmLibrary, type ElmNode, text } from './elm.js';
import { findLibrary, type Libraries } from './libraries.js';
import { Refusal } from './refusal.js';
import { specifiedType, typeText } from './types.js';

/**
 * What a program needs of its libraries, in one piece: no include, function, operand, code or value set reference is left, every alias and let has a name of
 * its own, parameters without a value have become their default. `ExpressionRef.name` is a key of `definitions`.
 */
export interface InlinedProgram {
  readonly definitions: ReadonlyMap<string, ElmNode>;
  /** Key of the main library's definition; undefined where it has none of that name. */
  key(expression: string): string | undefined;
}

export const patientKey = 'Patient';

/** Inlines the named definitions of `main` and what they reach. `parameters` names those with a value. Throws Refusal for recursion and what it can't resolve. */
export function inline(
  libraries: Libraries,
  main: ElmLibrary,
  expressions: readonly string[],
  parameters: ReadonlySet<string>,
): InlinedProgram {
  const definitions = new Map<string, ElmNode>();
  const open = new Set<string>();
  const specials: Readonly<Record<string, (source: ElmNode, scope: Scope) => ElmNode>> = {
    Query: query,
    ExpressionRef: reference,
    FunctionRef: call,
    ParameterRef: parameter,
    OperandRef: operand,
    AliasRef: renamed,
    QueryLetRef: renamed,
    Property: property,
    CodeRef: code,
    ConceptRef: concept,
    ValueSetRef: valueSet,
    Code: codeLiteral,
    InValueSet: inValueSet,
  };
  let names = 0;
  let nodes = 0;

  for (const name of expressions) if (definitionOf(main, 'statements', name)) reach(main, name, undefined);
  return { definitions, key: (expression) => (definitionOf(main, 'statements', expression) ? keyOf(main, expression) : undefined) };

  function reach(library: ElmLibrary, name: string, from: ElmNode | undefined): string {
    const key = keyOf(library, name);
    if (definitions.has(key)) return key;
    const definition = definitionOf(library, 'statements', name);
    const body = definition && child(definition, 'expression');
    if (!body) throw refusal(library, from ?? library, `there is no definition "${name}"`);
    if (open.has(key)) throw refusal(library, from ?? definition, `the definition "${name}" refers to itself`);
    if (name === patientKey && body.type === 'SingletonFrom') return patientKey;
    open.add(key);
    const inlined = node(body, { library, names: new Map(), operands: new Map(), depth: 0 });
    open.delete(key);
    definitions.set(key, inlined);
    return key;
  }

  function node(source: ElmNode, scope: Scope): ElmNode {
    nodes += 1;
    // Forty functions that each call the next one twice are a page of CQL and a million million nodes.
    if (nodes > maximumNodes) throw refusal(scope.library, source, `inlined, the definitions have more than ${maximumNodes} nodes`);
    const special = specials[source.type ?? ''];
    return special ? special(source, scope) : copy(source, scope);
  }

  function copy(source: ElmNode, scope: Scope): ElmNode {
    const made: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(source)) made[name] = kept.has(name) ? value : anything(value, scope);
    if (typeof made['locator'] === 'string') made['locator'] = located(scope.library, source);
    return made;
  }

  function anything(value: unknown, scope: Scope): unknown {
    if (Array.isArray(value)) return value.map((item) => anything(item, scope));
    return typeof value === 'object' && value !== null ? node(value as ElmNode, scope) : value;
  }

  function query(source: ElmNode, outer: Scope): ElmNode {
    // An alias is visible to everything after it: give each its new name before the clauses are read.
    const scope: Scope = { ...outer, names: new Map(outer.names) };
    const sources = children(source, 'source').map((item) => declare(item, 'alias', scope, outer));
    const lets = children(source, 'let').map((item) => declare(item, 'identifier', scope, scope));
    const relationships = children(source, 'relationship').map((item) => {
      const within: Scope = { ...scope, names: new Map(scope.names) };
      const declared = declare(item, 'alias', within, scope);
      const suchThat = child(item, 'suchThat');
      return { ...declared, ...(suchThat ? { suchThat: node(suchThat, within) } : {}) };
    });
    const rest: Record<string, unknown> = {};
    for (const clause of ['where', 'return', 'aggregate', 'sort']) {
      if (source[clause] !== undefined) rest[clause] = anything(source[clause], scope);
    }
    const { source: _source, let: _let, relationship: _relationship, ...head } = copyHead(source);
    return {
      ...head,
      locator: located(outer.library, source),
      source: sources,
      let: lets,
      relationship: relationships,
      ...rest,
    } as ElmNode;
  }

  function copyHead(source: ElmNode): ElmNode {
    const { where: _where, return: _return, aggregate: _aggregate, sort: _sort, ...head } = source;
    return head as ElmNode;
  }

  /** An alias or let under a name of its own; `scope` learns it, its expression is read in `reading`. */
  function declare(item: ElmNode, field: 'alias' | 'identifier', scope: Scope, reading: Scope): ElmNode {
    const expression = child(item, 'expression');
    const inlined = expression && node(expression, reading);
    names += 1;
    const fresh = `${text(item, field)}#${names}`;
    scope.names.set(text(item, field), fresh);
    return {
      ...(item.type === undefined ? {} : { type: item.type }),
      [field]: fresh,
      locator: located(scope.library, item),
      ...(inlined ? { expression: inlined } : {}),
    };
  }

  function call(source: ElmNode, scope: Scope): ElmNode {
    const name = text(source, 'name');
    const operands = children(source, 'operand').map((operand) => node(operand, scope));
    const library = libraryOf(source, scope);
    if (library.identifier.id === 'FHIRHelpers') return { ...source, locator: located(scope.library, source), operand: operands };
    if (scope.depth > maximumDepth) throw refusal(scope.library, source, `the function "${name}" calls itself`);
    const definition = functionOf(library, name, source);
    const body = definition && child(definition, 'expression');
    if (!definition || !body) throw refusal(scope.library, source, `there is no function "${name}" for these operands`);
    const bound = new Map(children(definition, 'operand').map((operand, place) => [text(operand, 'name'), operands[place]] as const));
    return node(body, { library, names: new Map(), operands: bound, depth: scope.depth + 1 });
  }

  function parameter(source: ElmNode, scope: Scope): ElmNode {
    const name = text(source, 'name');
    const library = libraryOf(source, scope);
    if (parameters.has(name)) return { ...source, locator: located(scope.library, source) };
    const definition = definitionOf(library, 'parameters', name);
    const value = definition && child(definition, 'default');
    if (!value) throw refusal(scope.library, source, `the parameter "${name}" has neither value nor default`);
    return node(value, { library, names: new Map(), operands: new Map(), depth: 0 });
  }

  function code(source: ElmNode, scope: Scope): ElmNode {
    const library = libraryOf(source, scope);
    const definition = definitionOf(library, 'codes', text(source, 'name'));
    if (!definition) throw refusal(scope.library, source, `there is no code "${text(source, 'name')}"`);
    const system = child(definition, 'codeSystem');
    return {
      ...source,
      type: 'Code',
      code: text(definition, 'id'),
      system: { type: 'CodeSystem', id: system ? systemOf(system, library) : '' },
    };
  }

  function concept(source: ElmNode, scope: Scope): ElmNode {
    const library = libraryOf(source, scope);
    const definition = definitionOf(library, 'concepts', text(source, 'name'));
    if (!definition) throw refusal(scope.library, source, `there is no concept "${text(source, 'name')}"`);
    const codes = children(definition, 'code').map((item) => code(item, { ...scope, library }));
    return { ...source, type: 'Concept', code: codes };
  }

  function valueSet(source: ElmNode, scope: Scope): ElmNode {
    const library = libraryOf(source, scope);
    const definition = definitionOf(library, 'valueSets', text(source, 'name'));
    if (!definition) throw refusal(scope.library, source, `there is no value set "${text(source, 'name')}"`);
    const version = text(definition, 'version');
    return { ...source, type: 'ValueSetRef', url: `${text(definition, 'id')}${version === '' ? '' : `|${version}`}` };
  }

  /** ELM leaves the type of the value set's reference out here. */
  function inValueSet(source: ElmNode, scope: Scope): ElmNode {
    const named = child(source, 'valueset');
    return { ...copy(source, scope), ...(named ? { valueset: valueSet(named, scope) } : {}) };
  }

  function codeLiteral(source: ElmNode, scope: Scope): ElmNode {
    const system = child(source, 'system');
    return { ...source, system: { type: 'CodeSystem', id: system ? systemOf(system, scope.library) : '' } };
  }

  function systemOf(reference: ElmNode, library: ElmLibrary): string {
    const holder = libraryOf(reference, { library, names: new Map(), operands: new Map(), depth: 0 });
    return text(definitionOf(holder, 'codeSystems', text(reference, 'name')) ?? {}, 'id');
  }

  function libraryOf(reference: ElmNode, scope: Scope): ElmLibrary {
    const local = text(reference, 'libraryName');
    if (local === '') return scope.library;
    const include = scope.library.includes?.def?.find(({ localIdentifier }) => localIdentifier === local);
    const name = include?.path.slice(include.path.lastIndexOf('/') + 1) ?? local;
    const found = findLibrary(libraries, include?.version === undefined ? name : `${name}|${include.version}`)?.library;
    if (!found) throw refusal(scope.library, reference, `the library ${name} is not here`);
    return found;
  }

  function reference(source: ElmNode, scope: Scope): ElmNode {
    const library = libraryOf(source, scope);
    return { ...source, locator: located(scope.library, source), name: reach(library, text(source, 'name'), source) };
  }

  function renamed(source: ElmNode, scope: Scope): ElmNode {
    const fresh = scope.names.get(text(source, 'name'));
    if (fresh === undefined) throw refusal(scope.library, source, `the name "${text(source, 'name')}" is not in scope`);
    return { ...source, locator: located(scope.library, source), name: fresh };
  }

  function property(source: ElmNode, scope: Scope): ElmNode {
    const alias = text(source, 'scope');
    const copied = copy(source, scope);
    return alias === '' ? copied : { ...copied, scope: scope.names.get(alias) ?? alias };
  }

  function operand(source: ElmNode, scope: Scope): ElmNode {
    const bound = scope.operands.get(text(source, 'name'));
    if (!bound) throw refusal(scope.library, source, `the operand "${text(source, 'name')}" is not in scope`);
    return bound;
  }
}

interface Scope {
  readonly library: ElmLibrary;
  /** Names of aliases and lets in the CQL → the names of their own. */
  readonly names: Map<string, string>;
  readonly operands: ReadonlyMap<string, ElmNode | undefined>;
  readonly depth: number;
}

/** Functions within functions deeper than this can only be recursion. */
const maximumDepth = 60;

const maximumNodes = 200_000;

/** Fields that hold no expressions, or none that is evaluated. */
const kept: ReadonlySet<string> = new Set([
  'annotation',
  'signature',
  'resultTypeSpecifier',
  'asTypeSpecifier',
  'isTypeSpecifier',
  'toTypeSpecifier',
]);

function keyOf(library: ElmLibrary, name: string): string {
  return `${library.identifier.id}.${name}`;
}

function located(library: ElmLibrary, node: ElmNode): string {
  const locator = node.locator ?? '';
  return locator.includes(' ') ? locator : `${library.identifier.id} ${locator}`;
}

function refusal(library: ElmLibrary, node: ElmNode, reason: string): Refusal {
  return new Refusal(node.type ?? 'Definition', located(library, node), reason);
}

function definitionOf(
  library: ElmLibrary,
  kind: 'statements' | 'parameters' | 'codes' | 'concepts' | 'codeSystems' | 'valueSets',
  name: string,
): ElmDefinition | undefined {
  return library[kind]?.def?.find((definition) => definition.name === name && definition.type !== 'FunctionDef');
}

/** The function of that name for the call's operand types: by number of operands, then by the signature that the translator wrote. */
function functionOf(library: ElmLibrary, name: string, call: ElmNode): ElmDefinition | undefined {
  const count = children(call, 'operand').length;
  const candidates = (library.statements?.def ?? []).filter(
    (definition) => definition.type === 'FunctionDef' && definition.name === name && children(definition, 'operand').length === count,
  );
  if (candidates.length < 2) return candidates[0];
  const wanted = children(call, 'signature').map((type) => typeText(specifiedType(type)));
  return candidates.find((definition) =>
    children(definition, 'operand').every((operand, place) => {
      const type = child(operand, 'operandTypeSpecifier');
      return type !== undefined && typeText(specifiedType(type)) === wanted[place];
    }),
  );
}
