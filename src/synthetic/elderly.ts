import { addMonths, type Day, yearOf, yearsBetween } from './calendar.js';
import { answer, type Life, observe, visit } from './life.js';
import { isRecorded, type Person } from './person.js';
import type { Random } from './random.js';
import { rates } from './rates.js';

const skilas = 'https://fhir.kemkes.go.id/Questionnaire/Q0042';
const barthel = 'https://lontar.id/fhir/Questionnaire/aks';

/** Questions of SKILAS by domain, with the answer of someone without a decline. */
const domains = [
  { '1.1': true, '1.2': true },
  { '2.1': true },
  { '3.1': false, '3.2': false, '3.3': false },
  { '4.1': false, '4.2': true },
  { '5.1': true },
  { '6.1': false, '6.2': false },
] as const;

/** Items of the Barthel index with their highest score. */
const activities = { bab: 2, bak: 2, rias: 1, jamban: 2, makan: 2, pindah: 3, jalan: 3, pakai: 2, tangga: 2, mandi: 1 } as const;
const highest = Object.values(activities).reduce<number>((sum, score) => sum + score, 0);

/** The yearly screening of the elderly: daily living (AKS, Barthel) and intrinsic capacity (SKILAS). */
export function recordElderly(life: Life, person: Person): void {
  const { random, world } = life;
  for (let year = yearOf(world.since); year <= yearOf(world.until); year++) {
    const day: Day = addMonths(person.born, (year - yearOf(person.born)) * 12) + random.integer(0, 60);
    const years = yearsBetween(person.born, day);
    if (years < 60 || !isRecorded(person, day, world) || !random.chance(rates.elderly.screened)) continue;
    const at = visit(life, person, 'clinic', day);
    if (at === undefined) continue;
    const lost = random.chance(0.65 - (years - 60) * 0.015) ? 0 : Math.min(highest, Math.floor(random.next() ** 2.2 * highest) + 1);
    const scores = spread(random, lost);
    answer(life, at, barthel, barthelItems(scores));
    observe(life, at, 'barthel', highest - lost, dependence(highest - lost));
    answer(life, at, skilas, skilasItems(random));
  }
}

/** Takes `lost` points away from the activities, here and there. */
function spread(random: Random, lost: number): Record<keyof typeof activities, number> {
  const scores: Record<keyof typeof activities, number> = { ...activities };
  const names = Object.keys(activities) as (keyof typeof activities)[];
  for (let left = lost; left > 0; ) {
    const name = random.pick(names);
    if (scores[name] === 0) continue;
    scores[name] -= 1;
    left -= 1;
  }
  return scores;
}

function barthelItems(scores: Readonly<Record<string, number>>): object[] {
  const system = 'https://lontar.id/fhir/CodeSystem/barthel-answer';
  return Object.entries(scores).map(([linkId, score]) => ({ linkId, answer: [{ valueCoding: { system, code: `${linkId}-${score}` } }] }));
}

// The usual cut-offs (20, 12, 9, 5), which no official text confirms.
function dependence(score: number): { readonly interpretation?: string } {
  if (score >= 20) return {};
  return { interpretation: score >= 12 ? 'OI000045' : score >= 9 ? 'OI000046' : score >= 5 ? 'OI000047' : 'OI000048' };
}

function skilasItems(random: Random): object[] {
  const isDeclining = random.chance(rates.elderly.declining);
  const affected = isDeclining ? random.integer(0, domains.length - 1) : -1;
  return domains.map((questions, domain) => ({
    linkId: String(domain + 1),
    item: Object.entries(questions).map(([linkId, good]) => ({ linkId, answer: [{ valueBoolean: domain === affected ? !good : good }] })),
  }));
}
