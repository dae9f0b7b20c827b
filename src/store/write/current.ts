import { type SqlFragment, sql } from '../../sql.js';
import type { Connection } from '../database.js';

/** The latest version of a resource, a deletion too, as a write finds it. */
export interface Current {
  readonly shard: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly lastUpdated: number;
  readonly method: string;
  readonly body: string | null;
}

/** Latest versions by key; a key that was never used is absent. */
export async function readCurrent(connection: Connection, keys: readonly string[]): Promise<ReadonlyMap<string, Current>> {
  if (keys.length === 0) return new Map();
  const rows = await connection.query(currentVersions(keys), { name: true });
  return new Map(
    rows.map((row) => [
      String(row['key']),
      {
        shard: Number(row['shard']),
        type: String(row['type']),
        id: String(row['id']),
        version: Number(row['version']),
        lastUpdated: Number(row['last_updated']),
        method: String(row['method']),
        body: row['body'] === null ? null : String(row['body']),
      },
    ]),
  );
}

function currentVersions(keys: readonly string[]): SqlFragment {
  return sql`
    select d.key::text as key, d.shard, latest.type, latest.id, latest.version, latest.last_updated, latest.method, latest.body
    from directory d
    cross join lateral (
      select b.type, b.id, b.version, b.last_updated, b.method, b.body
      from body b
      where b.shard = d.shard and b.key = d.key
      order by b.version desc
      limit 1
    ) latest
    where d.key = any(${`{${keys.join(',')}}`}::bigint[])`;
}

export interface Target {
  readonly shard: number;
  readonly isLive: boolean;
}

/** What references lead to, by key. */
export async function readTargets(connection: Connection, keys: readonly string[]): Promise<ReadonlyMap<string, Target>> {
  if (keys.length === 0) return new Map();
  const rows = await connection.query(
    sql`
      select d.key::text as key, d.shard, r.key is not null as is_live
      from directory d
      left join resource r on r.shard = d.shard and r.key = d.key
      where d.key = any(${`{${keys.join(',')}}`}::bigint[])`,
    { name: true },
  );
  return new Map(rows.map((row) => [String(row['key']), { shard: Number(row['shard']), isLive: row['is_live'] === true }]));
}

/** Waits until no other transaction works on the same things, and keeps them to itself until the transaction ends. Always in the same order: no deadlocks. */
export function lockKeys(keys: Iterable<string>): SqlFragment {
  const sorted = [...new Set(keys)].map(BigInt).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sql`select pg_advisory_xact_lock(k) from unnest(${`{${sorted.join(',')}}`}::bigint[]) k`;
}
