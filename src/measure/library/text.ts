import type { Text } from '../../fhir/outcome.js';

/** What is said about stored libraries. */
export const libraryText = {
  elmXml: {
    id: 'application/elm+xml tidak dibaca di sini. Kirim CQL-nya (text/cql) atau application/elm+json.',
    en: 'application/elm+xml is not read here. Send the CQL (text/cql) or application/elm+json.',
  },
  encoding: { id: 'Isi ini bukan teks UTF-8 dalam base64.', en: 'This content is not UTF-8 text in base64.' },
  elmShape: {
    id: 'Isi ini bukan ELM: harus objek JSON {"library": {"identifier": {"id": …}, …}}.',
    en: 'This content is not ELM: it must be a JSON object {"library": {"identifier": {"id": …}, …}}.',
  },
  elmDepth: { id: 'ELM ini bersarang terlalu dalam.', en: 'This ELM is nested too deeply.' },
  includeMissing: (library: string, include: string): Text => ({
    id: `Pustaka ${library} memakai ${include}, yang tidak ada di server ini. Kirim dahulu pustaka itu, atau keduanya dalam satu transaksi.`,
    en: `The library ${library} includes ${include}, which is not on this server. Send that library first, or both in one transaction.`,
  }),
  includeElm: (library: string, include: string): Text => ({
    id: `Pustaka ${library} memakai ${include}, yang hanya berisi ELM. CQL hanya dapat memakai pustaka yang CQL-nya ada.`,
    en: `The library ${library} includes ${include}, which carries ELM only. CQL can include libraries whose CQL is here.`,
  }),
  cycle: (way: string): Text => ({
    id: `Pustaka-pustaka ini saling memakai dalam lingkaran: ${way}.`,
    en: `These libraries include each other in a circle: ${way}.`,
  }),
  nameTaken: (name: string, other: string): Text => ({
    id: `Pustaka CQL bernama ${name} sudah ada dengan isi lain: ${other}. CQL mengenal pustaka dari nama dan versinya; pakai nama atau versi lain.`,
    en: `A CQL library named ${name} is here already with other content: ${other}. CQL knows libraries by name and version; use another name or version.`,
  }),
  onBoard: (name: string): Text => ({
    id: `${name} adalah pustaka server ini sendiri dan tetap seperti adanya; yang dikirim disimpan tetapi tidak dipakai. Pakai versi lain untuk mengubahnya.`,
    en: `${name} is a library of this server's own and stays as it is; what was sent is stored and not used. Use another version to change it.`,
  }),
  elmUsed: (name: string): Text => ({
    id: `CQL ${name} tidak dapat diterjemahkan di sini; ELM yang menyertainya dipakai apa adanya.`,
    en: `The CQL of ${name} doesn't translate here; the ELM beside it is used as it is.`,
  }),
  valueSetMissing: (url: string): Text => ({
    id: `ValueSet ${url} belum ada atau tidak dapat diekspansi; pustaka ini tidak dapat dievaluasi sebelum ValueSet itu dikirim.`,
    en: `The value set ${url} is absent or can't be expanded; this library can't be evaluated before it is sent.`,
  }),
  codeSystemMissing: (url: string): Text => ({
    id: `CodeSystem ${url} tidak ada di server ini; kode-kodenya dicocokkan apa adanya.`,
    en: `The code system ${url} is not on this server; its codes are matched as they are written.`,
  }),
  dependentBroken: (library: string): Text => ({
    id: `Pustaka ${library} yang active memakai pustaka ini dan tidak lagi dapat diterjemahkan sesudah perubahan ini.`,
    en: `The active library ${library} includes this one and would no longer translate after this change.`,
  }),
  measureBroken: (measure: string, library: string): Text => ({
    id: `Measure ${measure} yang active memakai ${library}. Pensiunkan (retired) atau hapus dahulu Measure itu, atau dalam transaksi yang sama.`,
    en: `The active Measure ${measure} uses ${library}. Retire or delete that Measure first, or in the same transaction.`,
  }),
  notEvaluable: (library: string): Text => ({
    id: `Pustaka ${library} tersimpan tetapi tidak dapat dievaluasi:`,
    en: `The library ${library} is stored but can't be evaluated:`,
  }),
  measureLibrary: (library: string): Text => ({
    id: `Pustaka ${library} belum ada di server ini; Measure ini belum dapat dihitung.`,
    en: `The library ${library} is not on this server yet; this Measure can't be evaluated before it is.`,
  }),
  measureExpression: (library: string, name: string): Text => ({
    id: `Pustaka ${library} tidak memiliki definisi "${name}".`,
    en: `The library ${library} has no definition "${name}".`,
  }),
} as const;
