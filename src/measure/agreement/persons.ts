import type { MeasurementPeriod } from '../../cql/program.js';
import type { FhirResource } from '../../fhir/resource.js';
import type { Literals } from './literals.js';
import { alignToPeriod } from './mutations/dates.js';
import type { Draft } from './mutations/draft.js';
import { mutations } from './mutations.js';
import type { Random } from './random.js';
import { renamePerson } from './rename.js';

/** A generated person: a Patient and what belongs to it. */
export interface BoundaryPerson {
  readonly id: string;
  readonly resources: readonly FhirResource[];
  /** The case it was grown from and what was done to it, for the report of a difference. */
  readonly origin: string;
}

/** What persons are grown from: a measure's hand-decided cases. */
export interface Seed {
  readonly name: string;
  readonly resources: readonly FhirResource[];
}

export interface BoundaryOptions {
  readonly seeds: readonly Seed[];
  /** Persons on whom a single step decides: they are evaluated as they are, and others grown from them. */
  readonly edges?: readonly Seed[];
  readonly literals: Literals;
  /** Codes that the measure's value sets hold, for swapping. */
  readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }>;
  readonly period: MeasurementPeriod;
  readonly random: Random;
  /** Starts every id, so that several runs can lie in one database. */
  readonly prefix: string;
}

/**
 * Grows `count` persons on the boundaries of a measure. The first are its hand-decided cases as they are, one by one, then edges up to half of the rest. Each further one starts as one of them (so that
 * deep conditions are reached) and is then moved, step by step, onto or beside the measure's own literals: dates to another date ± a literal ± one day, to local
 * midnight ± a step, values to a threshold ± a step, partial dates, other offsets and units, missing elements, several codings, duplicates on one day, errors,
 * other zones, period ends.
 */
export function* boundaryPersons(count: number, options: BoundaryOptions): Generator<BoundaryPerson> {
  const { seeds, edges = [], random, prefix } = options;
  const asTheyAre = [...seeds, ...edges.slice(0, Math.max(0, Math.floor((count - seeds.length) / 2)))];
  for (let index = 0; index < count; index += 1) {
    const seed = asTheyAre[index] ?? random.pick(edges.length > 0 && random.chance(0.5) ? edges : seeds);
    if (!seed) return;
    const id = `${prefix}${String(index + 1).padStart(6, '0')}`;
    const draft: Draft = structuredClone([...seed.resources]) as unknown as Draft;
    const steps = index < asTheyAre.length ? [] : mutate(draft, options);
    yield { id, resources: renamePerson(draft as unknown as readonly FhirResource[], id), origin: [seed.name, ...steps].join('; ') };
  }
}

/** Changes a draft and says what was done: half of the time in one step, so that nothing else decides, else in several, one on another. */
function mutate(draft: Draft, options: BoundaryOptions): readonly string[] {
  const { random } = options;
  const isSingle = random.chance(0.5);
  const aligned = !isSingle && random.chance(0.5) ? alignToPeriod(draft, options) : undefined;
  const steps = Array.from({ length: isSingle ? 1 : 2 + random.int(3) }, () => random.pick(mutations)?.(draft, options));
  return [aligned, ...steps].filter((step) => step !== undefined);
}
