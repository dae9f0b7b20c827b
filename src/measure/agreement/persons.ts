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
 * Grows `count` persons on the boundaries of a measure. The first are its hand-decided cases as they are, one by one. Each further one starts as one of them (so that
 * deep conditions are reached) and is then moved, step by step, onto or beside the measure's own literals: dates to another date ± a literal ± one day, to local
 * midnight ± a step, values to a threshold ± a step, partial dates, other offsets and units, missing elements, several codings, duplicates on one day, errors,
 * other zones, period ends.
 */
export function* boundaryPersons(count: number, options: BoundaryOptions): Generator<BoundaryPerson> {
  const { seeds, random, prefix } = options;
  for (let index = 0; index < count; index += 1) {
    const seed = seeds[index] ?? random.pick(seeds);
    if (!seed) return;
    const id = `${prefix}${String(index + 1).padStart(6, '0')}`;
    const draft: Draft = structuredClone([...seed.resources]) as unknown as Draft;
    const steps = index < seeds.length ? [] : mutate(draft, options);
    yield { id, resources: renamePerson(draft as unknown as readonly FhirResource[], id), origin: [seed.name, ...steps].join('; ') };
  }
}

/** Changes a draft in one to four steps, and says what was done. */
function mutate(draft: Draft, options: BoundaryOptions): readonly string[] {
  const { random } = options;
  const aligned = random.chance(0.3) ? alignToPeriod(draft, options) : undefined;
  const steps = Array.from({ length: 1 + random.int(4) }, () => random.pick(mutations)?.(draft, options));
  return [aligned, ...steps].filter((step) => step !== undefined);
}
