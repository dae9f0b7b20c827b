import type { CodeSystem, CodeSystemConcept, CodeSystemConceptDesignation, CodeSystemConceptProperty } from '@medplum/fhirtypes';
import type { CodeSource, PropertyValue } from './code-source.js';
import type { Concept } from './terminology.js';

interface Node {
  readonly concept: Concept;
  readonly definition?: string;
  readonly properties: readonly CodeSystemConceptProperty[];
  readonly parents: string[];
  readonly children: string[];
}

/**
 * A CodeSystem resource, with the designations and properties of `supplements` merged in. The hierarchy is the nesting of concepts together with
 * the properties `parent`, `child` and `subsumedBy`, whichever the system uses.
 */
export function resourceSource(codeSystem: CodeSystem, supplements: readonly CodeSystem[] = []): CodeSource {
  const caseSensitive = codeSystem.caseSensitive !== false;
  const extra = supplementIndex(supplements);
  const nodes = new Map<string, Node>();
  const folded = new Map<string, string>();
  addConcepts();
  linkByProperty();
  const hierarchical = [...nodes.values()].some((node) => node.parents.length > 0);
  const properties = new Set<string>((codeSystem.property ?? []).map((property) => property.code ?? ''));
  for (const supplement of supplements) for (const property of supplement.property ?? []) properties.add(property.code ?? '');

  return {
    system: codeSystem.url ?? '',
    ...(codeSystem.version === undefined ? {} : { version: codeSystem.version }),
    ...(codeSystem.name === undefined ? {} : { name: codeSystem.title ?? codeSystem.name }),
    propertyNames: [...properties],
    complete: codeSystem.content === 'complete' || codeSystem.content === undefined,
    size: nodes.size,
    hierarchical,
    find: (code) => nodeOf(code)?.concept,
    *all() {
      for (const node of nodes.values()) yield node.concept;
    },
    parents: (code) => nodeOf(code)?.parents ?? [],
    children: (code) => nodeOf(code)?.children ?? [],
    definition: (code) => nodeOf(code)?.definition,
    property(code, name) {
      const node = nodeOf(code);
      const values = node?.properties.filter((property) => property.code === name).map(propertyValue) ?? [];
      return values.length > 0 || properties.has(name) ? values : undefined;
    },
  };

  function nodeOf(code: string): Node | undefined {
    return nodes.get(code) ?? (caseSensitive ? undefined : nodes.get(folded.get(code.toLowerCase()) ?? ''));
  }

  function addConcepts(): void {
    for (const { concept: raw, parent } of walkConcepts(codeSystem.concept ?? [])) {
      const code = raw.code ?? '';
      // The same code in two places of the tree is one concept with two parents.
      if (!nodes.has(code)) nodes.set(code, nodeFrom(codeSystem.url ?? '', raw, extra.get(code) ?? []));
      if (!caseSensitive) folded.set(code.toLowerCase(), code);
      if (parent !== undefined) link(parent, code);
    }
  }

  function link(parent: string, child: string): void {
    const above = nodes.get(parent);
    const below = nodes.get(child);
    if (!above || !below || below.parents.includes(parent)) return;
    below.parents.push(parent);
    above.children.push(child);
  }

  function linkByProperty(): void {
    for (const [code, node] of nodes) {
      for (const property of node.properties) {
        const other = property.valueCode;
        if (other === undefined) continue;
        if (property.code === 'parent' || property.code === 'subsumedBy') link(other, code);
        if (property.code === 'child') link(code, other);
      }
    }
  }
}

function supplementIndex(supplements: readonly CodeSystem[]): ReadonlyMap<string, readonly CodeSystemConcept[]> {
  const index = new Map<string, CodeSystemConcept[]>();
  for (const supplement of supplements) {
    for (const { concept } of walkConcepts(supplement.concept ?? [])) {
      const code = concept.code ?? '';
      index.set(code, [...(index.get(code) ?? []), concept]);
    }
  }
  return index;
}

/** Nested concepts, a parent before its children. Keeps its own stack: a code system may be nested deeper than calls can be. */
function* walkConcepts(
  concepts: readonly CodeSystemConcept[],
): Generator<{ readonly concept: CodeSystemConcept; readonly parent: string | undefined }> {
  const open = [{ concepts: concepts.values(), parent: undefined as string | undefined }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.concepts.next();
    if (next.done) {
      open.pop();
      continue;
    }
    yield { concept: next.value, parent: top.parent };
    if (next.value.concept) open.push({ concepts: next.value.concept.values(), parent: next.value.code ?? '' });
  }
}

function nodeFrom(system: string, raw: CodeSystemConcept, extra: readonly CodeSystemConcept[]): Node {
  const properties = [...(raw.property ?? []), ...extra.flatMap((concept) => concept.property ?? [])];
  const designations = [...(raw.designation ?? []), ...extra.flatMap(designationsOf)].map(({ language, value }) => ({
    ...(language === undefined ? {} : { language }),
    value: value ?? '',
  }));
  return {
    concept: {
      system,
      code: raw.code ?? '',
      ...(raw.display === undefined ? {} : { display: raw.display }),
      ...(designations.length === 0 ? {} : { designations }),
      ...(isInactive(properties) ? { inactive: true } : {}),
      ...(isAbstract(properties) ? { abstract: true } : {}),
    },
    ...(raw.definition === undefined ? {} : { definition: raw.definition }),
    properties,
    parents: [],
    children: [],
  };
}

/** A supplement may give a designation, or a display in its own language. */
function designationsOf(concept: CodeSystemConcept): readonly CodeSystemConceptDesignation[] {
  const display = concept.display === undefined ? [] : [{ value: concept.display }];
  return [...(concept.designation ?? []), ...display];
}

// Source: R4 CodeSystem §4.8.10.2, the properties that mark a concept as retired or as a mere grouper.
function isInactive(properties: readonly CodeSystemConceptProperty[]): boolean {
  return properties.some(
    (property) =>
      (property.code === 'inactive' && (property.valueBoolean === true || property.valueCode === 'true')) ||
      (property.code === 'status' && ['retired', 'inactive'].includes(property.valueCode ?? property.valueString ?? '')),
  );
}

function isAbstract(properties: readonly CodeSystemConceptProperty[]): boolean {
  return properties.some(
    (property) => (property.code === 'notSelectable' || property.code === 'abstract') && property.valueBoolean === true,
  );
}

function propertyValue(property: CodeSystemConceptProperty): PropertyValue {
  return (
    property.valueCode ??
    property.valueString ??
    property.valueBoolean ??
    property.valueInteger ??
    property.valueDecimal ??
    property.valueDateTime ??
    property.valueCoding?.code ??
    ''
  );
}
