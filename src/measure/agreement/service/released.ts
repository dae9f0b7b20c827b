import type { Measure } from '@medplum/fhirtypes';
import { type Libraries, libraryClosure } from '../../../cql/libraries.js';
import type { MeasureProgram } from '../../../cql/program.js';
import { referencedValueSets } from '../../../cql/value-sets.js';
import type { Terminology } from '../../../terminology/terminology.js';
import { withObservations } from '../../observation.js';
import { canonicalOf, measureProgram } from '../../program.js';

export interface ReleasedParts {
  readonly guide: readonly Measure[];
  /** The guide's own libraries and value sets, without what clients stored. */
  readonly ours: Libraries;
  readonly terminology: Pick<Terminology, 'members'>;
}

/**
 * Measures of our guide on which the engines agreed before this version was released: its tests compare them on persons grown on the boundaries of each measure. That
 * speaks for a server as long as all of it is as released: the Measure, its libraries, and the codes of its value sets.
 */
export function releasedMeasures({ guide, ours, terminology }: ReleasedParts): {
  includes(program: MeasureProgram, libraries: Libraries, live: Pick<Terminology, 'members'>): boolean;
} {
  const programs = new Map<string, string>();
  for (const measure of guide) {
    const made = measureProgram(measure);
    if (made.ok) programs.set(canonicalOf(measure), JSON.stringify(withObservations(made.value, ours)));
  }
  return {
    includes(program, libraries, live) {
      if (programs.get(program.measure) !== JSON.stringify(program)) return false;
      const closure = libraryClosure(libraries, program.library);
      const own = libraryClosure(ours, program.library);
      if (closure.length !== own.length || closure.some((packed, place) => packed !== own[place])) return false;
      const valueSets = own
        .flatMap(({ library }) => referencedValueSets(library))
        .map(({ url, version }) => (version === undefined ? url : `${url}|${version}`));
      return valueSets.every((canonical) => isSame(terminology.members(canonical), live.members(canonical)));
    },
  };
}

function isSame(left: ReadonlyMap<string, unknown> | undefined, right: ReadonlyMap<string, unknown> | undefined): boolean {
  if (left === right) return true;
  if (left?.size !== right?.size) return false;
  return [...(left?.keys() ?? [])].every((key) => right?.has(key) === true);
}
