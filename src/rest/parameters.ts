import type { OperationDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';
import type { FhirRequest } from './message.js';
import { printable } from './query.js';
import { restText } from './text.js';

/** One input of an operation: from the query (always text) or from a Parameters resource (the value as JSON). */
export interface OperationParameter {
  readonly name: string;
  /** Text of a primitive; absent for complex values. */
  readonly text?: string;
  /** `value[x]` as it stands, whatever its type. */
  readonly value?: unknown;
  readonly resource?: JsonObject;
  readonly part?: readonly OperationParameter[];
}

const ofEveryRequest: ReadonlySet<string> = new Set(['_format', '_pretty', '_cursor']);

/** The inputs of an operation, from the query and from a Parameters body together. Source: R4 operations §3.2.0. */
export function operationParameters(request: FhirRequest): readonly OperationParameter[] {
  const found: OperationParameter[] = [];
  for (const [name, text] of new URLSearchParams(request.query)) {
    if (!ofEveryRequest.has(name)) found.push({ name, text, value: text });
  }
  if (isResource(request.body) && request.body.resourceType === 'Parameters')
    found.push(...partsOf(request.body.parameter, 'Parameters.parameter'));
  return found;
}

/** Refuses inputs that the operation's definition doesn't name. */
export function refuseUnknownInputs(
  request: FhirRequest,
  { definition, paged, ownInputs = [] }: { readonly definition: string; readonly paged?: boolean; readonly ownInputs?: readonly string[] },
  registry: Registry,
): void {
  const operation = registry.canonical(definition) as OperationDefinition | undefined;
  if (operation === undefined) return;
  const known = [...(operation.parameter ?? []).filter(({ use }) => use === 'in').map(({ name }) => name ?? ''), ...ownInputs];
  const turned =
    paged === true ? [] : [...new URLSearchParams(request.query).keys()].filter((name) => name === '_cursor').map((name) => ({ name }));
  const unknown = [...turned, ...operationParameters(request).filter((parameter) => !known.includes(parameter.name))];
  if (unknown.length === 0) return;
  throw new OperationOutcomeError(
    400,
    unknown.map(({ name }) => issue('not-supported', 'operation-parameter', restText.unknownParameter(printable(name), known.join(', ')))),
  );
}

function partsOf(parameters: unknown, expression: string): OperationParameter[] {
  if (parameters === undefined) return [];
  if (!Array.isArray(parameters)) throw malformed(expression);
  return parameters.map((parameter: unknown, index) => {
    const at = `${expression}[${index}]`;
    if (!isObject(parameter) || typeof parameter.name !== 'string') throw malformed(at);
    const valueKey = Object.keys(parameter).find((key) => key.startsWith('value'));
    const value = valueKey === undefined ? undefined : parameter[valueKey];
    const resource = parameter.resource;
    const part = parameter.part;
    return {
      name: parameter.name,
      ...(value === undefined ? {} : { value }),
      ...(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? { text: String(value) } : {}),
      ...(isObject(resource) ? { resource } : {}),
      ...(part === undefined ? {} : { part: partsOf(part, `${at}.part`) }),
    };
  });
}

function malformed(expression: string): OperationOutcomeError {
  return new OperationOutcomeError(400, [issue('structure', 'operation-parameters', restText.badParameters, { expression })]);
}
