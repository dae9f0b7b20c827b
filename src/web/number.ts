import type { Text } from '../fhir/outcome.js';

const whole = { id: new Intl.NumberFormat('id-ID'), en: new Intl.NumberFormat('en-GB') } as const;
const decimals = {
  id: new Intl.NumberFormat('id-ID', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  en: new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
} as const;

/** A count of persons: `1.234` / `1,234`. */
export function formatCount(count: number): Text {
  return { id: whole.id.format(count), en: whole.en.format(count) };
}

/** A percentage with two decimals, as the report has it: `64,71 %` (the space doesn't break) / `64.71%`. */
export function formatPercent(percent: number): Text {
  return { id: `${decimals.id.format(percent)}\u00a0%`, en: `${decimals.en.format(percent)}%` };
}

/** The same without the sign, for columns that carry it in their head. */
export function formatDecimals(percent: number): string {
  return decimals.id.format(percent);
}

/** A target without needless decimals: `82 %` / `82%`. */
export function formatTarget(percent: number): Text {
  return { id: `${whole.id.format(percent)}\u00a0%`, en: `${whole.en.format(percent)}%` };
}
