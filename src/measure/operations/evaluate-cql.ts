import type { Parameters } from '@medplum/fhirtypes';
import { addLibrary, findLibrary, type Libraries } from '../../cql/libraries.js';
import type { EvaluationRun, Subjects } from '../../cql/program.js';
import type { JobParameter } from '../../cql/reference-job.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import type { Scope } from '../../search/scope.js';
import { libraryNamed } from '../library/find-library.js';
import type { MeasureServices } from '../services.js';
import { subjectOf } from '../subject/subject.js';
import { measureText } from '../text.js';
import { cqlParameter } from './cql-parameters.js';
import { about, type OperationParameter, textOf } from './request.js';
import { evaluated } from './trace.js';

/**
 * Answers `Library/[id]/$evaluate`: the values of a library's definitions (all, or those named by `expression`) for one person, or without `subject` for nobody in
 * particular, by the reference engine under its limits. `parameters` sets the library's parameters. Throws OperationOutcomeError: 403, 404, 422.
 * Source: Using CQL with FHIR, Library $evaluate.
 */
export async function evaluateLibraryOperation(
  services: MeasureServices,
  scope: Scope,
  parameters: readonly OperationParameter[],
  id?: string,
  run: EvaluationRun = {},
): Promise<Parameters> {
  refuseUnknown(parameters, ['url', 'subject', 'expression', 'parameters']);
  const name = id ?? one(parameters, 'url');
  if (name === undefined) {
    throw new OperationOutcomeError(400, [
      issue('required', 'parameter-missing', measureText.parameterMissing('url', 'ANCK6'), about('url')),
    ]);
  }
  const canonical = await libraryNamed(services, scope, name);
  const expressions = parameters.filter((parameter) => parameter.name === 'expression').map(textOf);
  return valuesOf(services, scope, services.libraries, canonical, parameters, expressions.length === 0 ? 'all' : expressions, run);
}

/** Answers `$cql`: the value of one expression, translated on the spot. Errors of the text are told by line and column. Source: Using CQL with FHIR, $cql. */
export async function cqlOperation(
  services: MeasureServices,
  scope: Scope,
  parameters: readonly OperationParameter[],
  run: EvaluationRun = {},
): Promise<Parameters> {
  refuseUnknown(parameters, ['expression', 'subject', 'parameters']);
  const expression = one(parameters, 'expression');
  if (expression === undefined) {
    const missing = measureText.parameterMissing('expression', '1 + 1');
    throw new OperationOutcomeError(400, [issue('required', 'parameter-missing', missing, about('expression'))]);
  }
  // The expression stands alone on its line, so that the translator's line and column are easily read.
  const made = await services.translateCql(
    `library AdHoc version '1' using FHIR version '4.0.1' include FHIRHelpers version '4.0.1' context Patient define "return":\n${expression}`,
  );
  if (!made.ok)
    throw new OperationOutcomeError(
      422,
      made.issues.map((found) => ({ ...about('expression'), ...found })),
    );
  const libraries = new Map(services.libraries);
  addLibrary(libraries, { cqlHash: 'ad hoc', library: made.value });
  return valuesOf(services, scope, libraries, 'AdHoc', parameters, ['return'], run);
}

async function valuesOf(
  services: MeasureServices,
  scope: Scope,
  libraries: Libraries,
  library: string,
  parameters: readonly OperationParameter[],
  values: readonly string[] | 'all',
  run: EvaluationRun,
): Promise<Parameters> {
  // A definition in the context Unfiltered may read every person's resources.
  if (scope.kind !== 'all') throw new OperationOutcomeError(403, [issue('forbidden', 'measure-scope', measureText.scope)]);
  const request = { library, libraries, parameters: jobParameters(parameters, declaredIn(libraries, library)), values };
  const subjects = await personAsked(services, scope, one(parameters, 'subject'));
  const [result] = await evaluated(() => services.evaluateCql({ ...request, subjects }, run));
  const found = Object.entries(result?.values ?? {}).map(([name, value]) => cqlParameter(name, value));
  return { resourceType: 'Parameters', ...(found.length > 0 ? { parameter: found } : {}) };
}

const nobody = {
  kind: 'given',
  person: { id: 'nobody', zoneMinutes: 420, resources: [{ resourceType: 'Patient', id: 'nobody' }] },
} as const;

async function personAsked(services: MeasureServices, scope: Scope, text: string | undefined): Promise<Subjects | typeof nobody> {
  if (text === undefined) return nobody;
  const subject = await subjectOf(services, scope, text);
  if (subject.kind === 'person') return { kind: 'persons', ids: [subject.id] };
  throw new OperationOutcomeError(400, [
    issue('value', 'measure-subject', measureText.parameterValue('subject', 'Patient/…'), about('subject')),
  ]);
}

function declaredIn(libraries: Libraries, library: string): ReadonlySet<string> {
  return new Set((findLibrary(libraries, library)?.library.parameters?.def ?? []).map(({ name }) => name));
}

/** The library's own parameters, from a Parameters resource as `parameters`. Throws 400 for a name that it doesn't declare, and for a type that CQL has no value for. */
function jobParameters(parameters: readonly OperationParameter[], declared: ReadonlySet<string>): Readonly<Record<string, JobParameter>> {
  const resource = parameters.find(({ name }) => name === 'parameters')?.resource;
  const list = resource && Array.isArray(resource.parameter) ? resource.parameter.filter(isObject) : [];
  const unknown = list.map(({ name }) => String(name ?? '')).filter((name) => !declared.has(name));
  if (unknown.length > 0) {
    const known = [...declared].join(', ');
    throw new OperationOutcomeError(
      400,
      unknown.map((name) => issue('not-found', 'cql-parameter', measureText.cqlParameterUnknown(name, known), about('parameters'))),
    );
  }
  return Object.fromEntries(
    list.map((parameter) => {
      const name = String(parameter.name ?? '');
      const key = Object.keys(parameter).find((found) => found.startsWith('value')) ?? '';
      const value = Object.hasOwn(readers, key) ? readers[key]?.(parameter[key]) : undefined;
      if (value) return [name, value];
      const allowed = Object.keys(readers).join(', ');
      throw new OperationOutcomeError(400, [
        issue('value', 'parameter-value', measureText.parameterValue(name, allowed), about('parameters')),
      ]);
    }),
  );
}

const plain = (value: unknown): JobParameter | undefined =>
  typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string' ? { kind: 'plain', value } : undefined;

const readers: Readonly<Record<string, (value: unknown) => JobParameter | undefined>> = {
  valueBoolean: plain,
  valueInteger: plain,
  valueDecimal: plain,
  valueString: plain,
  valueDate: (value) => (typeof value === 'string' ? { kind: 'date', text: value } : undefined),
  valueDateTime: (value) => (typeof value === 'string' ? { kind: 'dateTime', text: value.replace(/(Z|[+-]\d{2}:\d{2})$/, '') } : undefined),
  valuePeriod: (value) => (isObject(value) ? periodValue(value) : undefined),
  valueQuantity: (value) =>
    isObject(value) && typeof value.value === 'number'
      ? { kind: 'quantity', value: value.value, ...(typeof value.code === 'string' ? { unit: value.code } : {}) }
      : undefined,
  valueCoding: (value) =>
    isObject(value) && typeof value.code === 'string'
      ? { kind: 'code', code: value.code, ...(typeof value.system === 'string' ? { system: value.system } : {}) }
      : undefined,
};

function periodValue({ start, end }: JsonObject): JobParameter | undefined {
  const day = /^\d{4}-\d{2}-\d{2}/;
  if (typeof start !== 'string' || typeof end !== 'string' || !day.test(start) || !day.test(end)) return undefined;
  return { kind: 'period', period: { start: start.slice(0, 10), end: end.slice(0, 10) } };
}

function one(parameters: readonly OperationParameter[], name: string): string | undefined {
  const found = parameters.find((parameter) => parameter.name === name);
  const text = found && textOf(found);
  return text === '' ? undefined : text;
}

function refuseUnknown(parameters: readonly OperationParameter[], known: readonly string[]): void {
  const issues = parameters
    .filter(({ name }) => !known.includes(name))
    .map(({ name }) =>
      issue('not-supported', 'parameter-unknown', measureText.parameterUnknown(name.replace(/[^\w-]/g, ''), known.join(', ')), about(name)),
    );
  if (issues.length > 0) throw new OperationOutcomeError(400, issues);
}
