/** A seeded source of randomness: the same seed gives the same people, life by life. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** An index drawn by weights. */
  weighted(weights: readonly number[]): number;
  /** Normal distribution (Box-Muller). */
  normal(mean: number, deviation: number): number;
  /** A version 4 UUID whose bits all come from the seed. */
  uuid(): string;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Generator sfc32 (public domain, Chris Doty-Humphrey), seeded with 128 bits out of `keys`: each household has a stream of its own, so that none depends on another. */
export function createRandom(...keys: readonly (number | string)[]): Random {
  let [a, b, c, counter] = seeds(keys.join('/'));
  const word = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    c |= 0;
    return result >>> 0;
  };
  for (let round = 0; round < 12; round++) word();
  const next = (): number => word() / 4_294_967_296;
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const bytes = (text: number): string => `${hex[text >>> 24]}${hex[(text >>> 16) & 255]}${hex[(text >>> 8) & 255]}${hex[text & 255]}`;
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    weighted(weights) {
      let share = next() * weights.reduce((sum, weight) => sum + weight, 0);
      const index = weights.findIndex((weight) => {
        share -= weight;
        return share < 0;
      });
      return index < 0 ? weights.length - 1 : index;
    },
    normal: (mean, deviation) => mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    uuid() {
      const second = bytes((word() & 0xffff0fff) | 0x4000);
      const third = bytes((word() & 0x3fffffff) | 0x80000000);
      return `${bytes(word())}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${bytes(word())}`;
    },
  };
}

/** FNV-1a over the text, four times with different offsets. */
function seeds(text: string): [number, number, number, number] {
  const one = (offset: number): number => {
    let hash = offset;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
    return hash | 0;
  };
  return [one(0x811c9dc5), one(0x050c5d1f), one(0x1b873593), one(0x2545f491)];
}

/** A number from 0 up to `limit` (not included) that stands for a text. */
export function hashBelow(limit: number, ...keys: readonly (number | string)[]): number {
  return Math.floor(createRandom('hash', ...keys).next() * limit);
}
