import type { CodeSystem } from '@medplum/fhirtypes';
import { areaSystem } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import { areaSource } from './area-source.js';
import type { CodeSource } from './code-source.js';
import { countrySource, countrySystem, subdivisionSource, subdivisionSystem } from './countries.js';
import { currencySource, currencySystem } from './currencies.js';
import { languageSource, languageSystem } from './languages.js';
import { m49Source, m49System } from './m49.js';
import { mimeSource, mimeSystem } from './mime.js';
import { resourceSource } from './resource-source.js';
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
  const made = new Map<string, CodeSource | undefined>();
  return (system, version) => {
    const key = version === undefined ? system : `${system}|${version}`;
    if (!made.has(key)) made.set(key, make(system, version));
    return made.get(key);
  };

  function make(system: string, version: string | undefined): CodeSource | undefined {
    const fromRelease = loaded(system, version);
    if (fromRelease) return fromRelease;
    const resource = registry.codeSystem(version === undefined ? system : `${system}|${version}`) ?? registry.codeSystem(system);
    if (resource && listsConcepts(resource)) return resourceSource(resource, supplementsOf(system));
    return builtIn[system]?.();
  }

  function supplementsOf(system: string): readonly CodeSystem[] {
    return registry
      .definitions('CodeSystem')
      .filter((definition) => definition.supplements?.split('|')[0] === system)
      .map((definition) => definition.load() as CodeSystem);
  }
}

function listsConcepts(codeSystem: CodeSystem): boolean {
  return codeSystem.content !== 'not-present' && codeSystem.content !== 'supplement' && (codeSystem.concept?.length ?? 0) > 0;
}
