import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../../definitions/registry.js';

/** The guide's profiles of resources, by type and title. */
export function guideProfiles(registry: Pick<Registry, 'ours'>): readonly StructureDefinition[] {
  return sorted(definitionsOf(registry).filter(({ derivation, type }) => derivation === 'constraint' && type !== 'Extension'));
}

/** The guide's extensions, by title. */
export function guideExtensions(registry: Pick<Registry, 'ours'>): readonly StructureDefinition[] {
  return sorted(definitionsOf(registry).filter(({ derivation, type }) => derivation === 'constraint' && type === 'Extension'));
}

/** The profile and those of ours that it is built on, itself first: what the guide adds to R4. */
export function ownChain(registry: Pick<Registry, 'structureDefinition'>, profile: StructureDefinition): readonly StructureDefinition[] {
  const chain: StructureDefinition[] = [];
  let next: StructureDefinition | undefined = profile;
  while (next?.derivation === 'constraint' && !chain.includes(next)) {
    chain.push(next);
    next = next.baseDefinition === undefined ? undefined : registry.structureDefinition(next.baseDefinition);
  }
  return chain;
}

function definitionsOf(registry: Pick<Registry, 'ours'>): readonly StructureDefinition[] {
  return registry.ours('StructureDefinition') as readonly StructureDefinition[];
}

function sorted(definitions: readonly StructureDefinition[]): readonly StructureDefinition[] {
  const key = ({ type, title, name }: StructureDefinition): string => `${type} ${title ?? name}`;
  return [...definitions].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}
