/** Any FHIR resource or element as parsed JSON: read by name, never written to. */
export type JsonObject = { readonly [name: string]: unknown };

/** What every R4 resource has. Typed access to a known type comes from `@medplum/fhirtypes`; generic code reads through `asObject`. */
export interface FhirResource {
  readonly resourceType: string;
  readonly id?: string;
  readonly meta?: { readonly versionId?: string; readonly lastUpdated?: string; readonly profile?: readonly string[] };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isResource(value: unknown): value is FhirResource & JsonObject {
  return isObject(value) && typeof value['resourceType'] === 'string';
}

/** The same object, readable by element name. */
export function asObject(resource: object): JsonObject {
  return resource as JsonObject;
}
