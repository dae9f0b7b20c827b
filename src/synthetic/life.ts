import { type Day, instantOf } from './calendar.js';
import { clinicalTerm, lontar, systems } from './codes.js';
import type { VillageServices } from './facilities.js';
import { type ObservationName, observationKinds } from './observations.js';
import type { Person, Residence } from './person.js';
import type { Random } from './random.js';
import { type Coding, concept, type Made, type Reference } from './resource.js';
import type { StaffMember } from './staff.js';
import type { World } from './world.js';

/** What writing down a household's lives needs, and where it is written down. */
export interface Life {
  readonly world: World;
  readonly random: Random;
  readonly residences: readonly Residence[];
  /** What arrives first, each thing once. */
  readonly records: Made[];
  /** Later versions of what has arrived, each thing once, and what is said of the household. */
  readonly revisions: Made[];
}

/** Who serves the household on a day; undefined once it has moved away. */
export function servicesOn({ residences }: Life, day: Day): VillageServices | undefined {
  return residences.findLast(({ from }, index) => index === 0 || from <= day)?.services;
}

const visitKinds = {
  antenatal: { profile: 'encounter-antenatal', class: 'AMB', at: 'puskesmas' },
  delivery: { profile: 'encounter', class: 'AMB', at: 'puskesmas' },
  postnatal: { profile: 'encounter-postnatal', class: 'AMB', at: 'puskesmas' },
  neonatal: { profile: 'encounter-neonatal', class: 'AMB', at: 'puskesmas' },
  clinic: { profile: 'encounter', class: 'AMB', at: 'puskesmas' },
  immunisation: { profile: 'encounter-immunization', class: 'FLD', at: 'posyandu', type: 'immunization' },
  posyandu: { profile: 'encounter-posyandu', class: 'FLD', at: 'posyandu', type: 'posyandu-day' },
  school: { profile: 'encounter', class: 'FLD', at: 'puskesmas', type: 'school-screening' },
  healthCheck: { profile: 'encounter', class: 'AMB', at: 'puskesmas', type: 'ckg' },
  homeVisit: { profile: 'encounter-home-visit', class: 'HH', at: 'posyandu', type: 'home-visit' },
} as const;

const classNames = { AMB: 'ambulatory', FLD: 'field', HH: 'home health' } as const;
const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

export interface Visit {
  readonly person: Person;
  readonly day: Day;
  /** When it began, in UTC. */
  readonly start: string;
  readonly end: string;
  readonly reference: Reference;
  readonly staff: StaffMember;
  readonly services: VillageServices;
}

export interface VisitOptions {
  readonly profession?: 'midwife' | 'kader' | 'doctor';
  readonly withDoctor?: boolean;
  /** Identifier that labels the visit, such as K1M. */
  readonly label?: { readonly system: string; readonly value: string };
  readonly episode?: Reference;
  readonly minutes?: number;
}

/** Writes down a visit; undefined where nobody serves the household on that day. */
export function visit(life: Life, person: Person, kind: keyof typeof visitKinds, day: Day, options: VisitOptions = {}): Visit | undefined {
  const { random, world } = life;
  const services = servicesOn(life, day);
  if (services === undefined) return undefined;
  const { profile, class: actClass, at, ...more } = visitKinds[kind];
  const profession = options.profession ?? 'midwife';
  const staff = random.pick(profession === 'kader' ? services.kader : profession === 'doctor' ? services.doctors : services.midwives);
  const minutes = options.minutes ?? 8 * 60 + random.integer(0, 200);
  const start = instantOf(day, minutes, world.zoneMinutes);
  const end = instantOf(day, minutes + random.integer(10, 40), world.zoneMinutes);
  const id = random.uuid();
  life.records.push({
    resourceType: 'Encounter',
    id,
    meta: lontar(profile),
    identifier: [
      { use: 'official', system: systems.facility('encounter', services.organizationNumber), value: id },
      ...(options.label === undefined ? [] : [options.label]),
    ],
    status: 'finished',
    statusHistory: [
      { status: 'arrived', period: { start, end: start } },
      { status: 'finished', period: { start, end } },
    ],
    class: { system: actCode, code: actClass, display: classNames[actClass] },
    ...('type' in more ? { type: [concept({ system: systems.visitType, code: more.type })] } : {}),
    subject: person.reference,
    ...(options.episode === undefined ? {} : { episodeOfCare: [options.episode] }),
    participant: [staff.participation, ...(options.withDoctor === true ? [random.pick(services.doctors).participation] : [])],
    period: { start, end },
    location: [{ location: services.clinic }],
    serviceProvider: services[at],
  });
  return { person, day, start, end, reference: { reference: `Encounter/${id}` }, staff, services };
}

const categories = Object.fromEntries(
  (['vital-signs', 'laboratory', 'exam', 'survey'] as const).map((code) => [
    code,
    [concept({ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code })],
  ]),
);

/** Writes down a finding of a visit; the value as the kind tells it: a number, a boolean, a coding, or a date with or without time. */
export function observe(
  life: Life,
  at: Visit,
  what: ObservationName,
  value: number | boolean | string | Coding,
  more: { readonly interpretation?: string; readonly start?: string } = {},
): string {
  const { profile, category, code, value: form } = observationKinds[what];
  const id = life.random.uuid();
  const start = more.start ?? at.start;
  life.records.push({
    resourceType: 'Observation',
    id,
    meta: lontar(profile),
    status: 'final',
    category: categories[category],
    code: concept(code),
    subject: at.person.reference,
    encounter: at.reference,
    effectiveDateTime: start,
    issued: at.end,
    performer: [at.staff.reference],
    ...valueElement(form, value),
    ...(more.interpretation === undefined ? {} : { interpretation: [concept(clinicalTerm(more.interpretation))] }),
  });
  return id;
}

function valueElement(form: (typeof observationKinds)[ObservationName]['value'], value: number | boolean | string | Coding): object {
  if (typeof form === 'object') return { valueQuantity: { value, unit: form.unit, system: systems.units, code: form.unit } };
  if (form === 'coded') return { valueCodeableConcept: { coding: [value] } };
  if (form === 'integer') return { valueInteger: value };
  if (form === 'text') return { valueString: value };
  return form === 'boolean' ? { valueBoolean: value } : { valueDateTime: value };
}

export interface EpisodeFacts {
  readonly person: Person;
  readonly type: Coding;
  readonly profile: string;
  readonly services: VillageServices;
  readonly start: string;
  /** Present once it is over. */
  readonly end?: string;
}

/** Writes down an episode of care. */
export function episode(life: Life, { person, type, profile, services, start, end }: EpisodeFacts): Reference {
  const id = life.random.uuid();
  const finished = end === undefined ? {} : { end };
  life.records.push({
    resourceType: 'EpisodeOfCare',
    id,
    meta: lontar(profile),
    identifier: [{ use: 'official', system: systems.facility('episode-of-care', services.organizationNumber), value: id }],
    status: end === undefined ? 'active' : 'finished',
    statusHistory: [{ status: 'active', period: { start, ...finished } }],
    type: [concept(type)],
    patient: person.reference,
    managingOrganization: services.puskesmas,
    period: { start, ...finished },
  });
  return { reference: `EpisodeOfCare/${id}` };
}

/** Writes down a diagnosis. */
export function diagnose(life: Life, at: Visit, code: Coding, status: 'active' | 'resolved' = 'active'): void {
  const id = life.random.uuid();
  life.records.push({
    resourceType: 'Condition',
    id,
    meta: lontar('condition'),
    identifier: [{ use: 'official', system: systems.facility('condition', at.services.organizationNumber), value: id }],
    clinicalStatus: concept({ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: status }),
    verificationStatus: concept({ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }),
    category: [concept({ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'encounter-diagnosis' })],
    code: concept(code),
    subject: at.person.reference,
    encounter: at.reference,
    onsetDateTime: at.start,
    recordedDate: at.start,
    recorder: at.staff.reference,
  });
}

/** Writes down something done. */
export function perform(life: Life, at: Visit, code: Coding, category: Coding, profile = 'procedure', start = at.start): void {
  life.records.push({
    resourceType: 'Procedure',
    id: life.random.uuid(),
    meta: lontar(profile),
    status: 'completed',
    category: concept(category),
    code: concept(code),
    subject: at.person.reference,
    encounter: at.reference,
    performedDateTime: start,
    performer: [{ actor: at.staff.reference }],
  });
}

/** Writes down medicine handed over. */
export function dispense(life: Life, at: Visit, medicine: Coding, number: number): void {
  life.records.push({
    resourceType: 'MedicationDispense',
    id: life.random.uuid(),
    meta: lontar('medicationdispense'),
    status: 'completed',
    medicationCodeableConcept: concept(medicine),
    subject: at.person.reference,
    context: at.reference,
    performer: [{ actor: at.staff.reference }],
    quantity: { value: number, unit: 'tablet', system: 'http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm', code: 'TAB' },
    whenHandedOver: at.end,
  });
}

/** Writes down the answers to a questionnaire: each group with its questions, or questions alone. Those about a household wait for its Group, which comes last. */
export function answer(life: Life, at: Visit, questionnaire: string, item: readonly object[], household?: Reference): void {
  const target = household === undefined ? life.records : life.revisions;
  target.push({
    resourceType: 'QuestionnaireResponse',
    id: life.random.uuid(),
    meta: lontar('questionnaireresponse'),
    questionnaire,
    status: 'completed',
    subject: household ?? at.person.reference,
    encounter: at.reference,
    authored: at.end,
    author: at.staff.reference,
    item,
  });
}
