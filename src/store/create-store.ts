import type { Registry } from '../definitions/registry.js';
import { compileSearch } from '../search/compile.js';
import { signedCursors } from '../search/cursor.js';
import type { ExtractOptions } from '../search/extract.js';
import { sql } from '../sql.js';
import type { Terminology } from '../terminology/terminology.js';
import type { Connection, Database } from './database.js';
import type { Deriver } from './derive.js';
import { asClientFault } from './errors.js';
import { keepFactTables } from './fact-tables.js';
import type { FactWriter } from './facts.js';
import { readHistory } from './history.js';
import { migrate, storeMigrations } from './migrate.js';
import { readCurrentVersion, readVersion } from './read.js';
import { keepIndex } from './reindex.js';
import { searchStore } from './search.js';
import { growingStatistics } from './statistics.js';
import type { Store } from './store.js';
import { uniqueIdentifiers } from './unique-identifiers.js';
import { versionOf } from './version.js';
import { linkNames } from './write/references.js';
import { writeWithRetries } from './write/retry.js';
import type { Writer } from './write/transaction.js';

export interface StoreOptions {
  readonly database: Database;
  readonly registry: Registry;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** UUIDs, of version 7: they keep indexes compact. */
  readonly newId: () => string;
  readonly terminology?: Terminology;
  readonly facts?: FactWriter;
  /** Whether each write says whose facts it changed, for memberships that are kept; false by default. */
  readonly marksDirty?: boolean;
  readonly deriver?: Deriver;
  /** Whether a literal reference to a resource that this server lacks is refused with 422; true by default. */
  readonly referentialIntegrity?: boolean;
  /** Addresses of this server's FHIR base, without a slash at the end: references to them are local. */
  readonly baseUrls?: readonly string[];
  /** Zone of dates without one, in minutes east of UTC; 0 by default. */
  readonly zoneMinutes?: number;
  /** Hears of long work at the start, such as indexing under new search parameters. */
  readonly log?: (message: string) => void;
}

/** Brings the database's schema up to date and opens the store on it. Throws StartError. */
export async function createStore(options: StoreOptions): Promise<Store> {
  const { database, registry, clock, newId, terminology, facts } = options;
  await migrate(database, storeMigrations());
  const cursors = signedCursors(await cursorSecret(database));
  const extract: ExtractOptions = { ownBases: options.baseUrls ?? [], zoneMinutes: options.zoneMinutes ?? 0 };
  const index = await keepIndex(database, registry, extract, options.log ?? (() => {}));
  const filling =
    facts === undefined ? undefined : await keepFactTables({ database, writer: facts, registry, extract, log: options.log ?? (() => {}) });
  const compileOptions = (scope: Parameters<Store['read']>[0]) => ({
    registry,
    scope,
    now: clock(),
    ...extract,
    ...(terminology === undefined ? {} : { terminology }),
  });
  const writer: Writer = {
    registry,
    extract,
    clock,
    newId,
    referentialIntegrity: options.referentialIntegrity ?? true,
    findIdentifiers: uniqueIdentifiers(registry),
    isLinkName: linkNames(registry),
    knownTokens: new Set(),
    marksDirty: options.marksDirty ?? false,
    ...(facts === undefined ? {} : { facts }),
    async match(connection: Connection, request, context) {
      const { statement } = compileSearch({ ...request, count: 1, sort: [] }, compileOptions(context.scope));
      // A kept plan knows nothing of how rare a value is.
      const [, found] = await Promise.all([
        connection.query(sql`set local plan_cache_mode = force_custom_plan`),
        connection.query(statement),
        connection.query(sql`set local plan_cache_mode = force_generic_plan`),
      ]);
      return found.map(versionOf);
    },
    ...(options.deriver === undefined ? {} : { deriver: options.deriver }),
  };

  const statistics = growingStatistics(database);
  return {
    ...(filling === undefined ? {} : { facts: filling }),
    read: (scope, type, id) => asClientFault(readCurrentVersion(database, scope, type, id)),
    readVersion: (scope, type, id, version) => asClientFault(readVersion(database, scope, type, id, version)),
    history: (scope, of, page) => asClientFault(readHistory(database, registry, cursors, scope, of, page)),
    search: (scope, request, signal) =>
      asClientFault(searchStore(signal === undefined ? database : cancellable(database, signal), cursors, request, compileOptions(scope))),
    async write(operations, context) {
      await asClientFault(
        index.remember(operations.flatMap((operation) => (operation.kind === 'delete' ? [] : [operation.resource.resourceType]))),
      );
      const results = await asClientFault(writeWithRetries(database, operations, context, writer));
      statistics.note(results.length);
      return results;
    },
    async ready() {
      try {
        await database.read(sql`select 1`);
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      await filling?.stop();
      await statistics.settle();
      await database.close();
    },
  };
}

/** Statements that end when the signal is aborted. */
function cancellable(database: Database, signal: AbortSignal): Pick<Database, 'query'> {
  return { query: (statement, options) => database.query(statement, { ...options, signal }) };
}

async function cursorSecret(database: Database): Promise<string> {
  const rows = await database.query(sql`select value from setting where name = 'cursor-secret'`);
  return String(rows[0]?.['value']);
}
