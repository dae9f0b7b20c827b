import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import root from 'tap';
import { packageRoot } from '../../src/root.js';
import { sql } from '../../src/sql.js';
import { connectDatabase } from '../../src/store/connect.js';
import type { Database } from '../../src/store/database.js';
import { type EmbeddedServer, type ServerAddress, startEmbedded } from '../../src/store/embedded/embedded.js';
import { StartError } from '../../src/store/start-error.js';

const project = createHash('sha256').update(packageRoot).digest('hex').slice(0, 8);
const folder = join(tmpdir(), `lontar-test-${userInfo().uid}-${project}`);

let server: Promise<EmbeddedServer> | undefined;

export interface TestDatabase {
  readonly database: Database;
  readonly schema: string;
  /** To open further connections to the same schema. */
  readonly address: ServerAddress | string;
}

/**
 * A fresh schema on a PostgreSQL that the test files of all runs share: whoever comes first starts it, the last to leave stops it. Dropped when `test` ends.
 * With TEST_DATABASE_URL set, on that server instead: to try another version of PostgreSQL.
 */
export async function testDatabase(test: { teardown(work: () => Promise<void>): unknown }): Promise<TestDatabase> {
  const address = process.env['TEST_DATABASE_URL'] ?? (await sharedServer()).address;
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const database = await connectDatabase({ server: address, schema, maximumConnections: 6 });
  test.teardown(async () => {
    await database.query({ strings: [`drop schema ${schema} cascade`], values: [] }).catch(() => {});
    await database.close().catch(() => {});
  });
  await database.query(sql`select 1`);
  return { database, schema, address };
}

function sharedServer(): Promise<EmbeddedServer> {
  if (server === undefined) {
    server = startShared();
    root.teardown(async () => (await server)?.stop());
  }
  return server;
}

async function startShared(): Promise<EmbeddedServer> {
  try {
    return await startEmbedded({ dataFolder: folder, isDurable: false });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    // It runs without fsync: a machine that went down under it may have left it broken, and nobody will miss it.
    rmSync(folder, { recursive: true, force: true });
    return startEmbedded({ dataFolder: folder, isDurable: false });
  }
}
