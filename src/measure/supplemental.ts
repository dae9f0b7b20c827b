import type { Observation } from '@medplum/fhirtypes';
import type { Evaluation } from './evaluate.js';
import { valueConcept } from './report/concepts.js';

const measureInfoUrl = 'http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-measureInfo';

/** What a supplemental value is for: supplemental data or risk adjustment. */
const usageSystem = 'http://terminology.hl7.org/CodeSystem/measure-data-usage';

/**
 * Supplemental data and risk adjustment factors as R4 reports carry them: an Observation for each value of each definition, with the number of persons.
 * Source: CQF Measures guide, supplemental data elements and risk adjustment variables (contained Observations with the Measure's and the element's name).
 */
export function supplementalObservations({ program, supplemental = [] }: Evaluation): Observation[] {
  return supplemental.flatMap((counted, at) => {
    const { id = '', text, usage } = program.supplemental?.[at] ?? {};
    return counted.map(
      ({ value, persons }, index): Observation => ({
        resourceType: 'Observation',
        id: `sde-${at + 1}-${index + 1}`,
        extension: [
          {
            url: measureInfoUrl,
            extension: [
              { url: 'measure', valueCanonical: program.measure },
              { url: 'populationId', valueString: id },
            ],
          },
        ],
        status: 'final',
        ...(usage === undefined ? {} : { category: [{ coding: [{ system: usageSystem, code: usage }] }] }),
        code: { ...valueConcept(value) },
        ...(text === undefined ? {} : { note: [{ text }] }),
        valueInteger: persons,
      }),
    );
  });
}
