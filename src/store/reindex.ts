import { createHash } from 'node:crypto';
import type { Registry } from '../definitions/registry.js';
import type { JsonObject } from '../fhir/resource.js';
import { type ExtractOptions, extractSearchValues } from '../search/extract.js';
import { tokenHash } from '../search/hash.js';
import { searchPlans, type TypePlan } from '../search/plan.js';
import { sql } from '../sql.js';
import type { Database, TransactionConnection } from './database.js';
import { readTargets } from './write/current.js';
import { deleteSearchValues, insertDictionary, insertValues, type LiveVersion, refreshResources } from './write/rows.js';

const pageSize = 500;
const settingPrefix = 'search-plan/';

/** Remembers under which search parameters each type's resources were indexed, and indexes them anew when these have changed. */
export interface IndexKeeper {
  /** To be called before the first resource of a type is written. */
  remember(types: Iterable<string>): Promise<void>;
}

/**
 * Looks whether the search parameters of any stored type differ from those its resources were indexed under (a guide with new parameters, a new release of
 * Lontar) and brings the index up to date before anyone searches. Returns the keeper, and tells `log` what it does.
 */
export async function keepIndex(
  database: Database,
  registry: Registry,
  extract: ExtractOptions,
  log: (message: string) => void,
): Promise<IndexKeeper> {
  const rows = await database.query(sql`select name, value from setting where starts_with(name, ${settingPrefix})`);
  const remembered = new Set<string>();
  for (const row of rows) {
    const type = String(row['name']).slice(settingPrefix.length);
    if (!registry.isResourceType(type)) continue;
    const signature = signatureOf(searchPlans(registry).type(type));
    remembered.add(type);
    if (row['value'] === signature) continue;
    log(`search parameters of ${type} have changed: indexing its resources anew`);
    const count = await reindexType(database, registry, extract, type);
    await database.query(sql`update setting set value = ${signature} where name = ${settingPrefix + type}`);
    log(`${count} resources of ${type} are indexed`);
  }
  return {
    async remember(types) {
      for (const type of types) {
        if (remembered.has(type)) continue;
        const signature = signatureOf(searchPlans(registry).type(type));
        await database.query(sql`insert into setting (name, value) values (${settingPrefix + type}, ${signature}) on conflict do nothing`);
        remembered.add(type);
      }
    },
  };
}

function signatureOf(plan: TypePlan): string {
  const parts = [
    ...plan.stored.map(({ hash, isMainDate, presentByType }) => [hash, isMainDate, ...[...presentByType.values()].sort()].join(' ')).sort(),
    ...plan.composites.map(({ hash }) => `composite ${hash}`).sort(),
    ...plan.patientPaths.map(({ text }) => text),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('base64url');
}

async function reindexType(database: Database, registry: Registry, extract: ExtractOptions, type: string): Promise<number> {
  let count = 0;
  let after: { readonly lastUpdated: number | string; readonly key: string } = { lastUpdated: 0, key: '-9223372036854775808' };
  for (;;) {
    const page = await database.transaction((connection) => reindexPage(connection, registry, extract, type, after));
    count += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return count;
    after = { lastUpdated: last.at, key: last.key };
  }
}

async function reindexPage(
  connection: TransactionConnection,
  registry: Registry,
  extract: ExtractOptions,
  type: string,
  after: { readonly lastUpdated: number | string; readonly key: string },
): Promise<ReadonlyArray<{ readonly at: number; readonly key: string }>> {
  const rows = await connection.query(sql`
    select r.shard, r.key::text as key, r.id, r.version, r.last_updated, b.method, b.body
    from resource r
    join body b on b.shard = r.shard and b.key = r.key and b.version = r.version
    where r.type = ${type}
      and (r.last_updated, r.key) > (${after.lastUpdated}::bigint, ${after.key}::bigint)
    order by r.last_updated, r.key
    limit ${pageSize}::int`);
  const plan = searchPlans(registry).type(type);
  const live = rows.map((row): LiveVersion => {
    const id = String(row['id']);
    const version = {
      shard: Number(row['shard']),
      key: String(row['key']),
      type,
      id,
      version: Number(row['version']),
      at: Number(row['last_updated']),
      method: String(row['method']),
      body: null,
      write: '',
    };
    return { version, values: extractSearchValues(plan, JSON.parse(String(row['body'])) as JsonObject, id, extract) };
  });
  if (live.length === 0) return [];
  // One that is changed meanwhile gets its values from the change.
  const current = new Set((await connection.query(refreshResources(live))).map((row) => String(row['key'])));
  const unchanged = live.filter(({ version }) => current.has(version.key));
  if (unchanged.length > 0) {
    const shards = await targetShards(connection, unchanged);
    for (const statement of deleteSearchValues) connection.send(statement(unchanged.map(({ version }) => version)));
    for (const statement of insertValues(unchanged, (key) => shards.get(key))) connection.send(statement);
    const dictionary = unchanged.flatMap(({ values }) => values.dictionary).sort((a, b) => (a.token < b.token ? -1 : 1));
    if (dictionary.length > 0) connection.send(insertDictionary(dictionary));
  }
  return live.map(({ version: { at, key } }) => ({ at, key }));
}

async function targetShards(connection: TransactionConnection, live: readonly LiveVersion[]): Promise<ReadonlyMap<string, number>> {
  const targets = live.flatMap(({ values }) => values.references.filter(({ isLocal }) => isLocal).map(({ target }) => tokenHash(target)));
  const found = await readTargets(connection, [...new Set(targets)]);
  return new Map([...found].map(([key, { shard }]) => [key, shard]));
}
