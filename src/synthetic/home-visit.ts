import { type Day, dateOf, dayIn, yearOf, yearsBetween } from './calendar.js';
import type { ChronicIllness } from './chronic.js';
import type { Household, Pregnancy } from './household.js';
import { answer, type Life, visit } from './life.js';
import { isRecorded, type Person } from './person.js';
import { type Questions, recordQuestions } from './questions.js';
import type { Random } from './random.js';
import { rates } from './rates.js';

/** The danger signs that each checklist asks for. */
const dangerSigns = {
  'kunjungan-ibu-hamil': ['demam', 'pusing', 'cemas', 'diare', 'tbc', 'janin', 'jantung', 'cairan', 'kencing', 'perut'],
  'kunjungan-nifas': [
    'demam',
    'sedih',
    'kencing',
    'sesak',
    'kepala',
    'perdarahan',
    'kelamin',
    'cairan',
    'ulu-hati',
    'pandangan',
    'payudara',
    'lokia',
    'keputihan',
    'jantung',
  ],
  'kunjungan-bayi': [
    'napas',
    'aktivitas',
    'warna',
    'hisapan',
    'kejang',
    'suhu',
    'bab',
    'kencing',
    'tali-pusat',
    'mata',
    'kulit',
    'imunisasi',
  ],
  'kunjungan-balita': ['napas', 'batuk', 'diare', 'kencing', 'warna', 'aktivitas', 'hisapan', 'makan'],
} as const;

/** Services asked for, by checklist. */
const services = {
  'kunjungan-ibu-hamil': ['kelas', 'jiwa'],
  'kunjungan-nifas': ['jiwa'],
  'kunjungan-bayi': ['imunisasi'],
  'kunjungan-balita': ['imunisasi'],
  'kunjungan-remaja': ['hb', 'jiwa'],
  'kunjungan-dewasa': ['jiwa'],
  'kunjungan-lansia': ['jiwa'],
} as const;

const healthyFamily = 'https://lontar.id/fhir/Questionnaire/keluarga-sehat';

type Checklist = keyof typeof services;

/** The kader's visit to the household once a year: the family's checklist, and one for each member that is at risk. */
export function recordHomeVisits(
  life: Life,
  { id, members, pregnancies }: Household,
  illnesses: ReadonlyMap<Person, ChronicIllness>,
): void {
  const { random, world } = life;
  for (let year = yearOf(world.since); year <= yearOf(world.until); year++) {
    const day = dayIn(year, 1, 8) + random.integer(0, 330);
    if (day > world.until || !random.chance(rates.homeVisits.household)) continue;
    const present = members.filter((member) => isRecorded(member, day, world));
    const head = present[0];
    const at = head && visit(life, head, 'homeVisit', day, { profession: 'kader' });
    if (head === undefined || at === undefined) continue;
    const hasIllness = (what: keyof ChronicIllness) => present.some((member) => illnesses.get(member)?.[what] === true);
    const family = { reference: `Group/${id}` };
    if (random.chance(rates.homeVisits.survey)) answer(life, at, healthyFamily, surveyItems(random), family);
    const checked = {
      keluarga: { jkn: random.chance(0.95), ventilasi: random.chance(0.85), air: random.chance(0.9) },
      sakit: { odgj: false, tbc: false, hipertensi: hasIllness('hypertension'), diabetes: hasIllness('diabetes') },
    };
    recordQuestions(life, at, 'kunjungan-keluarga', checked, family);
    for (const member of present) {
      const checklist = checklistOf(member, day, pregnancies);
      const illness = illnesses.get(member);
      const isAtRisk = checklist !== 'kunjungan-dewasa' || illness?.hypertension === true || illness?.diabetes === true;
      if (!isAtRisk && !random.chance(0.15)) continue;
      const own = visit(life, member, 'homeVisit', day, { profession: 'kader' });
      if (own) recordQuestions(life, own, checklist, questionsOf(random, checklist, illness, day, world.until));
    }
  }
}

/** The twelve questions of the healthy-family survey (PIS-PK): yes, no, or does not apply. */
function surveyItems(random: Random): object[] {
  const isHealthy = random.chance(0.6);
  return Array.from({ length: 12 }, (_, index) => {
    const code = random.chance(0.3) ? 'N' : random.chance(isHealthy ? 0.97 : 0.65) ? 'Y' : 'T';
    return { linkId: String(index + 1), answer: [{ valueCoding: { system: 'https://lontar.id/fhir/CodeSystem/family-answer', code } }] };
  });
}

function checklistOf(member: Person, day: Day, pregnancies: readonly Pregnancy[]): Checklist {
  const own = pregnancies.filter(({ mother }) => mother === member);
  if (own.some(({ lastPeriod, ends }) => day >= lastPeriod + 60 && day < ends)) return 'kunjungan-ibu-hamil';
  if (own.some(({ ends, miscarried }) => !miscarried && day >= ends && day <= ends + 42)) return 'kunjungan-nifas';
  const days = day - member.born;
  const years = yearsBetween(member.born, day);
  if (days < 183) return 'kunjungan-bayi';
  if (years < 6) return 'kunjungan-balita';
  if (years < 19) return 'kunjungan-remaja';
  return years < 60 ? 'kunjungan-dewasa' : 'kunjungan-lansia';
}

function questionsOf(random: Random, checklist: Checklist, illness: ChronicIllness | undefined, day: Day, until: Day): Questions {
  const { dangerSign, tuberculosisSymptom, reportedInTime, lacksService, adherent } = rates.homeVisits;
  const signs = checklist in dangerSigns ? dangerSigns[checklist as keyof typeof dangerSigns] : undefined;
  const found = signs !== undefined && random.chance(dangerSign) ? random.pick<string>(signs) : undefined;
  const takes = () => random.chance(adherent);
  const asksForMedicine = checklist === 'kunjungan-dewasa' || checklist === 'kunjungan-lansia';
  const medicine = {
    ...(checklist === 'kunjungan-ibu-hamil' ? { 'ttd.ada': true, 'ttd.minum': takes() } : {}),
    ...(asksForMedicine && illness?.hypertension === true ? { 'hipertensi.ada': true, 'hipertensi.minum': takes() } : {}),
    ...(asksForMedicine && illness?.diabetes === true ? { 'diabetes.ada': true, 'diabetes.minum': takes() } : {}),
  };
  const reported = Math.min(until, day + (random.chance(reportedInTime) ? random.integer(0, 5) : random.integer(9, 20)));
  const hasSymptoms = checklist !== 'kunjungan-ibu-hamil' && checklist !== 'kunjungan-nifas' && checklist !== 'kunjungan-bayi';
  return {
    layanan: Object.fromEntries(services[checklist].map((name) => [name, !random.chance(lacksService / 2)])),
    ...(Object.keys(medicine).length === 0 ? {} : { patuh: medicine }),
    ...(signs === undefined ? {} : { bahaya: Object.fromEntries(signs.map((sign) => [sign, sign === found])) }),
    ...(hasSymptoms ? { tbc: { batuk: random.chance(tuberculosisSymptom), demam: false, berat: false } } : {}),
    ...(found === undefined ? {} : { lanjut: { melapor: dateOf(reported) } }),
  };
}
