import { type Day, dateOf, instantOf } from './calendar.js';
import { clinicalTerm, icd10, lontar, medicines, snomed, systems, values } from './codes.js';
import type { Pregnancy } from './household.js';
import { giveDose } from './immunisation.js';
import { diagnose, dispense, episode, type Life, observe, perform, servicesOn, type Visit, visit } from './life.js';
import { round } from './numbers.js';
import { isAlive } from './person.js';
import { rates } from './rates.js';
import { concept, type Reference } from './resource.js';

/** Weeks of the six visits: 1 in the first trimester, 2 in the second, 3 in the third (guidance of 2026). */
const visitWeeks = [9, 17, 24, 29, 33, 37] as const;
/** Of a woman who comes late for the first time. */
const lateWeeks = [16, 20, 26, 30, 34, 38] as const;
const thirdTrimesterWeek = 28;
const bloodGroups = ['LA19710-5', 'LA19709-7', 'LA19708-9', 'LA28449-9'] as const;

interface Course {
  readonly pregnancy: Pregnancy;
  readonly haemoglobin: number;
  readonly upperArm: number;
  readonly startWeight: number;
  readonly height: number;
  readonly takesMicronutrients: boolean;
}

/** A pregnancy's episode and antenatal visits, as far as they lie within the records. The episode is returned for its delivery. */
export function recordPregnancy(life: Life, pregnancy: Pregnancy): Reference | undefined {
  const { random, world } = life;
  const { mother, lastPeriod, ends, miscarried } = pregnancy;
  if (ends < world.since || !random.chance(rates.pregnancy.registered)) return undefined;
  const late = random.chance(rates.pregnancy.late);
  const days = (late ? lateWeeks : visitWeeks)
    .map((week) => lastPeriod + week * 7 + Math.round(random.normal(0, 5)))
    .filter(
      (day) =>
        day < ends &&
        day <= world.until &&
        isAlive(mother, day) &&
        random.chance(rates.pregnancy.keepsVisit * Math.sqrt(servicesOn(life, day)?.reach ?? 0)),
    );
  const firstDay = days[0];
  const services = firstDay === undefined ? undefined : servicesOn(life, firstDay);
  if (firstDay === undefined || services === undefined) return undefined;
  const isOver = ends <= world.until;
  const care = episode(life, {
    person: mother,
    type: { system: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare-type', code: 'ANC', display: 'Antenatal Care' },
    profile: 'episodeofcare-pregnancy',
    services,
    start: instantOf(lastPeriod, 7 * 60, world.zoneMinutes),
    ...(isOver ? { end: instantOf(ends, miscarried ? 12 * 60 : 23 * 60 + 59, world.zoneMinutes) } : {}),
  });
  const arm = random.normal(rates.pregnancy.upperArm.mean, rates.pregnancy.upperArm.deviation);
  const course: Course = {
    pregnancy,
    haemoglobin: random.normal(rates.pregnancy.haemoglobin.mean, rates.pregnancy.haemoglobin.deviation),
    upperArm: Math.max(19, arm),
    startWeight: Math.max(36, 52 + (arm - 26) * 3 + random.normal(0, 4)),
    height: Math.round(random.normal(153, 5)),
    takesMicronutrients: random.chance(0.3),
  };
  days.forEach((day, index) => {
    recordVisit(life, course, day, index, care);
  });
  return care;
}

function recordVisit(life: Life, course: Course, day: Day, index: number, care: Reference): void {
  const { random } = life;
  const { mother, lastPeriod, order } = course.pregnancy;
  const week = Math.floor((day - lastPeriod) / 7);
  const isEarly = day - lastPeriod < 91;
  const isLast = week >= thirdTrimesterWeek;
  const value = index === 0 ? (isEarly ? 'K1M' : 'K1A') : `K${index + 1}`;
  const withDoctor = (isEarly || isLast) && random.chance(rates.pregnancy.doctor);
  const at = visit(life, mother, 'antenatal', day, { withDoctor, episode: care, label: { system: systems.antenatalVisit, value } });
  if (at === undefined) return;
  observe(life, at, 'gestationalAge', week);
  observe(life, at, 'weight', round(course.startWeight + Math.max(0, week - 12) * 0.38 + random.normal(0, 0.5), 1));
  observe(life, at, 'systolic', Math.round(random.normal(112, 10)));
  observe(life, at, 'diastolic', Math.round(random.normal(73, 7)));
  if (week >= 20) observe(life, at, 'fundalHeight', Math.max(12, week - random.integer(0, 4)));
  if (week >= 12) observe(life, at, 'fetalHeartRate', random.integer(122, 158));
  if (index === 0) recordFirst(life, course, at, order);
  if (index === 0 || (isLast && random.chance(0.6))) recordHaemoglobin(life, course, at);
  if ((isEarly || isLast) && random.chance(rates.pregnancy.ultrasound))
    perform(
      life,
      at,
      { system: 'http://hl7.org/fhir/sid/icd-9-cm', code: '88.78' },
      snomed('103693007', 'Diagnostic procedure'),
      'procedure-ultrasound',
    );
  dispense(life, at, course.takesMicronutrients ? medicines.micronutrients : medicines.iron, 45);
  if (index > 0)
    observe(life, at, 'tabletsTaken', random.chance(rates.pregnancy.tabletsTakenShare) ? random.integer(36, 45) : random.integer(5, 25));
  if (index === 1) {
    if (random.chance(rates.pregnancy.counselled))
      perform(life, at, snomed('61310001', 'Nutrition education'), snomed('409073007', 'Education'));
    if (random.chance(rates.pregnancy.mentalHealth)) observe(life, at, 'mentalHealth', random.integer(0, 8));
  }
}

function recordFirst(life: Life, course: Course, at: Visit, order: number): void {
  const { random } = life;
  const { lastPeriod } = course.pregnancy;
  observe(life, at, 'lastPeriod', dateOf(lastPeriod));
  observe(life, at, 'expectedDelivery', dateOf(lastPeriod + 280));
  observe(life, at, 'gravidity', order + 1);
  observe(life, at, 'height', course.height);
  observe(life, at, 'bloodGroup', { system: 'http://loinc.org', code: random.pick(bloodGroups) });
  observe(life, at, 'urineProtein', random.chance(0.95) ? 0 : 30);
  diagnose(life, at, icd10('Z34.9', 'Supervision of normal pregnancy, unspecified'));
  recordUpperArm(life, course, at);
  if (random.chance(rates.pregnancy.tripleTest)) {
    observe(life, at, 'hiv', random.chance(rates.pregnancy.hivPositive) ? values.reactive : values.nonReactive);
    observe(life, at, 'syphilis', random.chance(0.005) ? values.reactive : values.nonReactive);
    observe(life, at, 'hepatitisB', random.chance(0.015) ? values.reactive : values.nonReactive);
  }
  if (random.chance(rates.pregnancy.tetanusDose)) giveDose(life, at, { vaccine: 'Td', dose: Math.min(5, order + 2), reason: 'IM-WUS' });
}

function recordUpperArm(life: Life, { upperArm }: Course, at: Visit): void {
  const circumference = round(upperArm, 1);
  const interpretation = circumference < 23 ? 'OI000018' : circumference < 23.5 ? 'OI000035' : undefined;
  observe(life, at, 'upperArm', circumference, interpretation === undefined ? {} : { interpretation });
  if (circumference < 23.5 && life.random.chance(rates.pregnancy.supplementaryFood)) {
    life.records.push({
      resourceType: 'NutritionOrder',
      id: life.random.uuid(),
      meta: lontar('nutritionorder-supplementary-food'),
      status: 'active',
      intent: 'order',
      patient: at.person.reference,
      encounter: at.reference,
      dateTime: at.end,
      orderer: at.staff.reference,
      supplement: [{ type: concept(clinicalTerm('FO000001', 'MT Lokal')) }],
    });
  }
}

// WHO's bands of anaemia in pregnancy, as SATUSEHAT's interpretation codes have them.
function recordHaemoglobin(life: Life, { haemoglobin }: Course, at: Visit): void {
  const value = Math.max(5, round(haemoglobin + life.random.normal(0, 0.3), 1));
  const interpretation = value < 7 ? 'OI000034' : value < 10 ? 'OI000033' : value < 11 ? 'OI000032' : undefined;
  observe(life, at, 'haemoglobin', value, interpretation === undefined ? {} : { interpretation });
}
