import type { Text } from '../../fhir/outcome.js';

/** What is said about patches. */
export const patchText = {
  notAList: {
    id: 'JSON Patch harus berupa daftar operasi, misalnya [{"op": "replace", "path": "/status", "value": "finished"}].',
    en: 'A JSON Patch must be a list of operations, e.g. [{"op": "replace", "path": "/status", "value": "finished"}].',
  },
  operation: {
    id: 'Operasi harus salah satu dari add, remove, replace, move, copy, test.',
    en: 'The operation must be one of add, remove, replace, move, copy, test.',
  },
  path: (member: string): Text => ({
    id: `${member} harus JSON Pointer, misalnya /name/0/family.`,
    en: `${member} must be a JSON Pointer, e.g. /name/0/family.`,
  }),
  value: { id: 'Operasi ini memerlukan value.', en: 'This operation needs a value.' },
  target: {
    id: 'Alamat dalam patch tidak ada pada resource ini. Periksa path dan indeksnya.',
    en: 'The resource has nothing at the address in the patch. Check the path and its indexes.',
  },
  test: {
    id: 'Nilai pada resource tidak sama dengan nilai yang diuji.',
    en: 'The value in the resource is not the value that was tested for.',
  },
  moveIntoItself: { id: 'Bagian tidak dapat dipindahkan ke dalam dirinya.', en: 'A part cannot be moved into itself.' },
  wholeDocument: {
    id: 'Seluruh resource tidak dapat dihapus dengan patch. Pakai DELETE.',
    en: 'A patch cannot remove the whole resource. Use DELETE.',
  },
  name: { id: 'Nama itu tidak diizinkan.', en: 'That name is not allowed.' },
  notAPatch: {
    id: 'Isi harus JSON Patch (application/json-patch+json) atau FHIRPath Patch (resource Parameters).',
    en: 'The body must be a JSON Patch (application/json-patch+json) or a FHIRPath Patch (a Parameters resource).',
  },
  changesIdentity: {
    id: 'Patch tidak boleh mengubah resourceType atau id.',
    en: 'A patch must not change resourceType or id.',
  },
  fhirOperation: {
    id: 'Operasi harus memuat type (add, insert, delete, replace atau move) dan path.',
    en: 'An operation must hold a type (add, insert, delete, replace or move) and a path.',
  },
  badPath: { id: 'Path bukan FHIRPath yang sah.', en: 'The path is not valid FHIRPath.' },
  noTarget: {
    id: 'Path tidak menunjuk elemen apa pun pada resource ini.',
    en: 'The path selects no element of this resource.',
  },
  manyTargets: {
    id: 'Path menunjuk lebih dari satu elemen. Persempit, misalnya dengan [0] atau where(…).',
    en: 'The path selects more than one element. Narrow it, e.g. by [0] or where(…).',
  },
  notLocated: {
    id: 'Path menghitung nilai baru, bukan menunjuk elemen pada resource.',
    en: 'The path computes a value instead of selecting an element of the resource.',
  },
  unknownElement: (name: string): Text => ({
    id: `Elemen ${name} tidak ada di sini.`,
    en: `There is no element ${name} here.`,
  }),
  alreadyThere: (name: string): Text => ({
    id: `Elemen ${name} sudah ada dan tidak berulang. Pakai replace.`,
    en: `The element ${name} is there already and does not repeat. Use replace.`,
  }),
  notAChoice: (name: string): Text => ({
    id: `Jenis nilai itu tidak berlaku untuk ${name}.`,
    en: `That type of value does not apply to ${name}.`,
  }),
  notAListElement: {
    id: 'Operasi insert dan move berlaku untuk elemen berulang saja.',
    en: 'The operations insert and move apply to repeating elements only.',
  },
  index: (name: string): Text => ({
    id: `${name} harus indeks di dalam daftar.`,
    en: `${name} must be an index within the list.`,
  }),
} as const;
