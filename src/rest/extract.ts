import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isResource, type JsonObject } from '../fhir/resource.js';
import { extractResponse } from '../questionnaire/extract.js';
import { objectsOf } from '../questionnaire/sdc.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { type OperationParameter, operationParameters } from './parameters.js';
import { questionnaireOf } from './questionnaire-of.js';
import { readStored } from './read.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** `QuestionnaireResponse/$extract` of a response that is sent, `QuestionnaireResponse/[id]/$extract` of a stored one. Stores nothing: its transaction does, once sent. */
export async function extract(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const parameters = operationParameters(request);
  const response = request.id === undefined ? responseOf(request, parameters) : await readStored(request, services);
  const given = resourceOf(parameters, 'questionnaire', 'Questionnaire');
  const questionnaire = given ?? (await formOf(response, request, services));
  const { registry, terminology } = services;
  const bundle = extractResponse(questionnaire, response, { registry, terminology, now: services.clock() });
  return { status: 200, body: JSON.stringify(bundle) };
}

function responseOf(request: FhirRequest, parameters: readonly OperationParameter[]): JsonObject {
  if (isResource(request.body) && request.body.resourceType === 'QuestionnaireResponse') return request.body;
  const found = resourceOf(parameters, 'questionnaire-response', 'QuestionnaireResponse');
  if (found !== undefined) return found;
  const text = restText.missingParameter('questionnaire-response');
  throw new OperationOutcomeError(400, [issue('required', 'operation-parameter', text)]);
}

/** The resource that parameter `name` holds; 400 where it holds something else. */
export function resourceOf(parameters: readonly OperationParameter[], name: string, type: string): JsonObject | undefined {
  const parameter = parameters.find((one) => one.name === name);
  if (parameter === undefined || parameter.resource?.resourceType === type) return parameter?.resource;
  throw new OperationOutcomeError(400, [issue('value', 'operation-parameter', restText.badParameter(name, { id: type, en: type }))]);
}

function formOf(response: JsonObject, request: FhirRequest, services: Services): Promise<JsonObject> | JsonObject {
  const { questionnaire } = response;
  if (typeof questionnaire !== 'string') {
    const expression = 'QuestionnaireResponse.questionnaire';
    throw new OperationOutcomeError(422, [issue('required', 'questionnaire', restText.noQuestionnaire, { expression })]);
  }
  const contained = objectsOf(response.contained).find(({ id }) => questionnaire === `#${String(id)}`);
  return contained ?? questionnaireOf(questionnaire, request, services);
}
