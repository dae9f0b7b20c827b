import { availableParallelism } from 'node:os';
import pg from 'pg';
import { type SqlFragment, sql } from '../sql.js';
import type { Database, QueryOptions, Row, TransactionConnection } from './database.js';
import type { ServerAddress } from './embedded/embedded.js';
import { errorCode } from './errors.js';
import { StartError } from './start-error.js';
import { frequentQuery, namedQuery } from './statement-names.js';

export interface ConnectOptions {
  /** `postgres://…` of a server that is there, or the address of the embedded one. */
  readonly server: string | ServerAddress;
  /** PostgreSQL schema that holds everything of one Lontar; made at start where it is absent. */
  readonly schema?: string;
  readonly maximumConnections?: number;
  /** Longest any statement may run unless it asks for less. */
  readonly statementTimeoutMs?: number;
  readonly onError?: (error: Error) => void;
}

const oid = { int8: 20, float8: 701, numeric: 1700 } as const;

/**
 * Opens a pool to one schema of one PostgreSQL, 15 or later, and makes the schema. 64-bit integers come as numbers where they are safe and as text
 * where not. Throws StartError where the server can't be reached, is too old or refuses us.
 */
export async function connectDatabase(options: ConnectOptions): Promise<Database> {
  const schema = options.schema ?? 'lontar';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new StartError(`${schema} is no name for a schema`, 'use lower case letters, digits and _');
  const config = typeof options.server === 'string' ? { connectionString: options.server } : options.server;
  const settings = {
    // Temporary tables last: otherwise they would be found first.
    search_path: `${schema},pg_temp`,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 60_000,
    timezone: 'UTC',
    client_min_messages: 'warning',
    jit: 'off',
    // A plan made for any value fits a rare one badly: 90 ms where 0.3 would do.
    plan_cache_mode: 'force_custom_plan',
  };
  const optionsOf = (given: Readonly<Record<string, string | number>>) =>
    Object.entries(given)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' ');
  const shared: pg.ClientConfig = {
    ...config,
    application_name: 'lontar',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: true,
    options: optionsOf(settings),
    types: { getTypeParser: typeParser as pg.CustomTypesConfig['getTypeParser'] },
  };
  const limit = await probe(shared, schema, typeof options.server === 'string' ? options.server : options.server.host);
  const max = Math.max(2, Math.min(options.maximumConnections ?? availableParallelism() * 2 + 2, limit));
  const pool = new pg.Pool({ ...shared, max, idleTimeoutMillis: 60_000 });
  pool.on('error', (error) => options.onError?.(error));
  const readers = pipelinedReaders(
    { ...shared, options: optionsOf({ ...settings, plan_cache_mode: 'force_generic_plan' }) },
    Math.min(2, max),
  );

  const cancel = async (processId: number): Promise<void> => {
    await runWith(readers.next(), sql`select pg_cancel_backend(${processId}::int)`, true);
  };

  return {
    schema,
    query: (statement, queryOptions) =>
      queryOptions?.timeoutMs === undefined
        ? runAlone(pool, cancel, statement, queryOptions)
        : inTransaction(pool, cancel, (connection) => connection.query(statement, queryOptions)),
    read: (statement) => runWith(readers.next(), statement, true),
    transaction: (work, transactionOptions) => inTransaction(pool, cancel, work, transactionOptions),
    async close() {
      await Promise.all([pool.end(), readers.close()]);
    },
  };
}

interface Runner {
  query(query: pg.QueryConfig): Promise<pg.QueryResult>;
}

/**
 * Holds back what is written to the client's socket until the event loop comes round, so that statements sent together leave in one system call.
 * Each call costs as much as a small statement, since it wakes the server's process.
 */
function gather(client: pg.Client): void {
  const { stream } = client.connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

async function runWith(runner: Runner, statement: SqlFragment, isNamed: boolean): Promise<readonly Row[]> {
  const { text, values, name } = isNamed ? namedQuery(statement) : frequentQuery(statement);
  const result = await runner.query(name === undefined ? { text, values } : { name, text, values });
  return result.rows as Row[];
}

/**
 * `begin` travels with the first statements and `commit` with the last, neither is waited for by itself. A COMMIT after an error answers ROLLBACK instead
 * of failing: that is an error here.
 */
async function inTransaction<Value>(
  pool: pg.Pool,
  cancel: (processId: number) => Promise<void>,
  work: (connection: TransactionConnection) => Promise<Value>,
  options: { readonly plans?: 'kept' } = {},
): Promise<Value> {
  const client = await pool.connect();
  let isBroken: Error | undefined;
  const onError = (error: Error) => {
    isBroken = error;
  };
  client.on('error', onError);
  const run = (text: string) => {
    gather(client);
    return client.query(text);
  };
  const sent: Promise<unknown>[] = [run(options.plans === 'kept' ? 'begin; set local plan_cache_mode = force_generic_plan' : 'begin')];
  const connection: TransactionConnection = {
    query(statement, options) {
      if (options?.timeoutMs !== undefined) sent.push(run(`set local statement_timeout = ${Math.max(1, Math.trunc(options.timeoutMs))}`));
      gather(client);
      const answer = runWith(client, statement, options?.name === true);
      const { signal } = options ?? {};
      if (signal === undefined) return answer;
      return cancelledBy(signal, answer, () => {
        isBroken = calledOff;
        cancel(processIdOf(client)).catch(() => {});
      });
    },
    send(statement) {
      gather(client);
      const answer = runWith(client, statement, true);
      // Whoever waits for another answer meanwhile must not leave this failure to nobody; the end of the transaction looks at it.
      answer.catch(() => {});
      sent.push(answer);
    },
  };
  try {
    let value: Value;
    try {
      value = await work(connection);
    } catch (error) {
      const rolledBack = run('rollback').catch((failure) => {
        isBroken = failure;
      });
      const outcomes = await Promise.allSettled([...sent, rolledBack]);
      // A statement after a failed one only says that the transaction is aborted: what failed first is the reason.
      const first = errorCode(error) === '25P02' ? outcomes.find((outcome) => outcome.status === 'rejected') : undefined;
      throw first === undefined ? error : first.reason;
    }
    const commit = run('commit');
    // In the order of sending: those after a failure only say that the transaction is aborted.
    for (const outcome of await Promise.allSettled([...sent, commit])) if (outcome.status === 'rejected') throw outcome.reason;
    if ((await commit).command !== 'COMMIT') throw new Error('the transaction was rolled back');
    return value;
  } finally {
    client.off('error', onError);
    client.release(isBroken);
  }
}

/** A connection whose statement was called off is closed: a cancellation that comes late must not hit the statement of who gets it next. */
const calledOff = new Error('the statement was called off');

/** One statement on a connection of the pool, cancelled in the database when the signal is aborted. */
async function runAlone(
  pool: pg.Pool,
  cancel: (processId: number) => Promise<void>,
  statement: SqlFragment,
  { name, signal }: QueryOptions = {},
): Promise<readonly Row[]> {
  if (signal === undefined) return runWith(pool, statement, name === true);
  signal.throwIfAborted();
  const client = await pool.connect();
  let isBroken: Error | undefined;
  const onError = (error: Error): void => {
    isBroken = error;
  };
  client.on('error', onError);
  try {
    return await cancelledBy(signal, runWith(client, statement, name === true), () => {
      isBroken = calledOff;
      cancel(processIdOf(client)).catch(() => {});
    });
  } finally {
    client.off('error', onError);
    client.release(isBroken);
  }
}

/** The answer of a statement, with `stop` called if the signal is aborted before it is there. */
async function cancelledBy<Value>(signal: AbortSignal, answer: Promise<Value>, stop: () => void): Promise<Value> {
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await answer;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The process that serves a connection, as the server told at its start; the types of `pg` leave it out. */
function processIdOf(client: pg.PoolClient): number {
  return (client as unknown as { readonly processID: number }).processID;
}

/** Connections that carry many small reads at once: a read doesn't wait for the answer of the one before it. */
function pipelinedReaders(config: pg.ClientConfig, count: number): { next(): Runner; close(): Promise<void> } {
  const clients: (Promise<pg.Client> | undefined)[] = new Array(count).fill(undefined);
  let turn = 0;
  const connect = (index: number): Promise<pg.Client> => {
    const client = new pg.Client(config);
    const opened = client.connect().then(() => client);
    const forget = () => {
      if (clients[index] === opened) clients[index] = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    opened.catch(forget);
    clients[index] = opened;
    return opened;
  };
  return {
    next() {
      turn = (turn + 1) % count;
      const client = clients[turn] ?? connect(turn);
      return {
        async query(query) {
          const open = await client;
          gather(open);
          return open.query(query);
        },
      };
    },
    async close() {
      await Promise.all(clients.map(async (client) => (await client?.catch(() => undefined))?.end()));
    },
  };
}

function typeParser(type: number, format?: string): (value: string) => unknown {
  if (type === oid.int8) return safeInteger;
  if (type === oid.float8) return Number;
  return pg.types.getTypeParser(type, format as 'text') as (value: string) => unknown;
}

function safeInteger(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** Looks at the server once before anything relies on it. Returns how many connections it can spare for us. */
async function probe(config: pg.ClientConfig, schema: string, where: string): Promise<number> {
  const client = new pg.Client({ ...config, pipeline: false });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int as version, current_setting('max_connections')::int as connections, current_setting('server_encoding') as encoding",
    );
    const { version, connections, encoding } = rows[0] as { version: number; connections: number; encoding: string };
    if (version < 150000) throw new StartError(`PostgreSQL ${Math.trunc(version / 10000)} is too old`, 'use PostgreSQL 15 to 18');
    if (encoding !== 'UTF8') throw new StartError(`the database's encoding is ${encoding}`, 'use a database with encoding UTF8');
    await client.query(`create schema if not exists ${schema}`).catch((error) => {
      // Two processes may make it at the same moment.
      if (error.code !== '23505' && error.code !== '42P06') throw error;
    });
    return Math.max(2, Math.floor((connections - 5) / 2));
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `the database at ${withoutSecrets(where)} can't be used: ${reasonOf(error)}`,
      'check DATABASE_URL and that PostgreSQL runs',
      error,
    );
  } finally {
    await client.end().catch(() => {});
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function withoutSecrets(where: string): string {
  return where.replace(/\/\/[^@/]*@/, '//').replace(/\?.*$/s, '');
}
