import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';

/** The search parameters that a CapabilityStatement lists have the types of their definitions. Source: R4 CapabilityStatement.rest.resource.searchParam.type. */
export function checkCapabilityStatement(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  for (const [restIndex, rest] of list(value['rest']).entries()) {
    for (const [resourceIndex, resource] of list(rest['resource']).entries()) {
      for (const [index, parameter] of list(resource['searchParam']).entries()) {
        const at = `${path}.rest[${restIndex}].resource[${resourceIndex}].searchParam[${index}]`;
        const definition =
          typeof parameter['definition'] === 'string' ? context.engine.registry.canonical(parameter['definition']) : undefined;
        if (!isObject(definition) || definition['resourceType'] !== 'SearchParameter' || definition['type'] === parameter['type']) continue;
        report(context, 'warning', 'invalid', 'search-parameter-type', rulesText.structure.searchType(String(definition['type'])), at);
      }
    }
  }
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
