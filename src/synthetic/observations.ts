import { clinicalTerm, loinc, snomed } from './codes.js';
import type { Coding } from './resource.js';

interface ObservationKind {
  /** Last part of our profile's URL. */
  readonly profile: string;
  readonly category: 'vital-signs' | 'laboratory' | 'exam' | 'survey';
  readonly code: Coding;
  readonly value: 'integer' | 'boolean' | 'coded' | 'dateTime' | 'text' | { readonly unit: string };
}

/** Every kind of Observation that lives leave behind, with the profile that it claims and how its value is told. */
export const observationKinds = {
  lastPeriod: kind('last-menstrual-period', 'survey', loinc('8665-2', 'Last menstrual period start date'), 'dateTime'),
  expectedDelivery: kind('expected-delivery', 'survey', loinc('11778-8', 'Delivery date Estimated'), 'dateTime'),
  gestationalAge: kind('gestational-age', 'survey', loinc('18185-9', 'Gestational age'), { unit: 'wk' }),
  gravidity: kind('pregnancy-count', 'survey', loinc('11996-6', '[#] Pregnancies'), 'integer'),
  weight: kind('body-weight', 'vital-signs', loinc('29463-7', 'Body weight'), { unit: 'kg' }),
  height: kind('body-length', 'vital-signs', loinc('8302-2', 'Body height'), { unit: 'cm' }),
  lengthLying: kind('body-length', 'vital-signs', loinc('8306-3', 'Body height --lying'), { unit: 'cm' }),
  heightStanding: kind('body-length', 'vital-signs', loinc('8308-9', 'Body height --standing'), { unit: 'cm' }),
  systolic: kind('blood-pressure', 'vital-signs', loinc('8480-6', 'Systolic blood pressure'), { unit: 'mm[Hg]' }),
  diastolic: kind('blood-pressure', 'vital-signs', loinc('8462-4', 'Diastolic blood pressure'), { unit: 'mm[Hg]' }),
  upperArm: kind('upper-arm', 'exam', snomed('284473002', 'Mid upper arm circumference'), { unit: 'cm' }),
  fundalHeight: kind('fundal-height', 'exam', loinc('11881-0', 'Uterus Fundal height Tape measure'), { unit: 'cm' }),
  fetalHeartRate: kind('fetal-heart-rate', 'exam', loinc('55283-6', 'Fetal Heart rate'), { unit: '/min' }),
  haemoglobin: kind('haemoglobin', 'laboratory', loinc('718-7', 'Hemoglobin [Mass/volume] in Blood'), { unit: 'g/dL' }),
  bloodGroup: kind('blood-type', 'laboratory', loinc('883-9', 'ABO group [Type] in Blood'), 'coded'),
  hiv: kind('hiv-test', 'laboratory', loinc('68961-2', 'HIV 1 Ab [Presence] in Serum, Plasma or Blood by Rapid immunoassay'), 'coded'),
  syphilis: kind('triple-elimination', 'laboratory', loinc('20508-8', 'Reagin Ab [Units/volume] in Serum or Plasma by RPR'), 'coded'),
  hepatitisB: kind(
    'triple-elimination',
    'laboratory',
    loinc('75410-1', 'Hepatitis B virus surface Ag [Presence] in Serum, Plasma or Blood by Rapid immunoassay'),
    'coded',
  ),
  urineProtein: kind('observation', 'laboratory', loinc('5804-0', 'Protein [mass/volume] in urine by test strip'), { unit: 'mg/dL' }),
  mentalHealth: kind('observation', 'survey', snomed('386816005', 'Mental health screening'), 'integer'),
  tabletsTaken: kind(
    'iron-tablets-taken',
    'survey',
    clinicalTerm('OC000127', 'Jumlah TTD dikonsumsi dalam satu bulan terakhir'),
    'integer',
  ),
  deliveryTime: kind('delivery-time', 'survey', loinc('93857-1', 'Date and time of obstetric delivery'), 'dateTime'),
  deliveryPlace: kind('delivery-place', 'survey', loinc('72150-6', 'Delivery location'), 'coded'),
  attendant: kind('birth-attendant', 'survey', clinicalTerm('OC000013', 'Penolong Persalinan'), 'coded'),
  birthWeight: kind('birth-weight', 'survey', loinc('8339-4', 'Birth weight Measured'), { unit: 'g' }),
  apgar: kind('apgar', 'survey', loinc('9274-2', '5 minute Apgar Score'), { unit: '{score}' }),
  thyroid: kind('thyroid-screening', 'laboratory', loinc('29575-8', 'Thyrotropin [Units/volume] in DBS'), { unit: 'm[IU]/L' }),
  exclusiveBreastfeeding: kind('exclusive-breastfeeding', 'survey', snomed('1145307003', 'Exclusively breastfed'), 'boolean'),
  complementaryFeeding: kind('feeding', 'survey', clinicalTerm('OC000009', 'Mendapatkan Makanan Pendamping ASI (MPASI)'), 'boolean'),
  headCircumference: kind('head-circumference', 'vital-signs', loinc('9843-4', 'Head Occipital-frontal circumference'), { unit: 'cm' }),
  weightGained: kind('observation', 'exam', clinicalTerm('OC000012', 'Kenaikan Berat Badan Adekuat'), 'boolean'),
  severeMalnutritionCare: kind('observation', 'exam', clinicalTerm('OC000144', 'Pemeriksaan layanan gizi buruk'), 'boolean'),
  smoking: kind('smoking', 'survey', loinc('72166-2', 'Tobacco smoking status'), 'coded'),
  waist: kind('waist', 'exam', snomed('276361009', 'Waist circumference'), { unit: 'cm' }),
  bodyMassIndex: kind('body-mass-index', 'vital-signs', loinc('39156-5', 'Body mass index (BMI) [Ratio]'), { unit: 'kg/m2' }),
  glucose: kind('blood-glucose', 'laboratory', loinc('2345-7', 'Glucose [Mass/volume] in Serum or Plasma'), { unit: 'mg/dL' }),
  fastingGlucose: kind('blood-glucose', 'laboratory', loinc('1558-6', 'Fasting glucose [Mass/volume] in Serum or Plasma'), {
    unit: 'mg/dL',
  }),
  cholesterol: kind('lipid', 'laboratory', loinc('2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma'), { unit: 'mg/dL' }),
  rightEye: kind('observation', 'exam', loinc('79882-7'), 'text'),
  whisper: kind('observation', 'exam', snomed('247301006'), 'boolean'),
  hba1c: kind('hba1c', 'laboratory', loinc('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood'), { unit: '%' }),
  acetoWhite: kind(
    'cervical-screening',
    'exam',
    { system: 'http://terminology.kemkes.go.id/CodeSystem/examination', code: 'X099241' },
    'coded',
  ),
  barthel: kind('barthel', 'survey', loinc('96762-0', 'Barthel index panel'), { unit: '{score}' }),
  sputum: kind('tuberculosis-test', 'laboratory', loinc('88874-3'), 'coded'),
  deathTime: kind('death-time', 'survey', loinc('81956-5', 'Date and time of death [TimeStamp]'), 'dateTime'),
} as const satisfies Readonly<Record<string, ObservationKind>>;

export type ObservationName = keyof typeof observationKinds;

function kind(profile: string, category: ObservationKind['category'], code: Coding, value: ObservationKind['value']): ObservationKind {
  return { profile: profile === 'observation' ? profile : `observation-${profile}`, category, code, value };
}
