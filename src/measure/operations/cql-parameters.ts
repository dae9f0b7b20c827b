import type { ParametersParameter } from '@medplum/fhirtypes';
import type { CqlValue } from '../../cql/program.js';

/** A value of CQL as a parameter of FHIR: lists as one part `element` for each item, tuples as a part for each element; null has the reason unknown. */
export function cqlParameter(name: string, value: CqlValue): ParametersParameter {
  if (value === null)
    return { name, extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] };
  if (typeof value === 'boolean') return { name, valueBoolean: value };
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? { name, valueInteger: value } : { name, valueDecimal: value };
  if (typeof value === 'string') return { name, valueString: value };
  if (!('kind' in value))
    return value.length === 0 ? { name, valueString: '{}' } : { name, part: value.map((item: CqlValue) => cqlParameter('element', item)) };
  switch (value.kind) {
    case 'date':
      return { name, valueString: value.text };
    case 'quantity':
      return { name, valueQuantity: { value: value.value, ...(value.unit === undefined ? {} : { unit: value.unit }) } };
    case 'code': {
      const { kind: _, ...coding } = value;
      return { name, valueCoding: coding };
    }
    case 'concept':
      return {
        name,
        valueCodeableConcept: {
          coding: value.codes.flatMap((code) => cqlParameter('', code).valueCoding ?? []),
          ...(value.text === undefined ? {} : { text: value.text }),
        },
      };
    case 'interval':
      return {
        name,
        valueString: `Interval${value.lowClosed ? '[' : '('}${textOf(value.low)}, ${textOf(value.high)}${value.highClosed ? ']' : ')'}`,
      };
    case 'ratio':
      return { name, valueString: `${textOf(value.numerator)}:${textOf(value.denominator)}` };
    case 'resource': {
      const version = value.version === undefined ? '' : `/_history/${value.version}`;
      return { name, valueReference: { reference: `${value.type}/${value.id}${version}` } };
    }
    case 'element':
      return { name, valueString: JSON.stringify(value.json) };
    case 'tuple':
      return { name, part: Object.entries(value.elements).map(([element, item]) => cqlParameter(element, item)) };
  }
}

function textOf(value: CqlValue): string {
  if (value === null || typeof value !== 'object') return String(value);
  if ('kind' in value && value.kind === 'date') return value.text;
  if ('kind' in value && value.kind === 'quantity') return `${value.value} '${value.unit ?? '1'}'`;
  return JSON.stringify(value);
}
