import { addMonths, dayIn, yearOf } from './calendar.js';
import { lontar } from './codes.js';
import { type Life, servicesOn, type Visit, visit } from './life.js';
import { isAlive, isRecorded, type Person } from './person.js';
import { rates } from './rates.js';
import { concept } from './resource.js';
import { infantDoses, schoolDoses, type Vaccine, vaccines } from './schedule.js';

type Reason = 'IM-Dasar' | 'IM-Baduta' | 'IM-SD' | 'IM-WUS';

interface Given {
  readonly vaccine: Vaccine;
  readonly dose: number;
  readonly reason: Reason;
  /** Why it was not given, if it wasn't: patient objection or medical precaution. */
  readonly refused?: 'PATOBJ' | 'MEDPREC';
}

const reasons = {
  'IM-Dasar': 'Imunisasi Program Rutin Dasar',
  'IM-Baduta': 'Imunisasi Program Rutin Lanjutan Baduta',
  'IM-SD': 'Imunisasi Program Rutin Lanjutan Anak Usia Sekolah Dasar',
  'IM-WUS': 'Imunisasi Program Rutin Lanjutan Wanita Usia Subur',
} as const satisfies Readonly<Record<Reason, string>>;

const performerFunction = concept({
  system: 'http://terminology.hl7.org/CodeSystem/v2-0443',
  code: 'AP',
  display: 'Administering Provider',
});
const routine = concept({
  system: 'http://terminology.kemkes.go.id/CodeSystem/immunization-routine-timing',
  code: 'IM-Ideal',
  display: 'Imunisasi Ideal',
});

/** Writes down a dose at a visit, given or refused. */
export function giveDose(life: Life, at: Visit, { vaccine, dose, reason, refused }: Given): void {
  const year = yearOf(at.day);
  life.records.push({
    resourceType: 'Immunization',
    id: life.random.uuid(),
    meta: lontar('immunization'),
    status: refused === undefined ? 'completed' : 'not-done',
    ...(refused === undefined
      ? {}
      : { statusReason: concept({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: refused }) }),
    vaccineCode: { coding: vaccines[vaccine] },
    patient: at.person.reference,
    encounter: at.reference,
    occurrenceDateTime: at.start,
    recorded: at.end,
    primarySource: true,
    location: at.services.clinic,
    reasonCode: [
      concept({ system: 'http://terminology.kemkes.go.id/CodeSystem/immunization-reason', code: reason, display: reasons[reason] }),
      routine,
    ],
    ...(refused === undefined
      ? {
          lotNumber: `LOT-${vaccine}-${year}`,
          expirationDate: `${year + 2}-12-31`,
          performer: [{ function: performerFunction, actor: at.staff.reference }],
          protocolApplied: [{ doseNumberPositiveInt: dose }],
        }
      : {}),
  });
}

const sessionMonths = [...new Set(infantDoses.map(({ dueMonths }) => dueMonths))];

/** A child's routine doses since birth: one visit a session, some days after it falls due. The dose at birth belongs to the birth where that is recorded. */
export function recordInfantDoses(life: Life, child: Person): void {
  const { random, world } = life;
  const isWilling = random.chance(rates.immunisation.willing);
  for (const months of sessionMonths) {
    const isBirth = months === 0;
    if (isBirth && child.born >= world.since) continue;
    const day = isBirth ? child.born : addMonths(child.born, months) + Math.floor(Math.abs(random.normal(4, 7)));
    const share = isBirth ? rates.immunisation.birthDose : isWilling ? rates.immunisation.keepsDose : rates.immunisation.unwillingDose;
    const doses = infantDoses.filter(({ dueMonths }) => dueMonths === months && random.chance(share));
    if (day > world.until || !isAlive(child, day) || doses.length === 0) continue;
    const at = visit(life, child, 'immunisation', day, isBirth ? { minutes: 23 * 60 } : {});
    if (at === undefined) continue;
    for (const { vaccine, dose } of doses) giveDose(life, at, { vaccine, dose, reason: months > 9 ? 'IM-Baduta' : 'IM-Dasar' });
  }
  const refusal = addMonths(child.born, 2) + 5;
  if (!isWilling && isRecorded(child, refusal, world) && random.chance(rates.immunisation.refusalRecorded)) {
    const at = visit(life, child, 'immunisation', refusal);
    if (at) giveDose(life, at, { vaccine: 'DPT', dose: 1, reason: 'IM-Dasar', refused: 'PATOBJ' });
  }
}

/** The rounds of doses at school that a child of the class went through. */
export function recordSchoolDoses(life: Life, child: Person): void {
  const { random, world } = life;
  for (const { vaccine, dose, years, month, girlsOnly } of schoolDoses) {
    // The class whose children have that age at the end of the year.
    const year = yearOf(child.born) + years;
    const day = dayIn(year, month, 5 + (child.serial % 20));
    if ((girlsOnly === true && !child.female) || !isRecorded(child, day, world) || servicesOn(life, day) === undefined) continue;
    const isForbidden = random.chance(0.01);
    if (!isForbidden && !random.chance(rates.immunisation.school)) continue;
    const at = visit(life, child, 'immunisation', day);
    if (at) giveDose(life, at, { vaccine, dose, reason: 'IM-SD', ...(isForbidden ? { refused: 'MEDPREC' as const } : {}) });
  }
}
