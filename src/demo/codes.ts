import type { Coding } from '@medplum/fhirtypes';

export const systems = {
  nik: 'https://fhir.kemkes.go.id/id/nik',
  motherNik: 'https://fhir.kemkes.go.id/id/nik-ibu',
  facility: (kind: string, organization: string) => `http://sys-ids.kemkes.go.id/${kind}/${organization}`,
  antenatalVisit: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC',
} as const;

const kemkes = (name: string): { readonly profile: string[] } => ({
  profile: [`https://fhir.kemkes.go.id/r4/StructureDefinition/${name}`],
});
const lontar = (name: string): { readonly profile: string[] } => ({ profile: [`https://lontar.id/fhir/StructureDefinition/${name}`] });

/** `meta` of each kind of resource: the profile that it claims to meet. */
export const claims = {
  patient: kemkes('Patient'),
  newborn: lontar('patient-newborn'),
  puskesmas: lontar('organization-puskesmas'),
  pustu: lontar('organization-pustu'),
  posyandu: lontar('organization-posyandu'),
  village: lontar('location-village'),
  area: lontar('location-area'),
  service: lontar('location-service'),
  practitioner: lontar('practitioner'),
  role: lontar('practitionerrole'),
  pregnancy: lontar('episodeofcare-pregnancy'),
  antenatal: lontar('encounter-antenatal'),
  immunisationVisit: lontar('encounter-immunization'),
  posyanduDay: lontar('encounter-posyandu'),
  delivery: lontar('encounter'),
  immunisation: lontar('immunization'),
  haemoglobin: lontar('observation-haemoglobin'),
  lastPeriod: lontar('observation-last-menstrual-period'),
  gestationalAge: lontar('observation-gestational-age'),
  deliveryTime: lontar('observation-delivery-time'),
  weight: lontar('observation-body-weight'),
  lengthLying: lontar('observation-body-length'),
  heightStanding: lontar('observation-body-length'),
} as const;

const loinc = (code: string, display: string): Coding => ({ system: 'http://loinc.org', code, display });
const cvx = (code: string, display: string): Coding => ({ system: 'http://hl7.org/fhir/sid/cvx', code, display });
const kfa = (code: string): Coding => ({ system: 'http://sys-ids.kemkes.go.id/kfa', code });

export const observations = {
  lastPeriod: loinc('8665-2', 'Last menstrual period start date'),
  gestationalAge: loinc('18185-9', 'Gestational age'),
  haemoglobin: loinc('718-7', 'Hemoglobin [Mass/volume] in Blood'),
  deliveryTime: loinc('93857-1', 'Date and time of obstetric delivery'),
  weight: loinc('29463-7', 'Body weight'),
  lengthLying: loinc('8306-3', 'Body height --lying'),
  heightStanding: loinc('8308-9', 'Body height --standing'),
} as const;

export type Vaccine = keyof typeof vaccines;

export const vaccines = {
  HB0: [kfa('93008995')],
  BCG: [cvx('19', 'BCG'), kfa('93005208')],
  OPV: [cvx('178', 'OPV bivalent'), kfa('93004972')],
  IPV: [cvx('10', 'IPV'), kfa('93004736')],
  DPT: [cvx('198', 'DTP-hepB-Hib Pentavalent Non-US'), kfa('93001282')],
  MR: [cvx('4', 'M/R'), kfa('93005779')],
} as const satisfies Readonly<Record<string, readonly Coding[]>>;

/** Doses of complete basic immunisation with the age in days they fall due at; sources: the national schedule for infants. */
export const schedule: ReadonlyArray<{ readonly vaccine: Vaccine; readonly dose: number; readonly dueDays: number }> = [
  { vaccine: 'HB0', dose: 1, dueDays: 0 },
  { vaccine: 'BCG', dose: 1, dueDays: 28 },
  { vaccine: 'OPV', dose: 1, dueDays: 28 },
  { vaccine: 'DPT', dose: 1, dueDays: 61 },
  { vaccine: 'OPV', dose: 2, dueDays: 61 },
  { vaccine: 'DPT', dose: 2, dueDays: 91 },
  { vaccine: 'OPV', dose: 3, dueDays: 91 },
  { vaccine: 'DPT', dose: 3, dueDays: 122 },
  { vaccine: 'OPV', dose: 4, dueDays: 122 },
  { vaccine: 'IPV', dose: 1, dueDays: 122 },
  { vaccine: 'MR', dose: 1, dueDays: 274 },
];
