import type { Issue } from '../fhir/outcome.js';
import type { FhirResource } from '../fhir/resource.js';

export interface ValidateOptions {
  /** Validate against these too, whatever the resource declares in meta.profile. */
  readonly profiles?: readonly string[];
  /** Whether `meta.profile` and the profiles the server requires for the type are applied; default true. */
  readonly declaredProfiles?: boolean;
  /** What it weighs where a resource breaks a profile that only its codes claim (R4 vital signs): an error, unless `warn` is said. */
  readonly claimedProfiles?: 'enforce' | 'warn';
  /** Finds the target of a reference that is neither contained nor in the same Bundle. */
  readonly resolve?: (reference: string) => FhirResource | undefined;
  /** Milliseconds since the epoch, for rules about the future. */
  readonly now?: number;
}

/** Judges a resource as the HL7 Java validator would. All issues at once, warnings among them; valid means none is an error or fatal. */
export interface Validator {
  validate(resource: unknown, options?: ValidateOptions): readonly Issue[];
}
