import type { MeasureProgram, PersonResult } from '../../cql/program.js';
import type { FhirResource } from '../../fhir/resource.js';
import { compareResults } from './compare.js';
import type { BoundaryPerson } from './persons.js';
import { renamePerson } from './rename.js';
import { shrinkPerson } from './shrink.js';

/** What two evaluators say of the same persons. */
export interface BothResults {
  readonly left: readonly PersonResult[];
  readonly right: readonly PersonResult[];
}

/** A person on whom they differ, and the smallest person that differs in the same criteria. */
export interface Disagreement {
  readonly person: BoundaryPerson;
  readonly criteria: readonly string[];
  readonly smallest: readonly FhirResource[];
}

export interface AgreementOptions {
  readonly program: MeasureProgram;
  readonly persons: readonly BoundaryPerson[];
  /** Puts the persons where both evaluators find them and asks both about exactly these. Ids are fresh at every call. */
  evaluate(persons: readonly BoundaryPerson[]): Promise<BothResults>;
  /** How many of the persons that differ are made small; one by default. */
  readonly shrinkLimit?: number;
}

/** Whether two evaluators agree, person by person and bit by bit, over all populations. An empty list says yes. */
export async function checkAgreement(options: AgreementOptions): Promise<readonly Disagreement[]> {
  const { program, persons, evaluate, shrinkLimit = 1 } = options;
  const { left, right } = await evaluate(persons);
  const byId = new Map(persons.map((person) => [person.id, person]));
  const found: Disagreement[] = [];
  let trials = 0;
  for (const { person: id, criteria } of compareResults(program, left, right)) {
    const person = byId.get(id);
    if (!person) continue;
    const differsAlike = async (resources: readonly FhirResource[]): Promise<boolean> => {
      trials += 1;
      const trial = { id: `${id}-s${trials}`, resources: renamePerson(resources, `${id}-s${trials}`), origin: person.origin };
      const both = await evaluate([trial]);
      return compareResults(program, both.left, both.right).some((difference) => difference.criteria.join() === criteria.join());
    };
    const smallest = found.length < shrinkLimit ? await shrinkPerson(person.resources, differsAlike) : person.resources;
    found.push({ person, criteria, smallest });
  }
  return found;
}
