import type { Text } from '../fhir/outcome.js';

/** What this room says to those who ask about codes. */
export const text = {
  missing: (name: string): Text => ({
    id: `Parameter ${name} wajib diisi.`,
    en: `Parameter ${name} is required.`,
  }),
  notANumber: (name: string): Text => ({
    id: `Parameter ${name} harus bilangan bulat mulai dari 0.`,
    en: `Parameter ${name} must be a whole number from 0.`,
  }),
  unknownSystem: (system: string): Text => ({
    id: `Sistem kode ${system} tidak tersedia di server ini.`,
    en: `Code system ${system} is not on board.`,
  }),
  unknownValueSet: (url: string): Text => ({
    id: `ValueSet ${url} tidak tersedia di server ini.`,
    en: `Value set ${url} is not on board.`,
  }),
  unknownMap: (what: string): Text => ({
    id: `Tidak ada ConceptMap untuk ${what}.`,
    en: `There is no ConceptMap for ${what}.`,
  }),
  unknownCode: (code: string, system: string, near: readonly string[] = []): Text => ({
    id: `Kode ${code} tidak ada dalam ${system}.${near.length > 0 ? ` Mungkin maksudnya: ${near.join(', ')}?` : ''}`,
    en: `Code ${code} is not in ${system}.${near.length > 0 ? ` Did you mean ${near.join(', ')}?` : ''}`,
  }),
  notInValueSet: (code: string, valueSet: string, near: readonly string[] = []): Text => ({
    id: `Kode ${code} tidak termasuk ${valueSet}.${near.length > 0 ? ` Mungkin maksudnya: ${near.join(', ')}?` : ''}`,
    en: `Code ${code} is not in ${valueSet}.${near.length > 0 ? ` Did you mean ${near.join(', ')}?` : ''}`,
  }),
  undecided: (code: string, what: string): Text => ({
    id: `Kode ${code} tidak dapat dipastikan: ${what} tidak tersedia lengkap di server ini.`,
    en: `Code ${code} cannot be verified: ${what} is not completely on board.`,
  }),
  wrongDisplay: (display: string, right: string): Text => ({
    id: `Display "${display}" salah; yang benar "${right}".`,
    en: `Display "${display}" is wrong; the right one is "${right}".`,
  }),
  abstract: (code: string): Text => ({
    id: `Kode ${code} bersifat abstrak dan tidak boleh dipilih.`,
    en: `Code ${code} is abstract and may not be chosen.`,
  }),
  inactive: (code: string): Text => ({
    id: `Kode ${code} sudah tidak aktif.`,
    en: `Code ${code} is inactive.`,
  }),
  differentSystems: {
    id: 'Kedua kode berasal dari sistem yang berbeda: subsumsi hanya berlaku dalam satu sistem.',
    en: 'The codes are from different systems: subsumption holds within one system only.',
  } satisfies Text,
  tooCostly: (limit: number): Text => ({
    id: `Hasil melebihi ${limit} kode: sempitkan dengan filter, atau minta per halaman dengan count dan offset.`,
    en: `The expansion has more than ${limit} codes: narrow it by filter, or ask for pages by count and offset.`,
  }),
  notExpandable: (what: string): Text => ({
    id: `ValueSet tidak dapat diurai: ${what}.`,
    en: `The value set cannot be expanded: ${what}.`,
  }),
  notSupported: (name: string): Text => ({
    id: `Parameter ${name} tidak didukung.`,
    en: `Parameter ${name} is not supported.`,
  }),
} as const;
