import { join } from 'node:path';
import type { CodeSystem, CompartmentDefinition, ConceptMap, SearchParameter, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import type { Issue } from '../fhir/outcome.js';
import { packFolder } from '../root.js';
import { type Definition, findDefinition, type Layer, packLayer, resourceLayer } from './layer.js';
import { openPack } from './pack-file.js';
import type { Registry } from './registry.js';
import { generateSnapshot } from './snapshot.js';

// Profiles over profiles over profiles: published ones stay below ten.
const longestChain = 100;

const coreUrl = 'http://hl7.org/fhir/StructureDefinition/';

/**
 * The registry of the R4 core with our guide on top, from the packs in `folder`. Reads two indexes (some 10 ms); definitions are parsed when asked for.
 * Throws with one clear line where the packs are absent.
 */
export function loadRegistry(folder: string = packFolder): Registry {
  const core = openPack(join(folder, 'core.pack'));
  const guide = openPack(join(folder, 'guide.pack'));
  if (!core || !guide) throw new Error(`no definitions in ${folder}: run npm run build`);
  const own = packLayer(guide);
  return registryOf([own, packLayer(core, '4.0.1')], own);
}

/** A registry over `layers`, topmost first. `own` is our guide. */
function registryOf(layers: readonly Layer[], own: Layer, below?: Registry): Registry {
  const [top] = layers;
  const making = new Set<StructureDefinition>();
  const problems = new Map<string, readonly Issue[]>();
  const structures = new Map<string, StructureDefinition | undefined>();
  const required = new Map<string, readonly string[]>();
  const parameterLists = new Map<ReadonlyMap<string, SearchParameter>, readonly SearchParameter[]>();
  const parameters = new Map<string, ReadonlyMap<string, SearchParameter>>();
  const types = below?.resourceTypes ?? concreteTypes(layers);
  const typeSet = new Set(types);

  const registry: Registry = {
    resourceTypes: types,
    isResourceType: (name) => typeSet.has(name),
    structureDefinition: (canonical) => remember(structures, canonical, () => structure(urlOf(canonical))),
    snapshotIssues,
    requiredProfiles: (resourceType) => (typeSet.has(resourceType) ? remember(required, resourceType, () => requiredOf(resourceType)) : []),
    searchParameters: (resourceType) =>
      remember(parameterLists, parametersOf(resourceType), () => [...parametersOf(resourceType).values()]),
    searchParameter: (resourceType, code) => parametersOf(resourceType).get(code),
    valueSet: (canonical) => find<ValueSet>(canonical, 'ValueSet'),
    codeSystem: (canonical) => find<CodeSystem>(canonical, 'CodeSystem'),
    conceptMap: (canonical) => find<ConceptMap>(canonical, 'ConceptMap'),
    patientCompartment: (resourceType) => compartmentOf('patient', resourceType),
    compartment: compartmentOf,
    ours: (resourceType) => own.ofType(resourceType).map((definition) => definition.load()),
    definitions: (resourceType) => layers.flatMap((layer) => layer.ofType(resourceType)),
    canonical: (url) =>
      findDefinition(layers, url, 'StructureDefinition')
        ? registry.structureDefinition(url)
        : findDefinition(layers, url)?.definition.load(),
    with: (resources) => registryOf([resourceLayer(resources), ...layers], own, registry),
  };
  return registry;

  function find<Resource>(canonical: string, type: string): Resource | undefined {
    return findDefinition(layers, canonical, type)?.definition.load() as Resource | undefined;
  }

  function structure(url: string): StructureDefinition | undefined {
    const found = findDefinition(layers, url, 'StructureDefinition');
    if (!found) return undefined;
    // What lies below this overlay keeps the snapshot that it has there.
    if (below && found.layer !== top) return below.structureDefinition(url);
    const definition = found.definition.load() as StructureDefinition;
    return definition.snapshot?.element?.length ? definition : withSnapshot(definition, url);
  }

  function withSnapshot(definition: StructureDefinition, url: string): StructureDefinition {
    // A definition that needs itself gets what its source has: the circle ends there, and so does a chain made to harm.
    if (making.has(definition) || making.size > longestChain) return definition;
    making.add(definition);
    const { elements, issues } = generateSnapshot(definition, registry.structureDefinition);
    making.delete(definition);
    problems.set(url, issues);
    return { ...definition, snapshot: { element: [...elements] } };
  }

  function snapshotIssues(canonical: string): readonly Issue[] {
    const url = urlOf(canonical);
    registry.structureDefinition(canonical);
    return problems.get(url) ?? below?.snapshotIssues(canonical) ?? [];
  }

  function requiredOf(resourceType: string): readonly string[] {
    const guides = layers.flatMap((layer) => layer.ofType('ImplementationGuide'));
    return [...new Set(guides.flatMap((guide) => globalProfiles(guide, resourceType)))];
  }

  function parametersOf(resourceType: string): ReadonlyMap<string, SearchParameter> {
    if (!typeSet.has(resourceType) && resourceType !== 'Resource' && resourceType !== 'DomainResource') return none;
    return remember(parameters, resourceType, () => {
      const bases = plainResources.has(resourceType) ? [resourceType, 'Resource'] : [resourceType, 'DomainResource', 'Resource'];
      const found = new Map<string, SearchParameter>();
      for (const layer of layers) {
        for (const base of bases) {
          for (const definition of layer.ofType('SearchParameter')) {
            if (definition.code === undefined || found.has(definition.code) || !definition.base?.includes(base)) continue;
            found.set(definition.code, definition.load() as SearchParameter);
          }
        }
      }
      return found;
    });
  }

  function compartmentOf(code: string, resourceType: string): readonly string[] {
    const url = `http://hl7.org/fhir/CompartmentDefinition/${code}`;
    const compartment = find<CompartmentDefinition>(url, 'CompartmentDefinition');
    return compartment?.resource?.find((member) => member.code === resourceType)?.param ?? [];
  }
}

const none: ReadonlyMap<string, SearchParameter> = new Map();

// The resources of R4 that are no DomainResource.
const plainResources: ReadonlySet<string> = new Set(['Binary', 'Bundle', 'Parameters']);

function concreteTypes(layers: readonly Layer[]): readonly string[] {
  return layers
    .flatMap((layer) => layer.ofType('StructureDefinition'))
    .filter((definition) => definition.kind === 'resource' && !definition.profile && !definition.abstract)
    .map((definition) => definition.url?.slice(coreUrl.length) ?? '')
    .sort();
}

function globalProfiles(guide: Definition, resourceType: string): readonly string[] {
  return (guide.global ?? []).filter((item) => item.type === resourceType).map((item) => item.profile);
}

/** A bare type name stands for its definition in the R4 core. */
function urlOf(canonical: string): string {
  return /^[A-Za-z]+$/.test(canonical) ? coreUrl + canonical : canonical;
}

function remember<Key, Value>(cache: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  // What isn't there isn't remembered: names come from outside and are without end.
  if (made !== undefined) cache.set(key, made);
  return made;
}
