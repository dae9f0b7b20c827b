import {
  type AreaCount,
  areaCounts,
  type CqlValue,
  type MeasureProgram,
  type PersonResult,
  type PopulationCode,
  type Stratifier,
} from '../cql/program.js';
import type { ExternalDenominator } from './denominator.js';
import { addCounts, type Counts, membership, noCounts } from './membership.js';

/** Persons of one area (a village, or any larger area after `rollUp`) by population. Those without a village have no `area`. */
export interface Stratum {
  readonly area?: string;
  readonly counts: Counts;
  /** Values observed of the measure population, of a continuous variable. */
  readonly observed?: readonly number[];
  /** The denominator that the declared basis takes from outside; unknown where nobody gave one. */
  readonly external?: ExternalDenominator | 'unknown';
}

/** Persons by the values of a stratifier's definitions. */
export interface ValueStratum {
  readonly values: readonly CqlValue[];
  readonly counts: Counts;
  readonly observed?: readonly number[];
}

/** What was counted of a group: the sum and the villages it is the sum of. */
export interface GroupResult {
  readonly code: string;
  readonly populations: readonly PopulationCode[];
  readonly total: Counts;
  readonly strata: readonly Stratum[];
  readonly observed?: readonly number[];
  readonly external?: ExternalDenominator | 'unknown';
  /** In the order of the program's stratifiers. */
  readonly stratifiers?: ReadonlyArray<{ readonly stratifier: Stratifier; readonly strata: readonly ValueStratum[] }>;
}

/**
 * Applies the membership rules to counted criteria and sorts the persons into villages, persons without one last.
 * Each of `villages` gets its stratum, whether anybody lives there or not.
 */
export function groupResults(program: MeasureProgram, counted: readonly AreaCount[], villages: readonly string[]): readonly GroupResult[] {
  let firstBit = 0;
  return program.groups.map((group) => {
    const codes = group.populations.map((population) => population.code);
    const shift = firstBit;
    firstBit += codes.length;
    const byArea = new Map<string | undefined, Counts>(villages.map((village) => [village, noCounts(codes)]));
    for (const { area, bits, persons } of counted) {
      const criteria = codes.map((_, index) => Math.floor(bits / 2 ** (shift + index)) % 2 === 1);
      const counts = membership(codes, criteria, group.scoring).map((member) => (member ? persons : 0));
      if (counts.some((count) => count > 0)) byArea.set(area, addCounts(byArea.get(area) ?? noCounts(codes), counts));
    }
    const strata = [...byArea].map(([area, counts]) => (area === undefined ? { counts } : { area, counts })).sort(byAreaCode);
    return { code: group.code, populations: codes, total: sum(codes, strata), strata };
  });
}

/** The same from persons one by one, with what only they tell: observed values, and strata by the values of definitions. */
export function detailedResults(
  program: MeasureProgram,
  persons: readonly PersonResult[],
  villages: readonly string[],
): readonly GroupResult[] {
  return groupResults(program, areaCounts(persons), villages).map((result, at) => {
    const group = program.groups[at];
    if (!group) return result;
    const members = persons.map((person) => {
      const member = membership(result.populations, person.populations[at] ?? [], group.scoring);
      const { observation } = group;
      const isObserved = observation !== undefined && isMeasured(result.populations, member, observation.ofItems === true);
      return { person, counts: member.map(Number), observed: isObserved ? numbersOf(person.values?.[observation.expression]) : [] };
    });
    const observedOf = (chosen: typeof members) => (group.observation ? { observed: chosen.flatMap(({ observed }) => observed) } : {});
    const countsOf = (chosen: typeof members) => chosen.reduce((sum_, { counts }) => addCounts(sum_, counts), noCounts(result.populations));
    return {
      ...result,
      ...observedOf(members),
      strata: result.strata.map((stratum) => ({ ...stratum, ...observedOf(members.filter(({ person }) => person.area === stratum.area)) })),
      stratifiers: (group.stratifiers ?? []).map((stratifier) => {
        const byValues = new Map<string, { readonly values: readonly CqlValue[]; readonly members: typeof members }>();
        for (const member of members.filter(({ counts }) => counts.some((count) => count > 0))) {
          const values = stratifier.components.map(({ expression }) => member.person.values?.[expression] ?? null);
          const key = JSON.stringify(values);
          const found = byValues.get(key);
          if (found) found.members.push(member);
          else byValues.set(key, { values, members: [member] });
        }
        const strata = [...byValues].sort(([left], [right]) => (left < right ? -1 : 1));
        return {
          stratifier,
          strata: strata.map(([, found]) => ({ values: found.values, counts: countsOf(found.members), ...observedOf(found.members) })),
        };
      }),
    };
  });
}

function isMeasured(codes: readonly PopulationCode[], member: readonly boolean[], ofItems: boolean): boolean {
  const isIn = (code: PopulationCode): boolean => member[codes.indexOf(code)] === true;
  return isIn('measure-population') && (ofItems || !isIn('measure-population-exclusion'));
}

/** The numbers of an observation: one, or a list of them; quantities count by their value. Null is no observation. */
function numbersOf(value: CqlValue | undefined): readonly number[] {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap((item: CqlValue) => numbersOf(item));
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'quantity' ? [value.value] : [];
}

/** The same persons by larger areas: codes cut to `digits` (6 district, 4 regency, 2 province). Sums stay what they were. */
export function rollUp(result: GroupResult, digits: number): GroupResult {
  const byArea = new Map<string | undefined, Counts>();
  for (const { area, counts } of result.strata) {
    const larger = area?.slice(0, digits);
    byArea.set(larger, addCounts(byArea.get(larger) ?? noCounts(result.populations), counts));
  }
  const strata = [...byArea].map(([area, counts]) => (area === undefined ? { counts } : { area, counts })).sort(byAreaCode);
  return { ...result, strata };
}

function sum(codes: readonly PopulationCode[], strata: readonly Stratum[]): Counts {
  return strata.reduce((total, stratum) => addCounts(total, stratum.counts), noCounts(codes));
}

function byAreaCode(left: Stratum, right: Stratum): number {
  if (left.area === right.area) return 0;
  if (left.area === undefined) return 1;
  if (right.area === undefined) return -1;
  return left.area < right.area ? -1 : 1;
}
