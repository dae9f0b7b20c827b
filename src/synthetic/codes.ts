import type { Coding } from './resource.js';

export const systems = {
  nik: 'https://fhir.kemkes.go.id/id/nik',
  motherNik: 'https://fhir.kemkes.go.id/id/nik-ibu',
  familyCard: 'https://fhir.kemkes.go.id/id/kk',
  facility: (kind: string, organization: string) => `http://sys-ids.kemkes.go.id/${kind}/${organization}`,
  area: 'http://sys-ids.kemkes.go.id/administrative-area',
  antenatalVisit: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC',
  postnatalVisit: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/puerperium',
  neonatalVisit: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/neonate',
  visitType: 'https://lontar.id/fhir/CodeSystem/visit-type',
  units: 'http://unitsofmeasure.org',
  /** What a made-up resource is labelled with: its errors and corrections. */
  label: 'https://lontar.id/fhir/CodeSystem/synthetic',
} as const;

const coder =
  (system: string) =>
  (code: string, display?: string): Coding =>
    display === undefined ? { system, code } : { system, code, display };

export const loinc = coder('http://loinc.org');
export const snomed = coder('http://snomed.info/sct');
export const clinicalTerm = coder('http://terminology.kemkes.go.id/CodeSystem/clinical-term');
export const icd10 = coder('http://hl7.org/fhir/sid/icd-10');
export const kfa = coder('http://sys-ids.kemkes.go.id/kfa');
export const cvx = coder('http://hl7.org/fhir/sid/cvx');
export const facilityType = coder('http://terminology.kemkes.go.id/CodeSystem/organization-type');
export const staffRole = coder('https://lontar.id/fhir/CodeSystem/staff-role');

/** `meta` with the profile of the national platform that a resource claims to meet. */
export const kemkes = (name: string): { readonly profile: readonly string[] } => ({
  profile: [`https://fhir.kemkes.go.id/r4/StructureDefinition/${name}`],
});
/** The same with a profile of ours. */
export const lontar = (name: string): { readonly profile: readonly string[] } => ({
  profile: [`https://lontar.id/fhir/StructureDefinition/${name}`],
});

/** Answers that several parts of a life give. */
export const values = {
  reactive: snomed('11214006', 'Reactive'),
  nonReactive: snomed('131194007', 'Non-Reactive'),
  smoker: snomed('77176002', 'Smoker'),
  neverSmoked: snomed('266919005', 'Never smoked tobacco'),
  negative: snomed('260385009', 'Negative'),
  positive: snomed('10828004', 'Positive'),
} as const;

export const medicines = {
  iron: kfa('92000653', 'Ferrous Fumarate 60 mg / Folic Acid 0,4 mg Tablet Salut Gula'),
  weeklyIron: kfa('93001004'),
  micronutrients: { system: 'https://lontar.id/fhir/CodeSystem/supplement', code: 'MMS' },
  vitaminA: kfa('93001118'),
  amlodipine: kfa('93001819'),
  isoniazid: kfa('93002393'),
} as const satisfies Readonly<Record<string, Coding>>;
