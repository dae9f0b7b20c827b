import type { Text } from '../fhir/outcome.js';

export interface Stage {
  readonly name: Text;
  /** Measure ids, with the group to show where it isn't the first. */
  readonly indicators: ReadonlyArray<{ readonly measure: string; readonly group?: number; readonly name: Text }>;
}

/** What the demo shows of each stage of life. */
export const stages: readonly Stage[] = [
  {
    name: { id: 'Ibu hamil', en: 'Pregnancy' },
    indicators: [
      shown('ANC-K1-MURNI', 'K1 murni', 'first visit in trimester 1'),
      { ...shown('ANC-K6', 'K6', 'six visits'), group: 2 },
      shown('ANC-ANEMIA', 'Anemia', 'anaemia'),
      shown('ANC-TTD180', 'TTD 180', '180 iron tablets'),
    ],
  },
  {
    name: { id: 'Bersalin, nifas', en: 'Delivery' },
    indicators: [
      shown('INC-PERSALINAN-FASKES', 'Di faskes', 'in a facility'),
      shown('PNC-KF-LENGKAP', 'KF lengkap', 'all postnatal visits'),
    ],
  },
  {
    name: { id: 'Bayi', en: 'Infants' },
    indicators: [
      shown('NEO-KN-LENGKAP', 'KN lengkap', 'all neonatal visits'),
      shown('ASI-EKSKLUSIF', 'ASI eksklusif', 'exclusively breastfed'),
      shown('IMUN-IDL', 'Imunisasi dasar', 'basic immunisation'),
    ],
  },
  {
    name: { id: 'Balita', en: 'Under five' },
    indicators: [
      shown('GIZI-DS', 'Ditimbang', 'weighed'),
      shown('GIZI-STUNTING', 'Stunting', 'stunted'),
      shown('GIZI-WASTING', 'Wasting', 'wasted'),
    ],
  },
  {
    name: { id: 'Sekolah, remaja', en: 'School age' },
    indicators: [
      shown('IMUN-BIAS-CR', 'BIAS MR kelas 1', 'MR in class 1'),
      shown('SEK-SKRINING', 'Skrining', 'screened'),
      shown('REM-ANEMIA', 'Anemia rematri', 'anaemia in girls'),
      { ...shown('REM-MEROKOK', 'Merokok', 'smoking'), group: 1 },
    ],
  },
  {
    name: { id: 'Dewasa', en: 'Adults' },
    indicators: [
      shown('PTM-SKRINING', 'Skrining PTM', 'screened for NCD'),
      shown('HT-KONTROL', 'Hipertensi terkendali', 'hypertension controlled'),
      shown('DM-SPM', 'Diabetes terkendali', 'diabetes controlled'),
      shown('KANKER-SERVIKS', 'IVA', 'cervix screened'),
    ],
  },
  { name: { id: 'Lansia', en: 'Elderly' }, indicators: [shown('LANSIA-SKRINING', 'AKS dan SKILAS', 'screened')] },
  {
    name: { id: 'Semua umur', en: 'All ages' },
    indicators: [
      shown('CKG-PARTISIPASI', 'CKG', 'free health check'),
      shown('TB-TERDUGA', 'Terduga TBC diperiksa', 'presumptive TB tested'),
      shown('KR-TAKAKSES', 'Belum terlayani', 'lacking a service'),
      shown('JKN-UHC', 'JKN', 'insured'),
    ],
  },
];

function shown(measure: string, id: string, en: string): Stage['indicators'][number] {
  return { measure, name: { id, en } };
}
