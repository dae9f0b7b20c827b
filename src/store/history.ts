import type { Registry } from '../definitions/registry.js';
import { temporalRange } from '../fhir/date.js';
import type { Cursors } from '../search/cursor.js';
import { resourceKey } from '../search/hash.js';
import type { Scope } from '../search/scope.js';
import { type SqlFragment, sql } from '../sql.js';
import type { Database } from './database.js';
import { isVisible } from './read.js';
import type { HistoryPage, Store } from './store.js';
import { versionOf } from './version.js';

/** Versions of one resource, of a type or of all, newest first. Source: R4 http §3.1.0.12. */
export async function readHistory(
  database: Database,
  registry: Registry,
  cursors: Cursors,
  scope: Scope,
  of: Parameters<Store['history']>[1],
  page: Parameters<Store['history']>[2],
): Promise<HistoryPage> {
  const since = page.since === undefined ? undefined : temporalRange(page.since)?.low;
  const purpose = JSON.stringify([of.type, of.id, page.since]);
  const position = page.cursor === undefined ? undefined : cursors.read(`history ${purpose}`, page.cursor);
  const from = since === undefined ? sql`true` : sql`b.last_updated >= ${since}::bigint`;
  const after =
    position === undefined
      ? sql`true`
      : sql`(b.last_updated, b.key, b.version) < (${position.values[0]}::bigint, ${position.key}::bigint, ${position.values[1]}::int)`;
  const columns = sql`b.type, b.id, b.version, b.last_updated, b.method, b.body, b.key`;
  const visible = isVisible(scope);
  const limit = page.count + 1;
  let versions: SqlFragment;
  let counted: SqlFragment;
  if (of.type !== undefined && of.id !== undefined) {
    const key = resourceKey(of.type, of.id);
    const own = sql`b.shard = (select d.shard from directory d where d.key = ${key}::bigint) and b.key = ${key}::bigint and b.type = ${of.type} and b.id = ${of.id}`;
    versions = sql`select ${columns} from body b where ${own} and ${from} and ${after} and ${visible} order by b.last_updated desc, b.key desc, b.version desc limit ${limit}::int`;
    counted = sql`select count(*)::int as total from body b where ${own} and ${from} and ${visible}`;
  } else {
    const types = of.type === undefined ? registry.resourceTypes : [of.type];
    // One index walk a type, merged: a rare type among all doesn't make the walk long.
    versions = sql`
      select b.*
      from unnest(${types}::text[]) t(type)
      cross join lateral (
        select ${columns}
        from body b
        where b.type = t.type collate "C" and ${from} and ${after} and ${visible}
        order by b.last_updated desc, b.key desc, b.version desc
        limit ${limit}::int
      ) b
      order by b.last_updated desc, b.key desc, b.version desc
      limit ${limit}::int`;
    counted = sql`select count(*)::int as total from body b where b.type = any(${types}::text[]) and ${from} and ${visible}`;
  }
  const [rows, totals] = await Promise.all([database.query(versions), database.query(counted)]);
  const shown = rows.slice(0, page.count);
  const last = shown.at(-1);
  const hasMore = rows.length > page.count && last !== undefined;
  return {
    versions: shown.map(versionOf),
    total: Number(totals[0]?.['total'] ?? 0),
    ...(hasMore
      ? {
          next: cursors.write(`history ${purpose}`, {
            key: String(last['key']),
            values: [Number(last['last_updated']), Number(last['version'])],
          }),
        }
      : {}),
  };
}
