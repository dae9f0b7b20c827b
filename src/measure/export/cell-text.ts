import type { AbsentReason, Cell } from './report-table.js';

/** Marks of numbers that aren't there. */
export const absentMarks: Readonly<Record<AbsentReason, string>> = { masked: '*', unknown: '?', 'not-applicable': 't.b.' };

/** A number as Indonesian readers know it, `1.234` or `84,50 %`; a mark for one that isn't told. `decimals` of percentages and rates is 2. */
export function cellText(cell: Cell, decimals?: number): string {
  if (cell === undefined) return '';
  if ('absent' in cell) return absentMarks[cell.absent];
  const number = numberFormat(decimals ?? (Number.isInteger(cell.value) ? 0 : 4)).format(cell.value);
  return cell.unit === undefined ? number : `${number} ${cell.unit}`;
}

const formats = new Map<number, Intl.NumberFormat>();

/** Made once: making one costs more than a hundred numbers. */
function numberFormat(digits: number): Intl.NumberFormat {
  let format = formats.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat('id-ID', { minimumFractionDigits: digits, maximumFractionDigits: Math.max(digits, 4) });
    formats.set(digits, format);
  }
  return format;
}

/** A score: two decimals where it has a unit, a bare number as it is. */
export function scoreText(cell: Cell): string {
  return cellText(cell, cell !== undefined && 'value' in cell && cell.unit !== undefined ? 2 : undefined);
}

/** Codes of the populations that any of the groups has, in the order of their first appearance. */
export function populationCodes(
  groups: ReadonlyArray<{ readonly populations: ReadonlyArray<{ readonly code: string }> }>,
): readonly string[] {
  return [...new Set(groups.flatMap(({ populations }) => populations.map(({ code }) => code)))];
}
