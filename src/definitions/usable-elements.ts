import type { ElementDefinition } from '@medplum/fhirtypes';
import type { Text } from '../fhir/outcome.js';
import { isObject } from '../fhir/resource.js';
import { text } from './text.js';

// Beyond these a differential is made to harm: R4's largest has 200 elements, and nothing is nested a tenth as deep.
const mostElements = 20_000;
const deepestPath = 60;

/** The elements of a differential that can be worked with; the others are reported and left out. Definitions come from outside and may be anything. */
export function usableElements(
  elements: readonly ElementDefinition[],
  report: (rule: string, words: Text, id: string) => void,
): readonly ElementDefinition[] {
  if (!Array.isArray(elements)) {
    report('snapshot-malformed', text.malformed, '');
    return [];
  }
  if (elements.length > mostElements) report('snapshot-too-large', text.tooLarge(mostElements), '');
  return elements.slice(0, mostElements).filter((element: unknown, position) => {
    const usable = isObject(element) && isUsable(element);
    if (!usable)
      report(
        'snapshot-malformed',
        text.malformed,
        isObject(element) && typeof element.id === 'string' ? element.id : `element[${position}]`,
      );
    return usable;
  });
}

function isUsable(element: Readonly<Record<string, unknown>>): boolean {
  const { path, id, sliceName, slicing, binding } = element;
  if (typeof path !== 'string' || path === '' || path.split('.').length > deepestPath) return false;
  if (![id, sliceName].every((text) => text === undefined || typeof text === 'string')) return false;
  if (![slicing, binding].every((value) => value === undefined || isObject(value))) return false;
  return ['type', 'constraint', 'condition', 'alias', 'extension'].every((key) => element[key] === undefined || isList(element[key], key));
}

function isList(value: unknown, key: string): boolean {
  return (
    Array.isArray(value) && value.every((item) => (key === 'condition' || key === 'alias' ? typeof item === 'string' : isObject(item)))
  );
}
