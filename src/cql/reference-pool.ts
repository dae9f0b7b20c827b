import { Worker } from 'node:worker_threads';
import { type Issue, issue } from '../fhir/outcome.js';
import { CqlError } from './error.js';
import {
  areaCounts,
  type EvaluationRun,
  type MeasureEvaluator,
  type MeasurementPeriod,
  type MeasureProgram,
  type Subjects,
} from './program.js';
import type { ReferenceOptions, ReferencePerson } from './reference.js';
import { type JobMessage, type JobResult, type ReferenceJob, referenceJob, withDefinitions } from './reference-job.js';
import { cqlText } from './text.js';

/**
 * Threads in which the reference engine works, so that no request waits for another's CQL. Each job has a thread of its own while it runs;
 * one that passes its time or memory, or is called off, loses its thread at once, whatever the CQL is doing.
 */
export interface ReferencePool {
  /** Results of the persons, batch by batch. Throws CqlError: `timeout`, `too-costly` (memory), or what the CQL itself raised. */
  run(job: ReferenceJob, persons: AsyncIterable<readonly ReferencePerson[]>, run?: EvaluationRun): AsyncGenerator<readonly JobResult[]>;
  close(): Promise<void>;
}

export interface ReferencePoolOptions {
  /** Threads at a time; jobs beyond it wait, and their time runs. */
  readonly threads?: number;
  readonly timeoutMs?: number;
  readonly memoryMegabytes?: number;
}

const defaults = { threads: 2, timeoutMs: 60_000, memoryMegabytes: 512 } as const;

type Answer = { readonly results: readonly JobResult[] } | { readonly issues?: readonly Issue[]; readonly failure: string };

export function createReferencePool(options: ReferencePoolOptions = {}): ReferencePool {
  const { threads, timeoutMs, memoryMegabytes } = { ...defaults, ...options };
  const idle: Worker[] = [];
  const busy = new Set<Worker>();
  const waiting: Array<() => void> = [];
  return { run, close };

  async function* run(
    job: ReferenceJob,
    persons: AsyncIterable<readonly ReferencePerson[]>,
    { signal, timeoutMs: limitMs = timeoutMs }: EvaluationRun = {},
  ): AsyncGenerator<readonly JobResult[]> {
    const limit = limitOf(limitMs, signal);
    let thread: Worker | undefined;
    let isSound = false;
    try {
      thread = await acquire(limit);
      await limit.race(ask(thread, { kind: 'job', job }));
      const batches = persons[Symbol.asyncIterator]();
      for (;;) {
        const batch = await limit.race(batches.next());
        if (batch.done === true) break;
        yield await limit.race(ask(thread, { kind: 'persons', persons: batch.value }));
      }
      isSound = true;
    } catch (error) {
      // What the CQL raised is an answer: the thread is as good as before.
      isSound = error instanceof AnsweredError;
      throw error;
    } finally {
      limit.end();
      if (thread) release(thread, isSound);
    }
  }

  /** A thread, once one is free; the caller releases it. Waiting for it ends with the limit. */
  async function acquire(limit: Limit): Promise<Worker> {
    while (busy.size >= threads) {
      let call: () => void = () => {};
      const called = new Promise<void>((resolve) => {
        call = resolve;
      });
      waiting.push(call);
      try {
        await limit.race(called);
      } catch (error) {
        const at = waiting.indexOf(call);
        // Called already: the turn is the next one's.
        if (at < 0) waiting.shift()?.();
        else waiting.splice(at, 1);
        throw error;
      }
    }
    const thread = idle.pop() ?? start();
    busy.add(thread);
    thread.ref();
    return thread;
  }

  function release(thread: Worker, isSound: boolean): void {
    busy.delete(thread);
    thread.unref();
    if (isSound) idle.push(thread);
    else void thread.terminate();
    waiting.shift()?.();
  }

  function start(): Worker {
    const thread = new Worker(new URL('./reference-worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
      stdout: true,
      stderr: true,
    });
    // A thread that dies while nobody asks it anything is only forgotten.
    thread.on('error', () => forget(thread));
    thread.on('exit', () => forget(thread));
    return thread;
  }

  function forget(thread: Worker): void {
    const at = idle.indexOf(thread);
    if (at >= 0) idle.splice(at, 1);
  }

  function ask(thread: Worker, message: JobMessage): Promise<readonly JobResult[]> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        thread.off('message', onMessage);
        thread.off('error', onError);
        thread.off('exit', onExit);
        act();
      };
      const onMessage = (answer: Answer) =>
        settle(() => {
          if ('results' in answer) resolve(answer.results);
          else reject(answeredError(message.kind, answer));
        });
      const onError = (error: Error & { readonly code?: string }) => settle(() => reject(fatal(error)));
      const onExit = () => settle(() => reject(new CqlError([issue('timeout', 'cql-cancelled', cqlText.cancelled)])));
      thread.on('message', onMessage);
      thread.on('error', onError);
      thread.on('exit', onExit);
      thread.postMessage(message);
    });
  }

  function fatal(error: Error & { readonly code?: string }): CqlError {
    return error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? new CqlError([issue('too-costly', 'cql-memory', cqlText.memoryLimit(memoryMegabytes))])
      : new CqlError([issue('processing', 'cql', cqlText.evaluation('CQL', error.message.replace(/\s+/g, ' ')))]);
  }

  async function close(): Promise<void> {
    await Promise.all([...idle.splice(0), ...busy].map((thread) => thread.terminate()));
  }
}

/** The CQL was evaluated and said why not. */
class AnsweredError extends CqlError {}

function answeredError(kind: JobMessage['kind'], answer: Exclude<Answer, { readonly results: unknown }>): CqlError {
  return new AnsweredError(answer.issues ?? [issue('processing', 'cql', cqlText.evaluation(kind, answer.failure.replace(/\s+/g, ' ')))]);
}

/** The time and the signal of one evaluation, whichever ends it first. */
interface Limit {
  /** The work's outcome, or the limit's error as soon as the limit is passed. */
  race<Value>(work: Promise<Value>): Promise<Value>;
  end(): void;
}

function limitOf(timeoutMs: number, signal: AbortSignal | undefined): Limit {
  let over: CqlError | undefined;
  let stop: (error: CqlError) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = (error) => {
      over ??= error;
      reject(over);
    };
  });
  stopped.catch(() => {});
  const timer = setTimeout(() => stop(new CqlError([issue('timeout', 'cql-time', cqlText.timeLimit(timeoutMs / 1000))])), timeoutMs);
  const abort = (): void => stop(new CqlError([issue('timeout', 'cql-cancelled', cqlText.cancelled)]));
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return {
    race: (work) => {
      const heard = work.catch((error: unknown) => {
        throw over ?? error;
      });
      // The loser may still fail, later and unheard.
      heard.catch(() => {});
      return Promise.race([stopped, heard]);
    },
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

/** The reference engine as an evaluator of measures, in the pool's threads. */
export function pooledReferenceEvaluator(options: ReferenceOptions & { readonly pool: ReferencePool }): MeasureEvaluator {
  return {
    kind: 'reference',
    persons,
    areas: async (program, period, subjects, run) => areaCounts(await persons(program, period, subjects, run)),
  };

  async function persons(
    program: MeasureProgram,
    period: MeasurementPeriod,
    subjects: Subjects,
    run?: EvaluationRun,
  ): ReturnType<MeasureEvaluator['persons']> {
    const criteria = program.groups.flatMap((group) => group.populations.map(({ expression }) => expression));
    const libraries = withDefinitions(options.libraries, program.library, program.definitions);
    const job = referenceJob(
      { libraries, members: options.members },
      {
        library: program.library,
        parameters: { 'Measurement Period': { kind: 'period', period } },
        criteria,
        values: program.values ?? [],
        now: options.now(),
      },
    );
    const results: JobResult[] = [];
    for await (const batch of options.pool.run(job, options.loadPersons(subjects), run)) results.push(...batch);
    const found = results.map(({ person, area, criteria: met, values }) => {
      let place = 0;
      const populations = program.groups.map((group) => {
        const from = place;
        place += group.populations.length;
        return met.slice(from, place);
      });
      return { person, ...(area === undefined ? {} : { area }), populations, ...(program.values === undefined ? {} : { values }) };
    });
    return found.sort((a, b) => (a.person < b.person ? -1 : 1));
  }
}
