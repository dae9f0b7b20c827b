import type { CodeSystem } from '@medplum/fhirtypes';
import { areaSystem } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import { areaSource } from './area-source.js';
import { boundedMap } from './bounded-map.js';
import type { CodeSource } from './code-source.js';
import { countrySource, countrySystem, subdivisionSource, subdivisionSystem } from './countries.js';
import { currencySource, currencySystem } from './currencies.js';
import { languageSource, languageSystem } from './languages.js';
import { m49Source, m49System } from './m49.js';
import { mimeSource, mimeSystem } from './mime.js';
import { resourceSource } from './resource-source.js';
import type { Concept } from './terminology.js';
import { timeZoneSource, timeZoneSystem } from './time-zones.js';
import { ucumSource, ucumSystem } from './ucum.js';

/** Finds the code system of an url (and version, where one is asked for); undefined where it isn't on board. */
export type FindSource = (system: string, version?: string) => CodeSource | undefined;

// Code systems that no CodeSystem resource lists.
const builtIn: Readonly<Record<string, () => CodeSource>> = {
  [areaSystem]: areaSource,
  [ucumSystem]: ucumSource,
  [languageSystem]: languageSource,
  [mimeSystem]: mimeSource,
  [countrySystem]: countrySource,
  [subdivisionSystem]: subdivisionSource,
  [currencySystem]: currencySource,
  [m49System]: m49Source,
  [timeZoneSystem]: timeZoneSource,
};

/**
 * Code systems of `registry`, those built in, and `loaded` ones (release files that a user brought), each made on first use.
 * A loaded system comes first; a CodeSystem resource that lists its concepts comes before the built-in.
 */
export function sourcesOf(registry: Registry, loaded: FindSource = () => undefined): FindSource {
  const made = new Map<string, CodeSource>();
  // Systems and versions that nobody knows, and versions that stand for the one on board: clients may think up any number.
  const passing = boundedMap<string, CodeSource | undefined>(1000);
  return (system, version) => {
    const key = version === undefined ? system : `${system}|${version}`;
    const known = made.get(key) ?? passing.get(key);
    if (known || passing.has(key)) return known;
    const source = find(system, version);
    if (source && (version === undefined || source.version === version)) made.set(key, source);
    else passing.set(key, source);
    return source;
  };

  /** A version that isn't on board is answered by the one that is, without reading it twice. */
  function find(system: string, version: string | undefined): CodeSource | undefined {
    const isOnBoard = version !== undefined && (loaded(system, version) ?? registry.codeSystem(`${system}|${version}`)) !== undefined;
    if (version === undefined || isOnBoard) return make(system, version);
    const known = made.get(system) ?? make(system, undefined);
    if (known) made.set(system, known);
    return known;
  }

  function make(system: string, version: string | undefined): CodeSource | undefined {
    const release = loaded(system, version);
    const resource = registry.codeSystem(version === undefined ? system : `${system}|${version}`) ?? registry.codeSystem(system);
    const listed = resource && listsConcepts(resource) ? resourceSource(resource, supplementsOf(system)) : undefined;
    if (release) return listed ? withNamesOf(release, listed) : release;
    return listed ?? builtIn[system]?.();
  }

  function supplementsOf(system: string): readonly CodeSystem[] {
    return registry
      .definitions('CodeSystem')
      .filter((definition) => definition.supplements?.split('|')[0] === system)
      .map((definition) => definition.load() as CodeSystem);
  }
}

/** A loaded release with the names that our guide has for its codes, such as Indonesian ones, as designations. */
function withNamesOf(release: CodeSource, guide: CodeSource): CodeSource {
  const named = (concept: Concept | undefined): Concept | undefined => {
    const known = concept && guide.find(concept.code);
    if (!known) return concept;
    const own = known.display === undefined || known.display === concept.display ? [] : [{ value: known.display }];
    const designations = [...(concept.designations ?? []), ...(known.designations ?? []), ...own];
    return designations.length === 0 ? concept : { ...concept, designations };
  };
  return { ...release, find: (code) => named(release.find(code)) };
}

function listsConcepts(codeSystem: CodeSystem): boolean {
  return codeSystem.content !== 'not-present' && codeSystem.content !== 'supplement' && (codeSystem.concept?.length ?? 0) > 0;
}
