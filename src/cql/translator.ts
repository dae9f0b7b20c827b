import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import type { ElmLibrary } from './elm.js';
import { cqlText } from './text.js';
import type { CqlSources } from './translate.js';

/**
 * Translates CQL in a process of its own under limits of time and memory, so that no request waits for a text of another's, however it is made. A process, since V8
 * ends the whole process when the heap of one thread is full. It starts with the first text, takes one text at a time, and ends after a rest, or with `close`.
 */
export interface Translator {
  /** Never rejects: a text that is too large, takes too long or needs too much memory is an issue too (`too-long`, `timeout`, `too-costly`). */
  translate(cql: string, sources?: CqlSources): Promise<Result<ElmLibrary>>;
  close(): Promise<void>;
}

export interface TranslatorOptions {
  /** Of one text, from when its turn has come. */
  readonly timeoutMs?: number;
  readonly memoryMegabytes?: number;
  /** Longest text, without those that it includes. */
  readonly maximumBytes?: number;
}

/** To the translator's process. */
export interface TranslationRequest {
  readonly cql: string;
  readonly sources: CqlSources;
}

const defaults = { timeoutMs: 30_000, memoryMegabytes: 512, maximumBytes: 512 * 1024 } as const;
const restMs = 20_000;
/** Texts that may wait for their turn; those beyond are told to come again. */
const longestQueue = 200;

export function createTranslator(options: TranslatorOptions = {}): Translator {
  const { timeoutMs, memoryMegabytes, maximumBytes } = { ...defaults, ...options };
  let engine: ChildProcess | undefined;
  let rest: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let queued = 0;
  let isClosed = false;

  return {
    translate(cql, sources = new Map()) {
      const bytes = Buffer.byteLength(cql);
      if (bytes > maximumBytes) return Promise.resolve(refused(issue('too-long', 'cql-length', cqlText.tooLong(bytes, maximumBytes))));
      if (queued >= longestQueue) return Promise.resolve(refused(issue('throttled', 'cql-queue', cqlText.translatorBusy)));
      queued += 1;
      const result = turn.then(() => ask({ cql, sources }));
      turn = result.finally(() => {
        queued -= 1;
      });
      return result;
    },
    async close() {
      isClosed = true;
      clearTimeout(rest);
      await end();
    },
  };

  function ask(request: TranslationRequest): Promise<Result<ElmLibrary>> {
    if (isClosed) return Promise.resolve(refused(issue('exception', 'cql', cqlText.untranslatable('the translator was closed'))));
    clearTimeout(rest);
    engine ??= start();
    const asked = engine;
    asked.ref();
    asked.channel?.ref();
    return new Promise((resolve) => {
      const settle = (result: Result<ElmLibrary>): void => {
        clearTimeout(timer);
        asked.off('message', onMessage);
        asked.off('exit', onExit);
        resolve(result);
        // Whoever wants to end needn't wait for a process at rest, which would hold some 200 MB.
        asked.unref();
        asked.channel?.unref();
        rest = setTimeout(() => void end(), restMs).unref();
      };
      const onMessage = (result: unknown): void => settle(result as Result<ElmLibrary>);
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (engine === asked) engine = undefined;
        // V8 aborts the process whose heap is full.
        settle(
          signal === 'SIGABRT' || code === 134
            ? refused(issue('too-costly', 'cql-memory', cqlText.translationMemory(memoryMegabytes)))
            : refused(issue('exception', 'cql', cqlText.untranslatable(`the translator ended (${signal ?? code})`))),
        );
      };
      const timer = setTimeout(() => {
        void end();
        settle(refused(issue('timeout', 'cql-time', cqlText.translationTime(timeoutMs / 1000))));
      }, timeoutMs);
      asked.once('message', onMessage);
      asked.once('exit', onExit);
      asked.send(request);
    });
  }

  function start(): ChildProcess {
    const started = fork(fileURLToPath(new URL('./translator-process.js', import.meta.url)), [], {
      // Deep expressions are walked by recursion.
      execArgv: [`--max-old-space-size=${memoryMegabytes}`, '--stack-size=3900'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    started.on('error', () => {});
    return started;
  }

  function end(): Promise<void> {
    const ended = engine;
    engine = undefined;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return Promise.resolve();
    // A process at rest holds nobody; who waits for its end must live to see it.
    ended.ref();
    return new Promise((resolve) => {
      ended.once('exit', () => resolve());
      ended.kill('SIGKILL');
    });
  }
}

function refused(found: Issue): Result<ElmLibrary> {
  return { ok: false, issues: [found] };
}
