import type { SqlFragment } from '../sql.js';

export type Row = Readonly<Record<string, unknown>>;

/** A connection pool to one PostgreSQL schema; rows come with snake_case column names as written in the statement. */
export interface Database {
  query(statement: SqlFragment, options?: { readonly timeoutMs?: number }): Promise<readonly Row[]>;
  /** Runs `work` inside one transaction: commits when it resolves, rolls back when it rejects. */
  transaction<Value>(work: (connection: Pick<Database, 'query'>) => Promise<Value>): Promise<Value>;
  close(): Promise<void>;
}
