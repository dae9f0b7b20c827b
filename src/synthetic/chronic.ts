import { monthsBetween, yearsBetween } from './calendar.js';
import { icd10, medicines } from './codes.js';
import { diagnose, dispense, type Life, observe, type Visit, visit } from './life.js';
import { round } from './numbers.js';
import { isRecorded, type Person } from './person.js';
import { byAge, rates } from './rates.js';

/** What a person lives with for good. */
export interface ChronicIllness {
  readonly hypertension: boolean;
  readonly diabetes: boolean;
}

/** Whether a person has hypertension or diabetes, by age; and the monthly control of those who do, from the diagnosis on. */
export function recordChronicCare(life: Life, person: Person): ChronicIllness {
  const { random, world } = life;
  const years = yearsBetween(person.born, world.until);
  const hypertension = years >= 18 && random.chance(byAge(rates.chronic.hypertension, years));
  const diabetes = years >= 18 && random.chance(byAge(rates.chronic.diabetes, years));
  if (!hypertension && !diabetes) return { hypertension, diabetes };
  const isControlled = random.chance(rates.chronic.controlled);
  const isAdherent = random.chance(rates.chronic.adherent);
  const dayOfMonth = random.integer(2, 24);
  let isFirst = true;
  let months = 0;
  for (const month of monthsBetween(world.since, world.until)) {
    const day = month + dayOfMonth;
    if (!isRecorded(person, day, world) || !random.chance(isAdherent ? 0.985 : rates.chronic.keepsMonth)) continue;
    const at = visit(life, person, 'clinic', day, { withDoctor: isFirst });
    if (at === undefined) continue;
    if (isFirst && hypertension) diagnose(life, at, icd10('I10', 'Essential (primary) Hypertension'));
    if (isFirst && diabetes) diagnose(life, at, icd10('E11.9', 'Type 2 diabetes mellitus without complications'));
    if (hypertension) recordPressure(life, at, isControlled);
    if (diabetes) recordGlucose(life, at, isControlled, months);
    isFirst = false;
    months += 1;
  }
  return { hypertension, diabetes };
}

function recordPressure(life: Life, at: Visit, isControlled: boolean): void {
  const { random } = life;
  observe(life, at, 'systolic', Math.round(random.normal(isControlled ? 129 : 148, 9)));
  observe(life, at, 'diastolic', Math.round(random.normal(isControlled ? 80 : 91, 6)));
  dispense(life, at, medicines.amlodipine, 30);
}

function recordGlucose(life: Life, at: Visit, isControlled: boolean, months: number): void {
  const { random } = life;
  observe(life, at, 'fastingGlucose', Math.round(Math.max(70, random.normal(isControlled ? 114 : 165, 15))));
  if (months % 6 === 0) observe(life, at, 'hba1c', round(Math.max(4.8, random.normal(isControlled ? 6.5 : 8.4, 0.5)), 1));
}
