import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { StoredJob } from '../../store/jobs.js';
import { parsePrefer } from '../headers.js';
import type { FhirRequest, FhirResponse } from '../message.js';
import type { Services } from '../services.js';
import { asyncText } from './text.js';

/** Below the service root: `/_async/[id]`. */
export const asyncPath = '/_async';

export function asksLater(request: FhirRequest): boolean {
  return parsePrefer(request.headers['prefer']).respondAsync;
}

/**
 * Answers 202 at once and carries the request out afterwards; its answer is fetched from Content-Location.
 * Source: R4 asynchronous request patterns §3.1.6, and R5's for single interactions, which tells where a resource goes.
 */
export async function respondLater(
  request: FhirRequest,
  services: Services,
  handler: (request: FhirRequest, services: Services) => Promise<FhirResponse>,
): Promise<FhirResponse> {
  const { actor, requestId } = request.context;
  const address = [request.type, request.id].filter((part) => part !== undefined).join('/');
  const id = await services.jobs.start(
    { owner: actor, request: `${request.method} ${address}`, requestId, language: request.language },
    (signal, progress) => handler({ ...request, signal, progress }, services),
  );
  return { status: 202, headers: { 'content-location': `${request.baseUrl}${asyncPath}/${id}`, 'preference-applied': 'respond-async' } };
}

/** `GET /_async/[id]`: 202 while the job is in work; then its answer, in a Bundle of type batch-response, or why there is none. */
export async function asyncStatus(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const job = isUuid(request.id) ? await services.jobs.find(request.id, request.context.actor) : undefined;
  if (!job || job.state === 'cancelled') throw notFound();
  if (job.state === 'interrupted') throw new OperationOutcomeError(500, [issue('incomplete', 'async-interrupted', asyncText.interrupted)]);
  const { answer } = job;
  return answer === undefined ? inWork(job, services.clock()) : finished(job, JSON.parse(answer) as FhirResponse);
}

/** `DELETE /_async/[id]`: calls off the job, or forgets its answer. */
export async function asyncCancel(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const isThere = isUuid(request.id) && (await services.jobs.cancel(request.id, request.context.actor));
  if (!isThere) throw notFound();
  return { status: 202 };
}

function inWork({ state, progress, createdAt }: StoredJob, now: number): FhirResponse {
  const seconds = Math.max(0, Math.round((now - createdAt) / 1000));
  const told = progress === '' ? state : `${state}: ${progress}`;
  // Who waits long already is asked to come back less often.
  const retryAfter = Math.min(30, Math.max(1, Math.ceil(seconds / 4)));
  return { status: 202, headers: { 'x-progress': `${told} (${seconds} s)`, 'retry-after': String(retryAfter) } };
}

function finished({ expiresAt = 0 }: StoredJob, answer: FhirResponse): FhirResponse {
  const headers = { expires: new Date(expiresAt).toUTCString() };
  if (answer.status >= 400) return { ...answer, headers: { ...answer.headers, ...headers } };
  const response = JSON.stringify({
    status: String(answer.status),
    ...(answer.headers?.['location'] ? { location: answer.headers['location'] } : {}),
  });
  const body = answer.body ?? '';
  const resource = body === '' ? '' : `,"resource":${answer.contentType === undefined ? body : binary(answer.contentType, body)}`;
  return { status: 200, headers, body: `{"resourceType":"Bundle","type":"batch-response","entry":[{"response":${response}${resource}}]}` };
}

/** What is no resource comes as one that holds anything. */
function binary(contentType: string, body: string): string {
  return JSON.stringify({ resourceType: 'Binary', contentType, data: Buffer.from(body).toString('base64') });
}

function isUuid(id: string | undefined): id is string {
  return id !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

function notFound(): OperationOutcomeError {
  return new OperationOutcomeError(404, [issue('not-found', 'async-not-found', asyncText.notFound)]);
}
