import { identifier, sql } from '../sql.js';
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
      running = analyseTables(database).catch(() => {});
    },
    async settle() {
      await running;
    },
  };
}

/** All tables of the schema: the store's, and the fact tables that it fills. */
async function analyseTables(database: Database): Promise<void> {
  const tables = await database.query(
    sql`select relname::text as name from pg_class where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace`,
  );
  for (const { name } of tables) await database.query(sql`analyze ${identifier(String(name))}`, { timeoutMs: 60_000 });
}
