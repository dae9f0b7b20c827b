import type { Text } from '../fhir/outcome.js';

const suggestion = (names: readonly string[]): Text =>
  names.length === 0
    ? { id: '', en: '' }
    : { id: ` Mungkin yang dimaksud: ${names.join(', ')}.`, en: ` Did you mean ${names.join(', ')}?` };

const join = (...texts: readonly Text[]): Text => ({ id: texts.map(({ id }) => id).join(''), en: texts.map(({ en }) => en).join('') });

/** What the search room says to clients. */
export const searchText = {
  unknownParameter: (name: string, type: string, near: readonly string[]) =>
    join(
      {
        id: `Parameter pencarian "${name}" tidak dikenal untuk ${type}.`,
        en: `The search parameter "${name}" is not known for ${type}.`,
      },
      suggestion(near),
    ),
  unsupportedParameter: (name: string): Text => ({
    id: `Parameter "${name}" tidak didukung server ini. Hapus dari permintaan.`,
    en: `The parameter "${name}" is not supported by this server. Remove it from the request.`,
  }),
  unknownModifier: (modifier: string, name: string, allowed: readonly string[]): Text => ({
    id: `Modifier ":${modifier}" tidak berlaku untuk "${name}". Yang berlaku: ${allowed.map((one) => `:${one}`).join(', ')}.`,
    en: `The modifier ":${modifier}" does not apply to "${name}". Those that do: ${allowed.map((one) => `:${one}`).join(', ')}.`,
  }),
  emptyValue: (name: string): Text => ({
    id: `Parameter "${name}" tidak berisi nilai. Isi nilainya atau hapus parameternya.`,
    en: `The parameter "${name}" has no value. Give one or remove the parameter.`,
  }),
  badValue: (name: string, expected: Text): Text => ({
    id: `Nilai parameter "${name}" salah bentuk. Yang diharapkan: ${expected.id}.`,
    en: `The value of the parameter "${name}" has the wrong form. Expected: ${expected.en}.`,
  }),
  nul: (name: string): Text => ({
    id: `Parameter "${name}" memuat karakter NUL. Hapus karakter itu.`,
    en: `The parameter "${name}" holds a NUL character. Remove it.`,
  }),
  notChainable: (name: string): Text => ({
    id: `Parameter "${name}" bukan rujukan, sehingga tidak bisa dirangkai dengan titik.`,
    en: `The parameter "${name}" is no reference, so it can't be chained with a dot.`,
  }),
  notATarget: (type: string, name: string, targets: readonly string[]): Text => ({
    id: `"${name}" tidak dapat merujuk ke ${type}. Yang dapat dirujuk: ${targets.join(', ')}.`,
    en: `"${name}" can't refer to ${type}. It can refer to: ${targets.join(', ')}.`,
  }),
  chainedParameterUnknown: (name: string, chained: string, types: readonly string[]): Text => ({
    id: `Parameter "${chained}" dalam rangkaian "${name}" tidak dikenal untuk ${types.join(', ')}.`,
    en: `The parameter "${chained}" in the chain "${name}" is not known for ${types.join(', ')}.`,
  }),
  tooDeep: (name: string, limit: number): Text => ({
    id: `Rangkaian "${name}" lebih dari ${limit} tingkat.`,
    en: `The chain "${name}" has more than ${limit} levels.`,
  }),
  tooWide: (name: string): Text => ({
    id: `Rangkaian "${name}" melewati terlalu banyak tipe resource. Sebutkan tipenya, misalnya subject:Patient.`,
    en: `The chain "${name}" leads through too many resource types. Name the type, as in subject:Patient.`,
  }),
  tooMany: (what: string, limit: number): Text => ({
    id: `Terlalu banyak ${what}; paling banyak ${limit}.`,
    en: `Too many ${what}; at most ${limit}.`,
  }),
  badInclude: (value: string, near: readonly string[]) =>
    join(
      {
        id: `"${value}" bukan penyertaan yang sah. Bentuknya Tipe:parameter atau Tipe:parameter:TipeTujuan.`,
        en: `"${value}" is no valid inclusion. Its form is Type:parameter or Type:parameter:TargetType.`,
      },
      suggestion(near),
    ),
  unknownType: (type: string, near: readonly string[]) =>
    join({ id: `Tipe resource "${type}" tidak dikenal.`, en: `The resource type "${type}" is not known.` }, suggestion(near)),
  notSortable: (name: string): Text => ({
    id: `Hasil tidak dapat diurutkan menurut "${name}".`,
    en: `Results can't be sorted by "${name}".`,
  }),
  unknownValueSet: (url: string): Text => ({
    id: `ValueSet ${url} tidak ada di server ini atau tidak dapat dijabarkan.`,
    en: `The value set ${url} is not on this server or can't be expanded.`,
  }),
  noHierarchy: (system: string): Text => ({
    id: `Sistem kode ${system} tidak memiliki hierarki di server ini.`,
    en: `The code system ${system} has no hierarchy on this server.`,
  }),
  countLimited: (asked: number, limit: number): Text => ({
    id: `_count=${asked} melebihi batas; setiap halaman memuat paling banyak ${limit}.`,
    en: `_count=${asked} is beyond the limit; a page holds at most ${limit}.`,
  }),
  badCursor: {
    id: 'Tautan halaman tidak sah atau bukan milik pencarian ini. Mulai lagi dari halaman pertama.',
    en: 'The page link is not valid or belongs to another search. Start again from the first page.',
  },
  ignored: (name: string): Text => ({
    id: `Parameter "${name}" diabaikan (handling=lenient).`,
    en: `The parameter "${name}" was ignored (handling=lenient).`,
  }),
  includedLimited: (limit: number): Text => ({
    id: `Hanya ${limit} resource pertama yang disertakan.`,
    en: `Only the first ${limit} resources are included.`,
  }),
  expected: {
    boolean: { id: 'true atau false', en: 'true or false' },
    count: { id: 'bilangan bulat mulai 0', en: 'a whole number from 0' },
    date: {
      id: 'tanggal seperti 2026-01-31 atau 2026-01-31T08:00:00+07:00, boleh didahului eq, ne, gt, lt, ge, le, sa, eb atau ap',
      en: 'a date such as 2026-01-31 or 2026-01-31T08:00:00+07:00, optionally after eq, ne, gt, lt, ge, le, sa, eb or ap',
    },
    number: {
      id: 'bilangan seperti 5.4, boleh didahului eq, ne, gt, lt, ge, le, sa, eb atau ap',
      en: 'a number such as 5.4, optionally after eq, ne, gt, lt, ge, le, sa, eb or ap',
    },
    quantity: { id: 'jumlah seperti 5.4|http://unitsofmeasure.org|mg', en: 'a quantity such as 5.4|http://unitsofmeasure.org|mg' },
    token: { id: 'kode, sistem|kode, |kode atau sistem|', en: 'code, system|code, |code or system|' },
    ofType: { id: 'sistem|kode|nilai', en: 'system|code|value' },
    reference: { id: 'id, Tipe/id atau URL', en: 'id, Type/id or a URL' },
    string: { id: 'teks', en: 'a text' },
    uri: { id: 'URI', en: 'a URI' },
    composite: (parts: number): Text => ({ id: `${parts} bagian yang dipisahkan $`, en: `${parts} parts separated by $` }),
    total: { id: 'none, estimate atau accurate', en: 'none, estimate or accurate' },
    summary: { id: 'true, text, data, count atau false', en: 'true, text, data, count or false' },
    contained: { id: 'false', en: 'false' },
    sort: { id: 'nama parameter, dengan - di depannya untuk urutan turun', en: 'names of parameters, each after a - to sort downwards' },
    single: { id: 'satu nilai saja', en: 'one value only' },
  },
} as const;
