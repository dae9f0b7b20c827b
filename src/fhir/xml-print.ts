import { maximumDepth, numberText } from './json.js';
import { type Issue, issue, type Result, type Text } from './outcome.js';
import { isObject, type JsonObject } from './resource.js';
import { fhirText } from './text.js';
import { elementSchema, fhirNamespace, maxIssues } from './xml.js';
import { escapeAttribute, normalizedNarrative } from './xml-narrative.js';
import { type Definitions, type XmlProperty, type XmlSchema, xmlSchema } from './xml-schema.js';

/**
 * The resource as XML, elements in the order of their definition. What XML can't say is an issue: a property that R4 doesn't know, a narrative that
 * isn't well formed, a value where the type has children. `parseXml` of the text gives the resource back.
 */
export function printXml(resource: JsonObject, definitions: Definitions): Result<string> {
  const issues: Issue[] = [];
  const parts: string[] = ['<?xml version="1.0" encoding="UTF-8"?>\n'];

  const report = (rule: string, message: Text, expression: string): void => {
    if (issues.length < maxIssues) issues.push(issue('structure', rule, message, { expression }));
  };

  function printResource(value: unknown, path: string, root: boolean, depth: number): void {
    const type = isObject(value) ? value['resourceType'] : undefined;
    const schema = typeof type === 'string' ? xmlSchema(type, definitions) : undefined;
    if (!isObject(value) || typeof type !== 'string' || !schema?.resource) {
      report('xml-resource', fhirText.xmlResource(String(type ?? '')), path);
      return;
    }
    parts.push(`<${type}${root ? ` xmlns="${fhirNamespace}"` : ''}>`);
    printChildren(value, schema, path, depth);
    parts.push(`</${type}>`);
  }

  function printChildren(object: JsonObject, schema: XmlSchema, path: string, depth: number): void {
    if (depth > maximumDepth) {
      report('xml-depth', fhirText.xmlDepth(maximumDepth), path);
      return;
    }
    for (const property of schema.properties) {
      const { name } = property;
      if (property.kind !== 'attribute') printProperty(object, property, `${path}.${name}`, depth);
    }
    for (const key of Object.keys(object)) {
      const name = key.startsWith('_') ? key.slice(1) : key;
      const known = schema.byName.get(name);
      if (!(known && (name === key || known.kind === 'primitive')) && !(schema.resource && key === 'resourceType')) {
        report('xml-element', fhirText.xmlUnknown(key), path);
      }
    }
  }

  function printProperty(object: JsonObject, property: XmlProperty, path: string, depth: number): void {
    const values = Object.hasOwn(object, property.name) ? object[property.name] : undefined;
    const siblings = Object.hasOwn(object, `_${property.name}`) ? object[`_${property.name}`] : undefined;
    if (!Array.isArray(values) && !Array.isArray(siblings)) {
      if (values !== undefined || siblings !== undefined) printValue(object, property.name, values, siblings, property, path, depth);
      return;
    }
    const list = Array.isArray(values) ? values : [];
    const others = Array.isArray(siblings) ? siblings : [];
    for (let index = 0; index < Math.max(list.length, others.length); index += 1) {
      printValue(list, String(index), list[index], others[index], property, `${path}[${index}]`, depth);
    }
  }

  function printValue(
    holder: object,
    key: string,
    value: unknown,
    sibling: unknown,
    property: XmlProperty,
    path: string,
    depth: number,
  ): void {
    const { name, kind } = property;
    if (kind === 'primitive') {
      printPrimitive(holder, key, value, sibling, property, path, depth);
      return;
    }
    if (kind === 'xhtml') {
      const html = typeof value === 'string' ? normalizedNarrative(value) : undefined;
      if (html === undefined) report('xml-narrative', fhirText.xmlNarrative, path);
      else parts.push(html);
      return;
    }
    if (kind === 'resource') {
      parts.push(`<${name}>`);
      printResource(value, path, false, depth + 1);
      parts.push(`</${name}>`);
      return;
    }
    const schema = xmlSchema(property.type, definitions);
    if (!isObject(value) || !schema) {
      report('xml-element', fhirText.xmlUnknown(name), path);
      return;
    }
    const attributes = schema.properties.filter((one) => one.kind === 'attribute' && value[one.name] !== undefined);
    parts.push(`<${name}${attributes.map((one) => ` ${one.name}="${escapeAttribute(String(value[one.name]))}"`).join('')}>`);
    printChildren(value, schema, path, depth + 1);
    parts.push(`</${name}>`);
  }

  function printPrimitive(
    holder: object,
    key: string,
    value: unknown,
    sibling: unknown,
    property: XmlProperty,
    path: string,
    depth: number,
  ): void {
    const { name } = property;
    const extras = isObject(sibling) ? sibling : undefined;
    if ((value === undefined || value === null) && !extras) {
      report('xml-empty', fhirText.xmlEmpty(name), path);
      return;
    }
    if (typeof value === 'object' && value !== null) {
      report('xml-element', fhirText.xmlUnknown(name), path);
      return;
    }
    const id = extras?.['id'] === undefined ? '' : ` id="${escapeAttribute(String(extras['id']))}"`;
    const text = value === undefined || value === null ? undefined : (numberText(holder, key) ?? String(value));
    parts.push(`<${name}${id}${text === undefined ? '' : ` value="${escapeAttribute(text)}"`}`);
    if (extras?.['extension'] === undefined) parts.push('/>');
    else {
      parts.push('>');
      const schema = elementSchema(definitions);
      if (schema) printChildren(extras, schema, path, depth + 1);
      parts.push(`</${name}>`);
    }
  }

  const type = resource['resourceType'];
  printResource(resource, typeof type === 'string' ? type : '', true, 0);
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: parts.join('') };
}
