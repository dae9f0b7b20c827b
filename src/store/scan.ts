import { compileScope, type Scope } from '../search/scope.js';
import { sql } from '../sql.js';
import type { Database } from './database.js';
import type { StoredVersion } from './store.js';
import { versionOf } from './version.js';

const pageSize = 500;
/** Longest one page may take to be read. */
const pageTimeoutMs = 30_000;

/** Which current resources to go through. */
export interface Scan {
  readonly type: string;
  /** Only those in the compartments of these patients, by id. */
  readonly patients?: readonly string[];
  /** Epoch milliseconds: only those changed at or after it. */
  readonly since?: number;
}

/**
 * Gives every current resource that the scope lets through to `onPage`, page by page, as they stood when it began: whatever is written meanwhile, none is left out and
 * none comes twice. The next page is read when `onPage` has taken the one before it. Ends early where `onPage` resolves to false, and when `signal` is aborted.
 * Holds one connection; who takes more than a minute over a page is cut off.
 */
export async function scanResources(
  database: Database,
  scope: Scope,
  { type, patients, since }: Scan,
  onPage: (versions: readonly StoredVersion[]) => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query(sql`set transaction isolation level repeatable read, read only`);
    const isOfPatients = patients === undefined ? sql`true` : sql`r.patient = any(${[...patients]}::text[])`;
    let after = { at: (since ?? 0) - 1, key: '9223372036854775807' };
    for (;;) {
      const rows = await connection.query(
        sql`
        select b.type, b.id, b.version, b.last_updated, b.method, b.body, b.key::text as key
        from (
          select r.shard, r.key, r.version, r.last_updated
          from resource r
          where r.type = ${type}
            and ${isOfPatients}
            and ${compileScope(scope, 'r')}
            and (r.last_updated, r.key) > (${after.at}::bigint, ${after.key}::bigint)
          order by r.last_updated, r.key
          limit ${pageSize}::int
        ) page
        join body b on b.shard = page.shard and b.key = page.key and b.version = page.version
        order by b.last_updated, b.key`,
        { timeoutMs: pageTimeoutMs, ...(signal === undefined ? {} : { signal }) },
      );
      if (rows.length > 0 && !(await onPage(rows.map(versionOf)))) return;
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      after = { at: Number(last['last_updated']), key: String(last['key']) };
    }
  });
}
