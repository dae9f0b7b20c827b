import type { MeasureProgram, PersonResult, PopulationCode } from '../../cql/program.js';
import { membership } from '../membership.js';

/** How many of the persons are in a population of a group, after the membership rules, and of how many its criterion alone is true. */
export interface PopulationCoverage {
  readonly group: string;
  readonly population: PopulationCode;
  readonly members: number;
  readonly met: number;
}

/** Whether persons reach every population of a program: one that nobody is in, or nobody is outside, is not tested by them. */
export function populationCoverage(program: MeasureProgram, results: readonly PersonResult[]): readonly PopulationCoverage[] {
  return program.groups.flatMap((group, at) => {
    const codes = group.populations.map(({ code }) => code);
    const members = codes.map(() => 0);
    const met = codes.map(() => 0);
    for (const { populations } of results) {
      const criteria = populations[at] ?? [];
      membership(codes, criteria, group.scoring, group.initials).forEach((isMember, place) => {
        if (isMember) members[place] = (members[place] ?? 0) + 1;
        if (criteria[place]) met[place] = (met[place] ?? 0) + 1;
      });
    }
    return codes.map((population, place) => ({ group: group.code, population, members: members[place] ?? 0, met: met[place] ?? 0 }));
  });
}
