import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { toFailure } from './failure.js';
import { preferredLanguage } from './negotiate.js';
import { outcomeText } from './outcome.js';
import { restText } from './text.js';

/** Whatever goes wrong on any route is answered with an OperationOutcome that carries the request's id. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler(async () => {
    throw new OperationOutcomeError(404, [issue('not-found', 'http-no-route', restText.noSuchRoute)]);
  });
}

/** For addresses that can't be decoded: they reach neither hooks nor routes. */
export function refuseBadUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answerError(error, request, reply);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = toFailure(error);
  if (failure.isOurs) request.log.error({ err: error, requestId: request.id }, 'request failed');
  const body = outcomeText(failure.issues, preferredLanguage(request.headers['accept-language']), request.id);
  return reply
    .code(failure.status)
    .headers({ 'x-request-id': request.id, ...failure.headers })
    .header('content-type', 'application/fhir+json; charset=utf-8')
    .send(body);
}
