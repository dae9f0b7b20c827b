import { type CompileOptions, compileInclude } from '../search/compile.js';
import { compileScope } from '../search/scope.js';
import { joinSql, sql } from '../sql.js';
import type { Database } from './database.js';
import type { StoredVersion } from './store.js';
import { versionOf } from './version.js';

export interface EverythingRequest {
  /** Id of the Patient. */
  readonly patient: string;
  /** Only these types of the compartment. */
  readonly types?: readonly string[];
  /** Epoch milliseconds: only what was written since. */
  readonly since?: number;
  /** Epoch milliseconds: only care that touches this time; what bears no date is in. */
  readonly from?: number;
  readonly to?: number;
  readonly count: number;
  /** From the page before. */
  readonly after?: EverythingPosition;
}

export interface EverythingPosition {
  readonly type: string;
  readonly key: string;
}

export interface EverythingPage {
  /** The Patient first, then the compartment by type. */
  readonly versions: readonly StoredVersion[];
  /** What they refer to outside of the compartment: organisations, staff, places. */
  readonly referenced: readonly StoredVersion[];
  readonly next?: EverythingPosition;
}

/** Everything of one patient's compartment that the scope lets through, a page at a time. Source: R4 Patient-operation-everything. */
export async function readEverything(
  database: Pick<Database, 'query'>,
  request: EverythingRequest,
  options: Pick<CompileOptions, 'registry' | 'scope'>,
): Promise<EverythingPage> {
  const { patient, types, since, from, to, count, after } = request;
  const conditions = [
    sql`r.patient = ${patient}`,
    compileScope(options.scope, 'r'),
    ...(types === undefined ? [] : [sql`r.type = any(${types}::text[])`]),
    ...(since === undefined ? [] : [sql`r.last_updated >= ${since}::bigint`]),
    ...(from === undefined ? [] : [sql`(r.type = 'Patient' or r.date_high is null or r.date_high >= ${from}::bigint)`]),
    ...(to === undefined ? [] : [sql`(r.type = 'Patient' or r.date_low is null or r.date_low <= ${to}::bigint)`]),
    ...(after === undefined
      ? []
      : [sql`(r.type <> 'Patient', r.type, r.key) > (${after.type !== 'Patient'}, ${after.type}, ${after.key}::bigint)`]),
  ];
  const rows = await database.query(sql`
    select b.type, b.id, b.version, b.last_updated, b.method, b.body, r.shard, r.key
    from resource r
    join body b on b.shard = r.shard and b.key = r.key and b.version = r.version
    where ${joinSql(conditions, ' and ')}
    order by r.type <> 'Patient', r.type, r.key
    limit ${count + 1}::int`);
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  const keys = shown.map((row) => String(row['key']));
  const referenced = keys.length === 0 ? [] : await readReferenced(database, keys, patient, options);
  return {
    versions: shown.map(versionOf),
    referenced,
    ...(rows.length > count && last !== undefined ? { next: { type: String(last['type']), key: String(last['key']) } } : {}),
  };
}

async function readReferenced(
  database: Pick<Database, 'query'>,
  keys: readonly string[],
  patient: string,
  options: Pick<CompileOptions, 'registry' | 'scope'>,
): Promise<readonly StoredVersion[]> {
  const targets = await database.query(sql`
    select distinct v.target
    from reference_value v
    where v.key = any(${`{${keys.join(',')}}`}::bigint[])
      and not exists (select 1 from resource r where r.shard = v.target_shard and r.key = v.target and r.patient = ${patient})
    limit 5000`);
  if (targets.length === 0) return [];
  const statement = compileInclude(
    targets.map((row) => String(row['target'])),
    [],
    { ...options, now: 0, zoneMinutes: 0, ownBases: [] },
  );
  return (await database.query(statement)).map(versionOf).filter(({ type }) => type !== 'Patient');
}
