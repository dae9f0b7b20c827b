import type { SqlFragment } from '../sql.js';

export type Row = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  readonly timeoutMs?: number;
  /** Aborted, the statement is cancelled in the database, and its connection closed. */
  readonly signal?: AbortSignal;
  /** Prepares the statement once a connection, under a name made from its text: for the few hot ones whose text never varies. */
  readonly name?: boolean;
}

export interface Connection {
  query(statement: SqlFragment, options?: QueryOptions): Promise<readonly Row[]>;
}

/** A connection inside a transaction. */
export interface TransactionConnection extends Connection {
  /** Sends a statement whose rows nobody needs and doesn't wait: the commit waits for it, and fails if it has failed. */
  send(statement: SqlFragment): void;
}

/** A connection pool to one PostgreSQL schema; rows come with snake_case column names as written in the statement. */
export interface Database extends Connection {
  readonly schema: string;
  /** A small named read on a connection shared with others, pipelined: for lookups by key only, a slow statement would hold up its neighbours. */
  read(statement: SqlFragment): Promise<readonly Row[]>;
  /**
   * Runs `work` inside one transaction: commits when it resolves, rolls back when it rejects. Statements of one transaction may be sent without waiting.
   * `plans: 'kept'` plans each named statement once a connection: for inserts and lookups by key, which have but one plan.
   */
  transaction<Value>(work: (connection: TransactionConnection) => Promise<Value>, options?: { readonly plans?: 'kept' }): Promise<Value>;
  close(): Promise<void>;
}
