import { type Day, dateOf, monthsBetween } from './calendar.js';
import { lontar } from './codes.js';
import type { Random } from './random.js';
import { rates } from './rates.js';
import { type Made, referenceTo } from './resource.js';
import type { StaffMember } from './staff.js';

const activities = ['kia', 'kb', 'imunisasi', 'gizi', 'diare'] as const;

/** A Posyandu's monthly reports: its open day and to which per cent each main activity was covered. Some are never written. */
export function monthlyReports(random: Random, posyandu: Made, kader: readonly StaffMember[], since: Day, until: Day): Made[] {
  const reports: Made[] = [];
  const isStrong = random.chance(0.75);
  for (const month of monthsBetween(since, until)) {
    const open = month + random.integer(4, 24);
    if (open > until || !random.chance(rates.facilities.posyanduReports)) continue;
    const covered = activities.map((name) => ({
      linkId: `cakupan.${name}`,
      answer: [{ valueDecimal: Math.round(Math.max(10, Math.min(100, random.normal(isStrong ? 84 : 66, 8)))) }],
    }));
    reports.push({
      resourceType: 'QuestionnaireResponse',
      id: random.uuid(),
      meta: lontar('questionnaireresponse'),
      questionnaire: 'https://lontar.id/fhir/Questionnaire/posyandu-bulanan',
      status: 'completed',
      subject: referenceTo(posyandu),
      authored: `${dateOf(open)}T05:00:00+00:00`,
      author: random.pick(kader).reference,
      item: [
        { linkId: 'buka', answer: [{ valueDate: dateOf(open) }] },
        { linkId: 'kader', answer: [{ valueInteger: kader.length }] },
        { linkId: 'cakupan', item: covered },
      ],
    });
  }
  return reports;
}
