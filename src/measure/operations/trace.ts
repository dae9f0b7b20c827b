import type { MeasureReport, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { CqlError } from '../../cql/error.js';
import type { EvaluationRun } from '../../cql/program.js';
import { areaSystem } from '../../definitions/areas.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { Scope } from '../../search/scope.js';
import { chooseEngine, sqlReasons } from '../engines.js';
import { findMeasure } from '../find-measure.js';
import { membership } from '../membership.js';
import { withObservations } from '../observation.js';
import { measureProgram } from '../program.js';
import { watermarkUrl } from '../report/report.js';
import { villagePartSystem } from '../report/report-strata.js';
import type { MeasureServices } from '../services.js';
import { liesIn } from '../subject/parts.js';
import { residenceEvaluator } from '../subject/residence-evaluator.js';
import { livesIn, patientsOf, subjectOf, subjectsOf } from '../subject/subject.js';
import { measureText } from '../text.js';
import { cqlParameter } from './cql-parameters.js';
import { versionsBehind } from './evaluated.js';
import { about, type OperationParameter, textOf } from './request.js';

const known = ['group', 'population', 'area', 'person', '_count', '_offset'] as const;
const maximumPersons = 1000;

/**
 * Answers `MeasureReport/[id]/$trace`: the persons behind a stored report's numbers, evaluated again at its watermark, and the versions of their resources that
 * were read. `group`, `population` and `area` narrow it to one number; `person` gives that person's populations with the value of every definition of the
 * library, as the reference engine finds them today. Pages of `_count` (100) from `_offset`.
 * Throws OperationOutcomeError: 403 for a caller who may not see every person, 404 for an unknown report, 400 for parameters.
 */
export async function traceOperation(
  services: MeasureServices,
  scope: Scope,
  id: string,
  parameters: readonly OperationParameter[],
  run: EvaluationRun = {},
): Promise<Parameters> {
  if (scope.kind !== 'all') throw new OperationOutcomeError(403, [issue('forbidden', 'measure-scope', measureText.scope)]);
  const asked = readParameters(parameters, known);
  const stored = await services.store.read(scope, 'MeasureReport', id);
  if (stored?.body === undefined) {
    throw new OperationOutcomeError(404, [issue('not-found', 'measure-report-unknown', measureText.reportNotFound(id))]);
  }
  const report = JSON.parse(stored.body) as MeasureReport;
  const measure = await findMeasure(services, scope, report.measure ?? '');
  const made = measureProgram(measure);
  if (!made.ok) throw new OperationOutcomeError(422, made.issues);
  const program = withObservations(made.value, services.libraries);
  const { start, end } = report.period ?? {};
  if (start === undefined || end === undefined) {
    throw new OperationOutcomeError(422, [issue('required', 'measure-report-period', measureText.parameterMissing('period', '2026'))]);
  }
  const period = { start: start.slice(0, 10), end: end.slice(0, 10) };
  const watermark = report.extension?.find(({ url }) => url === watermarkUrl)?.valueInstant;
  const reasons = await sqlReasons(services.engines, program);
  const asOf = services.engines.sql && reasons.length === 0 ? watermark : undefined;
  const { text, practitioner } = subjectText(report);
  const subject = await subjectOf(services, scope, text, {
    day: period.end,
    ...(practitioner === undefined ? {} : { practitioner }),
    ...(asOf === undefined ? {} : { asOf }),
  });
  const engine = await chooseEngine(services.engines, program, asOf);
  const evaluator = residenceEvaluator(engine.evaluator, await services.past.movers(period.end, asOf));
  const lived = (await evaluated(() => evaluator.persons(program, period, subjectsOf(subject), run))).filter(
    ({ area }) => patientsOf(subject) === undefined || livesIn(subject, area),
  );
  const part = subject.kind === 'area' ? subject.part : undefined;
  const ids = part ? lived.map(({ person }) => person) : [];
  const places = await services.past.places(ids, period.end, asOf);
  const found = lived.filter(({ person }) => liesIn(places.get(person), part));
  const persons = found.flatMap((result) => {
    const populations = program.groups.flatMap((group, at) => {
      const codes = group.populations.map(({ code }) => code);
      const member = membership(codes, result.populations[at] ?? [], group.scoring, group.initials);
      return codes.flatMap((code, index) => (member[index] === true ? [{ group: group.code, population: code }] : []));
    });
    const wanted = populations.filter(
      ({ group, population }) => (asked.group ?? group) === group && (asked.population ?? population) === population,
    );
    const isHere =
      asked.area === undefined || (asked.area === 'none' ? result.area === undefined : result.area?.startsWith(asked.area) === true);
    const isMeant = asked.person === undefined || asked.person.replace(/^Patient\//, '') === result.person;
    return wanted.length > 0 && isHere && isMeant ? [{ ...result, populations }] : [];
  });
  const offset = wholeNumber(asked._offset, '_offset', 0);
  const count = Math.min(wholeNumber(asked._count, '_count', 100), maximumPersons);
  const page = persons.slice(offset, offset + count);
  const told: ParametersParameter[] = [];
  for (const { person, area, populations } of page) {
    const versions = await versionsBehind(services, scope, program.library, person, watermark);
    const evidence = asked.person === undefined ? [] : await definitions(services, program, period, person, run);
    told.push({
      name: 'person',
      part: [
        { name: 'subject', valueReference: { reference: `Patient/${person}` } },
        ...(area === undefined ? [] : [{ name: 'area', valueIdentifier: { system: areaSystem, value: area } }]),
        ...populations.map(({ group, population }) => ({
          name: 'population',
          part: [
            { name: 'group', valueCode: group },
            { name: 'code', valueCode: population },
          ],
        })),
        ...versions.map((reference) => ({ name: 'resource', valueReference: { reference } })),
        ...evidence,
      ],
    });
  }
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'report', valueReference: { reference: `MeasureReport/${stored.id}/_history/${stored.version}` } },
      { name: 'total', valueInteger: persons.length },
      { name: 'engine', valueCode: engine.evaluator.kind },
      ...(asOf === undefined ? [] : [{ name: 'watermark', valueInstant: asOf }]),
      ...(offset + count < persons.length ? [{ name: 'next', valueInteger: offset + count }] : []),
      ...told,
    ],
  };
}

/** The values of all definitions of the measure's library for one person. */
async function definitions(
  services: MeasureServices,
  program: { readonly library: string },
  period: { readonly start: string; readonly end: string },
  person: string,
  run: EvaluationRun,
): Promise<ParametersParameter[]> {
  const [result] = await evaluated(() =>
    services.evaluateCql(
      {
        library: program.library,
        parameters: { 'Measurement Period': { kind: 'period', period } },
        values: 'all',
        subjects: { kind: 'persons', ids: [person] },
      },
      run,
    ),
  );
  return Object.entries(result?.values ?? {}).map(([name, value]) => ({
    name: 'definition',
    part: [{ name: 'name', valueString: name }, cqlParameter('value', value)],
  }));
}

/** What the CQL room can't evaluate is the client's to know: 422. */
export async function evaluated<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CqlError ? new OperationOutcomeError(422, error.issues) : error;
  }
}

/** The parameters by which the report was asked for: R4's subject and reporter hold them between them. */
function subjectText({ subject, reporter }: MeasureReport): { readonly text?: string; readonly practitioner?: string } {
  const { identifier, reference } = subject ?? {};
  const code = identifier?.system === areaSystem || identifier?.system === villagePartSystem ? identifier.value : undefined;
  const named = [reference, reporter?.reference].flatMap((one) => one ?? []);
  const practitioner = named.find((one) => /^Practitioner(Role)?\//.test(one));
  const text = code ?? named.find((one) => one !== practitioner) ?? (identifier?.value === 'ID' ? 'ID' : undefined);
  return { ...(text === undefined ? {} : { text }), ...(practitioner === undefined ? {} : { practitioner }) };
}

/** Single-valued parameters by name. Throws 400 for an unknown or repeated one. */
function readParameters<Name extends string>(
  parameters: readonly OperationParameter[],
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const found: Partial<Record<Name, string>> = {};
  for (const parameter of parameters) {
    const name = names.find((one) => one === parameter.name);
    const text = textOf(parameter);
    if (name === undefined) {
      const unknown = measureText.parameterUnknown(parameter.name.replace(/[^\w-]/g, ''), names.join(', '));
      throw new OperationOutcomeError(400, [issue('not-supported', 'parameter-unknown', unknown, about(parameter.name))]);
    }
    if (found[name] !== undefined) {
      throw new OperationOutcomeError(400, [issue('invalid', 'parameter-twice', measureText.parameterTwice(name), about(name))]);
    }
    if (text === '')
      throw new OperationOutcomeError(400, [issue('value', 'parameter-value', measureText.parameterValue(name, '…'), about(name))]);
    found[name] = text;
  }
  return found;
}

function wholeNumber(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new OperationOutcomeError(400, [issue('value', 'parameter-value', measureText.parameterValue(name, '0, 1, 2 …'), about(name))]);
}
