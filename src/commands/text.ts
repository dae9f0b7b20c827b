import type { Text } from '../fhir/outcome.js';

export const commandText = {
  summary: (valid: number, invalid: number): Text => ({
    id: `${valid} sah, ${invalid} tidak sah`,
    en: `${valid} valid, ${invalid} invalid`,
  }),
  unreadable: (path: string, code: string): Text => ({ id: `${path} tidak dapat dibaca (${code})`, en: `${path} can't be read (${code})` }),
  unwritable: (path: string, code: string): Text => ({
    id: `${path} tidak dapat ditulis (${code})`,
    en: `${path} can't be written (${code})`,
  }),
  noVillages: (area: string): Text => ({
    id: `'${area}' bukan kode wilayah (2, 4, 6, atau 10 angka).`,
    en: `'${area}' is no area code (of 2, 4, 6 or 10 digits).`,
  }),
  emptyFolder: (path: string): Text => ({
    id: `${path} tidak berisi berkas .json, .xml, atau .ndjson`,
    en: `${path} holds no .json, .xml or .ndjson file`,
  }),
  period: (forms: string): Text => ({ id: `--period harus berbentuk salah satu dari: ${forms}.`, en: `--period takes one of: ${forms}.` }),
  explainForm: {
    id: '--explain hanya untuk table dan fhir (JSON), tanpa --area.',
    en: '--explain goes with the formats table and fhir (JSON), without --area.',
  },
  needsFile: {
    id: 'xlsx dan pdf bukan teks: beri --out BERKAS, atau alihkan keluarannya.',
    en: 'xlsx and pdf are no text: give --out FILE, or redirect the output.',
  },
  populations: { id: 'Populasi', en: 'Populations' },
  counted: (member: boolean): Text => ({
    id: member ? 'dihitung' : 'tidak dihitung di sini karena aturan keanggotaan',
    en: member ? 'counted' : 'not counted here, by the membership rules',
  }),
  definitions: { id: 'Nilai tiap definisi CQL', en: 'The value of each CQL definition' },
  resources: { id: 'Versi resource yang dibaca', en: 'Versions of the resources that were read' },
  byReference: { id: 'dihitung mesin acuan saja', en: 'counted by the reference engine alone' },
  agreement: (bySql: number, byReference: number, persons: number, differing: number): Text => ({
    id: `${bySql} indikator dibandingkan pada ${persons} orang: ${differing} berbeda. ${byReference} dihitung mesin acuan saja, jadi sama dengan sendirinya.`,
    en: `${bySql} measures compared on ${persons} persons: ${differing} differ. ${byReference} are counted by the reference engine alone, and so agree of themselves.`,
  }),
  unnoticed: { id: 'Kesalahan yang tidak terlihat pada orang mana pun', en: 'Faults that no person tells' },
};
