import { setTimeout as delay } from 'node:timers/promises';
import type { OperationOutcome } from '@medplum/fhirtypes';

/** A plain FHIR client over HTTP, as any vendor would write one. */
export interface Client {
  readonly base: string;
  get(path: string): Promise<unknown>;
  post(path: string, resource: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
}

export function createClient(base: string): Client {
  const headers = { accept: 'application/fhir+json', 'content-type': 'application/fhir+json', prefer: 'return=minimal' };
  return {
    base,
    async get(path) {
      const response = await patientFetch(`${base}${path}`, { headers: { accept: 'application/fhir+json' } });
      const body: unknown = await response.json();
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${firstText(body)}`);
      return body;
    },
    async post(path, resource) {
      const response = await patientFetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(resource) });
      return { status: response.status, body: await response.json() };
    },
  };
}

/** What the first issue of an answer says, or the answer's beginning. */
export function firstText(body: unknown): string {
  const outcome = body as OperationOutcome;
  const issue = outcome.issue?.[0];
  return issue
    ? `${issue.expression?.[0] ?? ''} ${issue.details?.text ?? issue.diagnostics ?? ''}`.trim()
    : JSON.stringify(body).slice(0, 200);
}

const maximumAttempts = 20;

// A server under pressure says when to come back; all requests here may be repeated.
async function patientFetch(url: string, request: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(120_000) });
    if ((response.status !== 503 && response.status !== 429) || attempt === maximumAttempts) return response;
    await response.body?.cancel();
    await delay(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
}
