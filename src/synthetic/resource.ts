import { getReferenceString, type WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { FhirResource } from '../fhir/resource.js';

/** A resource as it is made up: always with its id, and plain JSON. */
export interface Made extends FhirResource {
  readonly id: string;
  readonly [element: string]: unknown;
}

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

export interface Reference {
  readonly reference: string;
  readonly display?: string;
}

export function referenceTo(resource: Made): Reference {
  return { reference: getReferenceString(resource as unknown as WithId<Resource>) };
}

export function concept(coding: Coding): { readonly coding: readonly [Coding] } {
  return { coding: [coding] };
}
