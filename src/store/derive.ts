import type { FhirResource, JsonObject } from '../fhir/resource.js';

/** One side of a change: the resource, and the patient in whose compartment it lies. */
export interface Side {
  readonly resource: JsonObject;
  readonly patient?: string;
}

/** What a write did to a resource. */
export interface Change {
  readonly type: string;
  readonly id: string;
  /** Absent of a creation, and of a resource that comes back after its deletion. */
  readonly before?: Side;
  /** Absent of a deletion. */
  readonly after?: Side;
  /** Deleted before, alive again. */
  readonly isRestored: boolean;
}

/** Why something of a patient is to be derived anew. */
export interface Cause {
  readonly patient: string;
  /** Id of the changed source; absent where the patient changed, and with it everything. */
  readonly source?: string;
  /** When it is about, as FHIR writes it. */
  readonly effective?: string;
}

export interface Sources {
  readonly type: string;
  readonly from?: number;
  readonly to?: number;
}

/**
 * Derives resources from others of the same patient: the store asks it inside the write's transaction, while no other write derives for that patient, and stores
 * what it wants beside what was written. Pure and synchronous. What it wants may depend on nothing but its inputs, ids included: then the same is never written twice.
 */
export interface Deriver {
  /** Types of which a change can be a cause. */
  readonly types: ReadonlySet<string>;
  causes(change: Change): readonly Cause[];
  /** Which resources of the patient's compartment it needs beside the Patient: all of `type`, or those whose main date touches `from` to `to` (epoch milliseconds). Undefined: none. */
  sources(causes: readonly Cause[]): Sources | undefined;
  derive(input: {
    readonly causes: readonly Cause[];
    /** As stored; absent where the patient is deleted. */
    readonly patient?: FhirResource & JsonObject;
    readonly sources: ReadonlyArray<FhirResource & JsonObject>;
  }): {
    /** With their ids. */
    readonly wanted: readonly FhirResource[];
    /** All that may have been derived before from these sources: of these, what isn't wanted any more is deleted. */
    readonly owned: ReadonlyArray<{ readonly type: string; readonly id: string }>;
  };
}
