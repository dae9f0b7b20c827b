import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const bytesPerId = 16;

/** Makes uuids of version 7. Randomness is drawn for hundreds of them at a time: asking the system for each costs as much as a small read. */
export function createIdSource(): () => string {
  const pool = new Uint8Array(bytesPerId * 256);
  let at = pool.length;
  return () => {
    if (at >= pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    const random = pool.slice(at, at + bytesPerId);
    at += bytesPerId;
    return v7({ random });
  };
}
