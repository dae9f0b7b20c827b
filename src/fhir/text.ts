import type { Text } from './outcome.js';

/** Texts about FHIR content as data: JSON that can't be read. */
export const fhirText = {
  notUtf8: {
    id: 'Isi bukan UTF-8 yang sah. Simpan dan kirim berkas sebagai UTF-8.',
    en: 'The content is not valid UTF-8. Save and send the file as UTF-8.',
  },
  empty: {
    id: 'Isi kosong; yang diharapkan satu objek JSON.',
    en: 'The content is empty; one JSON object is expected.',
  },
  notJson: (line: number, column: number): Text => ({
    id: `JSON tidak sah pada baris ${line}, kolom ${column}. Perbaiki tanda di sana, misalnya koma, kutip atau kurung.`,
    en: `Not valid JSON at line ${line}, column ${column}. Mend what stands there, e.g. a comma, quote or bracket.`,
  }),
  tooDeep: (limit: number): Text => ({
    id: `JSON bersarang lebih dari ${limit} tingkat. Kurangi kedalamannya.`,
    en: `The JSON is nested deeper than ${limit} levels. Make it flatter.`,
  }),
  duplicateKey: (name: string, line: number): Text => ({
    id: `Nama ${name} muncul dua kali dalam satu objek (baris ${line}). Hapus salah satu.`,
    en: `The name ${name} occurs twice in one object (line ${line}). Remove one of them.`,
  }),
  forbiddenKey: (name: string, line: number): Text => ({
    id: `Nama ${name} tidak diizinkan (baris ${line}). Hapus elemen itu.`,
    en: `The name ${name} is not allowed (line ${line}). Remove that element.`,
  }),
  nulCharacter: (line: number): Text => ({
    id: `Teks memuat karakter NUL (\\u0000) pada baris ${line}. Hapus karakter itu.`,
    en: `A text contains the NUL character (\\u0000) at line ${line}. Remove it.`,
  }),
  loneSurrogate: (line: number): Text => ({
    id: `Teks memuat setengah karakter Unicode (surrogate tanpa pasangan) pada baris ${line}. Perbaiki pengodeannya.`,
    en: `A text contains half a Unicode character (a lone surrogate) at line ${line}. Mend its encoding.`,
  }),
} as const;
