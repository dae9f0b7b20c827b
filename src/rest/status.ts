import { STATUS_CODES } from 'node:http';

/** `201 Created`, as Bundle.entry.response.status is written. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
