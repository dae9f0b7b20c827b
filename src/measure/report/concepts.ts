import type { CodeableConcept } from '@medplum/fhirtypes';
import type { CqlValue } from '../../cql/program.js';
import { measureText } from '../text.js';
import { absentReasonSystem } from './absent.js';

/** What isn't known, as a concept with words for it. */
export function unknownConcept(text: string): CodeableConcept {
  return { coding: [{ system: absentReasonSystem, code: 'unknown' }], text };
}

/** A value of CQL as a concept: codes stay codes, everything else is text; null is unknown. */
export function valueConcept(value: CqlValue): CodeableConcept {
  if (value === null) return unknownConcept(measureText.unknownValue.id);
  if (typeof value !== 'object') return { text: String(value) };
  if ('kind' in value) {
    switch (value.kind) {
      case 'code': {
        const { kind: _, ...coding } = value;
        return { coding: [coding], text: value.display ?? value.code };
      }
      case 'concept': {
        const codings = value.codes.flatMap((code) => valueConcept(code).coding ?? []);
        return { ...(codings.length > 0 ? { coding: codings } : {}), text: value.text ?? codings[0]?.display ?? codings[0]?.code ?? '' };
      }
      case 'quantity':
        return { text: value.unit === undefined ? String(value.value) : `${value.value} ${value.unit}` };
      case 'date':
        return { text: value.text };
      case 'resource':
        return { text: `${value.type}/${value.id}` };
      // What has no word of its own is told as data.
      case 'interval':
      case 'ratio':
      case 'tuple':
      case 'element':
        return { text: JSON.stringify(value) };
    }
  }
  return { text: value.map((item) => valueConcept(item).text ?? '').join(', ') };
}
