import { isObject, type JsonObject } from '../fhir/resource.js';

const sdc = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-';
const core = 'http://hl7.org/fhir/StructureDefinition/';

/** The extensions of Structured Data Capture (and of R4 itself) that extraction and population read. */
export const sdcUrl = {
  calculatedExpression: `${sdc}calculatedExpression`,
  definitionExtract: `${sdc}definitionExtract`,
  definitionExtractValue: `${sdc}definitionExtractValue`,
  initialExpression: `${sdc}initialExpression`,
  /** Until SDC 3 what definitionExtract is since SDC 4. */
  itemExtractionContext: `${sdc}itemExtractionContext`,
  itemContext: `${sdc}itemContext`,
  launchContext: `${sdc}launchContext`,
  observationExtract: `${sdc}observationExtract`,
  observationExtractCategory: `${sdc}observation-extract-category`,
  observationLinkPeriod: `${sdc}observationLinkPeriod`,
  ordinalValue: `${core}ordinalValue`,
  unit: `${core}questionnaire-unit`,
  variable: `${core}variable`,
} as const;

/** The objects of an array element; none where it is absent or something else. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function extensionsOf(element: JsonObject, url: string): readonly JsonObject[] {
  return objectsOf(element.extension).filter((extension) => extension.url === url);
}

/** `value[x]` of the first extension with that URL, whatever its type. */
export function extensionValue(element: JsonObject, url: string): unknown {
  const [found] = extensionsOf(element, url);
  return found === undefined ? undefined : valueIn(found);
}

/** `value[x]` of an answer or extension. */
export function valueIn(element: JsonObject): unknown {
  const key = valueKey(element);
  return key === undefined ? undefined : element[key];
}

/** The name that `value[x]` has here: `valueBoolean`. */
export function valueKey(element: JsonObject): string | undefined {
  return Object.keys(element).find((key) => /^value[A-Z]/.test(key));
}

/** The text of an Expression in FHIRPath; undefined for other languages, as SDC lets a server leave those aside. */
export function fhirPathOf(value: unknown): string | undefined {
  if (!isObject(value) || (value.language !== undefined && value.language !== 'text/fhirpath')) return undefined;
  return typeof value.expression === 'string' ? value.expression : undefined;
}
