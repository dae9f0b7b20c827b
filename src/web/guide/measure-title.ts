import type { Measure } from '@medplum/fhirtypes';
import type { Text } from '../../fhir/outcome.js';
import { translated } from '../../fhir/translation.js';

/** A measure's id and title in both languages. */
export function measureTitle(measure: Measure): Text {
  const { id = '', title = '' } = measure;
  const text = translated(measure, title, 'title');
  return { id: `${id}: ${text.id}`, en: text.en };
}
