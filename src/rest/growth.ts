import { growthWindow, growthZone } from '../facts/growth-sources.js';
import { parseJson } from '../fhir/json.js';
import { type IssueCode, issue, OperationOutcomeError, type Text } from '../fhir/outcome.js';
import { parseReference } from '../fhir/reference.js';
import { type FhirResource, isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { localDay } from '../growth/age.js';
import { assessGrowth } from '../growth/assess.js';
import { assessWith, readChild } from '../growth/day.js';
import { readMeasured, sourceTokens } from '../growth/measured.js';
import { growthParameters } from '../growth/report.js';
import { condition } from './condition.js';
import { readGrowthInput } from './growth-input.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { operationParameters } from './parameters.js';
import { read } from './read.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** `Observation/$growth` of measurements that are sent, `Observation/[id]/$growth` of a stored one with what else was measured of the child that day. Stores nothing. */
export async function growth(request: FhirRequest, services: Services): Promise<FhirResponse> {
  if (request.id !== undefined) return growthOfStored(request, services);
  const today = localDay(new Date(services.clock()).toISOString(), growthZone({})) ?? '';
  const input = readGrowthInput(operationParameters(request), today);
  if (!input.ok) throw new OperationOutcomeError(400, input.issues);
  return { status: 200, body: JSON.stringify(growthParameters(assessGrowth(input.value), request.language)) };
}

async function growthOfStored(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const extra = operationParameters(request);
  if (extra.length > 0) {
    throw new OperationOutcomeError(
      400,
      extra.map(({ name }) => issue('invalid', 'growth-parameter', restText.growthStoredOnly, about(name))),
    );
  }
  const plain = { ...request, query: '', headers: {}, body: undefined };
  const observation = await resourceAt(plain, services);
  const { subject } = observation;
  const reference = isObject(subject) && typeof subject.reference === 'string' ? parseReference(subject.reference) : undefined;
  const isOurs = reference?.kind === 'relative' || (reference?.kind === 'absolute' && reference.base === request.baseUrl);
  if (!isOurs || reference.type !== 'Patient') throw unprocessable('required', restText.growthNoChild, 'Observation.subject');
  const patient = await resourceAt({ ...plain, type: 'Patient', id: reference.id }, services);
  const child = readChild(patient);
  if (child === undefined) throw unprocessable('required', restText.growthNoChild, 'Observation.subject');
  const zoneMinutes = growthZone(patient);
  const measuredHere = readMeasured(observation, zoneMinutes);
  if (measuredHere === undefined) throw unprocessable('not-supported', restText.growthNotMeasured, 'Observation');
  const window = growthWindow([measuredHere.effective]);
  const dates = window === undefined ? '' : `&date=ge${instant(window.from)}&date=le${instant(window.to)}`;
  const search = condition(
    `patient=Patient/${child.id}&code=${encodeURIComponent(sourceTokens.join(','))}${dates}`,
    'Observation',
    services,
  );
  const page = await services.store.search(request.context.scope, { ...search, count: 1000, includes: [] });
  const measured = page.matches.flatMap(({ body }) => readMeasured(parsed(body), zoneMinutes) ?? []);
  const result = assessWith(child, measuredHere, measured);
  if (result === undefined) throw unprocessable('value', restText.growthAge, 'Observation.effective');
  const sources = result.used.map(({ id }) => `Observation/${id}`);
  return { status: 200, body: JSON.stringify(growthParameters(result.assessment, request.language, sources)) };
}

/** Says 404 and 410 as a read does. */
async function resourceAt(request: FhirRequest, services: Services): Promise<FhirResource & JsonObject> {
  return parsed((await read(request, services)).body);
}

function parsed(body: string | undefined): FhirResource & JsonObject {
  const found = parseJson(body ?? '');
  if (!found.ok || !isResource(found.value)) throw new Error('a stored body is not a resource');
  return found.value;
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

function unprocessable(code: IssueCode, text: Text, expression: string): OperationOutcomeError {
  return new OperationOutcomeError(422, [issue(code, 'growth-observation', text, { expression })]);
}

function about(name: string): { readonly expression: string } {
  return { expression: `Parameters.parameter.where(name = '${name.replace(/[^A-Za-z0-9_-]/g, '')}')` };
}
