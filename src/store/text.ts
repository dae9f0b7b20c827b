import type { Text } from '../fhir/outcome.js';

/** What the store says to clients. Names of types and ids only: no content of resources. */
export const storeText = {
  notFound: (type: string, id: string): Text => ({ id: `${type}/${id} tidak ditemukan.`, en: `${type}/${id} was not found.` }),
  duplicateIdentifier: (system: string, type: string, id: string): Text => ({
    id: `Identitas ini (${system}) sudah dimiliki ${type}/${id}. Perbarui resource itu, atau pakai conditional create (If-None-Exist).`,
    en: `This identifier (${system}) already belongs to ${type}/${id}. Update that resource, or use a conditional create (If-None-Exist).`,
  }),
  duplicateInRequest: (system: string, other: string): Text => ({
    id: `Identitas ini (${system}) muncul dua kali dalam permintaan; yang pertama di ${other}. Hapus salah satu.`,
    en: `This identifier (${system}) occurs twice in the request; the first is at ${other}. Remove one of them.`,
  }),
  versionConflict: (type: string, id: string, expected: number, current: number | undefined): Text => ({
    id: `${type}/${id} bukan lagi versi ${expected}${current === undefined ? '' : ` (sekarang versi ${current})`}. Baca lagi, lalu ulangi perubahan pada versi terbaru.`,
    en: `${type}/${id} is no longer version ${expected}${current === undefined ? '' : ` (it is version ${current})`}. Read it again and repeat the change on the latest version.`,
  }),
  multipleMatches: (count: number): Text => ({
    id: `Kriteria cocok dengan ${count > 1 ? 'lebih dari satu' : count} resource. Persempit kriteria.`,
    en: `The criteria match ${count > 1 ? 'more than one' : count} resource. Narrow them down.`,
  }),
  brokenReference: (target: string): Text => ({
    id: `Rujukan ke ${target}, yang tidak ada di server ini. Kirim resource itu lebih dahulu, atau sertakan dalam Bundle yang sama.`,
    en: `This refers to ${target}, which is not on this server. Send that resource first, or put it into the same Bundle.`,
  }),
  deletedReference: (target: string): Text => ({
    id: `Rujukan ke ${target}, yang sudah dihapus.`,
    en: `This refers to ${target}, which was deleted.`,
  }),
  unresolvedUrn: (urn: string): Text => ({
    id: `Rujukan ${urn} tidak sama dengan fullUrl entri mana pun dalam Bundle ini.`,
    en: `The reference ${urn} equals no entry's fullUrl in this Bundle.`,
  }),
  conditionalReferenceNone: (reference: string): Text => ({
    id: `Rujukan bersyarat ${reference} tidak cocok dengan resource mana pun.`,
    en: `The conditional reference ${reference} matches no resource.`,
  }),
  conditionalReferenceMany: (reference: string): Text => ({
    id: `Rujukan bersyarat ${reference} cocok dengan lebih dari satu resource.`,
    en: `The conditional reference ${reference} matches more than one resource.`,
  }),
  sameTarget: (target: string): Text => ({
    id: `${target} diubah lebih dari sekali dalam Bundle ini. Satu entri per resource.`,
    en: `${target} is changed more than once in this Bundle. One entry a resource.`,
  }),
  sameCriteria: (type: string): Text => ({
    id: `Dua entri membuat ${type} dengan kriteria yang sama. Gabungkan menjadi satu entri dan rujuk fullUrl-nya.`,
    en: `Two entries create a ${type} with the same criteria. Merge them into one and refer to its fullUrl.`,
  }),
  sameFullUrl: (fullUrl: string): Text => ({
    id: `fullUrl ${fullUrl} dipakai lebih dari satu entri. Beri setiap entri fullUrl sendiri.`,
    en: `The fullUrl ${fullUrl} is used by more than one entry. Give each entry its own.`,
  }),
  conditionalIdMismatch: (given: string, found: string): Text => ({
    id: `Resource memuat id ${given}, tetapi kriteria cocok dengan ${found}.`,
    en: `The resource holds the id ${given}, but the criteria match ${found}.`,
  }),
  idTaken: (type: string, id: string): Text => ({
    id: `Id ${type}/${id} tidak dapat dipakai. Pilih id lain.`,
    en: `The id ${type}/${id} can't be used. Choose another.`,
  }),
  busy: {
    id: 'Terlalu banyak perubahan serentak pada data yang sama. Coba lagi sebentar lagi.',
    en: 'Too many changes to the same data at once. Try again in a moment.',
  },
  nul: {
    id: 'Permintaan memuat karakter NUL (\\u0000). Hapus karakter itu.',
    en: 'The request holds the NUL character (\\u0000). Remove it.',
  },
  tooSlow: {
    id: 'Permintaan memerlukan waktu terlalu lama dan dihentikan. Persempit pencarian.',
    en: 'The request took too long and was stopped. Narrow the search.',
  },
  unavailable: {
    id: 'Basis data sedang tidak dapat dihubungi. Coba lagi sebentar lagi.',
    en: 'The database can not be reached at the moment. Try again soon.',
  },
  forbidden: {
    id: 'Anda tidak berhak menulis di sini.',
    en: 'You may not write here.',
  },
} as const;
