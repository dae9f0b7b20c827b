import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';

/** The codes that a ConceptMap maps exist in the systems of their group. Source: R4 ConceptMap §4.10. */
export function checkConceptMap(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  list(value['group']).forEach((group, index) => {
    list(group['element']).forEach((element, position) => {
      const at = `${path}.group[${index}].element[${position}]`;
      checkCode(group['source'], element['code'], `${at}.code`, context);
      list(element['target']).forEach((target, place) => {
        checkCode(group['target'], target['code'], `${at}.target[${place}].code`, context);
      });
    });
  });
}

function checkCode(system: unknown, code: unknown, path: string, context: Context): void {
  if (typeof system !== 'string' || typeof code !== 'string') return;
  if (context.engine.terminology.validateInCodeSystem({ system, code }).valid === false)
    report(context, 'warning', 'code-invalid', 'concept-map-code', rulesText.terminology.unknownConcept(code, system), path);
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
