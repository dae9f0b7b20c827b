import { createHmac, timingSafeEqual } from 'node:crypto';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { searchText } from './text.js';

/** A place in a total order: the sort values of the last row of a page, and its key. */
export interface Position {
  readonly values: ReadonlyArray<string | number | null>;
  readonly key: string;
}

/** Makes and reads the opaque positions in page links. They are signed: one that was altered, or taken from another search, is refused with 400. */
export interface Cursors {
  write(purpose: string, position: Position): string;
  read(purpose: string, cursor: string): Position;
}

export function signedCursors(secret: string): Cursors {
  const sign = (purpose: string, payload: string) => createHmac('sha256', secret).update(`${purpose}\n${payload}`).digest().subarray(0, 12);
  return {
    write(purpose, position) {
      const payload = Buffer.from(JSON.stringify([position.key, ...position.values])).toString('base64url');
      return `${payload}.${sign(purpose, payload).toString('base64url')}`;
    },
    read(purpose, cursor) {
      const [payload = '', signature = ''] = cursor.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(purpose, payload);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new OperationOutcomeError(400, [issue('invalid', 'search-cursor', searchText.badCursor, { expression: '_cursor' })]);
      }
      const [key, ...values] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, ...(string | number | null)[]];
      return { key, values };
    },
  };
}
