/** One row of a growth standard: Box-Cox power, median, coefficient of variation. */
export interface Lms {
  readonly l: number;
  readonly m: number;
  readonly s: number;
}

/** Z-score of `measure`, in the unit of the row's median. Source: WHO Child Growth Standards, computation of z-scores by the LMS method. */
export function zScore(measure: number, { l, m, s }: Lms): number {
  return l === 0 ? Math.log(measure / m) / s : ((measure / m) ** l - 1) / (s * l);
}

/**
 * The z-score of an indicator that depends on weight. Beyond ±3 SD the distance between the second and third SD is carried on, since the
 * skewed tails rest on few children. Source: WHO Child Growth Standards, restricted application of the LMS method.
 */
export function restrictedZScore(measure: number, row: Lms): number {
  const z = zScore(measure, row);
  if (z > 3) return 3 + (measure - measureAt(3, row)) / (measureAt(3, row) - measureAt(2, row));
  if (z < -3) return -3 + (measure - measureAt(-3, row)) / (measureAt(-2, row) - measureAt(-3, row));
  return z;
}

/** The measure whose z-score is `z`. */
export function measureAt(z: number, { l, m, s }: Lms): number {
  return l === 0 ? m * Math.exp(s * z) : m * (1 + l * s * z) ** (1 / l);
}

/** The row that lies `share` (0 to 1) of the way from one row to the next. */
export function interpolateLms(from: Lms, to: Lms, share: number): Lms {
  const between = (a: number, b: number) => a + (b - a) * share;
  return { l: between(from.l, to.l), m: between(from.m, to.m), s: between(from.s, to.s) };
}

/** Two decimals, as growth is reported and judged; half a hundredth goes away from zero. Never minus zero. */
export function reportedZScore(z: number): number {
  return (Math.sign(z) * Math.round(Math.abs(z) * 100)) / 100 + 0;
}
