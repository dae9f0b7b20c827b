/** Texts about who may do what. */
export const accessText = {
  noToken: {
    id: 'Permintaan ini memerlukan token. Kirim header Authorization: Bearer <token>.',
    en: 'This request needs a token. Send the header Authorization: Bearer <token>.',
  },
  unknownToken: {
    id: 'Token tidak dikenal atau sudah kedaluwarsa. Minta token baru.',
    en: 'The token is unknown or has expired. Request a new one.',
  },
} as const;
