import { setTimeout as delay } from 'node:timers/promises';
import type { Registry } from '../definitions/registry.js';
import type { JsonObject } from '../fhir/resource.js';
import { type ExtractOptions, patientOf } from '../search/extract.js';
import { searchPlans } from '../search/plan.js';
import { identifier, sql } from '../sql.js';
import type { Database, Row, TransactionConnection } from './database.js';
import { advanceFill, type FillState, finishFill, readFills } from './fact-fill-state.js';
import type { FactTable, FactWriter } from './facts.js';
import { withMedications } from './medications.js';
import { patientShard, shardCount } from './shard.js';
import { type PastVersion, refillStatements } from './write/fact-rows.js';

/** Resources that one transaction fills from: their writers wait for it. */
const resourcesAtOnce = 200;
const pageTimeoutMs = 120_000;
const restMs = { page: 20, elsewhere: 500, failure: 5_000 } as const;

/** A fact table that isn't whole yet. */
export interface FillProgress {
  readonly table: string;
  readonly types: readonly string[];
  /** From 0 to 1. */
  readonly share: number;
  /** Versions filled from so far. */
  readonly versions: number;
}

/** The filling of fact tables from what was stored before they were made. */
export interface FactFill {
  /** Tables that lack rows: what reads them has to wait. */
  pending(): readonly FillProgress[];
  /** Resolves when every table is whole; rejects when it is stopped before. */
  done(): Promise<void>;
  /** Waits for the page under way; another start takes up the rest. */
  stop(): Promise<void>;
}

export interface FillParts {
  readonly database: Database;
  readonly writer: FactWriter;
  readonly registry: Registry;
  readonly extract: ExtractOptions;
  log(message: string): void;
}

/**
 * Fills fact tables in the background, page by page in the order of the bodies' key, each page in a transaction that also keeps how far it got: a crash loses one page.
 * Rows of a resource are made from all its versions at once, in place of those that its writers have made meanwhile, so that nothing is missed and nothing is twice.
 * Several processes may do it: they take turns by a lock.
 */
export function fillFactTables(parts: FillParts, states: readonly FillState[]): FactFill {
  const stopping = new AbortController();
  let pending = progressOf(parts.writer, states);
  const work = run();
  // Who doesn't ask isn't to be told.
  work.catch(() => {});
  return {
    pending: () => pending,
    done: () => work,
    async stop() {
      stopping.abort();
      await work.catch(() => {});
    },
  };

  async function run(): Promise<void> {
    while (pending.length > 0) {
      stopping.signal.throwIfAborted();
      const rest = await step().catch((error: unknown) => {
        parts.log(`fact tables: a page failed and is tried again: ${error instanceof Error ? error.message : 'unknown'}`);
        return restMs.failure;
      });
      if (pending.length > 0) await delay(rest, undefined, { signal: stopping.signal });
    }
  }

  async function step(): Promise<number> {
    const { database, writer } = parts;
    const page = await database.transaction((connection) => fillPage(connection, parts));
    const states = await readFills(database, writer.tables);
    pending = progressOf(writer, states);
    for (const { names, versions } of page?.finished ?? [])
      parts.log(`fact tables ${names.join(', ')} are filled from ${versions} versions`);
    return page === undefined ? restMs.elsewhere : restMs.page;
  }
}

function progressOf(writer: FactWriter, states: readonly FillState[]): readonly FillProgress[] {
  return states.map(({ table, shard, versions }) => ({
    table,
    types: writer.tables.find(({ name }) => name === table)?.types ?? [],
    share: Math.max(0, shard) / shardCount,
    versions,
  }));
}

interface Page {
  readonly finished: ReadonlyArray<{ readonly names: readonly string[]; readonly versions: number }>;
}

/** Fills one page of the tables that are furthest behind; undefined where another process is at it. */
async function fillPage(connection: TransactionConnection, { database, writer, registry, extract }: FillParts): Promise<Page | undefined> {
  const [lock] = await connection.query(sql`select pg_try_advisory_xact_lock(hashtext(${`lontar fill ${database.schema}`})) as taken`);
  if (lock?.['taken'] !== true) return undefined;
  const states = await readFills(connection, writer.tables);
  const [first] = states;
  if (first === undefined) return { finished: [] };
  const group = states.filter(({ shard, key }) => shard === first.shard && key === first.key);
  const tables = group.flatMap(({ table }) => writer.tables.find(({ name }) => name === table) ?? []);
  const types = [...new Set(tables.flatMap((table) => table.types))];
  const keys = await connection.query(
    sql`
    select distinct shard, key
    from body
    where (shard, key) > (${first.shard}::int, ${first.key}::bigint)
      and type = any(${types}::text[])
    order by shard, key
    limit ${resourcesAtOnce}::int`,
    { timeoutMs: pageTimeoutMs },
  );
  const last = keys.at(-1);
  let versions = 0;
  if (last !== undefined) {
    const bodies = await lockedVersions(connection, keys);
    versions = bodies.length;
    const told = await withMedications(connection, pastVersions(bodies, registry, extract));
    for (const statement of refillStatements(partial(writer, tables), told)) {
      await connection.query(statement, { timeoutMs: pageTimeoutMs });
    }
    await advanceFill(connection, group, { shard: Number(last['shard']), key: String(last['key']) }, versions);
  }
  if (keys.length === resourcesAtOnce) return { finished: [] };
  for (const { name } of tables) await connection.query(sql`analyze ${identifier(name)}`, { timeoutMs: pageTimeoutMs });
  await finishFill(connection, group);
  return { finished: [{ names: tables.map(({ name }) => name), versions: first.versions + versions }] };
}

/** All versions of the resources, which nobody changes until the transaction ends. */
async function lockedVersions(connection: TransactionConnection, keys: readonly Row[]): Promise<readonly Row[]> {
  const list = `{${keys.map((row) => String(row['key'])).join(',')}}`;
  await connection.query(sql`select 1 from resource where key = any(${list}::bigint[]) order by key for share`, {
    timeoutMs: pageTimeoutMs,
  });
  return connection.query(
    sql`
    select b.shard, b.key::text as key, b.type, b.id, b.version, b.last_updated, b.body
    from unnest(${`{${keys.map((row) => String(row['shard'])).join(',')}}`}::int[], ${list}::bigint[]) wanted (shard, key)
    join body b on b.shard = wanted.shard and b.key = wanted.key
    order by b.shard, b.key, b.version`,
    { timeoutMs: pageTimeoutMs },
  );
}

function partial(writer: FactWriter, tables: readonly FactTable[]): FactWriter {
  const names = new Set(tables.map(({ name }) => name));
  return {
    ...writer,
    tables,
    types: new Set(tables.flatMap((table) => table.types)),
    rows: (input) => writer.rows(input).filter(({ table }) => names.has(table)),
  };
}

/** Rows of `body` in the order of their versions, each with the instant of the version after it. */
function pastVersions(rows: readonly Row[], registry: Registry, extract: ExtractOptions): readonly PastVersion[] {
  const made: PastVersion[] = [];
  for (const [place, row] of rows.entries()) {
    const next = rows[place + 1];
    const last = rows[place - 1]?.['key'] === row['key'] ? made.at(-1) : undefined;
    const type = String(row['type']);
    const id = String(row['id']);
    const body = row['body'];
    const deleted = typeof body !== 'string';
    const resource = deleted ? { resourceType: type } : (JSON.parse(body) as JsonObject);
    const patient = deleted ? undefined : type === 'Patient' ? id : patientOf(searchPlans(registry).type(type), resource, extract);
    made.push({
      shard: patient === undefined ? Number(row['shard']) : patientShard(patient),
      type,
      id,
      version: Number(row['version']),
      at: Number(row['last_updated']),
      resource,
      deleted,
      ...(patient === undefined ? {} : { patient }),
      ...(last === undefined || last.deleted
        ? {}
        : { before: { resource: last.resource, ...(last.patient === undefined ? {} : { patient: last.patient }) } }),
      ...(next !== undefined && next['key'] === row['key'] ? { until: Number(next['last_updated']) } : {}),
    });
  }
  return made;
}
