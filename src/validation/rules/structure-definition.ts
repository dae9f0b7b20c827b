import type { StructureDefinition } from '@medplum/fhirtypes';
import { isPrimitiveType } from '../../fhir/primitives.js';
import { type FhirResource, isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { typeCode } from '../tree.js';
import { checkOwnUrl } from './canonical.js';

const text = rulesText.structure;

/** A StructureDefinition agrees with what it is based on, and its differential makes a snapshot. Source: R4 StructureDefinition §5.4. */
export function checkStructureDefinition(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  const { type, derivation, baseDefinition } = value;
  const { registry } = context.engine;
  if (typeof type === 'string' && !/^[a-z]+:/.test(type) && !isKnownType(type, context)) {
    report(context, 'error', 'invalid', 'structure-type', text.unknownType(type.slice(0, 100)), `${path}.type`);
    return;
  }
  if (typeof baseDefinition !== 'string') return;
  const base = registry.structureDefinition(baseDefinition);
  if (!base) {
    report(context, 'warning', 'not-found', 'structure-base', text.baseUnknown(baseDefinition.slice(0, 200)), `${path}.baseDefinition`);
    return;
  }
  if (derivation === 'constraint' && typeof type === 'string' && base.type !== type)
    report(context, 'error', 'invalid', 'structure-type', text.typeDiffers(type, base.type ?? ''), `${path}.type`);
  checkExtensionUrl(value, base, path, context);
  checkDifferential(value, path, context);
}

/** R4 also publishes elements as data elements: `date.value`. */
function isKnownType(type: string, context: Context): boolean {
  const [first = ''] = type.split('.');
  return isPrimitiveType(first) || context.engine.registry.structureDefinition(first) !== undefined;
}

/** What follows from the base: an extension can't fix its url to another than its own. */
function checkExtensionUrl(value: JsonObject, base: StructureDefinition, path: string, context: Context): void {
  if (value['type'] !== 'Extension' || base.derivation !== 'constraint') return;
  const fixed = base.snapshot?.element?.find((element) => element.path === 'Extension.url')?.fixedUri;
  if (fixed !== undefined && typeof value['url'] === 'string' && fixed !== value['url'])
    report(context, 'error', 'value', 'structure-extension-url', text.extensionUrl(fixed, value['url']), `${path}.url`);
}

function checkDifferential(value: JsonObject, path: string, context: Context): void {
  const differential = value['differential'];
  if (!isObject(differential) || typeof value['url'] !== 'string' || value['derivation'] !== 'constraint') return;
  const { snapshot: _, ...bare } = value;
  const issues = context.engine.registry.with([bare as unknown as FhirResource]).snapshotIssues(value['url']);
  const elements = Array.isArray(differential['element']) ? differential['element'] : [];
  const [first] = elements;
  if (isObject(first) && typeof first['path'] === 'string' && !first['path'].includes('.') && first['slicing'] !== undefined)
    report(context, 'error', 'invalid', 'structure-root-slicing', text.rootSlicing, `${path}.differential.element[0]`);
  for (const [index, element] of elements.entries()) {
    if (isObject(element)) checkElement(element, value, `${path}.differential.element[${index}]`, context);
  }
  for (const found of issues) {
    const index = elements.findIndex(
      (element) => isObject(element) && (element['id'] === found.expression || element['path'] === found.expression),
    );
    // R4's own profiles leave out the slicing where a slice takes all there is
    const severity = found.rule === 'snapshot-no-slicing' ? 'warning' : found.severity;
    context.issues.push({ ...found, severity, expression: index < 0 ? path : `${path}.differential.element[${index}]` });
  }
}

const bindable: ReadonlySet<string> = new Set([
  'code',
  'Coding',
  'CodeableConcept',
  'Quantity',
  'string',
  'uri',
  'url',
  'canonical',
  'id',
  'markdown',
  'Age',
  'Count',
  'Distance',
  'Duration',
  'Money',
  'MoneyQuantity',
  'SimpleQuantity',
  'Extension',
  'Expression',
]);

/** One element of a differential: its constraints can be read, its values and bindings fit its types. */
function checkElement(element: JsonObject, definition: JsonObject, path: string, context: Context): void {
  const constraints = Array.isArray(element['constraint']) ? element['constraint'].filter(isObject) : [];
  for (const [index, { expression }] of constraints.entries()) {
    if (typeof expression === 'string' && context.engine.expression(expression, undefined) === undefined)
      report(context, 'error', 'invalid', 'fhirpath', text.expression(expression.slice(0, 200)), `${path}.constraint[${index}].expression`);
  }
  const types = typesOf(element, definition, context);
  if (types.length === 0) return;
  if (isObject(element['binding']) && !types.some((type) => bindable.has(type)))
    report(context, 'error', 'business-rule', 'structure-binding', text.binding(String(element['path']), types), path);
  for (const rule of ['fixed', 'pattern']) {
    const key = Object.keys(element).find((name) => name.startsWith(rule) && /^[A-Z]/.test(name.slice(rule.length)));
    if (key === undefined) continue;
    const suffix = key.slice(rule.length);
    const lower = suffix.charAt(0).toLowerCase() + suffix.slice(1);
    const type = isPrimitiveType(lower) ? lower : suffix;
    if (!types.includes(type) && !types.includes('Quantity'))
      report(context, 'error', 'value', 'structure-value', text.valueType(rule, type, types), path);
  }
}

/** Types that the differential states, else those of the same path in the base; empty where neither tells. */
function typesOf(element: JsonObject, definition: JsonObject, context: Context): readonly string[] {
  const stated = Array.isArray(element['type']) ? element['type'].filter(isObject) : [];
  if (stated.length > 0) return stated.map((type) => typeCode(typeof type['code'] === 'string' ? type['code'] : undefined));
  const base =
    typeof definition['baseDefinition'] === 'string'
      ? context.engine.registry.structureDefinition(definition['baseDefinition'])
      : undefined;
  const match = base?.snapshot?.element?.find((other) => other.path === element['path'] && other.sliceName === undefined);
  const types = (match?.type ?? []).map((type) => typeCode(type.code));
  // ids and extension urls are written as FHIRPath's String, whose values are uris
  return element['path'] === 'Extension.url' ? ['uri'] : types;
}
