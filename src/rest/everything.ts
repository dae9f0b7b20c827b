import { temporalRange } from '../fhir/date.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { type EverythingPosition, readEverything } from '../store/everything.js';
import { bundleText, type Link, searchEntry } from './bundle-text.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { type OperationParameter, operationParameters } from './parameters.js';
import { read } from './read.js';
import type { Services } from './services.js';
import { restText } from './text.js';
import { unknownTypeIssue } from './types.js';

const defaultCount = 500;
const maximumCount = 1000;

/** `Patient/[id]/$everything`: the patient's compartment page by page, with what it refers to. Source: R4 Patient-operation-everything. */
export async function everything(request: FhirRequest, services: Services): Promise<FhirResponse> {
  // Says 404 and 410 as a read would.
  await read({ ...request, query: '', headers: {} }, services);
  const parameters = operationParameters(request);
  const types = typesAsked(parameters, services);
  const since = instantAsked(parameters, '_since', 'low');
  const from = instantAsked(parameters, 'start', 'low');
  const to = instantAsked(parameters, 'end', 'high');
  const after = positionAsked(request.query);
  const page = await readEverything(
    services.database,
    {
      patient: request.id ?? '',
      count: countAsked(parameters),
      ...(types === undefined ? {} : { types }),
      ...(since === undefined ? {} : { since }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(after === undefined ? {} : { after }),
    },
    { registry: services.registry, scope: request.context.scope },
  );
  const query = new URLSearchParams(parameters.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text] as [string, string]])));
  const path = `${request.baseUrl}/Patient/${request.id}/$everything`;
  const turn = (position: EverythingPosition | undefined) => {
    const turned = new URLSearchParams(query);
    if (position !== undefined) turned.set('_cursor', `${position.type}.${position.key}`);
    return turned.size === 0 ? path : `${path}?${turned}`;
  };
  const links: Link[] = [
    { relation: 'self', url: turn(after) },
    ...(page.next === undefined ? [] : [{ relation: 'next', url: turn(page.next) } as const]),
  ];
  const entries = [
    ...page.versions.map((version) => searchEntry(request.baseUrl, version, 'match')),
    ...page.referenced.map((version) => searchEntry(request.baseUrl, version, 'include')),
  ];
  const lastUpdated = new Date(services.clock()).toISOString();
  return { status: 200, body: bundleText({ type: 'searchset', id: services.newId(), lastUpdated, links, entries }) };
}

function typesAsked(parameters: readonly OperationParameter[], services: Services): readonly string[] | undefined {
  const types = parameters.filter(({ name }) => name === '_type').flatMap(({ text }) => text?.split(',') ?? []);
  const unknown = types.filter((type) => !services.registry.isResourceType(type));
  if (unknown.length > 0) {
    throw new OperationOutcomeError(
      400,
      unknown.map((type) => unknownTypeIssue(type, services)),
    );
  }
  return types.length === 0 ? undefined : types;
}

function instantAsked(parameters: readonly OperationParameter[], name: string, end: 'low' | 'high'): number | undefined {
  const text = parameters.find((parameter) => parameter.name === name)?.text;
  if (text === undefined) return undefined;
  const range = temporalRange(text.replaceAll(' ', '+'));
  if (range === undefined) throw refused(name, { id: 'tanggal, misalnya 2026-01-31', en: 'a date, e.g. 2026-01-31' });
  return range[end];
}

function countAsked(parameters: readonly OperationParameter[]): number {
  const text = parameters.find(({ name }) => name === '_count')?.text;
  if (text === undefined) return defaultCount;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw refused('_count', { id: 'bilangan bulat di atas 0', en: 'a whole number above 0' });
  return Math.min(Number(text), maximumCount);
}

function positionAsked(query: string): EverythingPosition | undefined {
  const cursor = new URLSearchParams(query).get('_cursor');
  if (cursor === null) return undefined;
  const match = /^([A-Z][A-Za-z]{1,60})\.(-?\d{1,19})$/.exec(cursor);
  const [, type, key] = match ?? [];
  if (type === undefined || key === undefined || BigInt.asIntN(64, BigInt(key)) !== BigInt(key)) {
    throw refused('_cursor', { id: 'dari link next server ini', en: 'from a next link of this server' });
  }
  return { type, key };
}

function refused(name: string, expected: { readonly id: string; readonly en: string }): OperationOutcomeError {
  return new OperationOutcomeError(400, [issue('value', 'everything-parameter', restText.badParameter(name, expected))]);
}
