import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { isObject } from '../../src/fhir/resource.js';
import { packageRoot } from '../../src/root.js';
import { startServer } from '../../src/server.js';
import type { ConformanceCase } from './case.js';
import { fillVariables, type SampleState } from './sample-variables.js';

/** A request of a collection as the folder has it; `raw` where its body isn't JSON before the variables are filled. */
interface Sample {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly raw?: string;
}

/** A sample that is refused for an error that is truly in it. */
interface Refused {
  readonly collection: string;
  readonly name: string;
  readonly index: number;
  /** What refuses it: the platform's numbers or our rules, with their places. */
  readonly errors: readonly string[];
  readonly reason: string;
}

const reviewed = join(packageRoot, 'test', 'data', 'satusehat-refused.json');

/**
 * The platform's sample requests, one `.json` file a use case with an array of them, sent in order to `/fhir-r4/v1` of a server of their own. Each
 * must be accepted, or refused as the reviewed table says and for nothing else.
 */
export async function run(folder: string): Promise<readonly ConformanceCase[]> {
  const refusals = JSON.parse(readFileSync(reviewed, 'utf8')) as readonly Refused[];
  const dataDir = mkdtempSync(join(tmpdir(), 'lontar-satusehat-'));
  const config = loadConfig({ AUTH: 'off', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'fatal', RATE_LIMIT: '0' });
  if (!config.ok) throw new Error(config.issues.map(({ text }) => text.en).join('\n'));
  const server = await startServer(config.value);
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    const cases: ConformanceCase[] = [];
    for (const [index, file] of files.sort().entries()) {
      const samples = JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Sample[];
      const collection = basename(file, '.json');
      const expected = new Map(refusals.filter((one) => one.collection === collection).map((one) => [one.index, one]));
      cases.push(...(await sendCollection(`${server.url}/fhir-r4/v1`, collection, samples, index, expected)));
    }
    return cases;
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function sendCollection(
  base: string,
  collection: string,
  samples: readonly Sample[],
  at: number,
  refusals: ReadonlyMap<number, Refused>,
): Promise<readonly ConformanceCase[]> {
  const state: SampleState = {
    organization: `1000${String(25_753 + at)}`,
    patient: `P0247837553${at}`,
    practitioner: `1000988072${at}`,
    latest: new Map(),
    chosen: new Map(),
  };
  const cases: ConformanceCase[] = [];
  for (const [index, sample] of samples.entries()) {
    const answer = await sendSample(base, sample, state, at * 1000 + index);
    const refusal = refusals.get(index);
    const found = answer.errors.join('; ');
    const wanted = refusal === undefined ? 'accepted' : `refused: ${refusal.errors.join('; ')}`;
    const came = answer.isAccepted ? 'accepted' : `refused: ${found}`;
    cases.push({
      name: `${collection} ${index} ${sample.name.split(' / ').at(-1) ?? ''}`,
      group: collection,
      passed: wanted === came,
      expected: wanted,
      actual: came,
    });
  }
  return cases;
}

interface Answer {
  readonly isAccepted: boolean;
  readonly errors: readonly string[];
}

async function sendSample(base: string, sample: Sample, state: SampleState, serial: number): Promise<Answer> {
  const written = sample.body === undefined ? (sample.raw ?? '') : JSON.stringify(sample.body);
  const body = fillVariables(written, state, serial);
  const path = pathOf(sample, body, state, serial);
  const response = await fetch(base + path, {
    method: sample.method,
    headers: {
      'accept-language': 'en',
      ...(sample.method === 'GET'
        ? {}
        : { 'content-type': sample.method === 'PATCH' ? 'application/json-patch+json' : 'application/json' }),
    },
    ...(sample.method === 'GET' ? {} : { body }),
  });
  const answered: unknown = await response.json().catch(() => undefined);
  // Reading what a variable left unfilled names isn't a body to be judged.
  if (sample.method === 'GET') return { isAccepted: response.status < 500 && response.status !== 400, errors: [String(response.status)] };
  if (response.ok) remember(answered, response.headers.get('location'), state);
  return { isAccepted: response.ok, errors: response.ok ? [] : errorsOf(answered, response.status) };
}

/** The address of a request: its id is the body's own, else that of what was stored last of the type. */
function pathOf(sample: Sample, body: string, state: SampleState, serial: number): string {
  const url = sample.url.replace(/^\{\{[^}]*\}\}(\/fhir)?/, '');
  const id = /^\s*\{[^{[]*?"id":\s*"([^"]+)"/.exec(body)?.[1];
  const type = /^\/([A-Za-z]+)/.exec(url)?.[1] ?? '';
  const path = fillVariables(url, state, serial).replace(':id', id ?? state.latest.get(type) ?? 'none');
  return path.replaceAll(' ', '%20').replaceAll('|', '%7C');
}

/** Keeps the ids of what was stored. */
function remember(answered: unknown, location: string | null, state: SampleState): void {
  const [, type, id] = /([A-Z][A-Za-z]+)\/([^/]+)\/_history\/\d+$/.exec(location ?? '') ?? [];
  if (type !== undefined && id !== undefined) state.latest.set(type, id);
  if (!isObject(answered) || !Array.isArray(answered['entry'])) return;
  for (const entry of answered['entry']) {
    const response = isObject(entry) && isObject(entry['response']) ? entry['response'] : undefined;
    if (typeof response?.['location'] === 'string') remember(undefined, response['location'], state);
  }
}

/** Number or rule of each error, with its place. */
function errorsOf(answered: unknown, status: number): readonly string[] {
  if (!isObject(answered) || !Array.isArray(answered['issue'])) return [String(status)];
  return answered['issue'].flatMap((issue: unknown) => {
    if (!isObject(issue) || (issue['severity'] !== 'error' && issue['severity'] !== 'fatal')) return [];
    const details = isObject(issue['details']) ? issue['details'] : {};
    const text = String(details['text'] ?? '');
    const coding = Array.isArray(details['coding']) && isObject(details['coding'][0]) ? details['coding'][0]['code'] : '';
    const number = /\(RuleNumber: (\d+)\)$/.exec(text)?.[1];
    const [expression = ''] = Array.isArray(issue['expression']) ? issue['expression'] : [];
    return [`${number ?? String(coding)} ${String(expression)}`.trim()];
  });
}
