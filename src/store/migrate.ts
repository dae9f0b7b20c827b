import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../root.js';
import { sql } from '../sql.js';
import type { Database } from './database.js';
import { StartError } from './start-error.js';

/** One step of the schema, forward only: never changed once it has run anywhere. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** The store's own migrations, in order. */
export function storeMigrations(): readonly Migration[] {
  const folder = join(packageRoot, 'src', 'store', 'migrations');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }));
}

/**
 * Brings the schema up to `migrations`, in one transaction under a lock, so that several processes may start at once.
 * Throws StartError where the database has run a migration that differs from ours or that we don't know.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<readonly string[]> {
  return database.transaction(async (connection) => {
    await connection.query(sql`select pg_advisory_xact_lock(hashtext(${`lontar migrate ${database.schema}`}))`);
    await connection.query(
      sql`create table if not exists migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const rows = await connection.query(sql`select name, checksum from migration`);
    const applied = new Map(rows.map((row) => [String(row['name']), String(row['checksum'])]));
    const known = new Set(migrations.map(({ name }) => name));
    for (const name of applied.keys()) {
      if (!known.has(name))
        throw new StartError(`the database was used by a newer Lontar (${name})`, 'start that version, or use another database');
    }
    const ran: string[] = [];
    for (const migration of migrations) {
      const checksum = createHash('sha256').update(migration.sql).digest('hex');
      const before = applied.get(migration.name);
      if (before === checksum) continue;
      if (before !== undefined)
        throw new StartError(`migration ${migration.name} differs from the one this database has run`, 'restore the file as released');
      await connection.query({ strings: [migration.sql], values: [] }, { timeoutMs: 3_600_000 });
      await connection.query(sql`insert into migration (name, checksum) values (${migration.name}, ${checksum})`);
      ran.push(migration.name);
    }
    return ran;
  });
}
