import type { Text } from '../fhir/outcome.js';

/** What the pages say when they can't show numbers. */
export const webText = {
  badPeriod: {
    id: 'Periode harus berupa tahun atau bulan, misalnya 2026 atau 2026-03.',
    en: 'The period must be a year or a month, e.g. 2026 or 2026-03.',
  },
  unknownArea: (code: string): Text => ({
    id: `Kode wilayah ${code} tidak dikenal. Kode Kemendagri tanpa titik: 2, 4, 6, atau 10 angka.`,
    en: `The area code ${code} is unknown. Ministry of Home Affairs codes without dots: 2, 4, 6 or 10 digits.`,
  }),
  forbidden: {
    id: 'Anda tidak berhak melihat halaman ini.',
    en: 'You may not see this page.',
  },
  failed: {
    id: 'Halaman ini tidak dapat ditampilkan. Coba lagi sebentar lagi.',
    en: 'This page cannot be shown. Try again in a moment.',
  },
  errorTitle: { id: 'Tidak dapat ditampilkan', en: 'Cannot be shown' },
} as const;
