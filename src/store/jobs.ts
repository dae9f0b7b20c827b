import { type SqlFragment, sql } from '../sql.js';
import type { Database } from './database.js';

/** `queued` and `running` are in work; an answer, of success or failure, is `done`. */
export type JobState = 'queued' | 'running' | 'done' | 'cancelled' | 'interrupted';

/** A request that is answered later, as the database knows it. Instants are epoch milliseconds. */
export interface StoredJob {
  readonly id: string;
  /** Actor that asked; nobody else sees the job. */
  readonly owner: string;
  /** Method and address of the request. */
  readonly request: string;
  readonly state: JobState;
  readonly progress: string;
  /** The process that works on it. */
  readonly runner: string;
  readonly createdAt: number;
  /** When its process last said that it is alive. */
  readonly seenAt: number;
  /** Until when the answer is kept. */
  readonly expiresAt?: number;
  /** JSON text of the answer. */
  readonly answer?: string;
}

/** The table of jobs: what is left of them after a restart. */
export interface JobTable {
  add(job: Pick<StoredJob, 'id' | 'owner' | 'request' | 'runner' | 'createdAt'>): Promise<void>;
  find(id: string): Promise<StoredJob | undefined>;
  /** Moves a job that is still in work; false where it no longer is. */
  move(id: string, to: Partial<Pick<StoredJob, 'state' | 'progress' | 'seenAt' | 'expiresAt' | 'answer'>>): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Forgets those whose answers have been kept long enough. */
  sweep(now: number): Promise<void>;
}

export function jobTable(database: Pick<Database, 'query'>): JobTable {
  return {
    async add({ id, owner, request, runner, createdAt }) {
      await database.query(sql`
        insert into job (id, owner, request, state, progress, runner, created_at, seen_at)
        values (${id}::uuid, ${owner}, ${request}, 'queued', '', ${runner}::uuid, ${createdAt}::bigint, ${createdAt}::bigint)`);
    },
    async find(id) {
      const [row] = await database.query(sql`select * from job where id = ${id}::uuid`);
      return row && jobOf(row);
    },
    async move(id, { state, progress, seenAt, expiresAt, answer }) {
      const rows = await database.query(sql`
        update job set
          state = ${orSame(state, sql`state`)}, progress = ${orSame(progress, sql`progress`)}, seen_at = ${orSame(seenAt, sql`seen_at`)},
          expires_at = ${orSame(expiresAt, sql`expires_at`)}, answer = ${orSame(answer, sql`answer`)}
        where id = ${id}::uuid and state in ('queued', 'running')
        returning id`);
      return rows.length > 0;
    },
    async remove(id) {
      await database.query(sql`delete from job where id = ${id}::uuid`);
    },
    async sweep(now) {
      await database.query(sql`delete from job where expires_at < ${now}::bigint`);
    },
  };
}

function orSame(value: string | number | undefined, column: SqlFragment): SqlFragment {
  if (value === undefined) return column;
  return typeof value === 'number' ? sql`${value}::bigint` : sql`${value}::text`;
}

function jobOf(row: Readonly<Record<string, unknown>>): StoredJob {
  const expiresAt = row['expires_at'];
  const answer = row['answer'];
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    request: String(row['request']),
    state: stateOf(row['state']),
    progress: String(row['progress']),
    runner: String(row['runner']),
    createdAt: Number(row['created_at']),
    seenAt: Number(row['seen_at']),
    ...(expiresAt === null || expiresAt === undefined ? {} : { expiresAt: Number(expiresAt) }),
    ...(typeof answer === 'string' ? { answer } : {}),
  };
}

const states: readonly JobState[] = ['queued', 'running', 'done', 'cancelled', 'interrupted'];

function stateOf(value: unknown): JobState {
  return states.find((state) => state === value) ?? 'interrupted';
}
