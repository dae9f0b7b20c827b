import type { CodeableConcept, Encounter, EpisodeOfCare, Immunization, Observation, Patient, Quantity, Resource } from '@medplum/fhirtypes';
import { addMonths, type Day, dateOf, instantOf } from './calendar.js';
import { claims, observations, schedule, systems, vaccines } from './codes.js';
import { administrativeCode, type Facility, type Profession, participation, type StaffMember, type Village } from './facility.js';
import type { Person, Pregnancy } from './population.js';
import type { Random } from './random.js';

/** What the writing of a person's records needs to know. */
export interface Setting {
  readonly random: Random;
  readonly facility: Facility;
  readonly villages: readonly Village[];
  /** Minutes the villages' clocks are ahead of UTC. */
  readonly zoneMinutes: number;
  /** Last day of the story: nothing is recorded after it. */
  readonly end: Day;
}

/** How well a village is reached, from its index: makes the villages differ, as real ones do. */
function reach(village: number): number {
  return 0.9 + 0.09 * Math.sin(village * 2.4);
}

export function patientResource(person: Person, setting: Setting): Patient {
  const village = setting.villages[person.village];
  if (!village) throw new Error(`no village ${person.village}`);
  return {
    resourceType: 'Patient',
    id: person.id,
    meta: person.nik ? claims.patient : claims.newborn,
    active: true,
    identifier: person.nik
      ? [{ use: 'official', system: systems.nik, value: person.nik }]
      : [{ use: 'official', system: systems.motherNik, value: person.mother?.nik ?? '' }],
    name: [{ use: 'official', text: person.name }],
    gender: person.female ? 'female' : 'male',
    birthDate: dateOf(person.born),
    multipleBirthInteger: 0,
    address: [
      {
        use: 'home',
        line: [`RT ${person.rt} RW ${person.rw}`],
        city: village.name,
        country: 'ID',
        extension: [administrativeCode(village.code, person.rt, person.rw)],
      },
    ],
    managingOrganization: setting.facility.puskesmas,
  };
}

/** The pregnancy as the Puskesmas records it: episode, contacts with their measurements, and the delivery. */
export function pregnancyResources(pregnancy: Pregnancy, setting: Setting): Resource[] {
  const { random, end } = setting;
  const { mother, lastPeriod, delivered } = pregnancy;
  const last = Math.min(end, (delivered ?? end + 1) - 1);
  const contacts = contactDays(random, mother.village, lastPeriod).filter((day) => day <= last);
  const firstContact = contacts[0];
  if (firstContact === undefined && delivered === undefined) return [];
  const episode = episodeOfCare(pregnancy, firstContact ?? delivered ?? lastPeriod, setting);
  const resources: Resource[] = [episode];
  const haemoglobinMean = random.normal(12.1, 1.05);
  contacts.forEach((day, index) => {
    const week = Math.floor((day - lastPeriod) / 7);
    const doctor = (week < 13 || week >= 28) && random.chance(0.93 * reach(mother.village));
    const visit = encounter(
      mother,
      day,
      'antenatal',
      [pickStaff(setting, 'midwife'), ...(doctor ? [pickStaff(setting, 'doctor')] : [])],
      setting,
    );
    resources.push({
      ...visit.resource,
      identifier: [
        ...(visit.resource.identifier ?? []),
        { system: systems.antenatalVisit, value: index === 0 ? (week < 13 ? 'K1M' : 'K1A') : `K${Math.min(index + 1, 6)}` },
      ],
      episodeOfCare: [{ reference: `EpisodeOfCare/${episode.id}` }],
    });
    const gestation = { value: week, unit: 'wk', system: 'http://unitsofmeasure.org', code: 'wk' };
    resources.push(observation(mother, visit, 'gestationalAge', 'exam', { valueQuantity: gestation }, setting));
    const weight = kilograms(48 + (mother.born % 17) + Math.max(0, week - 12) * 0.38 + random.normal(0, 0.6));
    resources.push(observation(mother, visit, 'weight', 'vital-signs', { valueQuantity: weight }, setting));
    if (index === 0) {
      const valueDateTime = instantOf(lastPeriod, 7 * 60, setting.zoneMinutes);
      resources.push(observation(mother, visit, 'lastPeriod', 'survey', { valueDateTime }, setting));
    }
    if (random.chance(index === 0 ? 0.92 : week >= 28 ? 0.45 : 0.1)) {
      const value = Math.round((haemoglobinMean + random.normal(0, 0.45)) * 10) / 10;
      const haemoglobin = { value, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' };
      resources.push(observation(mother, visit, 'haemoglobin', 'laboratory', { valueQuantity: haemoglobin }, setting));
    }
  });
  if (delivered !== undefined) {
    const birth = encounter(mother, delivered, 'delivery', [pickStaff(setting, 'midwife')], setting, random.integer(0, 23 * 60));
    resources.push(birth.resource, observation(mother, birth, 'deliveryTime', 'survey', { valueDateTime: birth.start }, setting));
  }
  return resources;
}

/** The child's doses, one Encounter a session and one Immunization a dose. */
export function immunisationResources(child: Person, setting: Setting): Resource[] {
  const { random, end } = setting;
  const willing = random.chance(0.93 * reach(child.village));
  const delayDays = Math.abs(random.normal(0, 9));
  const sessions = new Map<Day, (typeof schedule)[number][]>();
  for (const dose of schedule) {
    const missed = dose.dueDays === 0 ? !random.chance(0.98) : !random.chance(willing ? 0.997 : 0.6);
    const day = child.born + dose.dueDays + (dose.dueDays === 0 ? 0 : Math.round(delayDays) + random.integer(0, 6));
    if (!missed && day <= end) sessions.set(day, [...(sessions.get(day) ?? []), dose]);
  }
  return [...sessions].flatMap(([day, doses]) => {
    const visit = encounter(child, day, 'immunisationVisit', [pickStaff(setting, 'midwife')], setting);
    return [visit.resource, ...doses.map((dose) => immunization(child, visit, dose, setting))];
  });
}

/** Monthly weighing at the Posyandu between two days, while the child is under five. */
export function growthResources(child: Person, from: Day, setting: Setting): Resource[] {
  const resources: Resource[] = [];
  const until = Math.min(setting.end, addMonths(child.born, 60) - 1);
  for (let month = 0; month < 60; month++) {
    const day = addMonths(child.born - (child.born % 28) + 8 + (child.village % 12), month);
    if (day < Math.max(from, child.born + 20) || day > until || !setting.random.chance(0.72 * reach(child.village))) continue;
    const visit = encounter(child, day, 'posyanduDay', [pickStaff(setting, 'kader')], setting);
    const ageMonths = (day - child.born) / 30.4375;
    const { length, weight } = typicalSize(ageMonths, child.female);
    const size = {
      value: Math.round((length + setting.random.normal(0, 1.6)) * 10) / 10,
      unit: 'cm',
      system: 'http://unitsofmeasure.org',
      code: 'cm',
    };
    const code = ageMonths < 24 ? 'lengthLying' : 'heightStanding';
    resources.push(
      visit.resource,
      observation(
        child,
        visit,
        'weight',
        'vital-signs',
        { valueQuantity: kilograms(weight + setting.random.normal(0, weight * 0.07)) },
        setting,
      ),
      observation(child, visit, code, 'vital-signs', { valueQuantity: size }, setting),
    );
  }
  return resources;
}

// A smooth curve near the median of healthy children: enough for plausible demo data, not a growth standard.
function typicalSize(ageMonths: number, female: boolean): { length: number; weight: number } {
  const length = 49.5 + 13.9 * Math.log1p(ageMonths / 4.2) + 0.36 * ageMonths - (female ? 0.9 : 0);
  return { length, weight: 3.3 + 2.55 * Math.log1p(ageMonths / 1.9) + 0.125 * ageMonths - (female ? 0.4 : 0) };
}

type VisitKind = 'antenatal' | 'immunisationVisit' | 'posyanduDay' | 'delivery';

// Where the guide has a code for the visit; an antenatal one is known by its label.
const visitTypes: Partial<Record<VisitKind, string>> = { immunisationVisit: 'immunization', posyanduDay: 'posyandu-day' };

interface Visit {
  readonly resource: Encounter;
  readonly start: string;
}

// Target weeks of six contacts; a woman comes to each with the reach of her village, some for the first time only late.
function contactDays(random: Random, village: number, lastPeriod: Day): Day[] {
  const late = random.chance(0.1);
  const planned = (late ? [16, 20, 26, 30, 34, 37] : [8, 15, 23, 29, 33, 37]).map((week) => week * 7 + Math.round(random.normal(0, 6)));
  if (random.chance(0.3)) planned.push(38 * 7 + random.integer(1, 7));
  return planned
    .filter(() => random.chance(0.7 + 0.3 * reach(village)))
    .map((days) => lastPeriod + days)
    .sort((a, b) => a - b);
}

function episodeOfCare(pregnancy: Pregnancy, opened: Day, setting: Setting): EpisodeOfCare & { id: string } {
  const { mother, delivered } = pregnancy;
  const start = instantOf(pregnancy.lastPeriod, 7 * 60, setting.zoneMinutes);
  const id = setting.random.uuid();
  return {
    resourceType: 'EpisodeOfCare',
    id,
    meta: claims.pregnancy,
    identifier: [{ system: systems.facility('episode-of-care', setting.facility.organizationNumber), value: `EOC-${id.slice(0, 8)}` }],
    status: delivered === undefined ? 'active' : 'finished',
    statusHistory: [{ status: 'active', period: { start: instantOf(opened, 8 * 60, setting.zoneMinutes) } }],
    type: [
      { coding: [{ system: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare-type', code: 'ANC', display: 'Antenatal Care' }] },
    ],
    patient: subject(mother),
    managingOrganization: setting.facility.puskesmas,
    period: { start, ...(delivered === undefined ? {} : { end: instantOf(delivered, 23 * 60, setting.zoneMinutes) }) },
  };
}

function encounter(
  person: Person,
  day: Day,
  kind: VisitKind,
  staff: readonly StaffMember[],
  setting: Setting,
  minutes = 8 * 60 + setting.random.integer(0, 180),
): Visit {
  const start = instantOf(day, minutes, setting.zoneMinutes);
  const period = { start, end: instantOf(day, minutes + 25, setting.zoneMinutes) };
  const id = setting.random.uuid();
  const resource: Encounter = {
    resourceType: 'Encounter',
    id,
    meta: claims[kind],
    identifier: [{ system: systems.facility('encounter', setting.facility.organizationNumber), value: `KJ-${id.slice(0, 13)}` }],
    status: 'finished',
    statusHistory: [
      { status: 'arrived', period: { start, end: start } },
      { status: 'finished', period },
    ],
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    ...(visitTypes[kind] === undefined
      ? {}
      : { type: [{ coding: [{ system: 'https://lontar.id/fhir/CodeSystem/visit-type', code: visitTypes[kind] }] }] }),
    subject: subject(person),
    participant: staff.map(participation),
    period,
    location: [{ location: setting.facility.clinic }],
    serviceProvider: setting.facility.puskesmas,
  };
  return { resource, start };
}

type ObservationValue = { readonly valueQuantity: Quantity } | { readonly valueDateTime: string };

function observation(
  person: Person,
  visit: Visit,
  what: keyof typeof observations,
  category: string,
  value: ObservationValue,
  setting: Setting,
): Observation {
  const id = setting.random.uuid();
  const concept: CodeableConcept = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] };
  return {
    resourceType: 'Observation',
    id,
    meta: claims[what],
    identifier: [{ system: systems.facility('observation', setting.facility.organizationNumber), value: `OB-${id.slice(0, 13)}` }],
    status: 'final',
    category: [concept],
    code: { coding: [observations[what]] },
    subject: subject(person),
    encounter: { reference: `Encounter/${visit.resource.id}` },
    effectiveDateTime: visit.start,
    issued: visit.start,
    ...(visit.resource.participant?.[0]?.individual ? { performer: [visit.resource.participant[0].individual] } : {}),
    ...value,
  } as Observation;
}

function immunization(child: Person, visit: Visit, { vaccine, dose }: (typeof schedule)[number], setting: Setting): Immunization {
  const midwife = visit.resource.participant?.[0]?.individual;
  return {
    resourceType: 'Immunization',
    meta: claims.immunisation,
    id: setting.random.uuid(),
    status: 'completed',
    vaccineCode: { coding: [...vaccines[vaccine]] },
    patient: subject(child),
    encounter: { reference: `Encounter/${visit.resource.id}` },
    occurrenceDateTime: visit.start,
    recorded: visit.start,
    primarySource: true,
    location: setting.facility.clinic,
    lotNumber: `LOT-${vaccine}-${visit.start.slice(0, 4)}`,
    expirationDate: `${Number(visit.start.slice(0, 4)) + 2}-12-31`,
    ...(midwife
      ? {
          performer: [
            {
              function: {
                coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0443', code: 'AP', display: 'Administering Provider' }],
              },
              actor: midwife,
            },
          ],
        }
      : {}),
    reasonCode: [
      {
        coding: [
          {
            system: 'http://terminology.kemkes.go.id/CodeSystem/immunization-reason',
            code: 'IM-Dasar',
            display: 'Imunisasi Program Rutin Dasar',
          },
          {
            system: 'http://terminology.kemkes.go.id/CodeSystem/immunization-routine-timing',
            code: 'IM-Ideal',
            display: 'Imunisasi Ideal',
          },
        ],
      },
    ],
    protocolApplied: [{ doseNumberPositiveInt: dose }],
  } as Immunization;
}

function pickStaff(setting: Setting, profession: Profession): StaffMember {
  return setting.random.pick(setting.facility.staff.filter((member) => member.profession === profession));
}

function subject(person: Person): { reference: string; display: string } {
  return { reference: `Patient/${person.id}`, display: person.name };
}

function kilograms(value: number): Quantity {
  return { value: Math.round(value * 10) / 10, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' };
}
