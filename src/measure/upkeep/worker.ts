import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../store/database.js';
import { readDirectory } from '../../store/kept/directory.js';
import { markCount } from '../../store/kept/marks.js';
import { type BuildParts, buildNext } from './build.js';
import { type CloseParts, closePeriod } from './close.js';
import { createMoves } from './moves.js';
import type { KeptProgram } from './programs.js';
import { programKey, type RefreshParts, refreshBatch } from './refresh.js';
import { type ScheduleParts, schedule } from './schedule.js';

/** What the worker tells of its work. */
export interface UpkeepEvents {
  refreshed(batch: { readonly persons: number; readonly seconds: number }): void;
  log(level: 'info' | 'warn', fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** How far it is. */
export interface UpkeepStatus {
  readonly dirty: number;
  /** Seconds since the oldest mark was made. */
  readonly oldestSeconds: number;
  readonly kept: number;
  readonly rebuilding: number;
}

export interface WorkerParts extends Omit<BuildParts, 'database'>, Omit<ScheduleParts, 'database'>, Omit<CloseParts, 'database'> {
  /** A pool of its own: statements stay prepared on its connections, and long ones take nobody else's. */
  readonly database: Database;
  /** The measures to keep, as definitions stand now; cheap while nothing has changed. */
  programs(): Promise<readonly KeptProgram[]>;
  /** False while fact tables are being filled: nobody is counted before. */
  ready(): boolean;
  readonly events: UpkeepEvents;
  /** Whether fact tables are still being filled: nobody is moved and nothing frozen by half of the facts. Marks wait meanwhile. */
  factsMissing?(): boolean;
}

export interface Upkeep {
  /** One round of everything that is to be done now; true where something was. Tests move the clock and call it, the worker calls it for ever. */
  round(): Promise<boolean>;
  status(): Promise<UpkeepStatus>;
  /** Works until `stop`. */
  start(): void;
  /** Waits for what is under way; a generation that is being filled is given up and filled anew next time. */
  stop(): Promise<void>;
}

/** A server that starts has better things to do first. */
const startAfterMs = 1000;
const restMs = 250;
/** After a batch it rests as long as the batch took, at most this: while much arrives, batches grow, and writes have half of the machine. */
const longestRestMs = 1000;
const scheduleEveryMs = 5_000;
const marksAtOnce = 10_000;

/** Keeps members and counters current: batches of dirty persons, new generations, and the clock. Several processes may run one on the same database: they take turns. */
export function createUpkeep(parts: WorkerParts): Upkeep {
  const { database, events } = parts;
  const { factTables } = parts.services.kept.parts;
  const refreshing: RefreshParts = { database, factTables, planMove: createMoves(parts.compiled), limit: marksAtOnce };
  const stopping = new AbortController();
  let loops: ReadonlyArray<Promise<void>> = [];
  let known: { readonly list: readonly KeptProgram[]; readonly byKey: ReadonlyMap<string, KeptProgram> } = { list: [], byKey: new Map() };
  let scheduledAt = Number.NEGATIVE_INFINITY;

  return {
    async round() {
      await followClock();
      let worked = false;
      for (;;) {
        const moved = await refresh();
        const built = await build();
        if (!moved && !built) break;
        worked = true;
      }
      return worked;
    },
    async status() {
      const [{ count, oldest }, directory] = await Promise.all([markCount(database), readDirectory(database)]);
      return {
        dirty: count,
        oldestSeconds: oldest === undefined ? 0 : Math.max(0, (parts.clock() - oldest) / 1000),
        kept: directory.filter(({ state }) => state === 'current').length,
        rebuilding: directory.filter(({ state }) => state === 'queued' || state === 'building' || state === 'built').length,
      };
    },
    start() {
      loops = [forever(refreshAndFollow), forever(build)];
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };

  async function refreshAndFollow(): Promise<boolean> {
    if (parts.clock() - scheduledAt >= scheduleEveryMs) await followClock();
    const begun = performance.now();
    const worked = await refresh();
    if (worked) await rest(Math.min(longestRestMs, performance.now() - begun));
    return worked;
  }

  /** Takes up changed definitions and periods that begin or end. */
  async function followClock(): Promise<void> {
    if (!parts.ready()) return;
    const list = await parts.programs();
    if (list !== known.list) {
      known = { list, byKey: new Map(list.map((one) => [programKey({ measure: one.program.measure, hash: one.hash }), one])) };
    }
    const order = await schedule(parts, list);
    scheduledAt = parts.clock();
    if (order === undefined) return;
    for (const kept of order.ended) {
      const program = known.byKey.get(programKey(kept));
      if (program === undefined || stopping.signal.aborted) continue;
      const reports = await closePeriod(parts, kept, program, order.ends);
      if (reports !== undefined) events.log('info', { measure: program.measure.id, period: kept.period, reports }, 'period closed');
    }
  }

  async function refresh(): Promise<boolean> {
    if (known.list.length === 0) return false;
    const begun = performance.now();
    const batch = await refreshBatch(refreshing, known.byKey);
    if (batch === undefined || batch.marks === 0) return batch?.promoted === true;
    events.refreshed({ persons: batch.persons, seconds: (performance.now() - begun) / 1000 });
    return true;
  }

  async function build(): Promise<boolean> {
    if (known.list.length === 0) return false;
    const begun = performance.now();
    const built = await buildNext({ ...parts, signal: stopping.signal }, known.byKey);
    if (built === undefined) return false;
    const { measure, period } = built.kept;
    const seconds = Math.round(performance.now() - begun) / 1000;
    events.log('info', { measure, period, members: built.members, seconds }, 'members counted');
    return true;
  }

  async function forever(work: () => Promise<boolean>): Promise<void> {
    await rest(startAfterMs);
    while (!stopping.signal.aborted) {
      let worked = false;
      try {
        worked = parts.factsMissing?.() !== true && (await work());
      } catch (error) {
        if (stopping.signal.aborted) return;
        events.log('warn', { err: error }, 'upkeep of measures failed; it is tried again');
        await rest(restMs * 20);
      }
      if (!worked) await rest(restMs);
    }
  }

  async function rest(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
  }
}
