import { setTimeout as delay } from 'node:timers/promises';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { Story } from './story.js';

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

// A server under pressure says when to come back; all requests here may be repeated.
async function patientFetch(url: string, request: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(120_000) });
    if ((response.status !== 503 && response.status !== 429) || attempt === maximumAttempts) return response;
    await response.body?.cancel();
    await delay(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
}

const maximumAttempts = 20;

export interface LoadProgress {
  readonly sent: number;
  readonly total: number;
  readonly resources: number;
}

/**
 * Sends what the server doesn't have yet, a few Bundles at a time, and resolves to the number of resources sent (0: all was there).
 * Each Bundle arrives whole or not at all, so a load that was cut off goes on where it stopped.
 */
export async function loadStory(client: Client, story: Story, onProgress: (progress: LoadProgress) => void): Promise<number> {
  const present = await loadedPeople(client, story);
  const [facility, ...families] = story.bundles;
  const missing = families.filter(({ personId }) => personId === undefined || !present.has(personId));
  if (!facility || (missing.length === 0 && present.size > 0)) return 0;
  const total = missing.length + 1;
  let sent = 0;
  let resources = 0;
  const send = async (bundle: Bundle): Promise<void> => {
    const { status, body } = await client.post('', bundle);
    if (status !== 200) throw new Error(`the server refused a Bundle with ${status}: ${firstText(body)}`);
    sent += 1;
    resources += bundle.entry?.length ?? 0;
    onProgress({ sent, total, resources });
  };
  await send(facility.bundle);
  const queue = missing.values();
  const worker = async (): Promise<void> => {
    for (const { bundle } of queue) await send(bundle);
  };
  await Promise.all([worker(), worker(), worker()]);
  return resources;
}

async function loadedPeople(client: Client, story: Story): Promise<Set<string>> {
  const ids = new Set<string>();
  let path: string | undefined = `/Patient?organization=Organization/${story.puskesmasId}&_elements=id&_count=1000`;
  while (path !== undefined) {
    const page = (await client.get(path)) as Bundle;
    for (const entry of page.entry ?? []) if (entry.resource?.id !== undefined) ids.add(entry.resource.id);
    path = page.link?.find(({ relation }) => relation === 'next')?.url?.slice(client.base.length);
  }
  return ids;
}

function firstText(body: unknown): string {
  const outcome = body as OperationOutcome;
  const issue = outcome.issue?.[0];
  return issue
    ? `${issue.expression?.[0] ?? ''} ${issue.details?.text ?? issue.diagnostics ?? ''}`.trim()
    : JSON.stringify(body).slice(0, 200);
}
