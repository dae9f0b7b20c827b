import { type ElmLibrary, text } from './elm.js';

/** A value set as a library names it; `version` where the library pins one. */
export interface ValueSetName {
  readonly url: string;
  readonly version?: string;
}

/** The value sets that a library declares. */
export function referencedValueSets(library: ElmLibrary): readonly ValueSetName[] {
  return (library.valueSets?.def ?? []).map((definition) => {
    const version = text(definition, 'version');
    return { url: text(definition, 'id'), ...(version === '' ? {} : { version }) };
  });
}
