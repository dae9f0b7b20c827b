import { type Issue, isFailure, type Text } from '../../fhir/outcome.js';
import type { PlatformRule } from '../../validation/rules/platform.js';

/** How the platform ends a text; its clients find the rule by it. */
function ruleSuffix(number: string): string {
  return ` (RuleNumber: ${number})`;
}

/** Whether a finding is an error by a numbered rule of the platform. */
export function isNumbered(found: Issue): boolean {
  return isFailure(found) && /\(RuleNumber: \d+\)$/.test(found.text.en);
}

/** `text` with the number at its end. */
export function numbered(text: Text, number: string): Text {
  const suffix = ruleSuffix(number);
  return text.en.endsWith(suffix) ? text : { id: text.id + suffix, en: text.en + suffix };
}

/**
 * The text of a rule about the exchange: the platform's own sentence, by which its clients know it, then what to do about it, then the number.
 * `values` fill the places of the sentence in their order; `help` is said instead of the list's own.
 */
export type RuleTexts = (number: string, values?: readonly string[], help?: Text) => Text;

/** Texts from the `exchange` rules of the list. Throws for a number that it doesn't have. */
export function ruleTexts(rules: readonly PlatformRule[]): RuleTexts {
  const byNumber = new Map(rules.flatMap((rule) => (rule.mechanism === 'exchange' ? [[rule.number, rule] as const] : [])));
  return (number, values = [], help) => {
    const rule = byNumber.get(number);
    if (rule === undefined) throw new Error(`no exchange rule ${number}`);
    let at = 0;
    const sentence = rule.message.replace(/(?<!\{)\{[A-Z][A-Za-z ]*\}/g, () => values[at++] ?? '').replace(/\.?$/, '.');
    const { id, en } = help ?? rule.text;
    return numbered({ id: `${sentence} ${id}`, en: `${sentence} ${en}` }, number);
  };
}

export const satusehatText = {
  notUtc: (found: string): Text => ({
    id: `Invalid date time format : ${found}. Format allowed : YYYY-MM-DDThh:mm:ss+00:00. Tulis waktu dalam UTC: WIB dikurangi 7 jam, WITA 8, WIT 9.`,
    en: `Invalid date time format : ${found}. Format allowed : YYYY-MM-DDThh:mm:ss+00:00. Write the time in UTC: WIB minus 7 hours, WITA 8, WIT 9.`,
  }),
  tooEarly: (found: string, earliest: string): Text => ({
    id: `Invalid date time value : ${found}. Not Allowed : Past Date older than ${earliest}. Periksa tahunnya.`,
    en: `Invalid date time value : ${found}. Not Allowed : Past Date older than ${earliest}. Check the year.`,
  }),
  otherOrganization: (system: string, own: string): Text => ({
    id: `Wrong organization ID provided by system URL: ${system}. Identifier pertama memakai organisasi ${own}: pakai satu organisasi, yaitu milik Anda.`,
    en: `Wrong organization ID provided by system URL: ${system}. The first identifier has the organization ${own}: use one organization, your own.`,
  }),
  elementName: (suggestion: string): Text => ({
    id: `Path PATCH dimulai dengan nama elemen, huruf kecil di depan: /${suggestion}.`,
    en: `The path of a PATCH begins with the name of an element, in lower case: /${suggestion}.`,
  }),
  newbornAge: {
    id: 'Bayi tanpa NIK didaftarkan dengan nik-ibu dalam 60 hari sejak lahir: periksa birthDate, atau daftarkan dengan NIK sendiri.',
    en: "A newborn without a NIK is registered by nik-ibu within 60 days of birth: check birthDate, or register with the child's own NIK.",
  },
} as const;

/** Replies to POST Patient, in the platform's words. */
export const patientReplies = {
  created: 'New Patient has been created successfully',
  exists: 'Failed to create new patient, another identifier has found',
  relatedCreated: 'New Related Person has been created successfully',
  linked: 'Patient has been updated successfully',
  motherUnknown: 'Mother is not registered here by this NIK',
} as const;
