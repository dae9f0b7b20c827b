import type { Text } from '../../../fhir/outcome.js';

/** What is said about the agreement of the two engines. */
export const agreementText = {
  pending: {
    id: 'SQL dan mesin acuan belum dibandingkan untuk Measure ini; sampai selesai, mesin acuan yang menghitung.',
    en: 'SQL and the reference engine have not been compared on this measure yet; until they are, the reference engine evaluates it.',
  },
  failed: (reason: string): Text => ({
    id: `Pembandingan SQL dengan mesin acuan gagal (${reason}); mesin acuan yang menghitung.`,
    en: `The comparison of SQL with the reference engine failed (${reason}); the reference engine evaluates the measure.`,
  }),
  differs: (criteria: readonly string[]): Text => ({
    id: `SQL dan mesin acuan berbeda pada ${criteria.join(', ')}; mesin acuan yang menghitung. Lihat Measure/…/$status.`,
    en: `SQL and the reference engine differ in ${criteria.join(', ')}; the reference engine evaluates the measure. See Measure/…/$status.`,
  }),
} as const;
