import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import type { JsonObject } from '../fhir/resource.js';
import type { CompiledFhirPath } from '../fhirpath/fhirpath.js';
import type { Terminology } from '../terminology/terminology.js';
import type { BindingCheck, CodingCheck } from './binding.js';
import type { Check, Context } from './context.js';
import type { Invariant } from './invariant.js';

/** A generated function; compiled when it is first run. */
export interface Slot {
  run: Check;
}

export interface Profile extends Slot {
  readonly url: string;
  readonly version: string | undefined;
  /** The type that it constrains: `Patient`, `Quantity`, `Extension`. */
  readonly type: string;
  readonly definition: StructureDefinition;
}

/** What the generated functions of one validator share. Everything in it is made on first use and kept. */
export interface Engine {
  readonly registry: Registry;
  readonly terminology: Terminology;
  readonly unknownExtensions: 'error' | 'warning';
  /** The function of a type or of one of its backbone elements (`Patient`, `HumanName`, `Timing.repeat`). */
  type(name: string): Slot;
  /** Undefined where the canonical is not on board. */
  profile(canonical: string): Profile | undefined;
  /** As the registry says, kept. */
  requiredProfiles(type: string): readonly string[];
  binding(valueSet: string, strength: string): BindingCheck;
  invariant(
    constraint: { readonly key?: string; readonly expression?: string; readonly severity?: string; readonly human?: string },
    type: string | undefined,
  ): Invariant | undefined;
  expression(text: string, type?: string): CompiledFhirPath | undefined;
  readonly checkCoding: CodingCheck;
  checkBusinessRules(resource: JsonObject, type: string, path: string, context: Context): void;
  memberOf(value: unknown, valueSet: string): boolean | undefined;
  /** Trial run of a profile, without reporting. Undefined where the profile is not known. */
  conformsTo(value: unknown, profile: string, context: Context): boolean | undefined;
}
