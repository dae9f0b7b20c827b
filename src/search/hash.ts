import { hash } from 'node:crypto';

/**
 * 64 bits of SHA-1 over `text` as a signed decimal, the form of PostgreSQL's bigint. Two values that a client could make collide on purpose
 * would let one patient's record turn up in a search for another's, so a fast but guessable hash won't do.
 */
export function tokenHash(text: string): string {
  return BigInt.asIntN(64, BigInt(`0x${hash('sha1', text, 'hex').slice(0, 16)}`)).toString();
}

const remembered = new Map<string, string>();
const rememberedLimit = 50_000;

/** The same for texts that come again and again, as codes do and identifiers don't. */
export function repeatedHash(text: string): string {
  let known = remembered.get(text);
  if (known === undefined) {
    known = tokenHash(text);
    // Forgetting everything now and then is cheaper than tracking use.
    if (remembered.size >= rememberedLimit) remembered.clear();
    remembered.set(text, known);
  }
  return known;
}

/** 64 bits that stand for the resource `Type/id` inside the database. */
export function resourceKey(type: string, id: string): string {
  return tokenHash(`${type}/${id}`);
}

/** 32 bits that stand for an expression of a search parameter inside the database. */
export function parameterHash(text: string): number {
  return Number.parseInt(hash('sha1', text, 'hex').slice(0, 8), 16) | 0;
}
