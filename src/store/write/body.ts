import { copyNumbers, stringifyJson } from '../../fhir/json.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';

/** The JSON text of a version: the resource as sent, with its id, version and time in the places they have in R4. Digits of numbers stay as they were. */
export function versionBody(resource: JsonObject, id: string, version: number, lastUpdated: string): string {
  const { resourceType, id: _id, meta: sentMeta, ...rest } = resource;
  const { versionId: _versionId, lastUpdated: _lastUpdated, ...meta } = isObject(sentMeta) ? sentMeta : {};
  return stringifyJson(copyNumbers(resource, { resourceType, id, meta: { versionId: String(version), lastUpdated, ...meta }, ...rest }));
}
