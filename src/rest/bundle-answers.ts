import { type Issue, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { type Entry, writes } from './bundle-entries.js';
import { bundleText } from './bundle-text.js';
import { toFailure } from './failure.js';
import { parsePrefer } from './headers.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import type { Services } from './services.js';
import { statusLine } from './status.js';
import { restText } from './text.js';

/** Runs one entry as a request of its own; whatever goes wrong is the entry's answer. */
export async function runEntry(entry: Entry, services: Services): Promise<string> {
  const { request } = entry;
  let response: FhirResponse;
  let body: string;
  try {
    response = await services.convention.answer(entry.interaction, request, services);
    body = response.content === undefined ? (response.body ?? '') : binaryOf(response);
  } catch (error) {
    const failure = services.convention.failure(toFailure(error), request);
    if (failure.status >= 500) throw error;
    return failureAnswer(failure.status, failure.issues, request);
  }
  const { headers = {} } = response;
  const answered = {
    status: statusLine(response.status),
    ...(headers.location === undefined ? {} : { location: headers.location }),
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(headers['last-modified'] === undefined ? {} : { lastModified: new Date(headers['last-modified']).toISOString() }),
  };
  const isOutcome = parsePrefer(request.headers.prefer).return === 'OperationOutcome' && writes.has(entry.interaction.code);
  if (body === '' || request.method === 'HEAD') return `{"response":${JSON.stringify(answered)}}`;
  if (isOutcome) return `{"response":${JSON.stringify(answered).slice(0, -1)},"outcome":${body}}}`;
  return `{"resource":${body},"response":${JSON.stringify(answered)}}`;
}

/** Bytes as a Binary: a Bundle holds nothing but resources. A stream of unknown length doesn't go into one. */
function binaryOf({ content, contentType = 'application/octet-stream' }: FhirResponse): string {
  if (Buffer.isBuffer(content)) {
    return JSON.stringify({ resourceType: 'Binary', contentType: contentType.split(';')[0], data: content.toString('base64') });
  }
  content?.destroy();
  throw new OperationOutcomeError(422, [issue('not-supported', 'bundle-entry-stream', restText.entryStream)]);
}

export function failureAnswer(status: number, issues: readonly Issue[], request: FhirRequest): string {
  const outcome = outcomeText(issues, request.language, request.context.requestId);
  return `{"response":{"status":${JSON.stringify(statusLine(status))},"outcome":${outcome}}}`;
}

/** The Bundle of all answers, in the order of the entries. */
export function answer(
  type: 'transaction-response' | 'batch-response',
  answers: ReadonlyMap<number, string>,
  services: Services,
): FhirResponse {
  const entries = [...answers].sort(([a], [b]) => a - b).map(([, text]) => text);
  return { status: 200, body: bundleText({ type, id: services.newId(), entries }) };
}
