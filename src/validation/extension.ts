import type { StructureDefinition } from '@medplum/fhirtypes';
import { nearestNames } from '../fhir/nearest.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { type Context, report } from './context.js';
import { widenedContexts } from './corrections.js';
import { elementContexts } from './element-context.js';
import { text } from './text.js';
import { elementTree } from './tree.js';

/**
 * An extension beyond its own shape: is it known, may it stand on `holder` (at `parentPath`), does it meet its definition?
 * Source: R4 extensibility §2.4, defining extensions §5.3.
 */
export function checkExtension(
  value: JsonObject,
  path: string,
  parentPath: string,
  context: Context,
  inModifier: boolean,
  holder: JsonObject,
): void {
  const url = value['url'];
  if (typeof url !== 'string') return;
  const holderUrl = parentPath.endsWith(']') && /\.(?:modifierE|e)xtension\[\d+\]$/.test(parentPath) ? holder['url'] : undefined;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    // parts of a complex extension go by short names that its definition gives
    if (holderUrl === undefined) report(context, 'error', 'extension', 'extension-url', text.relativeExtension(url.slice(0, 200)), path);
    else if (typeof holderUrl === 'string') checkPart(url, holderUrl, path, context);
    return;
  }
  const profile = context.engine.profile(url);
  if (profile?.type !== 'Extension') {
    checkUnknown(url, path, context, inModifier);
    return;
  }
  const definition = profile.definition;
  const isModifier = definition.snapshot?.element?.[0]?.isModifier === true;
  if (isModifier !== inModifier) {
    report(context, 'error', 'extension', 'extension-modifier', isModifier ? text.isModifier(url) : text.notModifier(url), path);
  }
  checkContextOfUse(definition, url, path, parentPath, holderUrl, context, holder);
  profile.run(value, undefined, path, context);
}

const namedParts = new WeakMap<StructureDefinition, readonly string[]>();

/** A part of a complex extension is one that its definition names. */
function checkPart(url: string, holderUrl: string, path: string, context: Context): void {
  const profile = context.engine.profile(holderUrl);
  if (profile?.type !== 'Extension') return;
  const parts = namedParts.get(profile.definition) ?? partsOf(profile.definition);
  namedParts.set(profile.definition, parts);
  if (parts.length > 0 && !parts.includes(url))
    report(
      context,
      'error',
      'extension',
      'extension-part',
      text.unknownPart(url.slice(0, 200), holderUrl, nearestNames(url, parts)[0]),
      path,
      `parts: ${parts.join(', ')}`,
    );
}

function partsOf(definition: StructureDefinition): readonly string[] {
  const slices = elementTree(definition)?.children.find((child) => child.name === 'extension')?.slices ?? [];
  return slices.flatMap((slice) => slice.children.find((child) => child.name === 'url')?.definition.fixedUri ?? []);
}

// Elements of other versions of FHIR, carried as extensions. Their definitions follow from those versions, which are not on board.
const crossVersion =
  /^http:\/\/hl7\.org\/fhir\/(?:1\.0|3\.0|4\.0|4\.3|5\.0|6\.0)\/StructureDefinition\/extension-([A-Za-z]+\.[A-Za-z.[\]]+)$/;

// Elements of DSTU2 and STU3 that changed the meaning of their resource and are gone from R4.
const formerModifiers: ReadonlySet<string> = new Set([
  'Patient.animal',
  'Immunization.wasNotGiven',
  'Immunization.notGiven',
  'MedicationAdministration.wasNotGiven',
  'MedicationAdministration.notGiven',
  'MedicationDispense.notDone',
  'MedicationStatement.wasNotTaken',
  'MedicationStatement.taken',
  'Procedure.notPerformed',
  'Procedure.notDone',
  'Communication.notDone',
]);

// The names set aside for examples, and HL7's own tools: no one can be expected to hold their definitions.
const reserved = /^https?:\/\/(?:hl7\.org\/fhir\/tools\/StructureDefinition\/|(?:[\w-]+\.)*(?:example\.(?:org|com)|acme\.(?:com|org))\/)/;

const coreExtension = /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/([A-Za-z0-9]+)(-[\w-]+)?$/;

// How HL7 begins the names of extensions that belong to no one resource.
const families: ReadonlySet<string> = new Set(
  'address artifact alternate canonicalresource codeableconcept coding concept contactpoint cqf data datatype display elementdefinition entry event feature humanname identifier iso21090 itext language metadataresource minmax name narrative operationdefinition operationoutcome package quantity rendered rendering replaces request resource responsibleparty structuredefinition target timing translation tz uncertainty valueset version workflow'.split(
    ' ',
  ),
);

/** HL7 adds extensions to R4 after its release, named after the type that they extend (`organization-brand`); their definitions are not on board. */
function isLaterExtension(url: string, context: Context): boolean {
  const [, first, rest] = coreExtension.exec(url) ?? [];
  if (first === undefined) return false;
  return rest === undefined || families.has(first) || context.engine.registry.resourceTypes.some((type) => type.toLowerCase() === first);
}

function checkUnknown(url: string, path: string, context: Context, inModifier: boolean): void {
  const shown = url.slice(0, 300);
  const element = crossVersion.exec(url)?.[1];
  if (element !== undefined) {
    if (formerModifiers.has(element) !== inModifier && !inModifier)
      report(context, 'error', 'extension', 'extension-modifier', text.isModifier(shown), path);
    return;
  }
  if (reserved.test(url) || isLaterExtension(url, context))
    report(context, 'warning', 'extension', 'unknown-extension', text.unknownExtension(shown), path);
  else if (inModifier) report(context, 'error', 'extension', 'unknown-extension', text.unknownModifierExtension(shown), path);
  else report(context, context.engine.unknownExtensions, 'extension', 'unknown-extension', text.unknownExtension(shown), path);
}

function checkContextOfUse(
  definition: StructureDefinition,
  url: string,
  path: string,
  parentPath: string,
  holderUrl: unknown,
  context: Context,
  holder: JsonObject,
): void {
  if (definition.context?.some((use) => use.type === 'element' && use.expression === 'Element') && !definition.contextInvariant) return;
  const uses = [...(definition.context ?? []), ...(widenedContexts[url] ?? []).map((expression) => ({ type: 'element', expression }))];
  if (uses.length > 0 && !uses.some((use) => fits(use.type, use.expression ?? ''))) {
    const allowed = uses.map((use) => use.expression ?? '');
    report(
      context,
      'error',
      'extension',
      'extension-context',
      text.extensionContext(url, allowed),
      parentPath,
      `allowed on ${allowed.join(', ')}; found at ${path.slice(0, 300)}`,
    );
  }
  for (const condition of definition.contextInvariant ?? []) {
    const compiled = context.engine.expression(condition);
    try {
      if (compiled && !compiled.holds(holder, context.scope.fhirPath))
        report(context, 'error', 'extension', 'extension-context', text.extensionContextInvariant(url, condition), parentPath);
    } catch {
      report(context, 'warning', 'processing', 'invariant-unusable', text.invariantUnusable(`${url} contextInvariant`), parentPath);
    }
  }

  function fits(type: string | undefined, expression: string): boolean {
    switch (type) {
      case 'extension':
        return holderUrl === expression || (typeof holderUrl === 'string' && expression.startsWith(`${holderUrl}#`));
      case 'fhirpath':
        return selects(expression);
      default:
        return elementContexts(parentPath, context).has(expression.replace(/\[x\]/g, ''));
    }
  }

  /** A FHIRPath context selects the elements that may bear the extension. */
  function selects(expression: string): boolean {
    const compiled = context.engine.expression(expression);
    if (!compiled) return true;
    try {
      const found = compiled.evaluate(context.scope.resource, context.scope.fhirPath);
      return found.some((item) => item.value === holder || !isObject(item.value));
    } catch {
      return true;
    }
  }
}
