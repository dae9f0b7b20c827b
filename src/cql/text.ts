import type { Text } from '../fhir/outcome.js';

/** What the CQL room says to people. */
export const cqlText = {
  translation: (library: string, place: string, message: string): Text => ({
    id: `CQL ${library} tidak dapat diterjemahkan di baris ${place}: ${message}`,
    en: `CQL ${library} doesn't translate at line ${place}: ${message}`,
  }),
  translationWarning: (library: string, place: string, message: string): Text => ({
    id: `CQL ${library}, baris ${place}: ${message}`,
    en: `CQL ${library}, line ${place}: ${message}`,
  }),
  tooDeep: {
    id: 'Ekspresi dalam CQL ini bersarang terlalu dalam. Pecah menjadi beberapa definisi.',
    en: 'The expressions of this CQL are nested too deeply. Break them into several definitions.',
  },
  tooLong: (bytes: number, most: number): Text => ({
    id: `Teks CQL ini ${bytes} bita; paling banyak ${most}. Pecah menjadi beberapa pustaka.`,
    en: `This CQL text has ${bytes} bytes; the most is ${most}. Break it into several libraries.`,
  }),
  translatorBusy: {
    id: 'Terlalu banyak teks CQL menunggu diterjemahkan. Kirim lagi sebentar kemudian.',
    en: 'Too many CQL texts wait for translation. Send it again a little later.',
  },
  translationTime: (seconds: number): Text => ({
    id: `Penerjemahan CQL melampaui batas waktu ${seconds} detik. Sederhanakan teksnya.`,
    en: `The translation of this CQL passed its time limit of ${seconds} s. Simplify the text.`,
  }),
  translationMemory: (megabytes: number): Text => ({
    id: `Penerjemahan CQL melampaui batas memori ${megabytes} MB. Sederhanakan teksnya.`,
    en: `The translation of this CQL passed its memory limit of ${megabytes} MB. Simplify the text.`,
  }),
  untranslatable: (message: string): Text => ({
    id: `Teks ini bukan pustaka CQL yang dapat diterjemahkan: ${message}`,
    en: `This text is not a CQL library that can be translated: ${message}`,
  }),
  evaluation: (library: string, reason: string): Text => ({
    id: `Mesin acuan CQL tidak dapat mengevaluasi ${library}: ${reason}`,
    en: `The reference engine of CQL can't evaluate ${library}: ${reason}`,
  }),
  timeLimit: (seconds: number): Text => ({
    id: `Evaluasi CQL melampaui batas waktu ${seconds} detik. Persempit subjek atau periodenya.`,
    en: `The evaluation of CQL passed its time limit of ${seconds} s. Ask for fewer subjects or a shorter period.`,
  }),
  memoryLimit: (megabytes: number): Text => ({
    id: `Evaluasi CQL melampaui batas memori ${megabytes} MB. Sederhanakan CQL-nya atau persempit subjeknya.`,
    en: `The evaluation of CQL passed its memory limit of ${megabytes} MB. Simplify the CQL or ask for fewer subjects.`,
  }),
  cancelled: {
    id: 'Evaluasi CQL dihentikan karena permintaannya sudah ditinggalkan.',
    en: 'The evaluation of CQL was stopped because its request was abandoned.',
  },
  missingLibrary: (library: string): Text => ({
    id: `Pustaka CQL ${library} tidak ada di server ini. Kirim dahulu pustaka itu.`,
    en: `The CQL library ${library} is not on this server. Send that library first.`,
  }),
  missingValueSet: (url: string): Text => ({
    id: `ValueSet ${url} tidak ada atau tidak dapat diekspansi di server ini.`,
    en: `The value set ${url} is absent or can't be expanded on this server.`,
  }),
  missingDefinition: (library: string, name: string): Text => ({
    id: `Pustaka CQL ${library} tidak memiliki definisi "${name}".`,
    en: `The CQL library ${library} has no definition "${name}".`,
  }),
  refused: (node: string, place: string, reason: string): Text => ({
    id: `Ekspresi ${node} di ${place} tidak dapat dijadikan SQL: ${reason}`,
    en: `The expression ${node} at ${place} can't be compiled to SQL: ${reason}`,
  }),
};
