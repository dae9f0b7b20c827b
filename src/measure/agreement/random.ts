/** Repeatable chance: the same seed gives the same sequence. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number;
  pick<Item>(items: readonly Item[]): Item | undefined;
  chance(probability: number): boolean;
}

/** Mulberry32, seeded by a whole number: plenty for test data, nothing for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return { int, pick: (items) => items[int(items.length)], chance: (probability) => next() < probability };
}

/** The items in another order. */
export function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, order: random.int(2 ** 31) }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
