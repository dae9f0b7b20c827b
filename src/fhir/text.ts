import type { Text } from './outcome.js';

/** Texts about FHIR content as data: JSON and XML that can't be read. */
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
  xmlSyntax: (line: number, column: number): Text => ({
    id: `XML tidak sah pada baris ${line}, kolom ${column}. Perbaiki tanda atau tag di sana.`,
    en: `Not well-formed XML at line ${line}, column ${column}. Mend the tag or character there.`,
  }),
  xmlDtd: {
    id: 'DTD (<!DOCTYPE …>) tidak diizinkan. Hapus baris itu.',
    en: 'A DTD (<!DOCTYPE …>) is not allowed. Remove that line.',
  },
  xmlDepth: (limit: number): Text => ({
    id: `XML bersarang lebih dari ${limit} tingkat. Kurangi kedalamannya.`,
    en: `The XML is nested deeper than ${limit} levels. Make it flatter.`,
  }),
  xmlText: {
    id: 'Ada teks di antara elemen. Nilai FHIR ditulis dalam atribut value.',
    en: 'There is text between elements. FHIR writes values in the attribute value.',
  },
  xmlUnknown: (name: string): Text => ({
    id: `Elemen ${name} tidak dikenal di sini. Hapus atau perbaiki namanya.`,
    en: `The element ${name} is not known here. Remove it or mend its name.`,
  }),
  xmlOrder: (name: string): Text => ({
    id: `Elemen ${name} tidak pada urutannya. Susun elemen seperti dalam definisinya.`,
    en: `The element ${name} is out of order. Put the elements in the order of their definition.`,
  }),
  xmlRepeat: (name: string): Text => ({
    id: `Elemen ${name} hanya boleh muncul sekali. Hapus yang lain.`,
    en: `The element ${name} may occur once only. Remove the others.`,
  }),
  xmlEmpty: (name: string): Text => ({
    id: `Elemen ${name} kosong. Beri nilai atau hapus.`,
    en: `The element ${name} is empty. Give it a value or remove it.`,
  }),
  xmlAttribute: (name: string, element: string): Text => ({
    id: `Atribut ${name} tidak dikenal pada elemen ${element}. Hapus atribut itu.`,
    en: `The attribute ${name} is not known on the element ${element}. Remove it.`,
  }),
  xmlNamespace: (name: string, namespace: string): Text => ({
    id: `Elemen ${name} harus berada dalam namespace ${namespace}.`,
    en: `The element ${name} must be in the namespace ${namespace}.`,
  }),
  xmlResource: (name: string): Text => ({
    id: `${name} bukan jenis resource R4. Perbaiki namanya.`,
    en: `${name} is no R4 resource type. Mend its name.`,
  }),
  xmlNarrative: {
    id: 'Narasi bukan XHTML yang sah: satu div dalam namespace XHTML.',
    en: 'The narrative is not well-formed XHTML: one div in the XHTML namespace.',
  },
} as const;
