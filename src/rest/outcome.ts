import { type Issue, type Language, operationOutcome } from '../fhir/outcome.js';

/** Extension of OperationOutcome that names the request, as in the log and the X-Request-Id header. */
export const requestIdUrl = 'https://lontar.id/fhir/StructureDefinition/request-id';

/** JSON text of an OperationOutcome in `language` that carries the request's id. */
export function outcomeText(issues: readonly Issue[], language: Language, requestId: string): string {
  const { resourceType, issue } = operationOutcome(issues, language);
  return JSON.stringify({ resourceType, extension: [{ url: requestIdUrl, valueString: requestId }], issue });
}
