import { addMonths, type Day, dayIn, yearOf, yearsBetween } from './calendar.js';
import { snomed, values } from './codes.js';
import { type Life, observe, perform, type Visit, visit } from './life.js';
import { round } from './numbers.js';
import { isRecorded, type Person } from './person.js';
import { rates } from './rates.js';

/** The free health check (CKG) once a year about the birthday: adults are screened for what isn't communicable, small children are measured. */
export function recordHealthChecks(life: Life, person: Person): void {
  const { random, world } = life;
  const smokes = random.chance(person.female ? rates.healthCheck.smokes.women : rates.healthCheck.smokes.men);
  for (let year = yearOf(world.since); year <= yearOf(world.until); year++) {
    const day: Day = addMonths(person.born, (year - yearOf(person.born)) * 12) + random.integer(0, 30);
    const years = yearsBetween(person.born, day);
    const isChild = years < 7;
    if (years < 1 || (years >= 7 && years < 18) || !isRecorded(person, day, world)) continue;
    if (!random.chance(isChild ? rates.healthCheck.child : rates.healthCheck.adult)) continue;
    const at = visit(life, person, 'healthCheck', day, { withDoctor: !isChild });
    if (at && !isChild) recordAdult(life, person, at, years, smokes);
  }
}

function recordAdult(life: Life, person: Person, at: Visit, years: number, smokes: boolean): void {
  const { random } = life;
  const { allElements, cervix, breast, eyesAndEars, lungs } = rates.healthCheck;
  const height = random.normal(person.female ? 153 : 165, 6);
  const index = Math.max(15, random.normal(24.2, 3.8));
  observe(life, at, 'systolic', Math.round(random.normal(112 + years * 0.35, 13)));
  observe(life, at, 'diastolic', Math.round(random.normal(74 + years * 0.08, 8)));
  observe(life, at, 'weight', round((height / 100) ** 2 * index, 1));
  observe(life, at, 'bodyMassIndex', round(index, 1));
  observe(life, at, 'waist', round(60 + index * 0.95 + random.normal(0, 5), 1));
  if (random.chance(allElements)) {
    observe(life, at, 'glucose', Math.round(Math.max(62, random.normal(104 + Math.max(0, years - 35) * 0.5, 16))));
    observe(life, at, 'smoking', smokes ? values.smoker : values.neverSmoked);
  }
  if (random.chance(eyesAndEars)) {
    observe(life, at, 'rightEye', random.chance(0.8) ? '6/6' : '6/12');
    observe(life, at, 'whisper', random.chance(0.97));
  }
  if (years >= 40) {
    observe(life, at, 'cholesterol', Math.round(Math.max(110, random.normal(196, 34))));
    if (random.chance(lungs)) perform(life, at, snomed('127783003', 'Spirometry'), snomed('103693007', 'Diagnostic procedure'));
  }
  if (random.chance(rates.mentalIllness.screened)) observe(life, at, 'mentalHealth', random.integer(0, 7));
  if (!person.female || yearsBetween(person.born, dayIn(yearOf(at.day), 12, 31)) < 30 || years > 50) return;
  if (random.chance(cervix / rates.healthCheck.adult)) {
    perform(life, at, snomed('251422004', 'Acetic acid test reaction'), snomed('103693007', 'Diagnostic procedure'));
    observe(life, at, 'acetoWhite', random.chance(0.02) ? values.positive : values.negative);
  }
  if (random.chance(breast / rates.healthCheck.adult))
    perform(life, at, snomed('13607009', 'Manual examination of breast'), snomed('103693007', 'Diagnostic procedure'));
}
