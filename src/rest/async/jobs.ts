import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { Database } from '../../store/database.js';
import { jobTable, type StoredJob } from '../../store/jobs.js';
import { toFailure } from '../failure.js';
import type { FhirResponse } from '../message.js';
import { outcomeText } from '../outcome.js';
import { asyncText } from './text.js';

/** What a job is to do: it ends early when `signal` is aborted, and may say how far it has come. */
export type JobWork = (signal: AbortSignal, progress: (text: string) => void) => Promise<FhirResponse>;

export interface JobRequest {
  readonly owner: string;
  /** Method and address. */
  readonly request: string;
  readonly requestId: string;
  readonly language: 'id' | 'en';
}

/** Requests that are answered later. Their state lies in the database, so that any process can tell of them and a restart is not forgotten. */
export interface Jobs {
  /** The id under which to ask for it. Throws OperationOutcomeError 503 where too many wait already. */
  start(request: JobRequest, work: JobWork): Promise<string>;
  /** The owner's job as it stands; undefined for anyone else, and where there is none. */
  find(id: string, owner: string): Promise<StoredJob | undefined>;
  /** Calls off a job, or forgets its answer; false where there is none of the owner's. */
  cancel(id: string, owner: string): Promise<boolean>;
  /** Calls off what this process works on: asked for later, it is told to have been interrupted. */
  close(): Promise<void>;
}

/** How long an answer is kept. */
const keptMs = 24 * 3_600_000;
const beatMs = 5_000;
/** A process that hasn't been heard of for so long is gone. */
const silenceMs = 20_000;
/** So many work at once; further ones wait their turn. */
const atOnce = 2;
/** So many wait, each with what it was sent; those beyond are told to come again. */
const mostWaiting = 200;

export interface JobsOptions {
  readonly database: Pick<Database, 'query'>;
  clock(): number;
  newId(): string;
  /** How many may wait for their turn. */
  readonly mayWait?: number;
  /** Hears of faults of ours, of which the answer tells nothing. */
  readonly log?: (message: string) => void;
}

export function createJobs(options: JobsOptions): Jobs {
  const { clock, newId, mayWait = mostWaiting, log = ignore } = options;
  const table = jobTable(options.database);
  const runner = newId();
  const working = new Map<string, { readonly control: AbortController; readonly done: Promise<void> }>();
  const waiting: Array<() => void> = [];
  let free = atOnce;

  return {
    async start(request, work) {
      if (working.size >= atOnce + mayWait) {
        throw new OperationOutcomeError(503, [issue('throttled', 'async-busy', asyncText.busy)], { 'retry-after': '60' });
      }
      await table.sweep(clock());
      const id = newId();
      await table.add({ id, owner: request.owner, request: request.request, runner, createdAt: clock() });
      const control = new AbortController();
      working.set(id, { control, done: run(id, request, work, control).finally(() => working.delete(id)) });
      return id;
    },
    async find(id, owner) {
      // Asked before the row is read: a job that ends in between stands there as ended, or as it was a moment ago.
      const isInWork = working.has(id);
      const job = await table.find(id);
      return job?.owner === owner ? asItStands(job, isInWork) : undefined;
    },
    async cancel(id, owner) {
      const job = await table.find(id);
      if (job?.owner !== owner || job.state === 'cancelled') return false;
      if (await table.move(id, { state: 'cancelled', expiresAt: clock() + keptMs })) working.get(id)?.control.abort();
      else await table.remove(id);
      return true;
    },
    async close() {
      const all = [...working];
      for (const [id] of all) await table.move(id, { state: 'interrupted', expiresAt: clock() + keptMs });
      for (const [, { control }] of all) control.abort();
      for (const next of waiting.splice(0)) next();
      await Promise.all(all.map(([, { done }]) => done));
    },
  };

  async function run(id: string, request: JobRequest, work: JobWork, control: AbortController): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const heart = setInterval(() => void table.move(id, { seenAt: clock() }).then((goes) => goes || control.abort(), ignore), beatMs);
    heart.unref();
    try {
      if (control.signal.aborted || !(await table.move(id, { state: 'running', seenAt: clock() }))) return;
      const answer = await answerOf(request, work, control.signal, log, (progress) => void table.move(id, { progress }).catch(ignore));
      await table.move(id, { state: 'done', answer: JSON.stringify(answer), expiresAt: clock() + keptMs });
    } catch {
      // The database is gone: whoever asks finds the job silent.
    } finally {
      clearInterval(heart);
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  }

  /** A job in work whose process is gone, or has forgotten it, was interrupted. */
  function asItStands(job: StoredJob, isInWork: boolean): StoredJob {
    if (job.state !== 'queued' && job.state !== 'running') return job;
    const isAlive = job.runner === runner ? isInWork : clock() - job.seenAt < silenceMs;
    return isAlive ? job : { ...job, state: 'interrupted' };
  }
}

/** A failure is an answer too. */
async function answerOf(
  { language, requestId }: JobRequest,
  work: JobWork,
  signal: AbortSignal,
  log: (message: string) => void,
  progress: (text: string) => void,
): Promise<FhirResponse> {
  try {
    return await work(signal, progress);
  } catch (error) {
    const { status, issues, headers, isOurs } = toFailure(error);
    if (isOurs) log(`request ${requestId}, answered later, failed: ${error instanceof Error ? error.stack : String(error)}`);
    return { status, headers, body: outcomeText(issues, language, requestId) };
  }
}

function ignore(): void {}
