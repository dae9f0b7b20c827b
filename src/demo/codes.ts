import type { Coding } from '@medplum/fhirtypes';

export const systems = {
  nik: 'https://fhir.kemkes.go.id/id/nik',
  motherNik: 'https://fhir.kemkes.go.id/id/nik-ibu',
  facility: (kind: string, organization: string) => `http://sys-ids.kemkes.go.id/${kind}/${organization}`,
  antenatalVisit: 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC',
} as const;

const loinc = (code: string, display: string): Coding => ({ system: 'http://loinc.org', code, display });
const cvx = (code: string, display: string): Coding => ({ system: 'http://hl7.org/fhir/sid/cvx', code, display });
const kfa = (code: string, display: string): Coding => ({ system: 'http://sys-ids.kemkes.go.id/kfa', code, display });

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
  HB0: [kfa('93008995', 'Vaksin Hepatitis B 0,5 mL')],
  BCG: [cvx('19', 'BCG'), kfa('93005208', 'Vaksin BCG')],
  OPV: [cvx('178', 'OPV bivalent'), kfa('93004972', 'Vaksin Polio bivalen oral')],
  IPV: [cvx('10', 'IPV'), kfa('93004736', 'Vaksin Polio inaktif')],
  DPT: [cvx('198', 'DTP-hepB-Hib Pentavalent Non-US'), kfa('93001282', 'Vaksin DTP-HB-Hib')],
  MR: [cvx('4', 'M/R'), kfa('93005779', 'Vaksin Campak-Rubela')],
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
