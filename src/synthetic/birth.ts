import { instantOf } from './calendar.js';
import { clinicalTerm, facilityType, icd10, snomed, systems } from './codes.js';
import type { Pregnancy } from './household.js';
import { giveDose } from './immunisation.js';
import { diagnose, episode, type Life, observe, perform, servicesOn, visit } from './life.js';
import { drawWhole } from './numbers.js';
import { isAlive, isRecorded, type Person } from './person.js';
import { rates } from './rates.js';
import type { Reference } from './resource.js';

const places = [
  facilityType('102', 'Pusat Kesehatan Masyarakat'),
  facilityType('104', 'Rumah Sakit'),
  facilityType('OT000013', 'Bidan Praktik Mandiri'),
] as const;
const atHealers = facilityType('OT000005', 'Rumah Dukun');
const doctor = snomed('309343006', 'Physician');
const midwife = snomed('309453006', 'Registered midwife');
const traditional = clinicalTerm('OV000012', 'Dukun');

/** Days after birth of the neonatal visits, after the first that is counted in hours. */
const neonatalDays = [
  { label: 'KN2', from: 3, to: 7 },
  { label: 'KN3', from: 8, to: 28 },
] as const;

/** The delivery on the mother's side, and each newborn's first month. `care` is the episode of the pregnancy, if she was seen before. */
export function recordBirth(life: Life, pregnancy: Pregnancy, care: Reference | undefined): void {
  const { random, world } = life;
  const { mother, ends, miscarried, children } = pregnancy;
  const first = children[0];
  if (miscarried || first === undefined || ends < world.since || ends > world.until) return;
  const at = visit(life, mother, 'delivery', ends, {
    minutes: Math.max(0, first.bornMinutes - 60),
    ...(care === undefined ? {} : { episode: care }),
  });
  if (at === undefined) return;
  observe(life, at, 'deliveryTime', instantOf(ends, first.bornMinutes, world.zoneMinutes));
  const isSkilled = random.chance(rates.delivery.skilled);
  observe(
    life,
    at,
    'deliveryPlace',
    isSkilled && random.chance(rates.delivery.facility / rates.delivery.skilled) ? random.pick(places) : atHealers,
  );
  observe(life, at, 'attendant', isSkilled ? (random.chance(0.25) ? doctor : midwife) : traditional);
  diagnose(life, at, icd10('Z37.0', 'Single Live Birth'), 'resolved');
  for (const child of children) recordNewborn(life, child, children.length > 1);
}

function recordNewborn(life: Life, child: Person, isTwin: boolean): void {
  const { random, world } = life;
  const { lowWeight, earlyBreastfeeding } = rates.delivery;
  const at = visit(life, child, 'delivery', child.born, { minutes: child.bornMinutes });
  if (at === undefined) return;
  const instant = (minutes: number) => instantOf(child.born, child.bornMinutes + minutes, world.zoneMinutes);
  const weight = drawWhole(random, lowWeight.mean - (isTwin ? 700 : 0), lowWeight.deviation, 900, 4900);
  observe(life, at, 'birthWeight', weight);
  observe(life, at, 'apgar', drawWhole(random, 9, 0.9, 2, 10));
  if (weight < 2500) diagnose(life, at, icd10('P07.1', 'Other low birth weight'));
  if (random.chance(earlyBreastfeeding)) {
    perform(
      life,
      at,
      snomed('431868002', 'Initiation of breastfeeding'),
      snomed('409073007', 'Education'),
      'procedure',
      instant(random.integer(10, 58)),
    );
  }
  if (random.chance(rates.immunisation.birthDose)) giveDose(life, at, { vaccine: 'HB0', dose: 1, reason: 'IM-Dasar' });
  recordNeonatalVisits(life, child);
}

function recordNeonatalVisits(life: Life, child: Person): void {
  const { random, world } = life;
  const services = servicesOn(life, child.born);
  if (services === undefined) return;
  const care = episode(life, {
    person: child,
    type: { system: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare-type', code: 'Neonate', display: 'Neonate' },
    profile: 'episodeofcare-neonatal',
    services,
    start: instantOf(child.born, child.bornMinutes, world.zoneMinutes),
    ...(world.until >= child.born + 28 && isAlive(child, child.born + 28)
      ? { end: instantOf(child.born + 28, 12 * 60, world.zoneMinutes) }
      : {}),
  });
  const keeps = () => random.chance(rates.postnatal.keepsVisit * services.reach ** 0.3);
  const hours = random.integer(7, 47);
  const minutes = child.bornMinutes + hours * 60;
  const day = child.born + Math.floor(minutes / 1440);
  if (keeps() && isRecorded(child, day, world)) {
    const label = { system: systems.neonatalVisit, value: 'KN1' };
    visit(life, child, 'neonatal', day, { label, episode: care, minutes: minutes % 1440 });
  }
  if (random.chance(rates.postnatal.thyroidTest) && isRecorded(child, child.born + 3, world)) {
    const at = visit(life, child, 'clinic', child.born + 3, { minutes: Math.max(0, child.bornMinutes - random.integer(20, 600)) });
    if (at) observe(life, at, 'thyroid', Math.round(random.normal(4.5, 1.5) * 10) / 10);
  }
  for (const { label: value, from, to } of neonatalDays) {
    const next = child.born + random.integer(from, to);
    if (!keeps() || !isRecorded(child, next, world)) continue;
    visit(life, child, 'neonatal', next, { label: { system: systems.neonatalVisit, value }, episode: care });
  }
}
