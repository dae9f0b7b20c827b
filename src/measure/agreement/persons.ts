import type { MeasurementPeriod } from '../../cql/program.js';
import type { FhirResource } from '../../fhir/resource.js';
import type { Literals } from './literals.js';
import { alignToPeriod, type Draft, mutations } from './mutations.js';
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
  readonly literals: Literals;
  /** Codes that the measure's value sets hold, for swapping. */
  readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }>;
  readonly period: MeasurementPeriod;
  readonly random: Random;
  /** Starts every id, so that several runs can lie in one database. */
  readonly prefix: string;
}

/**
 * Grows `count` persons on the boundaries of a measure: each starts as one of the hand-decided cases (so that deep conditions are reached) and is then moved,
 * step by step, onto or beside the measure's own literals: dates to another date ± a literal ± one day, to local midnight ± a step, values to a threshold ± a step,
 * partial dates, other offsets and units, missing elements, several codings, duplicates on one day, errors, other zones, period ends.
 */
export function* boundaryPersons(count: number, options: BoundaryOptions): Generator<BoundaryPerson> {
  const { seeds, random, prefix } = options;
  for (let index = 0; index < count; index += 1) {
    const seed = random.pick(seeds);
    if (!seed) return;
    const draft: Draft = structuredClone([...seed.resources]) as unknown as Draft;
    const steps: string[] = [];
    if (random.chance(0.3)) {
      const step = alignToPeriod(draft, options);
      if (step !== undefined) steps.push(step);
    }
    // The first of the seeds' own persons stay as they are: the agreement covers the hand-decided cases too.
    const wanted = index < seeds.length ? 0 : 1 + random.int(4);
    for (let done = 0; done < wanted; done += 1) {
      const mutation = random.pick(mutations);
      const step = mutation?.(draft, options);
      if (step !== undefined) steps.push(step);
    }
    const id = `${prefix}${String(index + 1).padStart(6, '0')}`;
    yield { id, resources: renamePerson(draft as unknown as readonly FhirResource[], id), origin: [seed.name, ...steps].join('; ') };
  }
}
