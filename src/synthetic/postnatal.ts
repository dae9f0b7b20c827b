import { instantOf } from './calendar.js';
import { medicines, systems } from './codes.js';
import type { Pregnancy } from './household.js';
import { dispense, episode, type Life, observe, servicesOn, visit } from './life.js';
import { isRecorded } from './person.js';
import { rates } from './rates.js';

/** Windows of the postnatal visits in days after the day of delivery; the first is counted in hours. */
const windows = [
  { label: 'KF2', from: 3, to: 7 },
  { label: 'KF3', from: 8, to: 28 },
  { label: 'KF4', from: 29, to: 42 },
] as const;

/** The lying-in: its episode, the visits KF1 to KF4, and the two capsules of vitamin A. */
export function recordLyingIn(life: Life, { mother, ends, miscarried, children }: Pregnancy): void {
  const { random, world } = life;
  const services = servicesOn(life, ends);
  const first = children[0];
  if (miscarried || first === undefined || ends < world.since || ends > world.until || services === undefined) return;
  const delivered = instantOf(ends, first.bornMinutes, world.zoneMinutes);
  const isOver = ends + 42 <= world.until;
  const care = episode(life, {
    person: mother,
    type: { system: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare-type', code: 'PNC', display: 'Postnatal Care' },
    profile: 'episodeofcare-postnatal',
    services,
    start: delivered,
    ...(isOver ? { end: instantOf(ends + 42, 12 * 60, world.zoneMinutes) } : {}),
  });
  const keeps = () => random.chance(rates.postnatal.keepsVisit * services.reach ** 0.4);
  const minutes = first.bornMinutes + random.integer(7, 46) * 60;
  const visits = [
    { value: 'KF1', day: ends + Math.floor(minutes / 1440), minutes: minutes % 1440 },
    ...windows.map(({ label, from, to }) => ({ value: label, day: ends + random.integer(from, to), minutes: undefined })),
  ];
  const takesVitamin = random.chance(rates.postnatal.vitaminA);
  for (const { value, day, minutes: start } of visits) {
    if (!keeps() || !isRecorded(mother, day, world)) continue;
    const label = { system: systems.postnatalVisit, value };
    const at = visit(life, mother, 'postnatal', day, { label, episode: care, ...(start === undefined ? {} : { minutes: start }) });
    if (at === undefined) continue;
    observe(life, at, 'systolic', Math.round(random.normal(113, 10)));
    observe(life, at, 'diastolic', Math.round(random.normal(74, 7)));
    if (value === 'KF1' && takesVitamin) dispense(life, at, medicines.vitaminA, 2);
  }
}
