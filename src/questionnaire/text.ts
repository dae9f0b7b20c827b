import type { Text } from '../fhir/outcome.js';

/** Sentences about forms and what is made of them. */
export const questionnaireText = {
  expression: (linkId: string): Text => ({
    id: `Ekspresi FHIRPath pada item ${printable(linkId)} tidak dapat dihitung. Perbaiki kuesionernya.`,
    en: `The FHIRPath expression of item ${printable(linkId)} can't be computed. Mend the questionnaire.`,
  }),
  entryError: {
    id: 'Jawaban ini berstatus entered-in-error; tidak ada yang diambil darinya.',
    en: 'This response is entered-in-error; nothing is extracted from it.',
  },
  unknownElement: (linkId: string): Text => ({
    id: `Item ${printable(linkId)} menunjuk elemen yang tidak dikenal. Tulis definition sebagai URL StructureDefinition, #, lalu id elemen.`,
    en: `Item ${printable(linkId)} points at an element that isn't known. Write its definition as a StructureDefinition's URL, #, and an element id.`,
  }),
  unfitAnswer: (linkId: string, types: string): Text => ({
    id: `Jawaban item ${printable(linkId)} tidak dapat menjadi ${types}. Ubah jenis item atau elemen yang ditunjuknya.`,
    en: `The answer of item ${printable(linkId)} can't become ${types}. Change the item's type, or the element it points at.`,
  }),
  unknownContext: (linkId: string): Text => ({
    id: `Konteks ekstraksi pada ${printable(linkId)} bukan jenis resource atau profil yang dikenal.`,
    en: `The extraction context at ${printable(linkId)} is no resource type or profile that is known.`,
  }),
} as const;

/** A linkId is the author's: what could be a person's data in it stays out. */
function printable(linkId: string): string {
  return /^[\w.-]{1,40}$/.test(linkId) ? linkId : '?';
}
