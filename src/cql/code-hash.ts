import { createHash } from 'node:crypto';

/**
 * The number that stands for a coding in facts and compiled SQL: 63 bits of SHA-256 over `system|code`, never 0 (0 stands for "no coding").
 * A hash rather than a dictionary's number, so that neither a write nor a compilation asks the database first; two of a million codes meet with a
 * probability of one in ten million. As text, since it exceeds what a JavaScript number holds.
 */
export function codeHash(system: string, code: string): string {
  const key = `${system}|${code}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const bits = createHash('sha256').update(key).digest().readBigUInt64BE(0) >> 1n;
  const hash = (bits === 0n ? 1n : bits).toString();
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(key, hash);
  return hash;
}

const cacheLimit = 100_000;
const cache = new Map<string, string>();
