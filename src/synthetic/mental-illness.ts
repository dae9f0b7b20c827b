import { yearsBetween } from './calendar.js';
import { icd10 } from './codes.js';
import { diagnose, type Life, visit } from './life.js';
import { isRecorded, type Person } from './person.js';
import { rates } from './rates.js';

/** A person with a severe mental disorder (ODGJ berat), and the visits to or by the Puskesmas every quarter. */
export function recordMentalIllness(life: Life, person: Person): void {
  const { random, world } = life;
  if (yearsBetween(person.born, world.until) < 16 || !random.chance(rates.mentalIllness.severe)) return;
  const isServed = random.chance(rates.mentalIllness.served);
  let isKnown = false;
  for (let day = world.since + random.integer(0, 60); day <= world.until; day += 90) {
    if (!isRecorded(person, day, world) || (isKnown && !isServed)) continue;
    const at = visit(life, person, 'clinic', day, { profession: 'doctor' });
    if (at && !isKnown) diagnose(life, at, icd10('F20.9', 'Schizophrenia, unspecified'));
    isKnown = true;
  }
}
