import type { FhirResource } from '../fhir/resource.js';
import type { Registry } from './registry.js';

/** A registry whose topmost layer can be replaced while others hold it: what users store as definitions takes effect without a restart. */
export interface LiveRegistry extends Registry {
  readonly generation: number;
  /** Lays `stored` over the base in place of what was laid before; the generation goes up by one. */
  renew(stored: readonly FhirResource[]): void;
}

/** A live registry over `base`, with nothing on top at first. Whoever keeps something made from it compares `generation`. */
export function createLiveRegistry(base: Registry): LiveRegistry {
  let current = base;
  let generation = 0;
  return {
    get generation() {
      return generation;
    },
    renew(stored) {
      current = stored.length === 0 ? base : base.with(stored);
      generation += 1;
    },
    get resourceTypes() {
      return current.resourceTypes;
    },
    isResourceType: (name) => current.isResourceType(name),
    structureDefinition: (canonical) => current.structureDefinition(canonical),
    snapshotIssues: (canonical) => current.snapshotIssues(canonical),
    requiredProfiles: (resourceType) => current.requiredProfiles(resourceType),
    searchParameters: (resourceType) => current.searchParameters(resourceType),
    searchParameter: (resourceType, code) => current.searchParameter(resourceType, code),
    valueSet: (canonical) => current.valueSet(canonical),
    codeSystem: (canonical) => current.codeSystem(canonical),
    conceptMap: (canonical) => current.conceptMap(canonical),
    patientCompartment: (resourceType) => current.patientCompartment(resourceType),
    compartment: (code, resourceType) => current.compartment(code, resourceType),
    ours: (resourceType) => current.ours(resourceType),
    definitions: (resourceType) => current.definitions(resourceType),
    canonical: (url) => current.canonical(url),
    with: (resources) => current.with(resources),
  };
}
