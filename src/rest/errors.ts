import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from '../definitions/registry.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { Target } from './convention.js';
import { type Failure, toFailure } from './failure.js';
import { contentType, negotiate, preferredLanguage, type Representation } from './negotiate.js';
import { outcomeText } from './outcome.js';
import { represent } from './represent.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** Errors of the routes below one address, told by its convention. */
export function answerErrorsBy(app: FastifyInstance, { registry, convention }: Pick<Services, 'registry' | 'convention'>): void {
  app.setErrorHandler((error, request, reply) => {
    const { type, id } = (request.params ?? {}) as Target;
    return answerFailure(
      convention.failure(toFailure(error), { ...(type ? { type } : {}), ...(id ? { id } : {}) }),
      error,
      request,
      reply,
      registry,
    );
  });
}

/** Whatever goes wrong on any route is answered with an OperationOutcome that carries the request's id. */
export function answerErrors(app: FastifyInstance, registry: Registry): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, registry));
  app.setNotFoundHandler(async () => {
    throw new OperationOutcomeError(404, [issue('not-found', 'http-no-route', restText.noSuchRoute)]);
  });
}

/** For addresses that can't be decoded: they reach neither hooks nor routes. */
export function refuseBadUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answerError(error, request, reply, undefined);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, registry: Registry | undefined): FastifyReply {
  return answerFailure(toFailure(error), error, request, reply, registry);
}

function answerFailure(
  failure: Failure,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  registry: Registry | undefined,
): FastifyReply {
  // Who has gone doesn't read it; that what was called off has failed is no fault.
  if (failure.isOurs && !reply.raw.destroyed) request.log.error({ err: error, requestId: request.id }, 'request failed');
  const body = outcomeText(failure.issues, preferredLanguage(request.headers['accept-language']), request.id);
  const representation = representationOf(request, registry);
  return reply
    .code(failure.status)
    .headers({ 'x-request-id': request.id, ...failure.headers })
    .header('content-type', contentType[representation.format])
    .send(registry === undefined ? body : represent(body, representation, registry));
}

/** The form that was asked for, where there is such a form; an error must not fail over it. */
function representationOf(request: FastifyRequest, registry: Registry | undefined): Representation {
  const json: Representation = { format: 'json', pretty: false };
  if (registry === undefined) return json;
  try {
    return negotiate(request.url.split('?')[1] ?? '', request.headers.accept);
  } catch {
    return json;
  }
}
