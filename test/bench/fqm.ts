import type { Bundle, Library, Measure, ValueSet } from '@medplum/fhirtypes';
import fqm from 'fqm-execution';
import { type Libraries, libraryClosure } from '../../src/cql/libraries.js';
import type { MeasurementPeriod, MeasureProgram } from '../../src/cql/program.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { literalsOf } from '../../src/measure/agreement/literals.js';
import type { Terminology } from '../../src/terminology/terminology.js';

/**
 * A measure as fqm-execution wants it, a Bundle of Measure, Libraries with ELM and expanded ValueSets; what comes back evaluates persons, each with all that belongs
 * to them, to their populations.
 */
export function fqmEvaluator(
  measure: Measure,
  program: MeasureProgram,
  libraries: Libraries,
  terminology: Pick<Terminology, 'members'>,
): (persons: ReadonlyArray<readonly FhirResource[]>, period: MeasurementPeriod) => Promise<number> {
  const closure = libraryClosure(libraries, program.library).map(({ library }) => library);
  const base = 'https://lontar.id/fhir/Library/';
  const libraryResources = closure.map(
    (library): Library => ({
      resourceType: 'Library',
      id: library.identifier.id,
      url: base + library.identifier.id,
      version: library.identifier.version ?? '',
      name: library.identifier.id,
      status: 'active',
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] },
      content: [{ contentType: 'application/elm+json', data: Buffer.from(JSON.stringify({ library })).toString('base64') }],
    }),
  );
  const valueSets = literalsOf(closure).valueSets.map(
    (url): ValueSet => ({
      resourceType: 'ValueSet',
      url,
      status: 'active',
      expansion: {
        timestamp: '2026-01-01T00:00:00Z',
        contains: [...(terminology.members(url)?.values() ?? [])].map(({ system, code }) => ({ system, code })),
      },
    }),
  );
  // It looks for the main library by its bare url.
  const bundle = bundleOf([{ ...measure, library: libraryResources.slice(0, 1).map(({ url }) => url) }, ...libraryResources, ...valueSets]);
  return async (persons, period) => {
    const answer = await fqm.Calculator.calculate(
      bundle as Parameters<typeof fqm.Calculator.calculate>[0],
      persons.map(bundleOf) as Parameters<typeof fqm.Calculator.calculate>[1],
      {
        measurementPeriodStart: period.start,
        measurementPeriodEnd: period.end,
        calculateHTML: false,
        calculateClauseCoverage: false,
        calculateSDEs: false,
        verboseCalculationResults: false,
        trustMetaProfile: false,
      },
    );
    if (answer.results.length !== persons.length)
      throw new Error(`fqm-execution answers for ${answer.results.length} of ${persons.length} persons`);
    return answer.results.length;
  };
}

function bundleOf(resources: readonly object[]): Bundle {
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) } as Bundle;
}
