import type { Text } from '../fhir/outcome.js';

/** What the facts room says to people. */
export const factsText = {
  viewWithoutResource: { id: 'ViewDefinition harus menyebut `resource`.', en: 'A ViewDefinition must name its `resource`.' },
  viewWithoutColumns: { id: 'ViewDefinition tidak memiliki kolom.', en: 'The ViewDefinition has no columns.' },
  filterNotBoolean: {
    id: '`where.path` harus menghasilkan benar atau salah.',
    en: '`where.path` must yield true or false.',
  },
  pathNotText: (found: string): Text => ({ id: `Path harus berupa teks, bukan ${found}.`, en: `A path must be text, not ${found}.` }),
  badPath: (path: string, reason: string): Text => ({
    id: `Path "${path}" bukan FHIRPath yang sah: ${reason}`,
    en: `The path "${path}" is not valid FHIRPath: ${reason}`,
  }),
  unknownConstant: (name: string): Text => ({
    id: `Konstanta %${name} tidak dideklarasikan di ViewDefinition.`,
    en: `The constant %${name} is not declared in the ViewDefinition.`,
  }),
  constantWithoutValue: (name: string): Text => ({ id: `Konstanta "${name}" tanpa nilai.`, en: `The constant "${name}" has no value.` }),
  unionMismatch: (one: string, other: string): Text => ({
    id: `Kolom dalam unionAll harus sama dan berurutan: ${one} / ${other}.`,
    en: `The columns in a unionAll must be the same, in the same order: ${one} / ${other}.`,
  }),
  notOneValue: (column: string, count: number): Text => ({
    id: `Kolom "${column}" menghasilkan ${count} nilai; pakai \`collection\` atau persempit path-nya.`,
    en: `The column "${column}" yields ${count} values; use \`collection\` or narrow its path.`,
  }),
  badColumnName: (name: string): Text => ({ id: `"${name}" bukan nama kolom yang sah.`, en: `"${name}" is not a valid column name.` }),
  tooManyRows: (limit: number): Text => ({
    id: `Satu resource menghasilkan lebih dari ${limit} baris: daftar-daftar yang sejajar saling mengalikan. Pisahkan view-nya.`,
    en: `One resource yields more than ${limit} rows: lists side by side multiply. Split the view.`,
  }),
  columnTwice: (name: string): Text => ({ id: `Kolom "${name}" muncul dua kali.`, en: `The column "${name}" occurs twice.` }),
} as const;
