import { SaxesParser, type SaxesTagNS } from 'saxes';
import { maximumDepth, rememberNumber } from './json.js';
import type { Text } from './outcome.js';
import { type Issue, issue, type Result } from './outcome.js';
import type { JsonObject } from './resource.js';
import { fhirText } from './text.js';
import { createNarrative, type Narrative, xhtmlNamespace } from './xml-narrative.js';
import { type Definitions, type XmlProperty, type XmlSchema, xmlSchema } from './xml-schema.js';

export const fhirNamespace = 'http://hl7.org/fhir';
const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';
export const maxIssues = 50;

interface Open {
  readonly kind: 'resource' | 'complex' | 'primitive' | 'wrapper';
  readonly schema: XmlSchema | undefined;
  readonly object: Record<string, unknown>;
  readonly path: string;
  /** Order of the last child, to see that the sequence holds. */
  order: number;
  /** Puts the finished element where it belongs. */
  close(): void;
}

/**
 * A resource in XML as the JSON that means the same. Refuses a DTD, entities beyond XML's five, elements that R4 doesn't know, a wrong order,
 * and more than `maximumDepth` levels; all issues at once as far as the text is well formed, each with its line. Comments and instructions fall away,
 * save comments inside a narrative. Numbers keep their digits as in `parseJson`. Source: R4 XML §2.6.1.
 */
export function parseXml(text: string, definitions: Definitions): Result<JsonObject> {
  const issues: Issue[] = [];
  const parser = new SaxesParser({ xmlns: true });
  const stack: Open[] = [];
  let result: JsonObject | undefined;
  let narrative: Narrative | undefined;
  let skipping = 0;
  let depth = 0;

  const report = (rule: string, message: Text, expression?: string): void => {
    if (issues.length >= maxIssues) return;
    const more = { diagnostics: `line ${parser.line}, column ${parser.column}` };
    issues.push(issue('structure', rule, message, expression ? { ...more, expression } : more));
  };

  parser.on('error', (error) => {
    throw new XmlSyntaxError(error.message);
  });
  parser.on('doctype', () => {
    throw new XmlDtdError();
  });
  parser.on('opentag', (tag) => {
    // The parser itself slows down with depth, so that what is skipped counts too.
    depth += 1;
    if (depth > maximumDepth) throw new XmlDepthError();
    if (narrative) narrative.open(tag);
    else if (skipping > 0) skipping += 1;
    else openElement(tag);
  });
  parser.on('closetag', () => {
    depth -= 1;
    if (narrative) {
      if (narrative.close()) narrative = undefined;
    } else if (skipping > 0) skipping -= 1;
    else stack.pop()?.close();
  });
  parser.on('text', (characters) => {
    if (narrative) narrative.text(characters);
    else if (skipping === 0 && characters.trim() !== '') report('xml-text', fhirText.xmlText, stack.at(-1)?.path);
  });
  parser.on('cdata', (characters) => narrative?.text(characters));
  parser.on('comment', (comment) => narrative?.comment(comment));

  function openElement(tag: SaxesTagNS): void {
    const parent = stack.at(-1);
    if (!parent) {
      openResource(tag, (object) => (result = object), tag.local);
      return;
    }
    if (parent.kind === 'wrapper') {
      openResource(
        tag,
        (object) => {
          parent.object['resource'] = object;
        },
        parent.path,
      );
      return;
    }
    const expected = tag.local === 'div' ? xhtmlNamespace : fhirNamespace;
    const property = tag.uri === expected || tag.uri === fhirNamespace ? parent.schema?.byName.get(tag.local) : undefined;
    const path = `${parent.path}.${tag.local}`;
    if (!property || property.kind === 'attribute') {
      report('xml-element', fhirText.xmlUnknown(tag.local), parent.path);
      skipping = 1;
      return;
    }
    if (property.order < parent.order) report('xml-order', fhirText.xmlOrder(tag.local), path);
    parent.order = Math.max(parent.order, property.order);
    openProperty(tag, property, parent, path);
  }

  function openProperty(tag: SaxesTagNS, property: XmlProperty, parent: Open, path: string): void {
    const index = property.many ? lengthOf(parent.object, property.name) : undefined;
    const at = index === undefined ? path : `${path}[${index}]`;
    if (!property.many && (Object.hasOwn(parent.object, property.name) || Object.hasOwn(parent.object, `_${property.name}`))) {
      report('xml-repeat', fhirText.xmlRepeat(tag.local), at);
    }
    switch (property.kind) {
      case 'xhtml': {
        if (tag.uri !== xhtmlNamespace) report('xml-namespace', fhirText.xmlNamespace(tag.local, xhtmlNamespace), at);
        const made = createNarrative((html) => {
          parent.object[property.name] = html;
        });
        made.open(tag);
        narrative = made;
        return;
      }
      case 'resource': {
        const wrapper: Record<string, unknown> = {};
        const close = (): void => {
          if (wrapper['resource'] !== undefined) place(parent.object, property, wrapper['resource'], undefined);
          else report('xml-empty', fhirText.xmlEmpty(tag.local), at);
        };
        stack.push({ kind: 'wrapper', schema: undefined, object: wrapper, path: at, order: -1, close });
        return;
      }
      case 'primitive': {
        const sibling: Record<string, unknown> = {};
        const value = attributes(tag, ['value', 'id'], sibling, at);
        const close = (): void => {
          const extras = Object.keys(sibling).length > 0 ? sibling : undefined;
          if (value === undefined && !extras) report('xml-empty', fhirText.xmlEmpty(tag.local), at);
          else place(parent.object, property, value, extras);
        };
        stack.push({ kind: 'primitive', schema: elementSchema(definitions), object: sibling, path: at, order: -1, close });
        return;
      }
      case 'complex': {
        const schema = xmlSchema(property.type, definitions);
        const object: Record<string, unknown> = {};
        const names = schema?.properties.filter(({ kind }) => kind === 'attribute').map(({ name }) => name) ?? [];
        attributes(tag, names, object, at);
        const close = (): void => {
          if (Object.keys(object).length === 0) report('xml-empty', fhirText.xmlEmpty(tag.local), at);
          else place(parent.object, property, object, undefined);
        };
        stack.push({ kind: 'complex', schema, object, path: at, order: -1, close });
        return;
      }
      case 'attribute':
        return;
    }
  }

  function openResource(tag: SaxesTagNS, keep: (object: JsonObject) => void, path: string): void {
    const schema = tag.uri === fhirNamespace ? xmlSchema(tag.local, definitions) : undefined;
    if (tag.uri !== fhirNamespace) report('xml-namespace', fhirText.xmlNamespace(tag.local, fhirNamespace), path);
    else if (!schema?.resource) report('xml-resource', fhirText.xmlResource(tag.local), path);
    if (!schema?.resource) {
      skipping = 1;
      return;
    }
    const object: Record<string, unknown> = { resourceType: tag.local };
    attributes(tag, [], object, path);
    stack.push({ kind: 'resource', schema, object, path, order: -1, close: () => keep(object) });
  }

  /** Takes the attributes allowed here into `object`, and returns `value` apart. */
  function attributes(tag: SaxesTagNS, allowed: readonly string[], object: Record<string, unknown>, path: string): string | undefined {
    let value: string | undefined;
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.uri === 'http://www.w3.org/2000/xmlns/' || attribute.uri === schemaInstance) continue;
      if (!allowed.includes(attribute.name)) report('xml-attribute', fhirText.xmlAttribute(attribute.local, tag.local), path);
      else if (attribute.value === '') report('xml-empty', fhirText.xmlEmpty(`${tag.local}@${attribute.local}`), path);
      else if (attribute.name === 'value') value = attribute.value;
      else object[attribute.name] = attribute.value;
    }
    return value;
  }

  try {
    parser.write(text.startsWith('\ufeff') ? text.slice(1) : text).close();
  } catch (error) {
    if (error instanceof XmlDtdError) report('xml-dtd', fhirText.xmlDtd);
    else if (error instanceof XmlDepthError) report('xml-depth', fhirText.xmlDepth(maximumDepth));
    else if (error instanceof XmlSyntaxError) report('xml-syntax', fhirText.xmlSyntax(parser.line, parser.column));
    else throw error;
    return { ok: false, issues };
  }
  if (issues.length > 0 || !result) return { ok: false, issues };
  return { ok: true, value: result };
}

class XmlSyntaxError extends Error {}
class XmlDtdError extends Error {}
class XmlDepthError extends Error {}

// What a primitive may hold beside its value is what every element may.
export function elementSchema(definitions: Definitions): XmlSchema | undefined {
  return xmlSchema('string', definitions);
}

function lengthOf(object: Record<string, unknown>, name: string): number {
  const values = object[name] ?? object[`_${name}`];
  return Array.isArray(values) ? values.length : 0;
}

/** Adds an element to its parent; lists of primitives keep their siblings in step. */
function place(object: Record<string, unknown>, property: XmlProperty, value: unknown, sibling: JsonObject | undefined): void {
  const { name, many, type } = property;
  const converted = property.kind === 'primitive' && typeof value === 'string' ? primitive(type, value) : value;
  if (!many) {
    if (converted !== undefined) keepNumber(object, name, converted, value);
    if (sibling) object[`_${name}`] = sibling;
    return;
  }
  const length = lengthOf(object, name);
  if (property.kind !== 'primitive') {
    listOf(object, name).push(converted);
    return;
  }
  if (converted !== undefined || Object.hasOwn(object, name)) {
    const values = listOf(object, name, length);
    keepNumber(values, String(length), converted ?? null, value);
  }
  if (sibling || Object.hasOwn(object, `_${name}`)) listOf(object, `_${name}`, length)[length] = sibling ?? null;
}

function listOf(object: Record<string, unknown>, name: string, length = 0): unknown[] {
  const known = object[name];
  if (Array.isArray(known)) return known;
  const made: unknown[] = new Array(length).fill(null);
  object[name] = made;
  return made;
}

function keepNumber(holder: object, key: string, value: unknown, text: unknown): void {
  (holder as Record<string, unknown>)[key] = value;
  if (typeof value === 'number' && typeof text === 'string' && String(value) !== text) rememberNumber(holder, key, text);
}

/** A text that isn't of its type stays text: judging it is validation's part. */
function primitive(type: string, text: string): unknown {
  switch (type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'integer':
    case 'unsignedInt':
    case 'positiveInt':
      return /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
    case 'decimal':
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
    default:
      return text;
  }
}
