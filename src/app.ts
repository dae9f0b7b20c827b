import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { isLoopback } from './config.js';
import { issue, OperationOutcomeError } from './fhir/outcome.js';
import { docsRoutes } from './rest/docs.js';
import { answerErrors, refuseBadUrl } from './rest/errors.js';
import { allInteractions, fhirRoutes, maximumUrlLength } from './rest/fhir.js';
import { guardRoutes } from './rest/guard.js';
import { healthRoutes, type Lifecycle, newLifecycle, trackRequests } from './rest/health.js';
import { measureRequests } from './rest/metrics.js';
import { originOf } from './rest/origin.js';
import { answerClientError, maximumHeaderBytes } from './rest/raw-errors.js';
import { satusehatConvention } from './rest/satusehat/convention.js';
import type { Services } from './rest/services.js';
import { restText } from './rest/text.js';
import { packageRoot } from './root.js';
import { loadBusinessRules } from './validation/rules/business.js';
import { loadPlatformRules } from './validation/rules/platform.js';
import { guideRoutes } from './web/guide/routes.js';
import { webRoutes } from './web/routes.js';

/** Where FHIR is served: at our own address, and where clients of the national platform expect it. */
const fhirPrefixes = ['/fhir', '/fhir-r4/v1'] as const;

export interface AppOptions {
  readonly logger: Logger;
  /** Says that the process is stopping, once it is. */
  readonly lifecycle?: Lifecycle;
  /** Told of every route as it is added. */
  readonly onRoute?: (route: { readonly method: string | readonly string[]; readonly url: string }) => void;
}

/** A Fastify application; named here so that only what routes needs to know whose it is. */
export type App = FastifyInstance;

/** The HTTP application, ready for `listen` or `inject`: all routes over `services`, each behind the access decision. */
export async function createApp(services: Services, options: AppOptions): Promise<FastifyInstance> {
  const { config } = services;
  const app: FastifyInstance = fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => saneRequestId(request.headers['x-request-id']) ?? services.newId(),
    trustProxy: config.trustProxy,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: maximumUrlLength },
    http: { maxHeaderSize: maximumHeaderBytes },
    // Bundles come over slow lines as well.
    requestTimeout: 300_000,
    frameworkErrors: refuseBadUrl,
    clientErrorHandler: answerClientError,
  });
  const { onRoute } = options;
  if (onRoute !== undefined) app.addHook('onRoute', (route) => onRoute({ method: route.method, url: route.url }));
  const lifecycle = options.lifecycle ?? newLifecycle();

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" });
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      { method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 100) / 100 },
      'answered',
    );
  });
  answerErrors(app, services.registry);
  trackRequests(app, lifecycle);
  // The plugin would put the policy together anew for each request; answers are data, so nothing may be loaded from them. Pages set their own.
  await app.register(helmet, { contentSecurityPolicy: false });
  await app.register(cors, {
    origin:
      config.corsOrigin === 'none' ? false : config.corsOrigin === '*' ? '*' : config.corsOrigin.split(',').map((origin) => origin.trim()),
    // OPTIONS that are no preflight are answered all the same.
    strictPreflight: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['etag', 'location', 'content-location', 'last-modified', 'retry-after', 'x-progress', 'x-request-id'],
  });
  if (config.maxEventLoopDelayMs > 0) {
    await app.register(underPressure, {
      maxEventLoopDelay: config.maxEventLoopDelayMs,
      // One long piece of work leaves a short sample empty, which the plugin takes for an endless delay.
      sampleInterval: Math.max(1000, config.maxEventLoopDelayMs),
      pressureHandler: () => {
        throw new OperationOutcomeError(503, [issue('throttled', 'http-overloaded', restText.overloaded)], { 'retry-after': '5' });
      },
    });
  }
  if (config.rateLimit > 0) {
    await app.register(rateLimit, {
      max: config.rateLimit,
      timeWindow: 60_000,
      allowList: (request) => isLoopback(request.ip),
      errorResponseBuilder: (_request, context) =>
        new OperationOutcomeError(429, [issue('throttled', 'http-rate-limit', restText.rateLimited(Math.ceil(context.ttl / 1000)))]),
    });
  }
  await app.register(compress, { encodings: ['gzip', 'deflate'], requestEncodings: ['gzip', 'deflate', 'identity'], threshold: 2048 });
  guardRoutes(app, services.access);
  measureRequests(app, services.metrics);
  await app.register(healthRoutes, { services, lifecycle });
  const platformRules = loadPlatformRules();
  const conventions = { '/fhir': services.convention, '/fhir-r4/v1': satusehatConvention(platformRules, services.config) };
  for (const prefix of fhirPrefixes) {
    await app.register(fhirRoutes, { prefix, services: { ...services, convention: conventions[prefix] } });
  }
  await app.register(docsRoutes, { prefixes: fhirPrefixes, interactions: allInteractions });
  await app.register(webRoutes, { measures: services.measures });
  await app.register(guideRoutes, {
    services: {
      registry: services.registry,
      terminology: services.terminology,
      libraries: services.measures.libraries,
      platformRules,
      businessRules: loadBusinessRules(),
      root: packageRoot,
    },
    origin: (request) => originOf(request, config),
  });
  app.addHook('onClose', async () => services.jobs.close());
  app.addHook('onClose', () => services.measures.close());
  await app.ready();
  return app;
}

function saneRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[A-Za-z0-9._:-]{1,64}$/.test(header) ? header : undefined;
}
