import type { FastifyInstance } from 'fastify';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** Whether the process is on its way out, and what it is still busy with; shared with the server, which waits for it. */
export interface Lifecycle {
  stopping: boolean;
  /** Requests begun and not yet answered. */
  inFlight: number;
}

export function newLifecycle(): Lifecycle {
  return { stopping: false, inFlight: 0 };
}

/** Counts requests in flight, and turns new ones away once the process is stopping, save those for its health. */
export function trackRequests(app: FastifyInstance, lifecycle: Lifecycle): void {
  app.addHook('onRequest', async (request, reply) => {
    lifecycle.inFlight++;
    // Fires when the answer is out and when the client has gone before.
    reply.raw.once('close', () => {
      lifecycle.inFlight--;
    });
    if (lifecycle.stopping && !request.url.startsWith('/health/')) {
      reply.header('connection', 'close');
      throw new OperationOutcomeError(503, [issue('transient', 'http-stopping', restText.stopping)], { 'retry-after': '5' });
    }
  });
}

/** `/health/live`: the process answers. `/health/ready`: it takes requests, which needs the database; 503 while it stops. */
export async function healthRoutes(
  app: FastifyInstance,
  options: { readonly services: Services; readonly lifecycle: Lifecycle },
): Promise<void> {
  const { services, lifecycle } = options;
  const config = { protection: 'open' } as const;
  app.get('/health/live', { config }, async () => ({ status: 'ok' }));
  app.get('/health/ready', { config }, async (_request, reply) => {
    const database = !lifecycle.stopping && (await services.store.ready().catch(() => false));
    const isReady = database && !lifecycle.stopping;
    if (!isReady) reply.code(503).header('retry-after', '5');
    // Requests are taken while fact tables fill; only measures that read them have to wait.
    const filling = Object.fromEntries(
      (services.store.facts?.pending() ?? []).map(({ table, share }) => [table, Math.floor(share * 100) / 100]),
    );
    const facts = Object.keys(filling).length > 0 ? { facts: { filling } } : {};
    return { status: isReady ? 'ok' : lifecycle.stopping ? 'stopping' : 'unavailable', database, ...facts };
  });
}
