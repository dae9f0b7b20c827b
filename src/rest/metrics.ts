import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FillProgress } from '../store/fact-fill.js';

/** Numbers about the process for Prometheus, at `/metrics`. Labels are route patterns and counts only, never an id or a value. */
export interface Metrics {
  readonly registry: Registry;
  /** Entries of Bundles, by `transaction` or `batch`. */
  readonly bundleEntries: Counter<'type'>;
  /** What validation of writes found, by severity. */
  readonly findings: Counter<'severity'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    bundleEntries: new Counter({
      name: 'lontar_bundle_entries_total',
      help: 'Entries of transactions and batches',
      labelNames: ['type'],
      registers,
    }),
    findings: new Counter({
      name: 'lontar_validation_issues_total',
      help: 'Issues found by validation of writes',
      labelNames: ['severity'],
      registers,
    }),
  };
}

/** How much of each fact table is filled, while any is not whole. */
export function measureFilling({ registry }: Metrics, pending: () => readonly FillProgress[]): void {
  new Gauge({
    name: 'lontar_fact_table_filled_ratio',
    help: 'Share of a fact table that is filled, while it is not whole',
    labelNames: ['table'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { table, share } of pending()) this.labels(table).set(share);
    },
  });
}

/** Times every request by route and serves the numbers. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  const duration = new Histogram({
    name: 'lontar_http_request_duration_seconds',
    help: 'Time from request to answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics.registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)';
    duration.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1000);
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()));
}
