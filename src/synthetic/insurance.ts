import { addMonths, dateOf } from './calendar.js';
import { lontar } from './codes.js';
import type { Life } from './life.js';
import type { Person } from './person.js';
import { rates } from './rates.js';

/** A person's membership of the national health insurance (JKN); a few have none, and some let it lapse. */
export function recordInsurance(life: Life, person: Person): void {
  const { random, world } = life;
  if (!random.chance(rates.insurance.member)) return;
  const isActive = !random.chance(rates.insurance.inactiveAmongMembers);
  const start = Math.max(person.born, addMonths(world.since, -random.integer(6, 96)));
  const end = random.integer(Math.max(start, world.since), world.until);
  life.records.push({
    resourceType: 'Coverage',
    id: random.uuid(),
    meta: lontar('coverage-jkn'),
    status: isActive ? 'active' : 'cancelled',
    subscriberId: `0099${String(person.serial).padStart(9, '0')}`,
    beneficiary: person.reference,
    period: { start: dateOf(start), ...(isActive ? {} : { end: dateOf(end) }) },
    payor: [{ display: 'BPJS Kesehatan' }],
  });
}
