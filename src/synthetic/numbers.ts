import type { Random } from './random.js';

/** With that many decimals. */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

/** A whole number drawn around a mean, kept within plausible limits. */
export function drawWhole(random: Random, mean: number, deviation: number, low: number, high: number): number {
  return Math.round(Math.max(low, Math.min(high, random.normal(mean, deviation))));
}
