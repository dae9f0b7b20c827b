import type { Quantity } from '@medplum/fhirtypes';

const absentReasonUrl = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

export const absentReasonSystem = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';

type AbsentReason = 'masked' | 'not-applicable' | 'unknown';

/** A count that isn't told, with the reason. */
export function absentCount(reason: AbsentReason): object {
  return { _count: { extension: [{ url: absentReasonUrl, valueCode: reason }] } };
}

/** A score that isn't told, with the reason: not applicable where the denominator is empty. */
export function absentScore(reason: AbsentReason): Quantity {
  return { extension: [{ url: absentReasonUrl, valueCode: reason }] };
}
