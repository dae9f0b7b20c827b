import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import { type App, createApp } from './app.js';
import type { Config } from './config.js';
import { everyNight } from './measure/agreement/service/nightly.js';
import { createServices } from './rest/create-services.js';
import { type Lifecycle, newLifecycle } from './rest/health.js';
import { createLogger } from './rest/log.js';
import { openUpkeep } from './rest/open-upkeep.js';
import { publishGuide } from './rest/publish-guide.js';
import type { Services } from './rest/services.js';
import { connectDatabase } from './store/connect.js';
import { type EmbeddedServer, startEmbedded } from './store/embedded/embedded.js';
import { StartError } from './store/start-error.js';

/** A server that listens. */
export interface RunningServer {
  /** Where to reach it: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly services: Services;
  readonly app: App;
  /** Begins the upkeep of a server that was started with `upkeepLater`. */
  startUpkeep(): void;
  /** Readiness turns 503, requests in flight finish (up to the configured time), the pool drains, the embedded database stops. May be called again. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Where the log goes; standard output unless given. */
  readonly log?: DestinationStream;
  /** The upkeep of measures waits for `startUpkeep`: for who loads much at first. */
  readonly upkeepLater?: boolean;
}

/** Starts everything that `config` asks for, in order: database, migrations, services, routes, socket. Throws StartError with what to tell the operator. */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const logger = createLogger(config.logLevel, options.log ?? process.stdout);
  const embedded = config.databaseUrl === undefined ? await startEmbeddedIn(config.dataDir) : undefined;
  const closers: Array<() => Promise<unknown>> = embedded === undefined ? [] : [() => embedded.stop()];
  try {
    const database = await connectDatabase({
      server: config.databaseUrl ?? (embedded as EmbeddedServer).address,
      maximumConnections: config.poolSize,
      statementTimeoutMs: config.statementTimeoutMs,
      onError: (error) => logger.warn({ err: error }, 'database connection lost'),
    });
    closers.unshift(() => database.close());
    const services = await createServices({ config, database, log: (message) => logger.info(message) });
    closers.unshift(async () => services.store.facts?.stop());
    await publishGuide(services);
    services.measures.agreement?.activate();
    closers.unshift(startNightly(config, services));
    const lifecycle = newLifecycle();
    const upkeep = await openUpkeep(services, { server: config.databaseUrl ?? (embedded as EmbeddedServer).address }, logger);
    closers.unshift(upkeep.stop);
    const app = await createApp(services, { logger, lifecycle });
    closers.unshift(() => app.close());
    await listen(app, config);
    if (options.upkeepLater !== true) upkeep.start();
    const { port } = app.server.address() as AddressInfo;
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    let stopped: Promise<void> | undefined;
    const stop = () => {
      lifecycle.stopping = true;
      stopped ??= drain(lifecycle, config.stopTimeoutMs).then(() => closeAll(closers, app));
      return stopped;
    };
    return { url: `http://${host}:${port}`, services, app, startUpkeep: upkeep.start, stop };
  } catch (error) {
    for (const close of closers) await close().catch(() => {});
    throw error;
  }
}

/** Has the engines compared each night where `config` says so. Returns what ends it. */
function startNightly({ agreementHour }: Config, { database, clock, measures }: Services): () => Promise<void> {
  if (agreementHour === undefined) return async () => {};
  const stop = everyNight({ database, hour: agreementHour, clock, work: async (night) => measures.agreement?.compareAll(night) });
  return async () => stop();
}

/** Runs `work` over the server's database without listening; an embedded one that another process has started is used as it runs. Throws StartError. */
export async function withServices<Value>(config: Config, work: (services: Services) => Promise<Value>): Promise<Value> {
  const embedded = config.databaseUrl === undefined ? await startEmbeddedIn(config.dataDir) : undefined;
  const closers: Array<() => Promise<unknown>> = embedded === undefined ? [] : [() => embedded.stop()];
  try {
    const database = await connectDatabase({
      server: config.databaseUrl ?? (embedded as EmbeddedServer).address,
      maximumConnections: config.poolSize,
      statementTimeoutMs: config.statementTimeoutMs,
    });
    closers.unshift(() => database.close());
    const services = await createServices({ config, database, log: (message) => process.stderr.write(`lontar: ${message}\n`) });
    closers.unshift(async () => services.store.facts?.stop());
    return await work(services);
  } finally {
    for (const close of closers) await close().catch(() => {});
  }
}

/**
 * Runs a server until a signal ends it: the body of `lontar serve`. Resolves with the process's exit code.
 * A start that fails is one line on standard error, naming the cause and the remedy, and the code 1.
 */
export async function serve(
  config: Config,
  options: StartOptions & { readonly onReady?: (server: RunningServer) => void } = {},
): Promise<number> {
  const stopped = untilSignal();
  let server: RunningServer;
  try {
    server = await startServer(config, options);
  } catch (error) {
    process.stderr.write(`${startFailureLine(error)}\n`);
    return 1;
  }
  // Node would print the error with the values it quotes, and leave PostgreSQL's connections to time out.
  process.once('uncaughtException', (error) => {
    server.app.log.fatal({ err: error }, 'stopping over a fault');
    void server.stop().finally(() => process.exit(1));
  });
  options.onReady?.(server);
  await stopped;
  await server.stop();
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        for (const again of ['SIGTERM', 'SIGINT'] as const) process.once(again, () => process.exit(1));
        resolve();
      });
    }
  });
}

/** What an operator reads when a start fails: one line. */
export function startFailureLine(error: unknown): string {
  const line = error instanceof StartError ? `${error.message}; ${error.hint}` : error instanceof Error ? error.message : String(error);
  return `lontar: ${line.replace(/\s+/g, ' ')}`;
}

async function startEmbeddedIn(folder: string): Promise<EmbeddedServer> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StartError(
      `the data folder ${folder} cannot be written (${codeOf(error)})`,
      'set DATA_DIR to a folder of yours, e.g. DATA_DIR=./data',
      error,
    );
  }
  return startEmbedded({ dataFolder: folder });
}

async function listen(app: App, config: Config): Promise<void> {
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    const where = `${config.host}:${config.port}`;
    const code = codeOf(error);
    if (code === 'EADDRINUSE')
      throw new StartError(`${where} is in use by another program`, `stop it or set another port, e.g. PORT=${config.port + 1}`, error);
    if (code === 'EACCES') throw new StartError(`no permission to listen on ${where}`, 'set a port above 1023, e.g. PORT=8080', error);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartError(`this machine has no address ${config.host}`, 'set HOST, e.g. HOST=127.0.0.1', error);
    throw error;
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}

/** Waits until nothing is in flight, at most `timeoutMs`. */
async function drain(lifecycle: Lifecycle, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (lifecycle.inFlight > 0 && Date.now() < deadline) await delay(20);
}

async function closeAll(closers: ReadonlyArray<() => Promise<unknown>>, app: App): Promise<void> {
  app.server.closeIdleConnections();
  const [closeApp, ...rest] = closers;
  const closed = closeApp?.();
  // Whatever is still open has had its time.
  app.server.closeAllConnections();
  await closed;
  for (const close of rest) await close();
}
