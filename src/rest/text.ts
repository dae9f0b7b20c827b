import type { Text } from '../fhir/outcome.js';

/** Sentences that the HTTP surface says, in both languages. None repeats what a client sent, save names of FHIR itself. */
export const restText = {
  submitData: {
    id: '$submit-data membutuhkan tepat satu parameter measureReport berisi MeasureReport; resource lain sebagai parameter resource.',
    en: '$submit-data needs exactly one parameter measureReport that holds a MeasureReport; other resources go as the parameter resource.',
  },
  notFound: (type: string): Text => ({
    id: `Tidak ada ${type} dengan id itu. Periksa id, atau cari dengan parameter pencarian.`,
    en: `There is no ${type} with that id. Check the id, or search for it.`,
  }),
  versionNotFound: (type: string): Text => ({
    id: `Versi itu tidak ada untuk ${type} ini. Lihat daftar versinya di _history.`,
    en: `This ${type} has no such version. See its versions at _history.`,
  }),
  deleted: (type: string): Text => ({
    id: `${type} ini sudah dihapus. Riwayatnya masih ada di _history.`,
    en: `This ${type} has been deleted. Its history is still at _history.`,
  }),
  noSuchRoute: {
    id: 'Alamat ini tidak ada di server. Layanan FHIR ada di /fhir; kemampuannya di /fhir/metadata.',
    en: 'The server has nothing at this address. FHIR is served at /fhir; see /fhir/metadata for what it can do.',
  },
  unknownType: (suggestion: string | undefined): Text =>
    suggestion === undefined
      ? { id: 'Jenis resource itu tidak ada di FHIR R4.', en: 'FHIR R4 has no such resource type.' }
      : {
          id: `Jenis resource itu tidak ada di FHIR R4. Maksud Anda ${suggestion}?`,
          en: `FHIR R4 has no such resource type. Did you mean ${suggestion}?`,
        },
  noCompartment: (known: string): Text => ({
    id: `Jenis resource itu tidak memiliki compartment. Yang memilikinya: ${known}.`,
    en: `That resource type has no compartment. These have: ${known}.`,
  }),
  unknownOperation: (suggestion: string | undefined): Text =>
    suggestion === undefined
      ? {
          id: 'Operasi itu tidak ada di sini. Daftarnya ada di /fhir/metadata.',
          en: 'There is no such operation here. They are listed in /fhir/metadata.',
        }
      : {
          id: `Operasi itu tidak ada di sini. Maksud Anda ${suggestion}?`,
          en: `There is no such operation here. Did you mean ${suggestion}?`,
        },
  methodNotAllowed: (allowed: string): Text => ({
    id: `Metode HTTP ini tidak berlaku di alamat ini. Yang berlaku: ${allowed}.`,
    en: `This HTTP method does not apply to this address. These do: ${allowed}.`,
  }),
  badRequest: {
    id: 'Permintaan HTTP tidak dapat dibaca. Periksa alamat, header dan isinya.',
    en: 'The HTTP request cannot be read. Check its address, headers and body.',
  },
  notUtf8: {
    id: 'Isi bukan UTF-8 yang sah. Kirim sebagai UTF-8.',
    en: 'The body is not valid UTF-8. Send it as UTF-8.',
  },
  badUrl: {
    id: 'Alamat memuat pengodean persen yang salah. Kodekan sebagai UTF-8, misalnya %20 untuk spasi.',
    en: 'The address holds a wrong percent-encoding. Encode it as UTF-8, e.g. %20 for a space.',
  },
  urlTooLong: (limit: number): Text => ({
    id: `Alamat lebih panjang dari ${limit} karakter. Kirim pencarian panjang dengan POST ke _search.`,
    en: `The address is longer than ${limit} characters. Send a long search by POST to _search.`,
  }),
  headersTooLarge: {
    id: 'Header permintaan terlalu besar. Kurangi header, atau kirim pencarian panjang dengan POST ke _search.',
    en: 'The request headers are too large. Send fewer, or send a long search by POST to _search.',
  },
  requestTimeout: {
    id: 'Permintaan tidak selesai dikirim dalam batas waktu. Kirim lagi.',
    en: 'The request was not sent completely in time. Send it again.',
  },
  tooLarge: (mebibytes: number): Text => ({
    id: `Isi lebih besar dari ${mebibytes} MiB. Bagi menjadi beberapa permintaan.`,
    en: `The body is larger than ${mebibytes} MiB. Split it into several requests.`,
  }),
  wrongMediaType: (allowed: string): Text => ({
    id: `Content-Type ini tidak dapat dibaca di alamat ini. Kirim ${allowed}.`,
    en: `This Content-Type cannot be read at this address. Send ${allowed}.`,
  }),
  missingBody: (allowed: string): Text => ({
    id: `Permintaan ini memerlukan isi. Kirim ${allowed}.`,
    en: `This request needs a body. Send ${allowed}.`,
  }),
  notAcceptable: {
    id: 'Bentuk jawaban yang diminta tidak tersedia. Minta application/fhir+json atau application/fhir+xml lewat Accept atau _format.',
    en: 'The requested form of the answer is not available. Ask for application/fhir+json or application/fhir+xml by Accept or _format.',
  },
  rateLimited: (seconds: number): Text => ({
    id: `Terlalu banyak permintaan dari alamat ini. Coba lagi dalam ${seconds} detik.`,
    en: `Too many requests from this address. Try again in ${seconds} seconds.`,
  }),
  overloaded: {
    id: 'Server sedang sibuk. Coba lagi sebentar lagi.',
    en: 'The server is busy. Try again in a moment.',
  },
  stopping: {
    id: 'Server sedang dihentikan. Coba lagi sebentar lagi.',
    en: 'The server is stopping. Try again in a moment.',
  },
  databaseDown: {
    id: 'Basis data sedang tidak menjawab. Coba lagi sebentar lagi.',
    en: 'The database does not answer. Try again in a moment.',
  },
  tooCostly: {
    id: 'Permintaan ini terlalu berat untuk batas waktu server. Persempit pencariannya.',
    en: 'This request is too costly for the time limit of the server. Narrow the search.',
  },
  internal: {
    id: 'Server gagal memproses permintaan ini. Laporkan id permintaan kepada pengelola.',
    en: 'The server failed to process this request. Report the request id to its operator.',
  },
  notResource: {
    id: 'Isi harus satu resource FHIR: objek JSON dengan resourceType.',
    en: 'The body must be one FHIR resource: a JSON object with resourceType.',
  },
  typeMismatch: (expected: string): Text => ({
    id: `resourceType tidak cocok dengan alamat, yang menyebut ${expected}.`,
    en: `resourceType does not match the address, which says ${expected}.`,
  }),
  badId: {
    id: 'Id harus 1-64 karakter dari A-Z, a-z, 0-9, "-" dan ".".',
    en: 'An id must be 1 to 64 characters out of A-Z, a-z, 0-9, "-" and ".".',
  },
  idMissing: {
    id: 'Isi harus memuat id yang sama dengan id di alamat.',
    en: 'The body must carry the same id as the address.',
  },
  idMismatch: {
    id: 'Id di isi tidak sama dengan id di alamat. Samakan keduanya.',
    en: 'The id in the body differs from the one in the address. Make them the same.',
  },
  badIfMatch: {
    id: 'If-Match harus berupa ETag dari server ini, misalnya W/"3".',
    en: 'If-Match must be an ETag of this server, e.g. W/"3".',
  },
  staleVersion: (type: string): Text => ({
    id: `${type} ini sudah berubah. Baca versi terbarunya, terapkan perubahan Anda, lalu kirim lagi.`,
    en: `This ${type} has changed meanwhile. Read its current version, apply your change to it, and send it again.`,
  }),
  emptyCondition: {
    id: 'Syarat pencarian kosong. Sebutkan setidaknya satu parameter, misalnya identifier.',
    en: 'The search condition is empty. Name at least one parameter, e.g. identifier.',
  },
  noMatch: {
    id: 'Tidak ada resource yang cocok dengan syarat itu.',
    en: 'No resource matches the condition.',
  },
  alreadyThere: {
    id: 'Resource yang memenuhi syarat itu sudah ada. Pakai id yang sudah ada.',
    en: 'A resource that meets the condition exists. Use the id it has.',
  },
  manyMatches: {
    id: 'Lebih dari satu resource cocok dengan syarat itu. Persempit, misalnya dengan identifier.',
    en: 'More than one resource matches the condition. Narrow it, e.g. by identifier.',
  },
  badPrefer: (value: string): Text => ({
    id: `Prefer: ${value} tidak dikenal. Pakai return=minimal, return=representation, return=OperationOutcome, handling=strict atau handling=lenient.`,
    en: `Prefer: ${value} is not known. Use return=minimal, return=representation, return=OperationOutcome, handling=strict or handling=lenient.`,
  }),
  bundleType: {
    id: 'Bundle yang dikirim ke alamat dasar harus bertipe transaction atau batch.',
    en: 'A Bundle sent to the base address must be of type transaction or batch.',
  },
  entryRequest: {
    id: 'Setiap entry memerlukan request.method dan request.url.',
    en: 'Each entry needs request.method and request.url.',
  },
  entryMethod: {
    id: 'request.method ini tidak dapat dipakai di sini. Pakai GET, HEAD, POST, PUT, PATCH atau DELETE.',
    en: 'This request.method cannot be used here. Use GET, HEAD, POST, PUT, PATCH or DELETE.',
  },
  entryUrl: {
    id: 'request.url ini tidak dikenali. Contoh: Patient, Patient/123, Patient?identifier=sistem|nilai.',
    en: 'This request.url is not recognised. Examples: Patient, Patient/123, Patient?identifier=system|value.',
  },
  entryNotInTransaction: {
    id: 'Permintaan ini tidak dapat menjadi bagian dari transaction. Kirim dalam batch atau tersendiri.',
    en: 'This request cannot be part of a transaction. Send it in a batch or on its own.',
  },
  entryResource: {
    id: 'Entry ini memerlukan resource.',
    en: 'This entry needs a resource.',
  },
  sameResourceTwice: {
    id: 'Dua entry mengubah resource yang sama. Satu transaction hanya boleh mengubahnya sekali.',
    en: 'Two entries change the same resource. A transaction may change it only once.',
  },
  duplicateFullUrl: {
    id: 'Dua entry memakai fullUrl yang sama. Beri setiap entry urn:uuid tersendiri.',
    en: 'Two entries use the same fullUrl. Give each entry a urn:uuid of its own.',
  },
  moreIssues: (count: number): Text => ({
    id: `Masih ada ${count} temuan lain. Perbaiki yang di atas lebih dulu, lalu kirim lagi.`,
    en: `There are ${count} more findings. Mend those above first, then send again.`,
  }),
  allFine: {
    id: 'Tidak ditemukan kesalahan.',
    en: 'No problems were found.',
  },
  done: {
    id: 'Selesai.',
    en: 'Done.',
  },
  unknownParameter: (name: string, known: string): Text => ({
    id: `Parameter ${name} tidak dikenal di sini. Yang dikenal: ${known}.`,
    en: `The parameter ${name} is not known here. These are: ${known}.`,
  }),
  missingParameter: (name: string): Text => ({
    id: `Parameter ${name} wajib diisi.`,
    en: `The parameter ${name} is required.`,
  }),
  badParameter: (name: string, expected: Text): Text => ({
    id: `Parameter ${name} harus ${expected.id}.`,
    en: `The parameter ${name} must be ${expected.en}.`,
  }),
  badParameters: {
    id: 'Isi harus resource Parameters: daftar parameter yang masing-masing memuat name dan nilainya.',
    en: 'The body must be a Parameters resource: a list of parameters, each with a name and its value.',
  },
  noQuestionnaire: {
    id: 'Kuesioner dari jawaban ini tidak ditemukan. Simpan Questionnaire itu, atau kirim sebagai parameter questionnaire.',
    en: 'The questionnaire of this response is not here. Store that Questionnaire, or send it as the parameter questionnaire.',
  },
  growthStoredOnly: {
    id: 'Pertumbuhan dari Observation yang tersimpan dihitung tanpa parameter. Panggil Observation/$growth untuk ukuran yang dikirim.',
    en: 'The growth of a stored Observation takes no parameters. Call Observation/$growth for measurements that you send.',
  },
  growthNoChild: {
    id: 'Observation ini tidak merujuk anak yang jenis kelamin dan tanggal lahirnya diketahui. Lengkapi gender dan birthDate pada Patient.',
    en: 'This Observation does not refer to a child whose sex and birth date are known. Fill in gender and birthDate of the Patient.',
  },
  growthNotMeasured: {
    id: 'Observation ini bukan berat, panjang/tinggi, lingkar kepala, atau edema yang dapat dinilai: periksa kode, status, tanggal, nilai, dan satuan (kg, g, cm).',
    en: 'This Observation is no weight, length or height, head circumference or oedema that can be judged: check its code, status, date, value and unit (kg, g, cm).',
  },
  growthAge: {
    id: 'Baku pertumbuhan ini untuk anak balita sejak lahir: periksa tanggal pengukuran dan tanggal lahir.',
    en: 'The growth standard is for children from birth to five years: check the date of the measurement and the birth date.',
  },
  ownForms: (known: string): Text => ({
    id: `Bentuk itu tidak ada di sini. Yang ada: ${known}.`,
    en: `There is no such form here. There are: ${known}.`,
  }),
  entryStream: {
    id: 'Operasi ini menjawab dengan aliran data; panggil langsung, bukan di dalam Bundle.',
    en: 'This operation answers with a stream; call it by itself, not within a Bundle.',
  },
  viewSource: {
    id: 'Sumber data lain tidak dapat dipakai: view dijalankan atas data server ini, atau atas `resource` yang dikirim.',
    en: 'No other source can be used: a view runs over the data of this server, or over each `resource` that is sent.',
  },
  oneView: {
    id: 'Beri tepat satu view: viewResource (ViewDefinition), viewReference, atau namanya di alamat.',
    en: 'Give exactly one view: viewResource (a ViewDefinition), viewReference, or its name in the address.',
  },
  viewUnknown: (known: string): Text => ({
    id: `View itu tidak ada di sini. Yang ada: ${known}; atau Library/… dan Binary/… yang memuatnya.`,
    en: `There is no such view here. There are: ${known}; or a Library/… or Binary/… that holds one.`,
  }),
  viewShape: {
    id: 'ViewDefinition harus memiliki `select` berupa daftar; `column`, `unionAll`, `where`, dan `constant` juga daftar.',
    en: 'A ViewDefinition has a list `select`; `column`, `unionAll`, `where` and `constant` are lists as well.',
  },
  unknownProfile: {
    id: 'Profil yang diminta tidak dikenal server ini.',
    en: 'This server does not know the requested profile.',
  },
} as const;
