import type { Bundle, Measure, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { libraryClosure } from '../../../cql/libraries.js';
import { issue, OperationOutcomeError } from '../../../fhir/outcome.js';
import type { Scope } from '../../../search/scope.js';
import { sqlReasons } from '../../engines.js';
import { measureNamed } from '../../find-measure.js';
import { withObservations } from '../../observation.js';
import { measureProgram } from '../../program.js';
import type { MeasureServices } from '../../services.js';
import { measureText } from '../../text.js';
import type { AgreementStanding } from './service.js';

/**
 * Answers `Measure/[id]/$status`: which engine evaluates the measure and why, how its engines last compared, the smallest person on whom they differ, and by what
 * libraries it is computed. A generated person is given whole; one of the store only as a reference, and only to a caller who may see every person.
 * Throws OperationOutcomeError: 404, 422 for a Measure that can't be evaluated.
 */
export async function measureStatus(services: MeasureServices, scope: Scope, name: string): Promise<Parameters> {
  await services.live?.refresh();
  const measure = await measureNamed(services, scope, name);
  if (!measure) throw new OperationOutcomeError(404, [issue('not-found', 'measure-unknown', measureText.measureNotFound(name))]);
  const made = measureProgram(measure);
  if (!made.ok) throw new OperationOutcomeError(422, made.issues);
  const program = withObservations(made.value, services.libraries);
  const reasons = await sqlReasons(services.engines, program);
  const isReference = reasons.length > 0 || program.basis !== undefined;
  const isCompared =
    services.agreement !== undefined && reasons.every(({ rule }) => rule.startsWith('measure-agreement')) && program.basis === undefined;
  const standing = isCompared ? await services.agreement?.standing(program) : undefined;
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'measure', valueCanonical: program.measure },
      { name: 'status', valueCode: measure.status ?? 'unknown' },
      { name: 'engine', valueCode: isReference ? 'reference' : 'sql' },
      ...reasons.map(({ text }): ParametersParameter => ({ name: 'reason', valueString: text.en })),
      ...(standing ? [agreementParameter(standing, scope)] : []),
      ...libraryClosure(services.libraries, program.library).map(({ library, cqlHash, stamp, url }): ParametersParameter => {
        const { id, version } = library.identifier;
        const canonical = url ?? id;
        return {
          name: 'library',
          part: [
            { name: 'canonical', valueCanonical: version === undefined ? canonical : `${canonical}|${version}` },
            { name: 'hash', valueString: cqlHash },
            ...(stamp
              ? [
                  { name: 'translator', valueString: stamp.translator },
                  { name: 'modelInfo', valueString: stamp.modelInfo },
                ]
              : []),
          ],
        };
      }),
    ],
  };
}

function agreementParameter({ state, record }: AgreementStanding, scope: Scope): ParametersParameter {
  const found = record ? [] : [{ name: 'basis', valueCode: state === 'agreed' ? 'release' : 'none' }];
  return {
    name: 'agreement',
    part: [
      { name: 'state', valueCode: state },
      ...found,
      ...(record
        ? [
            { name: 'checkedAt', valueInstant: record.checkedAt },
            { name: 'generatedPersons', valueInteger: record.generated },
            { name: 'storedPersons', valueInteger: record.stored },
            { name: 'key', valueString: record.key },
            ...record.criteria.map((criterion) => ({ name: 'differsIn', valueString: criterion })),
            ...(record.smallest ? [{ name: 'smallestPerson', resource: bundleOf(record.smallest) }] : []),
            ...(record.person !== undefined && scope.kind === 'all'
              ? [{ name: 'storedPerson', valueReference: { reference: `Patient/${record.person}` } }]
              : []),
          ]
        : []),
    ],
  };
}

function bundleOf(resources: readonly object[]): Bundle {
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource: resource as Measure })) };
}
