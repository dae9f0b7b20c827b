import { instantOf } from './calendar.js';
import { icd10 } from './codes.js';
import { diagnose, type Life, observe, visit } from './life.js';
import type { Person } from './person.js';
import { rates } from './rates.js';

/** What a death leaves beside the Patient's own date: of some, the time and a diagnosis at the Puskesmas on the day. */
export function recordDeath(life: Life, person: Person): void {
  const { random, world } = life;
  const { died } = person;
  if (died === undefined || died < world.since || died > world.until || !random.chance(rates.deaths.recordedCause)) return;
  const at = visit(life, person, 'clinic', died, { profession: 'doctor', minutes: 13 * 60 });
  if (at === undefined) return;
  diagnose(life, at, icd10('J18.9', 'Pneumonia, unspecified'));
  observe(life, at, 'deathTime', instantOf(died, 14 * 60, world.zoneMinutes));
}
