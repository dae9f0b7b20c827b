import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Issue, issue, operationOutcome } from '../fhir/outcome.js';
import { restText } from './text.js';

/** What Node reads of a request's first line and headers before it gives up. */
export const maximumHeaderBytes = 32_768;

/** Requests that aren't HTTP, or whose headers are too large, never reach a route: their answer is written to the socket by hand. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, found] = byCode[error.code ?? ''] ?? [400, issue('invalid', 'http-bad-request', restText.badRequest)];
  const body = JSON.stringify(operationOutcome([found]));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/fhir+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const byCode: Readonly<Record<string, readonly [number, Issue]>> = {
  HPE_HEADER_OVERFLOW: [431, issue('too-long', 'http-headers-too-large', restText.headersTooLarge)],
  ERR_HTTP_REQUEST_TIMEOUT: [408, issue('timeout', 'http-request-timeout', restText.requestTimeout)],
};
