import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

/** What XML needs to know of the definitions. */
export interface Definitions {
  structureDefinition(type: string): StructureDefinition | undefined;
}

/** One way a property may stand in JSON and XML: `valueQuantity`. `type` names another schema or a primitive. */
export interface XmlProperty {
  readonly name: string;
  readonly type: string;
  readonly kind: 'attribute' | 'primitive' | 'xhtml' | 'resource' | 'complex';
  readonly many: boolean;
  /** Place in the sequence of its parent; the choices of one element share it. */
  readonly order: number;
}

/** The properties of a type, or of an element with children of its own (`Patient.contact`), in the order that XML prescribes. */
export interface XmlSchema {
  readonly properties: readonly XmlProperty[];
  readonly byName: ReadonlyMap<string, XmlProperty>;
  readonly resource: boolean;
}

const caches = new WeakMap<Definitions, Map<string, XmlSchema>>();

/** Undefined for a name that is no R4 type. */
export function xmlSchema(type: string, definitions: Definitions): XmlSchema | undefined {
  const cache = caches.get(definitions) ?? new Map<string, XmlSchema>();
  caches.set(definitions, cache);
  const known = cache.get(type);
  if (known) return known;
  const root = type.split('.', 1)[0] ?? type;
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(root)) return undefined;
  const definition = definitions.structureDefinition(root);
  if (!definition?.snapshot || definition.type !== root || definition.abstract) return undefined;
  for (const [path, schema] of schemasOf(definition)) cache.set(path, schema);
  return cache.get(type);
}

function schemasOf(definition: StructureDefinition): ReadonlyMap<string, XmlSchema> {
  const elements = (definition.snapshot?.element ?? []).filter((element) => !element.sliceName);
  const parents = new Set(elements.map((element) => parentOf(element.path ?? '')));
  const lists = new Map<string, XmlProperty[]>();
  elements.forEach((element, order) => {
    const path = element.path ?? '';
    if (parents.has(path)) lists.set(path, []);
    lists
      .get(parentOf(path))
      ?.push(...propertiesOf(element, order, parents.has(path), definition.kind === 'resource' && path === `${definition.type}.id`));
  });
  const schemas = new Map<string, XmlSchema>();
  for (const [path, properties] of lists) {
    const resource = path === definition.type && definition.kind === 'resource';
    schemas.set(path, { properties, byName: new Map(properties.map((property) => [property.name, property])), resource });
  }
  return schemas;
}

function propertiesOf(element: ElementDefinition, order: number, hasChildren: boolean, resourceId: boolean): readonly XmlProperty[] {
  const path = element.path ?? '';
  const last = path.slice(path.lastIndexOf('.') + 1);
  const many = (element.base?.max ?? element.max) !== '1';
  if (element.representation?.includes('xmlAttr')) return [{ name: last, type: 'string', kind: 'attribute', many: false, order }];
  if (element.contentReference !== undefined) {
    return [{ name: last, type: element.contentReference.replace(/^.*#/, ''), kind: 'complex', many, order }];
  }
  if (hasChildren) return [{ name: last, type: path, kind: 'complex', many, order }];
  const codes = [...new Set((element.type ?? []).map((type) => type.code ?? ''))];
  if (last.endsWith('[x]')) {
    const name = last.slice(0, -3);
    return codes.map((code) => ({
      name: `${name}${code.charAt(0).toUpperCase()}${code.slice(1)}`,
      type: code,
      kind: kindOf(code),
      many,
      order,
    }));
  }
  const code = resourceId ? 'id' : (codes[0] ?? '');
  return [{ name: last, type: code.startsWith('http://hl7.org/fhirpath/') ? 'string' : code, kind: kindOf(code), many, order }];
}

function kindOf(code: string): XmlProperty['kind'] {
  if (code === 'xhtml') return 'xhtml';
  if (code === 'Resource') return 'resource';
  return /^[a-z]/.test(code) ? 'primitive' : 'complex';
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}
