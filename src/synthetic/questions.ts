import { answer, type Life, type Visit } from './life.js';
import type { Reference } from './resource.js';

/** Answers of a home visit by section and question: `{ bahaya: { demam: true } }` answers `bahaya.demam`. Whole numbers, booleans and dates (`2026-03-01`). */
export type Questions = Readonly<Record<string, Readonly<Record<string, boolean | number | string>>>>;

/** Writes down the answers to one of our questionnaires of home visits. */
export function recordQuestions(life: Life, at: Visit, questionnaire: string, questions: Questions, household?: Reference): void {
  const groups = Object.entries(questions).map(([section, answers]) => ({
    linkId: section,
    item: Object.entries(answers).map(([name, value]) => ({ linkId: `${section}.${name}`, answer: [answerElement(value)] })),
  }));
  answer(life, at, `https://lontar.id/fhir/Questionnaire/${questionnaire}`, groups, household);
}

function answerElement(value: boolean | number | string): object {
  if (typeof value === 'boolean') return { valueBoolean: value };
  return typeof value === 'number' ? { valueInteger: value } : { valueDate: value };
}
