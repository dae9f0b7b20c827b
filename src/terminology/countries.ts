import { createRequire } from 'node:module';
import type { CodeSource } from './code-source.js';
import { listSource } from './list-source.js';
import type { Concept } from './terminology.js';

export const countrySystem = 'urn:iso:std:iso:3166';
export const subdivisionSystem = 'urn:iso:std:iso:3166:-2';

/** ISO 3166-1 (`iso-3166`): the two-letter, three-letter and three-digit codes are all codes of this one system, as R4 uses it. */
export function countrySource(): CodeSource {
  const { iso31661 } = data();
  return listSource(
    countrySystem,
    iso31661.flatMap(({ alpha2, alpha3, numeric, name }) => [alpha2, alpha3, numeric].map((code) => concept(countrySystem, code, name))),
  );
}

/** ISO 3166-2: countries' subdivisions such as `ID-JB`. */
export function subdivisionSource(): CodeSource {
  return listSource(
    subdivisionSystem,
    data().iso31662.map(({ code, name }) => concept(subdivisionSystem, code, name)),
  );
}

/** Three-digit codes of countries with their names. */
export function countryNumbers(): ReadonlyMap<string, string> {
  return new Map(data().iso31661.map(({ numeric, name }) => [numeric, name]));
}

function concept(system: string, code: string, display: string): Concept {
  return { system, code, display };
}

function data(): typeof import('iso-3166') {
  return createRequire(import.meta.url)('iso-3166');
}
