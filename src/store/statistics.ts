import type { Database } from './database.js';

const firstAt = 500;
const growth = 4;

/** Keeps the planner's picture of the tables true while they grow fast: autovacuum looks once a minute, and a first bulk load lasts less. */
export interface Statistics {
  /** Counts rows that were written; now and then has the tables analysed, without being waited for. */
  note(rows: number): void;
  /** Waits for an analysis that runs. */
  settle(): Promise<void>;
}

export function growingStatistics(database: Database): Statistics {
  let written = 0;
  let next = firstAt;
  let running: Promise<unknown> = Promise.resolve();
  return {
    note(rows) {
      written += rows;
      if (written < next) return;
      next = written * growth;
      // A failure means older statistics, no more.
      running = database
        .query(
          {
            strings: [
              'analyze directory, body, resource, string_value, date_value, quantity_value, reference_value, composite_value, dictionary, business_identifier',
            ],
            values: [],
          },
          { timeoutMs: 60_000 },
        )
        .catch(() => {});
    },
    async settle() {
      await running;
    },
  };
}
