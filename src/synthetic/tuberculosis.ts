import { type Day, instantOf, yearsBetween } from './calendar.js';
import { clinicalTerm, icd10, lontar, medicines, systems, values } from './codes.js';
import { diagnose, episode, type Life, observe, servicesOn, type Visit, visit } from './life.js';
import { isRecorded, type Person } from './person.js';
import { type Questions, recordQuestions } from './questions.js';
import { rates } from './rates.js';
import { concept } from './resource.js';

const treatmentDays = 180;

/** A person's brush with tuberculosis: suspected and tested, or found and treated, with the household as contacts. Returns whether it was found. */
export function recordTuberculosis(life: Life, person: Person, contacts: readonly Person[]): boolean {
  const { random, world } = life;
  const years = (world.until - world.since) / 365.25;
  const isCase = yearsBetween(person.born, world.until) >= 3 && random.chance(rates.tuberculosis.yearly * years);
  if (!isCase && !random.chance(rates.tuberculosis.suspected * years)) return false;
  const day = random.integer(world.since, world.until);
  const at = isRecorded(person, day, world) ? visit(life, person, 'clinic', day, { profession: 'doctor' }) : undefined;
  if (at === undefined) return false;
  diagnose(life, at, clinicalTerm('QRI000001', 'Terduga TBC SO'), 'resolved');
  if (isCase || random.chance(0.9)) observe(life, at, 'sputum', isCase ? values.positive : values.negative);
  if (!isCase) return false;
  recordTreatment(life, person, at);
  for (const contact of contacts) if (contact !== person) recordContact(life, contact, day);
  return true;
}

function recordTreatment(life: Life, person: Person, found: Visit): void {
  const { random, world } = life;
  const start: Day = found.day + random.integer(0, 7);
  const services = servicesOn(life, start);
  if (services === undefined || !isRecorded(person, start, world)) return;
  const ends = start + treatmentDays;
  const isOver = ends <= world.until && isRecorded(person, ends, world);
  const succeeds = random.chance(rates.tuberculosis.succeeds);
  diagnose(life, found, icd10('A15.0'), isOver && succeeds ? 'resolved' : 'active');
  const care = episode(life, {
    person,
    type: { system: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare-type', code: 'TB-SO' },
    profile: 'episodeofcare',
    services,
    start: instantOf(start, 9 * 60, world.zoneMinutes),
    ...(isOver ? { end: instantOf(ends, 9 * 60, world.zoneMinutes) } : {}),
  });
  for (let day = start; day < ends; day += 30) {
    if (!isRecorded(person, day, world)) break;
    const at = visit(life, person, 'clinic', day, { episode: care });
    if (at && day === start && random.chance(rates.tuberculosis.hivTested))
      observe(life, at, 'hiv', random.chance(0.03) ? values.reactive : values.nonReactive);
  }
  const visitDay = start + random.integer(2, 25);
  if (!random.chance(rates.tuberculosis.contactsVisited) || !isRecorded(person, visitDay, world)) return;
  const at = visit(life, person, 'homeVisit', visitDay, { profession: 'kader' });
  if (at) recordQuestions(life, at, 'kunjungan-tbc', contactQuestions(random.chance(rates.homeVisits.adherent), random.integer(1, 8)));
}

function contactQuestions(isAdherent: boolean, contacts: number): Questions {
  return {
    layanan: { pengawas: true, kontak: contacts },
    patuh: { 'tbc.ada': true, 'tbc.minum': isAdherent },
    tbc: { batuk: true, demam: false, berat: false },
  };
}

/** A contact is examined and, without tuberculosis, may start preventive therapy. */
function recordContact(life: Life, contact: Person, found: Day): void {
  const { random, world } = life;
  const day = found + random.integer(3, 30);
  const at = isRecorded(contact, day, world) ? visit(life, contact, 'clinic', day, { profession: 'doctor' }) : undefined;
  if (at === undefined) return;
  diagnose(life, at, icd10('Z20.1', 'Contact with and exposure to tuberculosis'));
  if (!random.chance(rates.tuberculosis.preventive)) return;
  const id = random.uuid();
  const number = (kind: string) => systems.facility(kind, at.services.organizationNumber);
  life.records.push({
    resourceType: 'MedicationRequest',
    id,
    meta: lontar('medicationrequest'),
    identifier: [
      { use: 'official', system: number('prescription'), value: id },
      { use: 'official', system: number('prescription-item'), value: `${id}-1` },
    ],
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: concept(medicines.isoniazid),
    subject: contact.reference,
    encounter: at.reference,
    authoredOn: at.end,
    requester: at.staff.reference,
    dosageInstruction: [{ text: '1 x 1' }],
  });
}
