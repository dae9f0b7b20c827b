import type { FhirResource } from '../../src/fhir/resource.js';

const kemkes = 'http://terminology.kemkes.go.id/CodeSystem';
const loinc = 'http://loinc.org';
const snomed = 'http://snomed.info/sct';
const ucum = 'http://unitsofmeasure.org';

const lastPeriod = '2026-01-10';
const delivery = '2026-10-12T01:00:00+00:00';
const dayMs = 86_400_000;

const home = [
  {
    use: 'home',
    country: 'ID',
    extension: [
      {
        url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode',
        extension: [
          { url: 'province', valueCode: '62' },
          { url: 'city', valueCode: '6202' },
          { url: 'district', valueCode: '620206' },
          { url: 'village', valueCode: '6202061001' },
        ],
      },
    ],
  },
];

/**
 * The pregnant women of one Puskesmas, numbered from 0 to 998, made so that the programme's published counts come out: 901 of them delivered, 289 came in
 * trimester 1, 300 had a haemoglobin (12 mild and 2 moderate anaemia), 433 an arm circumference (58 thin), 185 got MMS and 32 iron tablets, and so on.
 */
export function publishedWoman(index: number): readonly FhirResource[] {
  const id = `donomulyo-${index}`;
  const subject = { reference: `Patient/${id}` };
  let count = 0;
  const resource = (resourceType: string, content: object): FhirResource => {
    count += 1;
    return { resourceType, id: `${id}-${count}`, ...content } as FhirResource;
  };
  const observation = (system: string, code: string, when: string, value: object = {}): FhirResource =>
    resource('Observation', { status: 'final', code: concept(system, code), subject, effectiveDateTime: when, ...value });
  const quantity = (system: string, code: string, when: string, value: number, unit: string): FhirResource =>
    observation(system, code, when, { valueQuantity: { value, unit, system: ucum, code: unit } });
  const contact = (day: number, doctor = false): FhirResource =>
    resource('Encounter', {
      status: 'finished',
      identifier: [{ system: `${kemkes}/episodeofcare/ANC`, value: 'K1M' }],
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      ...(doctor ? { participant: [{ type: [concept(snomed, '309343006')] }] } : {}),
      subject,
      period: { start: onDay(day) },
    });
  const procedure = (system: string, code: string, day: number, category: object = {}): FhirResource =>
    resource('Procedure', { status: 'completed', ...category, code: concept(system, code), subject, performedDateTime: onDay(day) });
  const dispense = (system: string, code: string, tablets: number): FhirResource =>
    resource('MedicationDispense', {
      status: 'completed',
      medicationCodeableConcept: concept(system, code),
      subject,
      quantity: { value: tablets },
      whenHandedOver: onDay(40),
    });
  const twelveComponents = (): readonly FhirResource[] => [
    quantity(loinc, '29463-7', onDay(60), 55, 'kg'),
    quantity(loinc, '8302-2', onDay(60), 155, 'cm'),
    quantity(loinc, '8480-6', onDay(60), 110, 'mm[Hg]'),
    quantity(loinc, '8462-4', onDay(60), 70, 'mm[Hg]'),
    quantity(loinc, '11881-0', onDay(150), 20, 'cm'),
    quantity(loinc, '55283-6', onDay(150), 140, '/min'),
    ...['883-9', '68961-2', '20508-8', '75410-1', '5804-0'].map((code) => observation(loinc, code, onDay(60))),
    resource('Immunization', {
      status: 'completed',
      vaccineCode: concept('http://hl7.org/fhir/sid/cvx', '139'),
      patient: subject,
      occurrenceDateTime: onDay(60),
    }),
    procedure(snomed, '61310001', 60, { category: concept(snomed, '409073007') }),
    procedure(snomed, '386816005', 60),
  ];
  const delivered = index < 901;
  return [
    { resourceType: 'Patient', id, gender: 'female', birthDate: '1998-04-12', address: home } as FhirResource,
    resource('EpisodeOfCare', {
      status: delivered ? 'finished' : 'active',
      type: [concept(`${kemkes}/episodeofcare-type`, 'ANC')],
      patient: subject,
      period: { start: `${lastPeriod}T00:00:00+00:00`, ...(delivered ? { end: delivery } : {}) },
    }),
    ...(delivered ? [observation(loinc, '93857-1', delivery, { valueDateTime: delivery })] : []),
    ...(index < 289 ? [contact(60, true)] : []),
    ...(index < 28 ? [contact(120), contact(150), contact(200, true), contact(220), contact(240)] : []),
    ...(index < 27 ? twelveComponents() : []),
    ...(index < 201 ? [procedure('http://hl7.org/fhir/sid/icd-9-cm', '88.78', 60)] : []),
    ...(index < 85 ? [procedure('http://hl7.org/fhir/sid/icd-9-cm', '88.78', 210)] : []),
    ...(index < 300 ? [quantity(loinc, '718-7', onDay(60), index < 100 || index >= 114 ? 12 : index < 112 ? 10.5 : 8.5, 'g/dL')] : []),
    ...(index < 433 ? [quantity(snomed, '284473002', onDay(60), index < 200 || index >= 258 ? 26 : 22, 'cm')] : []),
    ...(index < 185 ? [dispense('https://lontar.id/fhir/CodeSystem/supplement', 'MMS', 180)] : []),
    ...(index >= 185 && index < 217 ? [dispense('http://sys-ids.kemkes.go.id/kfa', '92000653', 180)] : []),
    ...(index < 53
      ? [1, 2, 3, 4, 5, 6].map((month) => observation(`${kemkes}/clinical-term`, 'OC000127', onDay(month * 30), { valueInteger: 30 }))
      : []),
  ];
}

function concept(system: string, code: string): object {
  return { coding: [{ system, code }] };
}

/** Ten in the morning, WIB, that many days after the last period. */
function onDay(days: number): string {
  return `${new Date(Date.parse(lastPeriod) + days * dayMs).toISOString().slice(0, 10)}T03:00:00+00:00`;
}
