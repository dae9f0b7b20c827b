import type { FastifyReply, FastifyRequest } from 'fastify';
import { OperationOutcomeError } from '../fhir/outcome.js';
import { errorPage } from './error-page.js';
import { pageHeaders } from './layout.js';
import { webText } from './text.js';

/** What fails is answered as a page: known problems in words, anything else logged and answered 500. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof OperationOutcomeError;
  if (!known) request.log.error({ err: error }, 'page failed');
  const status = known ? error.status : 500;
  const problems = known ? error.issues.map(({ text }) => text) : [webText.failed];
  return reply
    .code(status)
    .headers({ ...(known ? error.headers : {}), ...pageHeaders })
    .send(errorPage(status, problems));
}
