import type { Group } from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { parseReference } from '../fhir/reference.js';
import { isObject } from '../fhir/resource.js';
import type { FhirRequest } from './message.js';
import type { OperationParameter } from './parameters.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/**
 * Ids of the patients that `patient` and `group` name, undefined where neither does. Throws OperationOutcomeError 400 for one that isn't here: a view of nobody would
 * look like one of somebody without data. Source: SQL on FHIR v2, $run, error handling.
 */
export async function patientsAsked(
  request: FhirRequest,
  parameters: readonly OperationParameter[],
  services: Services,
): Promise<readonly string[] | undefined> {
  const patients = await Promise.all(named(parameters, 'patient', 'Patient').map((id) => stored(request, services, 'Patient', id)));
  const groups = await Promise.all(named(parameters, 'group', 'Group').map((id) => stored(request, services, 'Group', id)));
  if (patients.length + groups.length === 0) return undefined;
  const members = groups.flatMap(({ body }) => membersOf(JSON.parse(body) as Group));
  return [...new Set([...patients.map(({ id }) => id), ...members])];
}

function membersOf({ member = [] }: Group): readonly string[] {
  return member.flatMap(({ entity, inactive }) => {
    const found = parseReference(entity?.reference ?? '');
    return inactive !== true && found.kind === 'relative' && found.type === 'Patient' ? [found.id] : [];
  });
}

/** Ids out of `Type/id`, a bare id or a Reference. */
function named(parameters: readonly OperationParameter[], name: string, type: string): readonly string[] {
  return parameters
    .filter((parameter) => parameter.name === name)
    .map(({ text, value }) => {
      const found = text ?? (isObject(value) && typeof value['reference'] === 'string' ? value['reference'] : '');
      return found.startsWith(`${type}/`) ? found.slice(type.length + 1) : found;
    });
}

async function stored(
  { context }: FhirRequest,
  { store }: Services,
  type: string,
  id: string,
): Promise<{ readonly id: string; readonly body: string }> {
  const found = /^[A-Za-z0-9\-.]{1,64}$/.test(id) ? await store.read(context.scope, type, id) : undefined;
  if (found?.body !== undefined) return { id: found.id, body: found.body };
  throw new OperationOutcomeError(400, [issue('not-found', 'view-patient', restText.notFound(type))]);
}
