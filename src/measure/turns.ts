import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { measureText } from './text.js';

/** Lets a few pieces of heavy work run at once and the others wait, so that they don't take every connection and core from everybody else. */
export interface Turns {
  /** Throws OperationOutcomeError 503 where too many wait already; rejects when `signal` is aborted while it waits. */
  take<Value>(work: () => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}

export function createTurns(atOnce: number, mayWait: number): Turns {
  const waiting: Array<() => void> = [];
  let running = 0;
  return {
    async take(work, signal) {
      if (running >= atOnce) await turn(signal);
      else running += 1;
      try {
        return await work();
      } finally {
        // Who waits longest takes the place over.
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };

  function turn(signal: AbortSignal | undefined): Promise<void> {
    if (waiting.length >= mayWait) {
      throw new OperationOutcomeError(503, [issue('throttled', 'measure-busy', measureText.busy)], { 'retry-after': '10' });
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(begin), 1);
        reject(signal?.reason);
      };
      waiting.push(begin);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }
}
