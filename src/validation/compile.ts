import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Check } from './context.js';
import type { Engine } from './engine.js';
import { generateType } from './generate.js';
import { generateProfile } from './profile.js';

/**
 * From StructureDefinition to function, in passes: snapshot → tree of elements (`tree.ts`) → code with constants (`generate.ts` for a type,
 * `profile.ts` for what a profile adds; bindings, invariants, slicings, reference targets become constants) → functions (`source.ts`).
 * A type gives one function for itself and one for each of its backbone elements; a profile gives one.
 */
export function compileDefinition(definition: StructureDefinition, engine: Engine): ReadonlyMap<string, Check> {
  if (definition.derivation !== 'constraint') return generateType(definition, engine);
  const check = generateProfile(definition, engine);
  return new Map(check ? [[definition.url ?? '', check]] : []);
}
