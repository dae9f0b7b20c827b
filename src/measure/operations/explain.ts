import type { Measure } from '@medplum/fhirtypes';
import { findLibrary, type PackedLibrary } from '../../cql/libraries.js';
import type { CqlValue, EvaluationRun, MeasurementPeriod, PopulationCode } from '../../cql/program.js';
import { residenceOf } from '../../facts/residence.js';
import { zoneMinutesOf } from '../../facts/zone.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { FhirResource } from '../../fhir/resource.js';
import type { Scope } from '../../search/scope.js';
import { chooseEngine } from '../engines.js';
import { membership } from '../membership.js';
import { withObservations } from '../observation.js';
import { measureProgram } from '../program.js';
import type { MeasureServices } from '../services.js';
import { measureText } from '../text.js';
import { versionsBehind } from './evaluated.js';
import { evaluated } from './trace.js';

/** One person's part in a measure: which criteria were met, what each definition of the CQL gave, and which versions were read. */
export interface Explanation {
  readonly person: string;
  readonly area?: string;
  readonly engine: string;
  readonly populations: ReadonlyArray<{
    readonly group: string;
    readonly code: PopulationCode;
    readonly expression: string;
    /** Whether the CQL said so. */
    readonly met: boolean;
    /** Whether the person counts there, by the membership rules of the scoring. */
    readonly member: boolean;
  }>;
  /** In the order of the CQL. */
  readonly definitions: ReadonlyArray<{ readonly name: string; readonly cql?: string; readonly value: CqlValue }>;
  /** `Observation/1/_history/2`. */
  readonly resources: readonly string[];
}

/**
 * Explains a measure's answer for the person of id `person`. With `asOf` (ISO instant) of the data as they stood then. Membership is found by the engine that serves
 * the measure, the values by the reference engine over the versions that it names.
 * Throws OperationOutcomeError: 404 for a person who isn't there, 422 for a measure that counts no people or can't be evaluated.
 */
export async function explainPerson(
  services: MeasureServices,
  scope: Scope,
  measure: Measure,
  asked: { readonly period: MeasurementPeriod; readonly person: string; readonly asOf?: string },
  run: EvaluationRun = {},
): Promise<Explanation> {
  const { period, person, asOf } = asked;
  const made = measureProgram(measure);
  if (!made.ok) throw new OperationOutcomeError(422, made.issues);
  const program = withObservations(made.value, services.libraries);
  if (program.basis !== undefined) {
    throw new OperationOutcomeError(422, [issue('not-supported', 'explain-basis', measureText.basis(program.basis))]);
  }
  const resources = await versionsBehind(services, scope, program.library, person, asOf);
  const bodies = await Promise.all(resources.map((reference) => bodyOf(services, scope, reference)));
  const patient = bodies.find((body) => body.resourceType === 'Patient');
  if (!patient) throw new OperationOutcomeError(404, [issue('not-found', 'measure-subject', measureText.subjectNotFound('Patient/…'))]);
  const engine = await chooseEngine(services.engines, program, asOf);
  const [found] = await evaluated(() => engine.evaluator.persons(program, period, { kind: 'persons', ids: [person] }, run));
  const area = found?.area ?? residenceOf(patient);
  const [values] = await evaluated(() =>
    services.evaluateCql(
      {
        library: program.library,
        parameters: { 'Measurement Period': { kind: 'period', period } },
        values: 'all',
        subjects: {
          kind: 'given',
          person: { id: person, ...(area === undefined ? {} : { area }), zoneMinutes: zoneMinutesOf(area), resources: bodies },
        },
      },
      run,
    ),
  );
  const populations = program.groups.flatMap((group, at) => {
    const codes = group.populations.map(({ code }) => code);
    const met = found?.populations[at] ?? [];
    const member = membership(codes, met, group.scoring);
    return group.populations.map(({ code, expression }, index) => ({
      group: group.code,
      code,
      expression,
      met: met[index] === true,
      member: member[index] === true,
    }));
  });
  const packed = findLibrary(services.libraries, program.library);
  return {
    person,
    ...(area === undefined ? {} : { area }),
    engine: engine.evaluator.kind,
    populations,
    definitions: Object.entries(values?.values ?? {})
      .map(([name, value]) => ({ name, value, ...placeOf(packed, name) }))
      .sort((left, right) => left.line - right.line)
      .map(({ name, value, cql }) => ({ name, value, ...(cql === undefined ? {} : { cql }) })),
    resources,
  };
}

async function bodyOf(services: MeasureServices, scope: Scope, reference: string): Promise<FhirResource> {
  const [type = '', id = '', , version = ''] = reference.split('/');
  const stored = await services.store.readVersion(scope, type, id, Number(version));
  return JSON.parse(stored?.body ?? '{"resourceType":"Basic"}') as FhirResource;
}

/** Where a definition stands in its CQL, and its text. */
function placeOf(packed: PackedLibrary | undefined, name: string): { readonly line: number; readonly cql?: string } {
  const locator = packed?.library.statements?.def?.find((definition) => definition.name === name)?.locator ?? '';
  const [, first = '', last = ''] = /^(\d+):\d+-(\d+):/.exec(locator) ?? [];
  if (first === '' || packed?.cql === undefined) return { line: Number.MAX_SAFE_INTEGER };
  return {
    line: Number(first),
    cql: packed.cql
      .split('\n')
      .slice(Number(first) - 1, Number(last))
      .join('\n'),
  };
}
