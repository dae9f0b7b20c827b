import { resourceKey } from '../search/hash.js';
import { compileScope, type Scope } from '../search/scope.js';
import { type SqlFragment, sql } from '../sql.js';
import type { Database } from './database.js';
import type { StoredVersion } from './store.js';
import { versionOf } from './version.js';

/** The latest version, a deletion too. What the scope hides isn't there; what was deleted is shown to those who see everything. */
export async function readCurrentVersion(database: Database, scope: Scope, type: string, id: string): Promise<StoredVersion | undefined> {
  const rows = await database.read(sql`
    select b.type, b.id, b.version, b.last_updated, b.method, b.body
    from body b
    where b.shard = (select d.shard from directory d where d.key = ${resourceKey(type, id)}::bigint)
      and b.key = ${resourceKey(type, id)}::bigint
      and ${isVisible(scope)}
    order by b.version desc
    limit 1`);
  return only(rows.map(versionOf), type, id);
}

export async function readVersion(
  database: Database,
  scope: Scope,
  type: string,
  id: string,
  version: number,
): Promise<StoredVersion | undefined> {
  if (!Number.isInteger(version) || version < 1 || version > 2_147_483_647) return undefined;
  const rows = await database.read(sql`
    select b.type, b.id, b.version, b.last_updated, b.method, b.body
    from body b
    where b.shard = (select d.shard from directory d where d.key = ${resourceKey(type, id)}::bigint)
      and b.key = ${resourceKey(type, id)}::bigint
      and b.version = ${version}::int
      and ${isVisible(scope)}`);
  return only(rows.map(versionOf), type, id);
}

/** A condition on `body b`: all, or the current version of its resource lies in the scope. */
export function isVisible(scope: Scope): SqlFragment {
  if (scope.kind === 'all') return sql`true`;
  return sql`exists (select 1 from resource r where r.shard = b.shard and r.key = b.key and ${compileScope(scope, 'r')})`;
}

// Keys are hashes: the name has the last word.
function only(versions: readonly StoredVersion[], type: string, id: string): StoredVersion | undefined {
  return versions.find((version) => version.type === type && version.id === id);
}
