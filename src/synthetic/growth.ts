import { assessGrowth, type Score } from '../growth/assess.js';
import { standardAt } from '../growth/standard.js';
import { measureAt } from '../growth/zscore.js';
import { addMonths, type Day, monthOf, monthsBetween } from './calendar.js';
import { lontar, snomed, systems } from './codes.js';
import { type Life, observe, perform, servicesOn, type Visit, visit } from './life.js';
import { round } from './numbers.js';
import { isRecorded, type Person } from './person.js';
import type { Random } from './random.js';
import { rates } from './rates.js';
import { concept } from './resource.js';

/** From this age in days on children are measured standing: 24 months of 30.4375 days. */
const firstStandingDay = 731;
/** Months in which z-scores are worked out. */
const surveyMonths: ReadonlySet<number> = new Set([2, 5, 8, 11]);
/** The rounds of vitamin A. */
const vitaminMonths: ReadonlySet<number> = new Set([2, 8]);

/** A child's way along the growth standards: z-scores that wander about the child's own. */
interface Track {
  readonly ownHeight: number;
  readonly ownThinness: number;
  height: number;
  thinness: number;
  last?: { readonly month: number; readonly weight: number };
}

/** What the Posyandu sees of a child under five on its monthly days: weight, length, z-scores, feeding and vitamin A. */
export function recordGrowth(life: Life, child: Person): void {
  const { random, world } = life;
  const ends = Math.min(world.until, addMonths(child.born, 60) - 1);
  if (ends < world.since) return;
  const { heightScore, thinnessScore } = rates.growth;
  const track: Track = {
    ownHeight: random.normal(heightScore.mean, heightScore.deviation),
    ownThinness: random.normal(thinnessScore.mean, thinnessScore.deviation),
    height: 0,
    thinness: 0,
  };
  track.height = track.ownHeight;
  track.thinness = track.ownThinness;
  let number = 0;
  for (const month of monthsBetween(Math.max(world.since, child.born - 27), ends)) {
    number += 1;
    wander(random, track);
    const services = servicesOn(life, month);
    // Each Posyandu has its day of the month.
    const day = month + 4 + (Number(services?.village.code.slice(-2) ?? 0) % 20);
    if (services === undefined || day > ends || day < child.born + 20 || !isRecorded(child, day, world)) continue;
    const { attends, attendsRound } = rates.growth;
    if (!random.chance((vitaminMonths.has(monthOf(day)) ? attendsRound : attends) * services.reach)) continue;
    const at = visit(life, child, 'posyandu', day, { profession: 'kader' });
    if (at) recordMonth(life, child, at, track, number);
  }
  recordBreastfeeding(life, child);
}

function wander(random: Random, track: Track): void {
  track.height += 0.15 * (track.ownHeight - track.height) + random.normal(0, 0.1);
  track.thinness += 0.2 * (track.ownThinness - track.thinness) + random.normal(0, 0.18);
}

function recordMonth(life: Life, child: Person, at: Visit, track: Track, number: number): void {
  const ageDays = at.day - child.born;
  const size = sizeOf(child, ageDays, track, life.random);
  if (size === undefined) return;
  const isStanding = ageDays >= firstStandingDay;
  observe(life, at, 'weight', size.weight);
  observe(life, at, isStanding ? 'heightStanding' : 'lengthLying', size.length);
  if (track.last?.month === number - 1) observe(life, at, 'weightGained', size.weight - track.last.weight >= leastGain(ageDays));
  track.last = { month: number, weight: size.weight };
  const month = monthOf(at.day);
  const { scores } = assessGrowth({ sex: child.female ? 'female' : 'male', ageDays, weightKg: size.weight, lengthCm: size.length });
  if (surveyMonths.has(month)) {
    observe(life, at, 'headCircumference', round(headOf(child, ageDays) + life.random.normal(0, 1), 1));
    for (const score of scores) if (score.indicator.id !== 'BAZ') recordScore(life, at, score);
  }
  const thinness = scores.find(({ indicator }) => indicator.id === 'WLZ' || indicator.id === 'WHZ')?.reported ?? 0;
  if (thinness < -3 && life.random.chance(rates.growth.severeCare)) observe(life, at, 'severeMalnutritionCare', true);
  if (vitaminMonths.has(month) && ageDays >= 183 && life.random.chance(rates.growth.vitaminA)) {
    perform(
      life,
      at,
      snomed('767224000', 'Administration of vitamin A'),
      snomed('709543002', 'Administration of vitamin'),
      'procedure-vitamin-a',
    );
  }
}

/** The measures that belong to the z-scores, as scales and boards read them: to 0.1 kg and 0.1 cm. */
function sizeOf(
  child: Person,
  ageDays: number,
  track: Track,
  random: Random,
): { readonly weight: number; readonly length: number } | undefined {
  const sex = child.female ? 'female' : 'male';
  const height = standardAt('length-for-age', sex, ageDays);
  if (height === undefined) return undefined;
  const length = round(measureAt(track.height, height) + random.normal(0, 0.3), 1);
  const weight = standardAt(ageDays < firstStandingDay ? 'weight-for-length' : 'weight-for-height', sex, length);
  if (weight === undefined) return undefined;
  return { length, weight: round(measureAt(Math.max(-4.5, Math.min(4.5, track.thinness)), weight), 1) };
}

function headOf(child: Person, ageDays: number): number {
  return standardAt('head-circumference-for-age', child.female ? 'female' : 'male', ageDays)?.m ?? 48;
}

// The least gain a month that the growth chart (KMS) asks for, in kg; rounded from its first year.
function leastGain(ageDays: number): number {
  const months = ageDays / 30.4375;
  return months < 2 ? 0.8 : months < 4 ? 0.6 : months < 6 ? 0.4 : months < 12 ? 0.25 : 0.1;
}

function recordScore(life: Life, at: Visit, { indicator, reported, category, flags }: Score): void {
  if (reported === undefined || flags.length > 0) return;
  life.records.push({
    resourceType: 'Observation',
    id: life.random.uuid(),
    meta: lontar('observation-growth-score'),
    status: 'final',
    category: [concept({ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'exam' })],
    code: concept(snomed(indicator.code)),
    subject: at.person.reference,
    encounter: at.reference,
    effectiveDateTime: at.start,
    performer: [at.staff.reference],
    valueQuantity: { value: reported, unit: '{Zscore}', system: systems.units, code: '{Zscore}' },
    ...(category?.coding === undefined ? {} : { interpretation: [concept(category.coding)] }),
  });
}

function recordBreastfeeding(life: Life, child: Person): void {
  const { random, world } = life;
  const day: Day = addMonths(child.born, 6) + random.integer(0, 10);
  if (!isRecorded(child, day, world) || !random.chance(rates.growth.attends)) return;
  const at = visit(life, child, 'posyandu', day, { profession: 'kader' });
  if (at === undefined) return;
  observe(life, at, 'exclusiveBreastfeeding', random.chance(rates.growth.exclusivelyBreastfed));
  observe(life, at, 'complementaryFeeding', true);
}
