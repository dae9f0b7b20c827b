import type { Measure } from '@medplum/fhirtypes';
import { type Libraries, libraryClosure } from '../../cql/libraries.js';
import type { MeasurementPeriod, MeasureProgram } from '../../cql/program.js';
import type { Result } from '../../fhir/outcome.js';
import { packageRoot } from '../../root.js';
import type { Terminology } from '../../terminology/terminology.js';
import { loadCases, type MeasureCases } from '../cases.js';
import { withObservations } from '../observation.js';
import { measureProgram } from '../program.js';
import { type Literals, literalsOf } from './literals.js';
import { type BoundaryPerson, boundaryPersons, type Seed } from './persons.js';
import type { Random } from './random.js';
import { skeleton } from './skeleton.js';

/** A measure ready to be checked: what it asks for, and what persons on its boundaries are grown from. */
export interface AgreementSubject {
  readonly id: string;
  readonly program: MeasureProgram;
  readonly period: MeasurementPeriod;
  readonly literals: Literals;
  /** Codes that the measure's value sets hold. */
  readonly codes: Literals['codes'];
  readonly seeds: readonly Seed[];
}

/** The period of a measure that brings no cases, which would name theirs. */
const usualPeriod: MeasurementPeriod = { start: '2026-01-01', end: '2026-12-31' };

/**
 * Makes a measure ready. Its hand-decided cases are the seeds; one without cases grows its persons from one that has something of all that the CQL retrieves.
 * Fails with the issues of the Measure.
 */
export function agreementSubject(
  parts: { readonly libraries: Libraries; readonly terminology: Pick<Terminology, 'members'> },
  measure: Measure,
): Result<AgreementSubject> {
  const made = measureProgram(measure);
  if (!made.ok) return made;
  const id = measure.id ?? made.value.measure;
  const program = withObservations(made.value, parts.libraries);
  const files = [...loadCases(packageRoot, id).values()];
  const period = files[0]?.period ?? usualPeriod;
  const libraries = libraryClosure(parts.libraries, program.library)
    .map(({ library }) => library)
    .filter(({ identifier }) => identifier.id !== 'FHIRHelpers');
  const literals = literalsOf(libraries);
  const codes = literals.valueSets.flatMap((url) =>
    [...(parts.terminology.members(url)?.values() ?? [])].map(({ system, code }) => ({ system, code })),
  );
  // Cases of another period come last: they are decided for theirs, but persons can be grown from them.
  const isOfPeriod = (file: MeasureCases): boolean => file.period.start === period.start && file.period.end === period.end;
  const cases: readonly Seed[] = [...files.filter(isOfPeriod), ...files.filter((file) => !isOfPeriod(file))].flatMap((file) => file.cases);
  const seeds = cases.length > 0 ? cases : [skeleton(libraries, codes, period)];
  return { ok: true, value: { id, program, period, literals, codes, seeds } };
}

/** `count` persons on the boundaries of a subject, the same for the same seed and edges. */
export function subjectPersons(
  { id, ...subject }: AgreementSubject,
  count: number,
  random: Random,
  edges: readonly Seed[] = [],
): readonly BoundaryPerson[] {
  const prefix = `${id
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 40)}-`;
  return [...boundaryPersons(count, { ...subject, edges, random, prefix })];
}
