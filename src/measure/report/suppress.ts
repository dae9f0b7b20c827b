import type { Counts } from '../membership.js';

/** Who gets a report: those who care for the persons in it, the programme's staff, or everybody. */
export type Audience = 'care' | 'programme' | 'public';

/** From who may know most to who may know least. */
export const audiences: readonly Audience[] = ['care', 'programme', 'public'];

/** Counts below this (and above zero) are not shown to the audience; 0 shows everything. */
export type SmallCells = Readonly<Record<Audience, number>>;

// UNVERIFIED norm, good practice: five.
export const defaultSmallCells: SmallCells = { care: 0, programme: 0, public: 5 };

/** A row of a report: the counts of each of its groups. */
export type Row = readonly Counts[];

/** Which rows of a table may be shown. */
export interface Suppression {
  readonly total: boolean;
  readonly rows: readonly boolean[];
}

/**
 * Hides the rows of a table that tell of fewer than `threshold` persons, and as many more as it takes that no subtraction gives them back. A row is told whole
 * or not at all, since its populations lie within one another: it is safe when each count, and each difference of two of a group, is zero or at least
 * `threshold`. What the hidden rows come to (the total less the rows shown) must be safe as well, and never that of a single row; else further rows are
 * hidden, the smallest first, and at last the total. All rows have the populations of `total` in the same order, and add up to it. `closed` are rows that
 * are hidden for reasons of their own.
 */
export function suppress(total: Row, rows: readonly Row[], threshold: number, closed: ReadonlySet<number> = new Set()): Suppression {
  const shown = rows.map((row, index) => isSafe(row, threshold) && !closed.has(index));
  if (threshold <= 0) return { total: true, rows: shown };
  const bySize = rows.map((_, index) => index).sort((left, right) => sizeOf(rows[left]) - sizeOf(rows[right]) || left - right);
  for (;;) {
    const hidden = rows.filter((_, index) => shown[index] === false);
    const rest = hidden.reduce<Row>(
      (sum, row) => sum.map((counts, group) => counts.map((count, at) => count + (row[group]?.[at] ?? 0))),
      total.map((counts) => counts.map(() => 0)),
    );
    if (hidden.length === 0 || (hidden.length > 1 && isSafe(rest, threshold))) return { total: isSafe(total, threshold), rows: shown };
    // A row of nobody hides nobody: it is of no use as a companion.
    const next = bySize.find((index) => shown[index] === true && sizeOf(rows[index]) > 0);
    if (next === undefined) return { total: false, rows: rows.map((row, index) => shown[index] === true && sizeOf(row) === 0) };
    shown[next] = false;
  }
}

/** Whether a row may be told by itself. */
export function isSafe(row: Row, threshold: number): boolean {
  if (threshold <= 0) return true;
  const isSmall = (count: number): boolean => count > 0 && count < threshold;
  return row.every((counts) =>
    counts.every((count, at) => !isSmall(count) && counts.slice(at + 1).every((other) => !isSmall(Math.abs(count - other)))),
  );
}

function sizeOf(row: Row | undefined): number {
  return Math.max(0, ...(row ?? []).flat());
}
