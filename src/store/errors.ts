import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { storeText } from './text.js';

/** PostgreSQL's code of an error, or Node's of a broken connection. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

// PostgreSQL, appendix A. Connections that break and a server that starts or stops are told from faults of ours.
const unavailable = /^(?:57P0[1-5]|08\w{3}|53\w{3}|ECONN\w+|ENOENT|EPIPE|ETIMEDOUT)$/;

/** Turns database errors that a client can cause, or should wait out, into outcomes; others pass through as they are. */
export async function asClientFault<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === '22021' || code === '22P05') throw new OperationOutcomeError(400, [issue('invalid', 'nul-character', storeText.nul)]);
    if (code === '57014') throw new OperationOutcomeError(503, [issue('timeout', 'database-timeout', storeText.tooSlow)]);
    if (unavailable.test(code) || isLostConnection(error)) {
      throw new OperationOutcomeError(503, [issue('transient', 'database-unavailable', storeText.unavailable)], { 'retry-after': '5' });
    }
    throw error;
  }
}

function isLostConnection(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(error.message)
  );
}
