import { type Category, categoryOf, type Indicator, type IndicatorId, indicator, isPlausible } from './categories.js';
import { type Sex, standardAt } from './standard.js';
import { reportedZScore, restrictedZScore, zScore } from './zscore.js';

export type Position = 'lying' | 'standing';

/** What was measured of one child on one day. */
export interface Measurement {
  readonly sex: Sex;
  /** Absent where the birth date isn't known: only weight for length or height can be told then. */
  readonly ageDays?: number;
  readonly weightKg?: number;
  /** Length or height as it was measured. */
  readonly lengthCm?: number;
  /** Absent: measured as the age prescribes. */
  readonly position?: Position;
  readonly headCircumferenceCm?: number;
  /** Pitting oedema of both feet. */
  readonly oedema?: boolean;
}

/** `oedema`: no z-score depends on a weight that holds water. `outside-standard`: the table has no such age or length. */
export type GrowthFlag = 'implausible' | 'oedema' | 'outside-standard';

export interface Score {
  readonly indicator: Indicator;
  /** With all its digits. */
  readonly z?: number;
  /** Of two decimals: what is reported and judged. */
  readonly reported?: number;
  /** Absent where there is no z-score to judge, or an implausible one. */
  readonly category?: Category;
  readonly flags: readonly GrowthFlag[];
}

export interface Assessment {
  readonly ageDays?: number;
  /** As the standard wants it: lying below 731 days, standing from then on. */
  readonly length?: { readonly cm: number; readonly position: Position; readonly correctionCm: number };
  readonly scores: readonly Score[];
}

/** Last age at which weight-for-height still holds: five years and a month. */
export const lastDayOfWeightForHeight = 1856;

/** First day on which children are measured standing. Source: WHO Child Growth Standards: 24 months of 30.4375 days. */
const firstStandingDay = 731;
/** Lying length exceeds standing height by this much. */
const positionCm = 0.7;
/** Where the age isn't known, the measured length tells which table is meant. */
const firstStandingCm = 87;

/** Every z-score that the measurements give, with its category and what speaks against it. */
export function assessGrowth(measurement: Measurement): Assessment {
  const { ageDays, weightKg, headCircumferenceCm } = measurement;
  const length = lengthOf(measurement);
  const isLying = length?.position === 'lying';
  const scores: Score[] = [];
  const add = (id: IndicatorId, measure: number | undefined, key: number | undefined) => {
    if (measure !== undefined && key !== undefined) scores.push(scoreOf(indicator(id), measurement, measure, key));
  };
  add('WAZ', weightKg, ageDays);
  add(isLying ? 'LAZ' : 'HAZ', length?.cm, ageDays);
  add(isLying ? 'WLZ' : 'WHZ', weightKg, length?.cm);
  if (weightKg !== undefined && length !== undefined) add('BAZ', weightKg / (length.cm / 100) ** 2, ageDays);
  add('HCZ', headCircumferenceCm, ageDays);
  return { ...(ageDays === undefined ? {} : { ageDays }), ...(length === undefined ? {} : { length }), scores };
}

function lengthOf({ lengthCm, ageDays, position }: Measurement): Assessment['length'] {
  if (lengthCm === undefined) return undefined;
  const isLying = ageDays === undefined ? lengthCm < firstStandingCm : ageDays < firstStandingDay;
  const due = isLying ? 'lying' : 'standing';
  const correctionCm = position === undefined || position === due ? 0 : isLying ? positionCm : -positionCm;
  return { cm: lengthCm + correctionCm, position: due, correctionCm };
}

function scoreOf(one: Indicator, { sex, ageDays, oedema }: Measurement, measure: number, key: number): Score {
  if (one.dependsOnWeight && oedema === true) {
    // Weight-for-age tells of no one severe state; the others do: a child with nutritional oedema is severely wasted.
    const severe = one.id === 'WAZ' ? undefined : one.bands[0];
    return { indicator: one, flags: ['oedema'], ...(severe === undefined ? {} : { category: severe }) };
  }
  const row = ageDays !== undefined && ageDays > lastDayOfWeightForHeight ? undefined : standardAt(one.standard, sex, key);
  if (row === undefined) return { indicator: one, flags: ['outside-standard'] };
  const z = one.dependsOnWeight ? restrictedZScore(measure, row) : zScore(measure, row);
  const reported = reportedZScore(z);
  if (!isPlausible(one, reported)) return { indicator: one, z, reported, flags: ['implausible'] };
  return { indicator: one, z, reported, category: categoryOf(one.bands, reported), flags: [] };
}
