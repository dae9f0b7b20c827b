import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { createApp } from '../../src/app.js';
import { type Environment, loadConfig } from '../../src/config.js';
import { createServices, type Knowledge, loadKnowledge } from '../../src/rest/create-services.js';
import { newLifecycle } from '../../src/rest/health.js';
import { createLogger } from '../../src/rest/log.js';
import type { Services } from '../../src/rest/services.js';
import { testDatabase } from './database.js';

let held: Promise<unknown> | undefined;
let knowledge: Knowledge | undefined;

type Test = Parameters<typeof testDatabase>[0];

export interface TestApp {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly routes: ReadonlyArray<{ readonly method: string; readonly url: string }>;
  /** What was logged so far, a JSON line each. */
  readonly log: string[];
  readonly lifecycle: ReturnType<typeof newLifecycle>;
  send(
    method: InjectOptions['method'],
    url: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<LightMyRequestResponse>;
}

/** The whole application over a fresh schema of a real database, without a socket; AUTH is off and a busy machine turns nobody away unless `environment` says otherwise. */
export async function testApp(test: Test, environment: Environment = {}): Promise<TestApp> {
  const config = loadConfig({ AUTH: 'off', LOG_LEVEL: 'info', MAX_EVENT_LOOP_DELAY_MS: '0', ...environment });
  if (!config.ok) throw new Error(config.issues.map((issue) => issue.text.en).join('\n'));
  // Held until the file ends, so that PostgreSQL isn't stopped and started between its tests.
  held ??= testDatabase(t);
  await held;
  const { database } = await testDatabase(test);
  knowledge ??= loadKnowledge(config.value);
  const services = await createServices({ config: config.value, database, knowledge });
  const log: string[] = [];
  const lifecycle = newLifecycle();
  const routes: { method: string; url: string }[] = [];
  const app = await createApp(services, {
    logger: createLogger(config.value.logLevel, { write: (line) => log.push(line) }),
    lifecycle,
    onRoute: ({ method, url }) => routes.push(...[method].flat().map((one) => ({ method: one, url }))),
  });
  test.teardown(async () => app.close());
  return {
    app,
    services,
    routes,
    log,
    lifecycle,
    send: (method, url, body, headers = {}) => {
      const payload = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      return app.inject({
        method: method ?? 'GET',
        url,
        ...(payload === undefined ? {} : { payload }),
        headers: { ...(payload === undefined ? {} : { 'content-type': 'application/fhir+json' }), ...headers },
      });
    },
  };
}
