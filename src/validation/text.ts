import type { Text } from '../fhir/outcome.js';
import type { PrimitiveFault } from '../fhir/primitives.js';

/** What validation says to people: what is wrong and how to mend it. Never a person's data, save the codes they sent. */
export const text = {
  notResource: {
    id: 'Isi bukan resource FHIR: objek JSON dengan resourceType diharapkan.',
    en: 'This is not a FHIR resource: a JSON object with resourceType is expected.',
  },
  unknownResourceType: (type: string, near?: string): Text => ({
    id: `Jenis resource '${type}' tidak dikenal di FHIR R4.${near ? ` Mungkin maksudnya '${near}'.` : ''}`,
    en: `The resource type '${type}' is not known in FHIR R4.${near ? ` Perhaps '${near}' is meant.` : ''}`,
  }),
  tooDeep: {
    id: 'Elemen bersarang terlalu dalam. Kurangi kedalamannya.',
    en: 'Elements are nested too deeply. Make the resource flatter.',
  },
  moreIssues: (count: number): Text => ({
    id: `Masih ada ${count} temuan lain yang tidak ditampilkan. Perbaiki yang sudah disebut, lalu periksa lagi.`,
    en: `There are ${count} more findings, which are not shown. Mend those named, then check again.`,
  }),
  unknownElement: (name: string, near?: string): Text => ({
    id: `Elemen '${name}' tidak dikenal di sini.${near ? ` Mungkin maksudnya '${near}'.` : ' Hapus elemen itu.'}`,
    en: `The element '${name}' is not known here.${near ? ` Perhaps '${near}' is meant.` : ' Remove it.'}`,
  }),
  missing: (name: string, min: number, found: number): Text => ({
    id: found === 0 ? `Elemen '${name}' wajib ada. Isilah.` : `Elemen '${name}' minimal ${min}, ditemukan ${found}. Tambahkan.`,
    en:
      found === 0
        ? `The element '${name}' is required. Supply it.`
        : `'${name}' is needed at least ${min} times, found ${found}. Add more.`,
  }),
  tooMany: (name: string, max: number, found: number): Text => ({
    id:
      max === 0
        ? `Elemen '${name}' tidak diizinkan di sini. Hapuslah.`
        : `Elemen '${name}' paling banyak ${max}, ditemukan ${found}. Kurangi.`,
    en:
      max === 0
        ? `The element '${name}' is not allowed here. Remove it.`
        : `'${name}' may occur at most ${max} times, found ${found}. Remove some.`,
  }),
  expectArray: (name: string): Text => ({
    id: `'${name}' harus berupa larik JSON: tulis di dalam [ ].`,
    en: `'${name}' must be a JSON array: write it within [ ].`,
  }),
  expectSingle: (name: string): Text => ({
    id: `'${name}' hanya boleh satu nilai: tulis tanpa larik [ ].`,
    en: `'${name}' takes one value: write it without the array [ ].`,
  }),
  expectObject: (name: string, type: string): Text => ({
    id: `'${name}' harus berupa objek JSON berjenis ${type}.`,
    en: `'${name}' must be a JSON object of type ${type}.`,
  }),
  nullValue: {
    id: 'Nilai null tidak diizinkan. Hapus elemen itu atau isi nilainya.',
    en: 'null is not allowed. Remove the element or give it a value.',
  },
  emptyArray: {
    id: 'Larik kosong tidak diizinkan. Hapus elemen itu.',
    en: 'An empty array is not allowed. Remove the element.',
  },
  emptyObject: {
    id: 'Objek kosong tidak diizinkan. Isi nilainya atau hapus elemen itu.',
    en: 'An empty object is not allowed. Give it content or remove it.',
  },
  siblingLength: (name: string): Text => ({
    id: `'${name}' dan '_${name}' harus sama panjang; isi yang kosong dengan null.`,
    en: `'${name}' and '_${name}' must be of one length; fill gaps with null.`,
  }),
  choiceTwice: (name: string, first: string, second: string): Text => ({
    id: `Hanya satu '${name}' yang boleh ada, ditemukan '${first}' dan '${second}'. Pilih salah satu.`,
    en: `Only one '${name}' may be given, found '${first}' and '${second}'. Keep one.`,
  }),
  primitive: (type: string, fault: PrimitiveFault): Text => primitiveText[fault](type),
  lengthAbove: (max: number, found: number): Text => ({
    id: `Teks terlalu panjang: ${found} karakter, paling banyak ${max}.`,
    en: `The text is too long: ${found} characters, at most ${max} are allowed.`,
  }),
  lengthBelow: (min: number, found: number): Text => ({
    id: `Teks terlalu pendek: ${found} karakter, paling sedikit ${min}.`,
    en: `The text is too short: ${found} characters, at least ${min} are needed.`,
  }),
  invariant: (key: string, human: string): Text => ({
    id: `Aturan ${key} tidak dipenuhi: ${human}`,
    en: `The rule ${key} is not met: ${human}`,
  }),
  invariantUnusable: (key: string): Text => ({
    id: `Aturan ${key} tidak dapat dihitung.`,
    en: `The rule ${key} can't be evaluated.`,
  }),
  codeNotInValueSet: (code: string, valueSet: string, near?: readonly string[]): Text => ({
    id: `Kode '${code}' tidak ada dalam daftar ${valueSet}.${near?.length ? ` Yang mirip: ${near.join(', ')}.` : ' Pilih kode dari daftar itu.'}`,
    en: `The code '${code}' is not in the value set ${valueSet}.${near?.length ? ` Near ones: ${near.join(', ')}.` : ' Choose a code from it.'}`,
  }),
  noCodeInValueSet: (valueSet: string, must: boolean): Text => ({
    id: `Tidak ada kode dari daftar ${valueSet}; ${must ? 'satu kode dari daftar itu wajib.' : 'sebaiknya gunakan kode dari daftar itu bila ada yang cocok.'}`,
    en: `None of the codes is in the value set ${valueSet}; ${must ? 'one from it is required.' : 'one from it should be used where one fits.'}`,
  }),
  noCode: (valueSet: string): Text => ({
    id: `Kode wajib diisi dari daftar ${valueSet}.`,
    en: `A code from the value set ${valueSet} is required.`,
  }),
  unknownCode: (code: string, system: string, near?: readonly string[]): Text => ({
    id: `Kode '${code}' tidak ada dalam sistem kode ${system}.${near?.length ? ` Yang mirip: ${near.join(', ')}.` : ''}`,
    en: `The code '${code}' does not exist in the code system ${system}.${near?.length ? ` Near ones: ${near.join(', ')}.` : ''}`,
  }),
  wrongDisplay: (code: string, right: string | undefined): Text => ({
    id: `Nama tampilan kode '${code}' keliru${right ? `; yang benar: '${right}'` : ''}.`,
    en: `The display of the code '${code}' is wrong${right ? `; it is '${right}'` : ''}.`,
  }),
  inactiveCode: (code: string, system: string): Text => ({
    id: `Kode '${code}' dari ${system} sudah tidak berlaku.`,
    en: `The code '${code}' of ${system} is no longer active.`,
  }),
  valueSetAsSystem: (system: string): Text => ({
    id: `system '${system}' adalah ValueSet, bukan CodeSystem. Gunakan URL sistem kodenya.`,
    en: `The system '${system}' is a value set, not a code system. Use the code system's URL.`,
  }),
  unknownSystem: (system: string): Text => ({
    id: `Sistem kode '${system}' tidak dikenal di sini, jadi kodenya tidak diperiksa.`,
    en: `The code system '${system}' is not on board, so the code was not checked.`,
  }),
  supplementAsSystem: (system: string): Text => ({
    id: `system '${system}' hanya pelengkap. Gunakan URL sistem kode yang dilengkapinya.`,
    en: `The system '${system}' is only a supplement. Use the URL of the code system that it supplements.`,
  }),
  relativeSystem: {
    id: 'Coding.system harus URI mutlak, bukan acuan lokal.',
    en: 'Coding.system must be an absolute URI, not a local reference.',
  },
  codingWithoutSystem: {
    id: 'Coding tanpa system tidak berarti di tempat lain. Tambahkan system.',
    en: 'A coding without a system means nothing elsewhere. Add the system.',
  },
  fixed: (expected: string): Text => ({
    id: `Nilai harus tepat ${expected}.`,
    en: `The value must be exactly ${expected}.`,
  }),
  pattern: (expected: string): Text => ({
    id: `Nilai harus memuat ${expected}.`,
    en: `The value must contain ${expected}.`,
  }),
  mustHaveValue: {
    id: 'Elemen ini wajib punya nilai; extension saja tidak cukup.',
    en: 'This element must have a value; extensions alone won’t do.',
  },
  below: (min: string): Text => ({ id: `Nilai kurang dari batas ${min}.`, en: `The value is below the minimum ${min}.` }),
  above: (max: string): Text => ({ id: `Nilai melebihi batas ${max}.`, en: `The value is above the maximum ${max}.` }),
  incomparable: (limit: string): Text => ({
    id: `Nilai tidak dapat dibandingkan dengan batas ${limit}: satuannya berbeda jenis atau tidak baku.`,
    en: `The value can't be compared with the limit ${limit}: the units differ in kind or are not formal.`,
  }),
  typeNotAllowed: (type: string, allowed: readonly string[]): Text => ({
    id: `Jenis ${type} tidak diizinkan di sini; yang diizinkan: ${allowed.join(', ')}.`,
    en: `The type ${type} is not allowed here; allowed: ${allowed.join(', ')}.`,
  }),
  mustHaveReference: {
    id: 'Reference harus memuat reference, identifier, atau display.',
    en: 'A Reference needs a reference, an identifier or a display.',
  },
  targetType: (type: string, allowed: readonly string[]): Text => ({
    id: `Acuan menunjuk ke ${type}; yang diizinkan: ${allowed.join(', ')}.`,
    en: `The reference points to a ${type}; allowed: ${allowed.join(', ')}.`,
  }),
  referenceTypeDiffers: (stated: string, found: string): Text => ({
    id: `Reference.type '${stated}' berbeda dengan jenis yang diacu, ${found}.`,
    en: `Reference.type '${stated}' differs from the type referred to, ${found}.`,
  }),
  unresolved: (reference: string): Text => ({
    id: `Acuan '${reference}' tidak ditemukan. Sertakan resource itu atau perbaiki acuannya.`,
    en: `The reference '${reference}' can't be resolved. Include the resource or mend the reference.`,
  }),
  targetProfile: (profiles: readonly string[]): Text => ({
    id: `Resource yang diacu tidak memenuhi profil: ${profiles.join(', ')}.`,
    en: `The resource referred to does not meet the profile: ${profiles.join(', ')}.`,
  }),
  aggregation: (found: string, allowed: readonly string[]): Text => ({
    id: `Acuan ini ${found}; yang diizinkan: ${allowed.join(', ')}.`,
    en: `This reference is ${found}; allowed: ${allowed.join(', ')}.`,
  }),
  noProfileFits: (profiles: readonly string[]): Text => ({
    id: `Isi tidak memenuhi satu pun profil: ${profiles.join(', ')}.`,
    en: `The content meets none of the profiles: ${profiles.join(', ')}.`,
  }),
  unknownProfile: (profile: string): Text => ({
    id: `Profil '${profile}' tidak dikenal sehingga tidak diperiksa.`,
    en: `The profile '${profile}' is not known, so it was not checked.`,
  }),
  profileVersion: (profile: string, version: string): Text => ({
    id: `Profil '${profile}' tidak ada dalam versi itu; yang diperiksa versi ${version}.`,
    en: `The profile '${profile}' is not on board in that version; version ${version} was checked.`,
  }),
  unusableProfile: (profile: string): Text => ({
    id: `Profil '${profile}' tidak dapat digunakan: definisinya keliru.`,
    en: `The profile '${profile}' can't be used: its definition is faulty.`,
  }),
  profileType: (profile: string, wanted: string, found: string): Text => ({
    id: `Profil '${profile}' untuk ${wanted}, bukan ${found}.`,
    en: `The profile '${profile}' is for ${wanted}, not for ${found}.`,
  }),
  sliceMissing: (slice: string, min: number, found: number, discriminator: string): Text => ({
    id: `Irisan '${slice}' minimal ${min}, ditemukan ${found} (pembeda: ${discriminator}). Tambahkan elemen yang cocok.`,
    en: `The slice '${slice}' is needed at least ${min} times, found ${found} (told apart by ${discriminator}). Add a matching element.`,
  }),
  sliceTooMany: (slice: string, max: number, found: number): Text => ({
    id: `Irisan '${slice}' paling banyak ${max}, ditemukan ${found}. Hapus kelebihannya.`,
    en: `The slice '${slice}' may occur at most ${max} times, found ${found}. Remove the surplus.`,
  }),
  sliceClosed: (slices: readonly string[], discriminator: string): Text => ({
    id: `Elemen tidak cocok dengan irisan mana pun (${slices.join(', ')}) dan yang lain tidak diizinkan (pembeda: ${discriminator}).`,
    en: `The element matches none of the slices (${slices.join(', ')}) and others are not allowed (told apart by ${discriminator}).`,
  }),
  sliceOrder: (slice: string): Text => ({
    id: `Irisan '${slice}' tidak pada urutannya. Susun sesuai profil.`,
    en: `The slice '${slice}' is out of order. Arrange the elements as the profile says.`,
  }),
  sliceAtEnd: {
    id: 'Elemen tanpa irisan harus berada di akhir.',
    en: 'Elements that match no slice must come last.',
  },
  sliceAmbiguous: (slices: readonly string[]): Text => ({
    id: `Elemen cocok dengan lebih dari satu irisan: ${slices.join(', ')}.`,
    en: `The element matches more than one slice: ${slices.join(', ')}.`,
  }),
  sliceUndecidable: (slice: string): Text => ({
    id: `Irisan '${slice}' tidak punya pembeda yang dapat diperiksa.`,
    en: `The slice '${slice}' has no discriminator that can be checked.`,
  }),
  unknownExtension: (url: string): Text => ({
    id: `Extension '${url}' tidak dikenal.`,
    en: `The extension '${url}' is not known.`,
  }),
  unknownModifierExtension: (url: string): Text => ({
    id: `modifierExtension '${url}' tidak dikenal; artinya bisa mengubah resource, jadi ditolak.`,
    en: `The modifier extension '${url}' is not known; it may change the meaning, so it is refused.`,
  }),
  relativeExtension: (url: string): Text => ({
    id: `URL extension '${url}' harus mutlak.`,
    en: `The extension URL '${url}' must be absolute.`,
  }),
  unknownPart: (part: string, url: string, near?: string): Text => ({
    id: `Bagian '${part}' tidak dinyatakan oleh extension '${url}'.${near ? ` Mungkin maksudnya '${near}'.` : ''}`,
    en: `The part '${part}' is not defined by the extension '${url}'.${near ? ` Perhaps '${near}' is meant.` : ''}`,
  }),
  notModifier: (url: string): Text => ({
    id: `Extension '${url}' bukan modifier; tulis di 'extension'.`,
    en: `The extension '${url}' is no modifier; write it in 'extension'.`,
  }),
  isModifier: (url: string): Text => ({
    id: `Extension '${url}' adalah modifier; tulis di 'modifierExtension'.`,
    en: `The extension '${url}' is a modifier; write it in 'modifierExtension'.`,
  }),
  extensionContext: (url: string, allowed: readonly string[]): Text => ({
    id: `Extension '${url}' tidak boleh dipakai di sini; tempatnya: ${allowed.join(', ')}.`,
    en: `The extension '${url}' may not be used here; it belongs on: ${allowed.join(', ')}.`,
  }),
  extensionContextInvariant: (url: string, expression: string): Text => ({
    id: `Extension '${url}' tidak boleh dipakai di sini: syarat '${expression}' tidak dipenuhi.`,
    en: `The extension '${url}' may not be used here: the condition '${expression}' is not met.`,
  }),
  containedInContained: {
    id: 'Resource contained tidak boleh memuat contained lagi.',
    en: 'A contained resource may not itself contain resources.',
  },
  containedWithoutId: {
    id: 'Resource contained wajib punya id.',
    en: 'A contained resource needs an id.',
  },
  containedTwice: (id: string): Text => ({
    id: `Ada lebih dari satu resource contained dengan id '${id}'.`,
    en: `There is more than one contained resource with the id '${id}'.`,
  }),
} as const;

const primitiveText: Readonly<Record<PrimitiveFault, (type: string) => Text>> = {
  'not-boolean': () => ({ id: 'Nilai harus true atau false tanpa tanda kutip.', en: 'The value must be true or false, without quotes.' }),
  'not-number': (type) => ({
    id: `Nilai ${type} harus angka JSON tanpa tanda kutip.`,
    en: `A value of type ${type} must be a JSON number, without quotes.`,
  }),
  'not-string': (type) => ({
    id: `Nilai ${type} harus teks JSON di dalam tanda kutip.`,
    en: `A value of type ${type} must be a JSON string, in quotes.`,
  }),
  'not-integer': (type) => ({ id: `Nilai ${type} harus bilangan bulat.`, en: `A value of type ${type} must be a whole number.` }),
  range: (type) => ({ id: `Angka di luar rentang ${type}.`, en: `The number is out of the range of ${type}.` }),
  empty: () => ({
    id: 'Teks kosong tidak diizinkan. Hapus elemen itu atau isi nilainya.',
    en: 'An empty text is not allowed. Remove the element or give it a value.',
  }),
  blank: () => ({
    id: 'Teks hanya berisi spasi. Isi nilainya atau hapus elemen itu.',
    en: 'The text is only white space. Give it content or remove the element.',
  }),
  'control-character': () => ({
    id: 'Teks memuat karakter kendali yang dilarang. Hapus karakter itu.',
    en: 'The text contains a forbidden control character. Remove it.',
  }),
  'too-long': () => ({ id: 'Teks lebih panjang dari 1 MiB. Pendekkan.', en: 'The text is longer than 1 MiB. Shorten it.' }),
  whitespace: (type) => ({
    id: `Nilai ${type} tidak boleh memuat spasi di tempat ini. Hapus spasinya.`,
    en: `A value of type ${type} may not contain white space like this. Remove it.`,
  }),
  format: (type) => ({
    id: `Nilai tidak sesuai bentuk ${type}, ${formatHint(type).id}.`,
    en: `The value does not have the form of type ${type}, ${formatHint(type).en}.`,
  }),
  calendar: () => ({
    id: 'Tanggal itu tidak ada dalam kalender. Perbaiki hari atau bulannya.',
    en: 'That day does not exist in the calendar. Mend the day or month.',
  }),
  'no-timezone': () => ({ id: 'Waktu harus memakai zona, misalnya +07:00 untuk WIB.', en: 'A time needs a zone, e.g. +07:00.' }),
};

const formatHints: Readonly<Record<string, Text>> = {
  date: { id: 'misalnya 2025-03-31, 2025-03 atau 2025', en: 'e.g. 2025-03-31, 2025-03 or 2025' },
  dateTime: { id: 'misalnya 2025-03-31 atau 2025-03-31T08:30:00+07:00', en: 'e.g. 2025-03-31 or 2025-03-31T08:30:00+07:00' },
  instant: { id: 'misalnya 2025-03-31T08:30:00.000+07:00', en: 'e.g. 2025-03-31T08:30:00.000+07:00' },
  time: { id: 'misalnya 08:30:00', en: 'e.g. 08:30:00' },
  id: { id: 'yaitu 1-64 huruf, angka, - atau .', en: 'that is 1-64 letters, digits, - or .' },
  oid: { id: 'misalnya urn:oid:1.2.3', en: 'e.g. urn:oid:1.2.3' },
  uuid: {
    id: 'misalnya urn:uuid:c757873d-ec9a-4326-a141-556f43239520 (huruf kecil)',
    en: 'e.g. urn:uuid:c757873d-ec9a-4326-a141-556f43239520 (lower case)',
  },
  base64Binary: { id: 'yaitu base64 menurut RFC 4648', en: 'that is base64 of RFC 4648' },
};

function formatHint(type: string): Text {
  return formatHints[type] ?? { id: `lihat jenis data ${type} di FHIR R4`, en: `see the R4 datatype ${type}` };
}
