import type { AreaCount, CqlValue, MeasureProgram, PersonResult, PopulationCode, Stratifier } from '../cql/program.js';
import type { ExternalDenominator } from './denominator.js';
import { addCounts, type Counts, membership, noCounts } from './membership.js';

/** Values by observation. */
export type Observed = ReadonlyArray<readonly number[]>;

/** Persons of one area (a village, or any larger area after `rollUp`) by population. Those without a village have no `area`. */
export interface Stratum {
  readonly area?: string;
  readonly counts: Counts;
  /** Values observed of the members, by the group's observations. */
  readonly observed?: Observed;
  /** The denominator that the declared basis takes from outside; unknown where nobody gave one. */
  readonly external?: ExternalDenominator | 'unknown';
}

/** Persons by the values of a stratifier's definitions. */
export interface ValueStratum {
  readonly values: readonly CqlValue[];
  readonly counts: Counts;
  readonly observed?: Observed;
}

/** What was counted of a group: the sum and the villages it is the sum of. */
export interface GroupResult {
  readonly code: string;
  readonly populations: readonly PopulationCode[];
  readonly total: Counts;
  readonly strata: readonly Stratum[];
  readonly observed?: Observed;
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
      const counts = membership(codes, criteria, group.scoring, group.initials).map((member) => (member ? persons : 0));
      if (counts.some((count) => count > 0)) byArea.set(area, addCounts(byArea.get(area) ?? noCounts(codes), counts));
    }
    const strata = [...byArea].map(([area, counts]) => (area === undefined ? { counts } : { area, counts })).sort(byAreaCode);
    return { code: group.code, populations: codes, total: sum(codes, strata), strata };
  });
}

/** The same from persons one by one, with what only they tell: items, observed values, and strata by the values of definitions. */
export function detailedResults(
  program: MeasureProgram,
  persons: readonly PersonResult[],
  villages: readonly string[],
): readonly GroupResult[] {
  return program.groups.map((group, at) => {
    const codes = group.populations.map(({ code }) => code);
    const tallied = persons
      .map((person) => ({ person, ...tally(group, person, at) }))
      .filter(({ counts }) => counts.some((count) => count > 0));
    const byArea = grouped(tallied, ({ person }) => person.area);
    for (const village of villages) if (!byArea.has(village)) byArea.set(village, []);
    const sumUp = (members: readonly Tally[]): Pick<GroupResult, 'observed'> & { readonly counts: Counts } => ({
      counts: members.reduce((total, { counts }) => addCounts(total, counts), noCounts(codes)),
      ...(group.observations
        ? { observed: group.observations.map((_, index) => members.flatMap(({ observed }) => observed[index] ?? [])) }
        : {}),
    });
    const { counts: total, ...observed } = sumUp(tallied);
    return {
      code: group.code,
      populations: codes,
      total,
      ...observed,
      strata: [...byArea].map(([area, members]) => ({ ...(area === undefined ? {} : { area }), ...sumUp(members) })).sort(byAreaCode),
      stratifiers: (group.stratifiers ?? []).map((stratifier) => {
        const valuesOf = ({ person }: { readonly person: PersonResult }) =>
          stratifier.components.map(({ expression }) => person.values?.[expression] ?? null);
        const strata = [...grouped(tallied, (member) => JSON.stringify(valuesOf(member)))].sort(([left], [right]) =>
          left < right ? -1 : 1,
        );
        return {
          stratifier,
          strata: strata.map(([, members]) => ({ values: members[0] ? valuesOf(members[0]) : [], ...sumUp(members) })),
        };
      }),
    };
  });
}

/** What one person adds to a group: to each population one or, where items are counted, so many; and the observed values. */
interface Tally {
  readonly counts: Counts;
  readonly observed: Observed;
}

export function tally(group: MeasureProgram['groups'][number], person: PersonResult, at: number): Tally {
  const codes = group.populations.map(({ code }) => code);
  const member = membership(codes, person.populations[at] ?? [], group.scoring, group.initials);
  const counts = group.populations.map(({ items }, place) => {
    const found = items === undefined ? Number(member[place]) : person.values?.[items];
    return typeof found === 'number' ? found : 0;
  });
  const isCounted = (code: PopulationCode): boolean => (counts[codes.indexOf(code)] ?? 0) > 0;
  const observed = (group.observations ?? []).map(({ expression, of, ofItems }) =>
    isCounted(of) && (ofItems === true || !isCounted(`${of}-exclusion`)) ? numbersOf(person.values?.[expression]) : [],
  );
  return { counts, observed };
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const found = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const before = found.get(key);
    if (before) before.push(item);
    else found.set(key, [item]);
  }
  return found;
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
