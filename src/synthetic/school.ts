import { type Day, dateOf, dayIn, yearOf, yearsBetween } from './calendar.js';
import { lontar, medicines, values } from './codes.js';
import { type Life, observe, type Visit, visit } from './life.js';
import { round } from './numbers.js';
import { isRecorded, type Person } from './person.js';
import { rates } from './rates.js';
import { concept } from './resource.js';

/** What school health sees of children between 7 and 18: the yearly screening, and of girls haemoglobin and the weekly iron tablet. */
export function recordSchoolYears(life: Life, child: Person): void {
  const { random, world } = life;
  const takesIron = child.female && random.chance(rates.school.weeklyIron);
  const smokes = random.chance(rates.school.smokes);
  for (let year = yearOf(world.since); year <= yearOf(world.until); year++) {
    const years = yearsBetween(child.born, dayIn(year, 12, 31));
    if (years < 7 || years > 18) continue;
    const day = dayIn(year, 7 + (child.serial % 3), 15 + (child.serial % 10));
    if (isRecorded(child, day, world) && random.chance(rates.school.screened)) {
      const at = visit(life, child, 'school', day);
      if (at) recordScreening(life, child, at, years, smokes);
    }
    if (takesIron && years >= 12) recordWeeklyIron(life, child, year);
  }
}

function recordScreening(life: Life, child: Person, at: Visit, years: number, smokes: boolean): void {
  const { random } = life;
  const height = 117 + (Math.min(years, child.female ? 15 : 17) - 7) * (child.female ? 4.8 : 5.2) + random.normal(0, 6);
  observe(life, at, 'height', round(height, 1));
  observe(life, at, 'weight', round((height / 100) ** 2 * Math.max(12.5, random.normal(15.2 + (years - 7) * 0.5, 2)), 1));
  if (years >= 12 && child.female && random.chance(rates.school.girlsTested)) {
    const { mean, deviation } = rates.school.haemoglobin;
    observe(life, at, 'haemoglobin', Math.max(6, round(random.normal(mean, deviation), 1)));
  }
  if (years >= 10 && random.chance(rates.school.smokingAsked))
    observe(life, at, 'smoking', smokes && years >= 13 ? values.smoker : values.neverSmoked);
  if (years >= 15) observe(life, at, 'mentalHealth', random.integer(0, 6));
}

/** One statement a week that a tablet was taken at school. */
function recordWeeklyIron(life: Life, girl: Person, year: number): void {
  const first: Day = dayIn(year, 1, 1) + (girl.serial % 5);
  for (let day = first; day <= dayIn(year, 12, 31); day += 7) {
    if (!isRecorded(girl, day, life.world)) continue;
    life.records.push({
      resourceType: 'MedicationStatement',
      id: life.random.uuid(),
      meta: lontar('medicationstatement'),
      status: 'completed',
      medicationCodeableConcept: concept(medicines.weeklyIron),
      subject: girl.reference,
      effectiveDateTime: dateOf(day),
    });
  }
}
