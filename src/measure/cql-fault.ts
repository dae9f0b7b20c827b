import type { Measure } from '@medplum/fhirtypes';
import { text } from '../cql/elm.js';
import type { CqlError } from '../cql/error.js';
import { type Libraries, libraryClosure } from '../cql/libraries.js';
import { type Issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { FhirResource } from '../fhir/resource.js';
import { judgeMeasure } from './library/judge-write.js';

/** 422 for what the CQL room can't evaluate, with the place: the element of the Measure that names what isn't there, or the line of the CQL that does. */
export function cqlFault(error: CqlError, measure: Measure, libraries: Libraries): OperationOutcomeError {
  const wrong = judgeMeasure(measure as unknown as FhirResource, { libraries });
  if (wrong.length > 0)
    return new OperationOutcomeError(
      422,
      wrong.map((found) => ({ ...found, severity: 'error' })),
    );
  return new OperationOutcomeError(
    422,
    error.issues.map((found) => ({ ...placeInCql(found, measure, libraries), ...found })),
  );
}

/** Where the value set of which an issue tells is declared. */
function placeInCql({ text: { en } }: Issue, measure: Measure, libraries: Libraries): Pick<Issue, 'diagnostics' | 'expression'> {
  for (const { library } of libraryClosure(libraries, measure.library?.[0] ?? '')) {
    const named = library.valueSets?.def?.find((definition) => en.includes(`${text(definition, 'id')} `));
    if (named) {
      const place = `valueset "${named.name}"`;
      const at = named.locator === undefined ? place : `${named.locator}: ${place}`;
      return { diagnostics: `${library.identifier.id} ${at}`, expression: 'Measure.library[0]' };
    }
  }
  return {};
}
