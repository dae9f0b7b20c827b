import { Worker } from 'node:worker_threads';
import type { Result } from '../fhir/outcome.js';
import { issue } from '../fhir/outcome.js';
import type { ElmLibrary } from './elm.js';
import { cqlText } from './text.js';
import type { CqlSources } from './translate.js';

/** Translates CQL in a worker thread, so that no request waits for it. The thread starts with the first text and ends after a rest, or with `close`. */
export interface Translator {
  /** Never rejects: a dead worker is an issue too. `timeoutMs` ends the worker, and the next text starts a new one. */
  translate(cql: string, sources?: CqlSources, timeoutMs?: number): Promise<Result<ElmLibrary>>;
  close(): Promise<void>;
}

const restMs = 5000;

interface Waiting {
  readonly resolve: (result: Result<ElmLibrary>) => void;
  readonly timer: NodeJS.Timeout;
}

export function createTranslator(): Translator {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let last = 0;
  let rest: NodeJS.Timeout | undefined;

  return {
    translate(cql, sources = new Map(), timeoutMs = 60_000) {
      clearTimeout(rest);
      worker ??= start();
      last += 1;
      const id = last;
      return new Promise((resolve) => {
        const timer = setTimeout(() => end(`no answer within ${timeoutMs} ms`), timeoutMs);
        waiting.set(id, { resolve, timer });
        worker?.postMessage({ id, cql, sources });
      });
    },
    async close() {
      const closing = worker;
      end('the translator was closed');
      await closing?.terminate();
    },
  };

  function start(): Worker {
    const started = new Worker(new URL('./translate-worker.js', import.meta.url), { stdout: true });
    started.on('message', ({ id, result }: { id: number; result: Result<ElmLibrary> }) => answer(id, result));
    started.on('error', (error) => {
      if (worker === started) end(error.message);
    });
    return started;
  }

  function answer(id: number, result: Result<ElmLibrary>): void {
    const found = waiting.get(id);
    if (!found) return;
    clearTimeout(found.timer);
    waiting.delete(id);
    found.resolve(result);
    // A thread at rest would hold the process, and some 100 MB.
    if (waiting.size === 0) rest = setTimeout(() => end('the translator is at rest'), restMs);
  }

  function end(reason: string): void {
    clearTimeout(rest);
    const ended = worker;
    worker = undefined;
    void ended?.terminate();
    for (const id of [...waiting.keys()]) answer(id, { ok: false, issues: [issue('exception', 'cql', cqlText.untranslatable(reason))] });
  }
}
