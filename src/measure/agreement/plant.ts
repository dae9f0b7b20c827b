import type { Measure } from '@medplum/fhirtypes';
import type { Plan } from '../../cql/plan.js';
import { compareResults } from './compare.js';
import { type FaultKind, faultKinds, faultsOf } from './faults.js';
import { type AgreementParts, type AgreementRequest, agreementPersons, planOf, referenceResults, sqlResults } from './run.js';
import { withScratchFacts } from './scratch.js';
import { agreementSubject } from './subject.js';

/** What became of a fault that was planted in the compiler's plan of a measure. */
export interface PlantedFault {
  readonly measure: string;
  readonly kind: FaultKind;
  readonly place: string;
  /** How many persons then differ: none says that the check didn't notice. Undefined where the faulty plan is no statement, which nobody could overlook. */
  readonly differing: number | undefined;
}

/**
 * Checks the check: plants every fault that has a place in a measure's plan, one at a time, and asks whether the persons tell. A fault that changes no meaning
 * (a second distinct, an open end where nothing lies) is told by nobody. Empty where SQL doesn't serve the measure.
 */
export async function plantFaults(
  parts: AgreementParts,
  measure: Measure,
  request: AgreementRequest,
  kinds: readonly FaultKind[] = faultKinds,
): Promise<readonly PlantedFault[]> {
  const made = agreementSubject(parts, measure);
  const plan = made.ok ? planOf(parts, made.value) : undefined;
  if (!made.ok || !plan) return [];
  const subject = made.value;
  const persons = await agreementPersons(parts, subject, request);
  const expected = await referenceResults(parts, subject, persons, request.run);
  return withScratchFacts(parts.database, persons, async (facts) => {
    const differing = async (plant: (sound: Plan) => Plan): Promise<number | undefined> => {
      try {
        return compareResults(subject.program, expected, await sqlResults(parts, subject, facts, plant)).length;
      } catch {
        return undefined;
      }
    };
    const planted: PlantedFault[] = [];
    for (const { kind, place, plant } of faultsOf(plan, kinds))
      planted.push({ measure: subject.id, kind, place, differing: await differing(plant) });
    return planted;
  });
}

/** How many faults of each kind were planted, and how many of them persons told. */
export function faultSummary(
  planted: readonly PlantedFault[],
): ReadonlyArray<{ readonly kind: FaultKind; readonly planted: number; readonly noticed: number }> {
  return [...new Set(planted.map(({ kind }) => kind))].map((kind) => {
    const own = planted.filter((fault) => fault.kind === kind);
    return { kind, planted: own.length, noticed: own.filter(({ differing }) => differing !== 0).length };
  });
}
