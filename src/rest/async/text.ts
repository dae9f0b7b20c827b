/** What clients that fetch their answers later are told. */
export const asyncText = {
  notFound: {
    id: 'Tidak ada permintaan asinkron dengan id ini: mungkin sudah dibatalkan, kedaluwarsa, atau milik klien lain.',
    en: 'There is no asynchronous request of this id: it may have been cancelled, have expired, or belong to another client.',
  },
  interrupted: {
    id: 'Server berhenti sebelum permintaan ini selesai. Kirim ulang permintaan aslinya.',
    en: 'The server stopped before this request was done. Send the original request again.',
  },
  busy: {
    id: 'Terlalu banyak permintaan asinkron sedang menunggu. Kirim lagi nanti.',
    en: 'Too many asynchronous requests are waiting. Send it again later.',
  },
} as const;
