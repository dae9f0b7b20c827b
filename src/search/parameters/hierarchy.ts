import type { CodeSystemConcept } from '@medplum/fhirtypes';
import type { Registry } from '../../definitions/registry.js';
import type { Terminology } from '../../terminology/terminology.js';

export interface SystemCode {
  readonly system: string;
  readonly code: string;
}

/** The code and all that it subsumes; undefined where the system's codes or its hierarchy aren't on board. */
export function codesBelow(registry: Registry, terminology: Terminology, { system, code }: SystemCode): readonly SystemCode[] | undefined {
  return related(registry, system, code, (other) => terminology.subsumes(system, code, other));
}

/** The code and all that subsume it. */
export function codesAbove(registry: Registry, terminology: Terminology, { system, code }: SystemCode): readonly SystemCode[] | undefined {
  return related(registry, system, code, (other) => terminology.subsumes(system, other, code));
}

function related(
  registry: Registry,
  system: string,
  code: string,
  isRelated: (other: string) => boolean | undefined,
): readonly SystemCode[] | undefined {
  const codes = codesOf(registry.codeSystem(system)?.concept ?? []);
  if (!codes.includes(code) || isRelated(code) === undefined) return undefined;
  return codes.filter((other) => isRelated(other) === true).map((other) => ({ system, code: other }));
}

function codesOf(concepts: readonly CodeSystemConcept[]): readonly string[] {
  return concepts.flatMap((concept) => [...(concept.code === undefined ? [] : [concept.code]), ...codesOf(concept.concept ?? [])]);
}
