import { type ElmLibrary, text } from '../../cql/elm.js';
import { referencedValueSets } from '../../cql/value-sets.js';
import type { Registry } from '../../definitions/registry.js';
import type { Terminology } from '../../terminology/terminology.js';

/** A value set or code system that a library names, as it was found: `version` is that in effect, `codes` how many a value set has. Neither: it isn't here. */
export interface PinnedTerminology {
  readonly type: 'ValueSet' | 'CodeSystem';
  readonly url: string;
  readonly version?: string;
  readonly codes?: number;
  readonly isMissing: boolean;
}

/**
 * Resolves what a library names, in its order. A version that the CQL gives is held to; where it gives none, the version in effect is the pin, and a later version
 * of the value set moves it: the library takes effect anew, and engines have to agree anew. Canonicals are those of ELM, with `|version` where the CQL gives one.
 */
export function pinTerminology(
  library: ElmLibrary,
  registry: Registry,
  terminology: Pick<Terminology, 'members'>,
): readonly PinnedTerminology[] {
  const valueSets = referencedValueSets(library).map(({ url, version }): PinnedTerminology => {
    const canonical = version === undefined ? url : `${url}|${version}`;
    const members = terminology.members(canonical);
    const pinned = version ?? registry.valueSet(canonical)?.version;
    return { type: 'ValueSet', url, ...versionOf(pinned), ...(members ? { codes: members.size } : {}), isMissing: members === undefined };
  });
  const codeSystems = (library.codeSystems?.def ?? []).map((definition): PinnedTerminology => {
    const url = text(definition, 'id');
    const given = text(definition, 'version');
    const found = registry.codeSystem(given === '' ? url : `${url}|${given}`);
    return { type: 'CodeSystem', url, ...versionOf(given === '' ? found?.version : given), isMissing: found === undefined };
  });
  return [...valueSets, ...codeSystems];
}

function versionOf(version: string | undefined): { readonly version?: string } {
  return version === undefined ? {} : { version };
}
