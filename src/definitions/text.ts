import type { Text } from '../fhir/outcome.js';

/** What this room says to those who write profiles. */
export const text = {
  baseMissing: (canonical: string): Text => ({
    id: `Definisi dasar ${canonical} tidak tersedia: muat dahulu, atau perbaiki baseDefinition.`,
    en: `The base definition ${canonical} is not available: load it first, or correct baseDefinition.`,
  }),
  unknownElement: (name: string): Text => ({
    id: `Elemen dasar tidak memiliki ${name}: periksa ejaan dan path.`,
    en: `The base has no element ${name}: check the spelling and the path.`,
  }),
  closedSlicing: (slice: string): Text => ({
    id: `Irisan (slice) ${slice} tidak dapat ditambahkan: slicing pada dasar sudah tertutup (closed).`,
    en: `Slice ${slice} cannot be added: the base's slicing is closed.`,
  }),
  resliceOfNothing: (slice: string): Text => ({
    id: `${slice} membagi irisan yang tidak ada: definisikan irisan induknya dahulu.`,
    en: `${slice} divides a slice that does not exist: define its parent slice first.`,
  }),
  noSlicing: (slices: readonly string[]): Text => ({
    id: `Irisan ${slices.join(', ')} tidak memiliki slicing: tulis discriminator pada elemen induknya.`,
    en: `The slices ${slices.join(', ')} have no slicing: state the discriminator on the element they divide.`,
  }),
  untyped: {
    id: 'Elemen tanpa tipe tidak memiliki anak yang dapat dibatasi.',
    en: 'An element without a type has no children to constrain.',
  } satisfies Text,
  manyTypes: (types: readonly string[]): Text => ({
    id: `Anak elemen dengan beberapa tipe (${types.join(', ')}) tidak dapat dibatasi: pilih satu tipe dahulu.`,
    en: `Children of an element of several types (${types.join(', ')}) cannot be constrained: choose one type first.`,
  }),
  contentMissing: (reference: string): Text => ({
    id: `contentReference ${reference} tidak menunjuk elemen mana pun.`,
    en: `contentReference ${reference} points at no element.`,
  }),
  typeMissing: (type: string): Text => ({
    id: `Definisi ${type} tidak tersedia, sehingga anaknya tidak dapat dibatasi.`,
    en: `The definition of ${type} is not available, so its children cannot be constrained.`,
  }),
  minBelowBase: (min: number, base: number): Text => ({
    id: `Minimum ${min} lebih rendah daripada minimum dasar ${base}.`,
    en: `Minimum ${min} is below the base's minimum ${base}.`,
  }),
  maxAboveBase: (max: string, base: string): Text => ({
    id: `Maksimum ${max} lebih tinggi daripada maksimum dasar ${base}.`,
    en: `Maximum ${max} is above the base's maximum ${base}.`,
  }),
  minAboveMax: (min: number, max: string): Text => ({
    id: `Minimum ${min} lebih tinggi daripada maksimum ${max}: tidak ada yang dapat memenuhinya.`,
    en: `Minimum ${min} is above maximum ${max}: nothing can meet it.`,
  }),
  typeNotInBase: (type: string, allowed: readonly string[]): Text => ({
    id: `Tipe ${type} tidak diizinkan oleh dasar: pilih dari ${allowed.join(', ')}.`,
    en: `The base does not allow type ${type}: choose from ${allowed.join(', ')}.`,
  }),
  bindingWeakened: (strength: string): Text => ({
    id: `Binding wajib (required) tidak boleh dilonggarkan menjadi ${strength}.`,
    en: `A required binding may not be weakened to ${strength}.`,
  }),
  fixedChanged: (key: string): Text => ({
    id: `Nilai ${key} sudah ditetapkan oleh dasar dan tidak boleh diubah.`,
    en: `The base already fixes ${key}; it may not be changed.`,
  }),
  tooLarge: (most: number): Text => ({
    id: `Definisi terlalu besar: lebih dari ${most} elemen.`,
    en: `The definition is too large: more than ${most} elements.`,
  }),
  notAList: { id: 'Elemen ini harus berupa larik (array).', en: 'This element must be an array.' } satisfies Text,
  notASingle: { id: 'Elemen ini hanya boleh satu, bukan larik (array).', en: 'This element must be single, not an array.' } satisfies Text,
  wrongKind: {
    id: 'Nilai ini bukan jenis yang ditetapkan untuk elemennya.',
    en: 'The value is not of the kind that its element has.',
  } satisfies Text,
  malformed: {
    id: 'ElementDefinition tidak dapat dibaca: periksa path, id, type, slicing, binding dan constraint.',
    en: 'The ElementDefinition cannot be read: check path, id, type, slicing, binding and constraint.',
  } satisfies Text,
} as const;
