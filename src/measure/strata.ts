import type { AreaCount, MeasureProgram, PopulationCode } from '../cql/program.js';
import { addCounts, type Counts, membership, noCounts } from './membership.js';

/** Persons of one area (a village, or any larger area after `rollUp`) by population. Those without a village have no `area`. */
export interface Stratum {
  readonly area?: string;
  readonly counts: Counts;
}

/** What was counted of a group: the sum and the villages it is the sum of. */
export interface GroupResult {
  readonly code: string;
  readonly populations: readonly PopulationCode[];
  readonly total: Counts;
  readonly strata: readonly Stratum[];
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
      const counts = membership(codes, criteria).map((member) => (member ? persons : 0));
      if (counts.some((count) => count > 0)) byArea.set(area, addCounts(byArea.get(area) ?? noCounts(codes), counts));
    }
    const strata = [...byArea].map(([area, counts]) => (area === undefined ? { counts } : { area, counts })).sort(byAreaCode);
    return { code: group.code, populations: codes, total: sum(codes, strata), strata };
  });
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
