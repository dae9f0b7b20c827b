import { parseJson } from '../fhir/json.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { parseReference } from '../fhir/reference.js';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { linkedCodes, populateResponse } from '../questionnaire/populate.js';
import { condition } from './condition.js';
import { resourceOf } from './extract.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { type OperationParameter, operationParameters } from './parameters.js';
import { questionnaireOf } from './questionnaire-of.js';
import { readStored } from './read.js';
import type { Services } from './services.js';
import { restText } from './text.js';

const mostObservations = 1000;
const dayMs = 86_400_000;

/** `Questionnaire/$populate`: a response filled with what is stored of the subject. Stores nothing. Source: SDC, Questionnaire-populate. */
export async function populate(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const parameters = operationParameters(request);
  const questionnaire = await formAsked(request, parameters, services);
  const subject = referenceOf(parameters, 'subject');
  if (subject === undefined) throw refused('required', 'subject');
  const patient = await stored(subject, 'subject', request, services);
  const contexts: Record<string, JsonObject> = { subject: patient, [patient.resourceType === 'Patient' ? 'patient' : 'subject']: patient };
  for (const { name, part = [] } of parameters) {
    if (name !== 'context') continue;
    const variable = part.find((one) => one.name === 'name')?.text;
    const content = part.find((one) => one.name === 'content');
    if (variable === undefined || content === undefined || !/^[A-Za-z][\w-]{0,63}$/.test(variable)) throw refused('value', 'context');
    contexts[variable] = content.resource ?? (await stored(referenceOf(part, 'content'), 'context', request, services));
  }
  const known = {
    subject: { reference: `${String(patient.resourceType)}/${String(patient.id)}` },
    contexts,
    observations: await observationsOf(questionnaire, patient, request, services),
  };
  const response = populateResponse(questionnaire, known, services.registry, services.clock());
  const answer = { resourceType: 'Parameters', parameter: [{ name: 'response', resource: response }] };
  return { status: 200, body: JSON.stringify(answer) };
}

async function formAsked(request: FhirRequest, parameters: readonly OperationParameter[], services: Services): Promise<JsonObject> {
  if (request.id !== undefined) return readStored(request, services);
  const given = resourceOf(parameters, 'questionnaire', 'Questionnaire');
  const canonical = parameters.find(({ name }) => name === 'canonical')?.text ?? referenceOf(parameters, 'questionnaireRef');
  if (given === undefined && canonical === undefined) throw refused('required', 'canonical');
  return given ?? questionnaireOf(canonical ?? '', request, services);
}

/** What `canonical` codes were observed of the patient, the newest first. */
async function observationsOf(
  questionnaire: JsonObject,
  patient: JsonObject,
  request: FhirRequest,
  services: Services,
): Promise<JsonObject[]> {
  const linked = linkedCodes(questionnaire);
  if (linked === undefined || patient.resourceType !== 'Patient') return [];
  const codes = linked.codes.map(({ system, code }) => `${escaped(system)}|${escaped(code)}`);
  const since = new Date(services.clock() - (linked.days + 1) * dayMs).toISOString().slice(0, 10);
  const query = new URLSearchParams({
    patient: `Patient/${String(patient.id)}`,
    code: codes.join(','),
    status: 'final,amended,corrected',
    date: `ge${since}`,
    _sort: '-date',
  });
  const search = condition(String(query), 'Observation', services);
  const page = await services.store.search(request.context.scope, { ...search, count: mostObservations, includes: [] });
  return page.matches.flatMap(({ body = '' }) => {
    const parsed = parseJson(body);
    return parsed.ok && isObject(parsed.value) ? [parsed.value] : [];
  });
}

/** A stored resource by its reference; 422 where the parameter names none of ours. */
async function stored(reference: string | undefined, name: string, request: FhirRequest, services: Services): Promise<JsonObject> {
  const parsed = parseReference(reference ?? '');
  const isOurs = parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.base === request.baseUrl);
  if (!isOurs) throw refused('value', name);
  const found = await services.store.read(request.context.scope, parsed.type, parsed.id);
  const resource = found?.body === undefined ? undefined : parseJson(found.body);
  if (resource?.ok && isResource(resource.value)) return resource.value;
  throw new OperationOutcomeError(422, [issue('not-found', 'operation-parameter', restText.notFound(parsed.type))]);
}

/** The text of a Reference, or of a query's `subject=Patient/x`. */
function referenceOf(parameters: readonly OperationParameter[], name: string): string | undefined {
  const parameter = parameters.find((one) => one.name === name);
  if (isObject(parameter?.value)) return typeof parameter.value.reference === 'string' ? parameter.value.reference : undefined;
  return parameter?.text;
}

function refused(code: 'required' | 'value', name: string): OperationOutcomeError {
  const text =
    code === 'required'
      ? restText.missingParameter(name)
      : restText.badParameter(name, { id: 'referensi ke resource di server ini', en: 'a reference to a resource of this server' });
  return new OperationOutcomeError(400, [issue(code, 'operation-parameter', text)]);
}

function escaped(value: unknown): string {
  return String(value ?? '').replace(/([\\,$|])/g, '\\$1');
}
