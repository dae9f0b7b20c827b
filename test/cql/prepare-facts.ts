import { factTables, factViews } from '../../src/facts/catalogue.js';
import { factWriter } from '../../src/facts/writer.js';
import type { Database } from '../../src/store/database.js';
import { keepFactTables } from '../../src/store/fact-tables.js';
import { migrate, storeMigrations } from '../../src/store/migrate.js';
import { registry } from '../measure/memory-persons.js';

/** The tables and functions that compiled SQL reads, on a database without any. */
export async function prepareFacts(database: Database): Promise<void> {
  await migrate(database, storeMigrations());
  const writer = factWriter(factTables(factViews()));
  await keepFactTables({ database, writer, registry, extract: { ownBases: [], zoneMinutes: 0 }, log: () => {} });
}
