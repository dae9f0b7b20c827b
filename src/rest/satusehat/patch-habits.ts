import { type Issue, issue } from '../../fhir/outcome.js';
import { isObject } from '../../fhir/resource.js';
import type { Convention } from '../convention.js';
import { type RuleTexts, satusehatText } from './text.js';

/** JSON Patches that the platform refuses, or that its clients get wrong. */
export function patchHabits(texts: RuleTexts): Convention['patchIssues'] {
  return (type, patch) => (Array.isArray(patch) ? patch.flatMap((operation: unknown, index) => habits(type, operation, index)) : []);

  function habits(type: string, operation: unknown, index: number): readonly Issue[] {
    const path = isObject(operation) ? operation['path'] : undefined;
    if (typeof path !== 'string') return [];
    const [, element = '', ...rest] = path.split('/');
    if (type === 'Location' && element === 'operationalStatus' && rest.length > 0) {
      return [issue('value', 'satusehat-10171', texts('10171'), { expression: 'Location.operationalStatus' })];
    }
    // An official sample patches `/EpisodeOfCare`.
    if (/^[A-Z][A-Za-z]*$/.test(element)) {
      const suggestion = element.slice(0, 1).toLowerCase() + element.slice(1);
      return [issue('value', 'satusehat-patch-path', satusehatText.elementName(suggestion), { expression: `[${index}].path` })];
    }
    return [];
  }
}
