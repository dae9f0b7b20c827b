import type { FhirResource } from '../../fhir/resource.js';
import { type Draft, dayMs, localMidnight, pathOf, rangeOf, shift, temporals, zoneMs } from './mutations/draft.js';
import type { BoundaryPerson, Seed } from './persons.js';
import { type Random, shuffled } from './random.js';
import { renamePerson } from './rename.js';

/** Says of each person, in their order, what a measure makes of them, as a text that is the same for the same answer. */
export type Answers = (persons: readonly BoundaryPerson[]) => Promise<readonly string[]>;

/** By how many days a date is moved to see where the answer changes. */
const farthest = [1, 3, 7, 14, 28, 42, 60, 90, 120, 180, 280, 366, 550, 731, 1461, 2557, 4383, 7305];
const grid: readonly number[] = [...farthest.map((days) => -days).reverse(), 0, ...farthest];

const maximumSeries = 120;

/** One date of one seed, moved. */
interface Series {
  readonly seed: Seed;
  readonly slot: number;
}

/** Two days, one after the other in the end, between which the answer changes. */
interface Edge {
  readonly series: Series;
  readonly low: number;
  readonly high: number;
  readonly answer: string;
}

/**
 * Persons on whom one date decides: moves each date of each seed over the years, sees where the answer changes, and closes in on the day. Each edge gives the
 * persons on both of its sides, to the day and to the millisecond of the local midnight. However the measure comes to its boundary, literals or none.
 */
export async function edgeSeeds(seeds: readonly Seed[], random: Random, answers: Answers): Promise<readonly Seed[]> {
  const all = seeds.flatMap((seed) => temporals(draftOf(seed)).map((_, slot): Series => ({ seed, slot })));
  const series = shuffled(all, random).slice(0, maximumSeries);
  let edges = await firstEdges(series, answers);
  while (edges.some(isWide)) edges = await narrowed(edges, answers);
  return edges.flatMap(sides);
}

async function firstEdges(series: readonly Series[], answers: Answers): Promise<readonly Edge[]> {
  const found = await answers(series.flatMap((one, row) => grid.map((days, column) => personAt(one, days, `${row}-${column}`))));
  return series.flatMap((one, row) =>
    grid.slice(1).flatMap((high, column): readonly Edge[] => {
      const answer = found[row * grid.length + column] ?? '';
      const low = grid[column] ?? 0;
      return found[row * grid.length + column + 1] === answer ? [] : [{ series: one, low, high, answer }];
    }),
  );
}

/** Every edge with the half of its days in which the answer changes. */
async function narrowed(edges: readonly Edge[], answers: Answers): Promise<readonly Edge[]> {
  const wide = edges.filter(isWide);
  const middles = wide.map(({ low, high }) => Math.floor((low + high) / 2));
  const found = await answers(wide.map(({ series }, place) => personAt(series, middles[place] ?? 0, String(place))));
  const halves = wide.map((edge, place): Edge => {
    const middle = middles[place] ?? edge.low;
    return found[place] === edge.answer ? { ...edge, low: middle } : { ...edge, high: middle };
  });
  return [...edges.filter((edge) => !isWide(edge)), ...halves];
}

function isWide({ low, high }: Edge): boolean {
  return high - low > 1;
}

function sides({ series, low, high }: Edge): readonly Seed[] {
  const day = (days: number): Seed => ({ name: nameOf(series, `${days} days`), resources: resourcesOf(moved(series, days)) });
  const midnight = (ms: number): readonly Seed[] => {
    const draft = moved(series, high);
    const slot = temporals(draft)[series.slot];
    const at = slot && rangeOf(slot, draft)?.low;
    // A plain date has no midnight.
    if (!slot || at === undefined || String(slot.value).length <= 10) return [];
    const start = localMidnight(new Date(at + zoneMs(draft)).toISOString().slice(0, 10), zoneMs(draft));
    shift(slot, start + ms - at);
    return [{ name: nameOf(series, `${high} days, midnight ${ms} ms`), resources: resourcesOf(draft) }];
  };
  return [day(low), day(high), ...midnight(-1), ...midnight(0)];
}

function nameOf({ seed, slot }: Series, where: string): string {
  const found = temporals(draftOf(seed))[slot];
  return `${seed.name}; ${found ? pathOf(found) : slot} moved ${where}`;
}

function personAt(series: Series, days: number, id: string): BoundaryPerson {
  return { id: `edge-${id}`, resources: renamePerson(resourcesOf(moved(series, days)), `edge-${id}`), origin: '' };
}

function moved({ seed, slot }: Series, days: number): Draft {
  const draft = draftOf(seed);
  const found = temporals(draft)[slot];
  if (found) shift(found, days * dayMs);
  return draft;
}

function draftOf({ resources }: Seed): Draft {
  return structuredClone([...resources]) as unknown as Draft;
}

function resourcesOf(draft: Draft): readonly FhirResource[] {
  return draft as unknown as readonly FhirResource[];
}
