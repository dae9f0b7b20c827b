import type { JsonObject } from '../fhir/resource.js';
import { daysBetween, localDay } from './age.js';
import { type Assessment, assessGrowth, lastDayOfWeightForHeight } from './assess.js';
import type { Measured } from './measured.js';
import type { Sex } from './standard.js';

/** What a child's z-scores depend on beside the measurements. */
export interface Child {
  readonly id: string;
  readonly sex: Sex;
  /** `2025-01-31` */
  readonly birthDate: string;
}

/** A Patient as a child; undefined where the sex or the day of birth isn't known. */
export function readChild({ id, gender, birthDate }: JsonObject): Child | undefined {
  if (typeof id !== 'string' || typeof birthDate !== 'string' || (gender !== 'male' && gender !== 'female')) return undefined;
  // A birth date is a local day already.
  return localDay(birthDate, 0) === undefined ? undefined : { id, sex: gender, birthDate };
}

/** Measurements that belong together, and what comes of them. */
export interface DayAssessment {
  /** The measurement it is about: the scores of a weight use the length of the day. */
  readonly anchor: Measured;
  /** What went in beside the anchor. */
  readonly companions: readonly Measured[];
  readonly assessment: Assessment;
}

/**
 * Z-scores for each measurement of one child on one day: of a weight by age, with the day's last length also by length and of the BMI; of a length
 * and of a head circumference by age. None for a child above the standard's age, or not born yet.
 */
export function assessDay(child: Child, measured: readonly Measured[]): readonly DayAssessment[] {
  const latest = (kind: Measured['kind']) =>
    measured
      .filter((one) => one.kind === kind)
      .toSorted(byTime)
      .at(-1);
  const length = latest('length');
  const oedema = latest('oedema');
  const found: DayAssessment[] = [];
  for (const anchor of measured) {
    const ageDays = daysBetween(child.birthDate, anchor.day);
    if (anchor.kind === 'oedema' || ageDays < 0 || ageDays > lastDayOfWeightForHeight) continue;
    const basis = { sex: child.sex, ageDays };
    const assess = (companions: readonly Measured[], assessment: Assessment) =>
      found.push({
        anchor,
        companions,
        assessment: { ...assessment, scores: assessment.scores.filter(({ flags }) => !flags.includes('outside-standard')) },
      });
    if (anchor.kind === 'head') assess([], assessGrowth({ ...basis, headCircumferenceCm: anchor.value }));
    else if (anchor.kind === 'length') assess([], assessGrowth({ ...basis, lengthCm: anchor.value, ...positionOf(anchor) }));
    else {
      const companions = [...(length === undefined ? [] : [length]), ...(oedema?.value === 1 ? [oedema] : [])];
      const all = assessGrowth({
        ...basis,
        weightKg: anchor.value,
        ...(length === undefined ? {} : { lengthCm: length.value, ...positionOf(length) }),
        oedema: oedema?.value === 1,
      });
      // Length-for-age is the length's own.
      assess(companions, { ...all, scores: all.scores.filter(({ indicator }) => indicator.id !== 'LAZ' && indicator.id !== 'HAZ') });
    }
  }
  return found.filter(({ assessment }) => assessment.scores.length > 0);
}

/**
 * One assessment of all that was measured on the day of `about`, which itself goes before others of its kind.
 * Undefined for a child that isn't born yet, or is above the standard's age.
 */
export function assessWith(
  child: Child,
  about: Measured,
  measured: readonly Measured[],
): { readonly assessment: Assessment; readonly used: readonly Measured[] } | undefined {
  const ageDays = daysBetween(child.birthDate, about.day);
  if (ageDays < 0 || ageDays > lastDayOfWeightForHeight) return undefined;
  const sameDay = measured.filter(({ day }) => day === about.day);
  const used = (['weight', 'length', 'head', 'oedema'] as const).flatMap((kind) =>
    about.kind === kind ? about : (latestOf(sameDay, kind) ?? []),
  );
  const of = (kind: Measured['kind']) => used.find((one) => one.kind === kind);
  const weight = of('weight');
  const length = of('length');
  const head = of('head');
  return {
    used,
    assessment: assessGrowth({
      sex: child.sex,
      ageDays,
      ...(weight === undefined ? {} : { weightKg: weight.value }),
      ...(length === undefined ? {} : { lengthCm: length.value, ...positionOf(length) }),
      ...(head === undefined ? {} : { headCircumferenceCm: head.value }),
      oedema: of('oedema')?.value === 1,
    }),
  };
}

function latestOf(measured: readonly Measured[], kind: Measured['kind']): Measured | undefined {
  return measured
    .filter((one) => one.kind === kind)
    .toSorted(byTime)
    .at(-1);
}

function positionOf({ position }: Measured): Pick<Measured, 'position'> {
  return position === undefined ? {} : { position };
}

/** Last measured comes last; of the same time, the id decides, so that the result never depends on the order of reading. */
function byTime(a: Measured, b: Measured): number {
  return compare(a.effective, b.effective) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
