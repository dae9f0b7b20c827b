import { type Issue, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { restText } from './text.js';

/** Any error as an answer: a status, the issues, headers. `isOurs` marks a fault of the server, which is logged. */
export interface Failure {
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;
  readonly isOurs: boolean;
}

/** Fastify's own errors, by their code. */
const fastifyFailures: Readonly<Record<string, (error: FrameworkError) => { readonly status: number; readonly found: Issue }>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => ({
    status: 415,
    found: issue('not-supported', 'http-media-type', restText.wrongMediaType('application/fhir+json')),
  }),
  FST_ERR_CTP_BODY_TOO_LARGE: (error) => ({
    status: 413,
    found: issue('too-long', 'http-too-large', restText.tooLarge(Math.floor((error.limitBytes ?? 0) / 1024 / 1024))),
  }),
  FST_ERR_BAD_URL: () => ({ status: 400, found: issue('value', 'http-bad-url', restText.badUrl) }),
};

/** Errors of sockets and of PostgreSQL that say: not now. The class 57P0x is a server that stops, 53xxx one that has run out of something. */
const transientCodes = /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|57P0\d|53\d{3}|08\d{3}|40001|40P01|55P03)$/;

/** Codes of a 503 that says `not now` on purpose: too much work at once, or something is being made ready. A database that is gone is a fault. */
const meantRules: ReadonlySet<string | undefined> = new Set([
  'http-stopping',
  'http-overloaded',
  'measure-busy',
  'measure-facts',
  'async-busy',
]);

function isMeant({ status, issues }: OperationOutcomeError): boolean {
  return status === 503 && issues.every(({ rule }) => meantRules.has(rule));
}

interface FrameworkError {
  readonly code?: string;
  readonly statusCode?: number;
  readonly limitBytes?: number;
}

/** Maps whatever was thrown. What nobody foresaw becomes a 500 that tells nothing of it. */
export function toFailure(error: unknown): Failure {
  if (error instanceof OperationOutcomeError) {
    return { status: error.status, issues: error.issues, headers: error.headers, isOurs: error.status >= 500 && !isMeant(error) };
  }
  const known = (typeof error === 'object' && error !== null ? error : {}) as FrameworkError;
  const mapped = known.code === undefined ? undefined : fastifyFailures[known.code]?.(known);
  if (mapped !== undefined) return { status: mapped.status, issues: [mapped.found], headers: {}, isOurs: false };
  // PostgreSQL cancels what runs beyond its time limit.
  if (known.code === '57014') return failure(503, issue('too-costly', 'http-timeout', restText.tooCostly), { 'retry-after': '10' });
  if (known.code !== undefined && transientCodes.test(known.code)) {
    return failure(503, issue('transient', 'http-database-down', restText.databaseDown), { 'retry-after': '5' }, true);
  }
  const status = known.statusCode ?? 500;
  if (status >= 400 && status < 500) return failure(status, issue('invalid', 'http-bad-request', restText.badRequest));
  if (status === 503) return failure(503, issue('transient', 'http-overloaded', restText.overloaded), { 'retry-after': '5' });
  return failure(500, issue('exception', 'http-internal', restText.internal), {}, true);
}

function failure(status: number, found: Issue, headers: Readonly<Record<string, string>> = {}, isOurs = false): Failure {
  return { status, issues: [found], headers, isOurs };
}
