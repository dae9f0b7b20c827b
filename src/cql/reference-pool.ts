import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
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
import { type JobMessage, type JobResult, type ReferenceJob, referenceJob, withAdditions } from './reference-job.js';
import { cqlText } from './text.js';

/**
 * Processes in which the reference engine works, so that no request waits for another's CQL. Each job has a process of its own while it runs;
 * one that passes its time or memory, or is called off, loses its process at once, whatever the CQL is doing. Not processes: V8 ends the whole
 * process when the heap of one thread is full at the wrong moment.
 */
export interface ReferencePool {
  /** Results of the persons, batch by batch. Throws CqlError: `timeout`, `too-costly` (memory), or what the CQL itself raised. */
  run(job: ReferenceJob, persons: AsyncIterable<readonly ReferencePerson[]>, run?: EvaluationRun): AsyncGenerator<readonly JobResult[]>;
  close(): Promise<void>;
}

export interface ReferencePoolOptions {
  /** Jobs at a time; those beyond it wait, and their time runs. */
  readonly processes?: number;
  readonly timeoutMs?: number;
  readonly memoryMegabytes?: number;
  /** How far the processes stand back for others, as the system counts it: 0 to 19. */
  readonly niceness?: number;
}

const defaults = { processes: 2, timeoutMs: 60_000, memoryMegabytes: 512, niceness: 0 } as const;

type Answer = { readonly results: readonly JobResult[] } | { readonly issues?: readonly Issue[]; readonly failure: string };

export function createReferencePool(options: ReferencePoolOptions = {}): ReferencePool {
  const { processes, timeoutMs, memoryMegabytes, niceness } = { ...defaults, ...options };
  const idle: ChildProcess[] = [];
  const busy = new Set<ChildProcess>();
  const waiting: Array<() => void> = [];
  return { run, close };

  async function* run(
    job: ReferenceJob,
    persons: AsyncIterable<readonly ReferencePerson[]>,
    { signal, timeoutMs: limitMs = timeoutMs }: EvaluationRun = {},
  ): AsyncGenerator<readonly JobResult[]> {
    const limit = limitOf(limitMs, signal);
    let engine: ChildProcess | undefined;
    let isSound = false;
    try {
      engine = await acquire(limit);
      await limit.race(ask(engine, { kind: 'job', job }));
      const batches = persons[Symbol.asyncIterator]();
      for (;;) {
        const batch = await limit.race(batches.next());
        if (batch.done === true) break;
        yield await limit.race(ask(engine, { kind: 'persons', persons: batch.value }));
      }
      isSound = true;
    } catch (error) {
      // What the CQL raised is an answer: the engine is as good as before.
      isSound = error instanceof AnsweredError;
      throw error;
    } finally {
      limit.end();
      if (engine) release(engine, isSound);
    }
  }

  /** An engine, once one is free; the caller releases it. Waiting for it ends with the limit. */
  async function acquire(limit: Limit): Promise<ChildProcess> {
    while (busy.size >= processes) {
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
    const engine = idle.pop() ?? start();
    busy.add(engine);
    engine.ref();
    engine.channel?.ref();
    return engine;
  }

  function release(engine: ChildProcess, isSound: boolean): void {
    busy.delete(engine);
    engine.unref();
    engine.channel?.unref();
    if (isSound) idle.push(engine);
    else engine.kill('SIGKILL');
    waiting.shift()?.();
  }

  function start(): ChildProcess {
    const engine = fork(fileURLToPath(new URL('./reference-worker.js', import.meta.url)), [], {
      execArgv: [`--max-old-space-size=${memoryMegabytes}`, '--stack-size=3900'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    if (niceness > 0 && engine.pid !== undefined) setPriority(engine.pid, niceness);
    // An engine that dies while nobody asks it anything is only forgotten.
    engine.on('error', () => forget(engine));
    engine.on('exit', () => forget(engine));
    return engine;
  }

  function forget(engine: ChildProcess): void {
    const at = idle.indexOf(engine);
    if (at >= 0) idle.splice(at, 1);
  }

  function ask(engine: ChildProcess, message: JobMessage): Promise<readonly JobResult[]> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        engine.off('message', onMessage);
        engine.off('error', onError);
        engine.off('exit', onExit);
        act();
      };
      const onMessage = (answer: Answer) =>
        settle(() => {
          if ('results' in answer) resolve(answer.results);
          else reject(answeredError(message.kind, answer));
        });
      const onError = (error: Error) => settle(() => reject(failed(error.message)));
      const onExit = (code: number | null, ended: NodeJS.Signals | null) =>
        settle(() => reject(ended === 'SIGABRT' ? outOfMemory() : failed(`the engine ended (${ended ?? code})`)));
      engine.on('message', onMessage);
      engine.on('error', onError);
      engine.on('exit', onExit);
      engine.send(message);
    });
  }

  // V8 aborts the process whose heap is full.
  function outOfMemory(): CqlError {
    return new CqlError([issue('too-costly', 'cql-memory', cqlText.memoryLimit(memoryMegabytes))]);
  }

  function failed(reason: string): CqlError {
    return new CqlError([issue('processing', 'cql', cqlText.evaluation('CQL', reason.replace(/\s+/g, ' ')))]);
  }

  async function close(): Promise<void> {
    await Promise.all([...idle.splice(0), ...busy].map(ended));
  }
}

function ended(engine: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (engine.exitCode !== null || engine.signalCode !== null) resolve();
    else {
      // Idle engines don't hold the process; one that is awaited does.
      engine.ref();
      engine.once('exit', () => resolve());
      engine.kill('SIGKILL');
    }
  });
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

/** The reference engine as an evaluator of measures, in the pool's processes. */
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
    const libraries = withAdditions(options.libraries, program);
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
