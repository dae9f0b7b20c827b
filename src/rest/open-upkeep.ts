import type { Logger } from 'pino';
import { createUpkeep, type Upkeep, type UpkeepEvents } from '../measure/upkeep/worker.js';
import { type ConnectOptions, connectDatabase } from '../store/connect.js';
import type { Database } from '../store/database.js';
import { forgetKept } from '../store/kept/directory.js';
import type { Services } from './services.js';
import { upkeepMetrics } from './upkeep-metrics.js';

/** One connection moves members, the other fills new generations. */
const connections = 2;

/**
 * Opens the upkeep of a server's measures over a pool of its own; it works from `start` to `stop`. Where the setting turns it off, whatever was kept before is
 * forgotten, since writes no longer say whom they concern.
 */
export async function openUpkeep(
  services: Services,
  connect: Pick<ConnectOptions, 'server'>,
  logger: Pick<Logger, 'info' | 'warn'>,
): Promise<{ start(): void; stop(): Promise<void> }> {
  if (!services.config.upkeep) {
    await services.database.transaction(async (connection) => {
      for (const statement of forgetKept()) await connection.query(statement);
    });
    return { start() {}, stop: async () => {} };
  }
  const database = await connectDatabase({
    ...connect,
    schema: services.database.schema,
    maximumConnections: connections,
    onError: (error) => logger.warn({ err: error }, 'database connection of the upkeep lost'),
  });
  let upkeep: Upkeep | undefined;
  const told = upkeepMetrics(services.metrics.registry, async () => {
    return upkeep ? upkeep.status() : { dirty: 0, oldestSeconds: 0, kept: 0, rebuilding: 0 };
  });
  upkeep = upkeepOf(services, database, { refreshed: told, log: (level, fields, message) => logger[level](fields, message) });
  const { start, stop } = upkeep;
  return {
    start,
    async stop() {
      await stop();
      await database.close();
    },
  };
}

/** The worker itself, over a database connection of the caller's. */
export function upkeepOf(services: Services, database: Database, events: UpkeepEvents): Upkeep {
  const { measures, config, store, clock, newId } = services;
  const ids = config.keptMeasures && new Set(config.keptMeasures);
  return createUpkeep({
    database,
    services: measures,
    write: store.write,
    compiled: measures.kept.parts.compiled,
    graceDays: config.graceDays,
    clock,
    newId,
    events,
    factsMissing: () => (store.facts?.pending().length ?? 0) > 0,
    ready: () => (store.facts?.pending() ?? []).length === 0,
    programs: () => measures.kept.programs(measures, ids),
  });
}
