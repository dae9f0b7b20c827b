import type { StructureDefinition } from '@medplum/fhirtypes';
import { isPrimitiveType } from '../../fhir/primitives.js';
import { type FhirResource, isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
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
  for (const found of issues) {
    const index = elements.findIndex(
      (element) => isObject(element) && (element['id'] === found.expression || element['path'] === found.expression),
    );
    // R4's own profiles leave out the slicing where a slice takes all there is
    const severity = found.rule === 'snapshot-no-slicing' ? 'warning' : found.severity;
    context.issues.push({ ...found, severity, expression: index < 0 ? path : `${path}.differential.element[${index}]` });
  }
}
