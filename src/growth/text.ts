import type { Text } from '../fhir/outcome.js';
import type { Assessment, GrowthFlag } from './assess.js';

/** What growth says to those who read it. */
export const growthText = {
  standard: {
    id: 'Baku Pertumbuhan Anak WHO 2006, kategori Permenkes 2/2020',
    en: 'WHO Child Growth Standards 2006, categories of Permenkes 2/2020',
  },
  activity: { id: 'Z-score pertumbuhan dihitung server', en: 'Growth z-scores computed by the server' },
  flag: {
    implausible: {
      id: 'Z-score tidak masuk akal: periksa kembali ukuran, umur, dan jenis kelamin.',
      en: 'The z-score is implausible: check the measurement, the age and the sex.',
    },
    oedema: {
      id: 'Ada edema: berat badan tidak dapat dinilai, anak tergolong gizi buruk.',
      en: 'There is oedema: the weight cannot be judged, the child counts as severely wasted.',
    },
    'outside-standard': {
      id: 'Umur atau ukuran di luar tabel baku WHO.',
      en: 'The age or the measurement lies outside the WHO tables.',
    },
  } satisfies Readonly<Record<GrowthFlag, Text>>,
  implausibleScore: (z: number): Text => ({
    id: `Z-score ${z.toFixed(2)} tidak masuk akal: periksa kembali ukuran, umur, dan jenis kelamin.`,
    en: `The z-score ${z.toFixed(2)} is implausible: check the measurement, the age and the sex.`,
  }),
  basis: ({ ageDays, length }: Assessment): Text => ({
    id: [
      ...(ageDays === undefined ? [] : [`umur ${ageDays} hari`]),
      ...(length === undefined || length.correctionCm === 0
        ? []
        : [`panjang/tinggi dikoreksi ${signed(length.correctionCm)} cm karena posisi ukur`]),
    ].join('; '),
    en: [
      ...(ageDays === undefined ? [] : [`age ${ageDays} days`]),
      ...(length === undefined || length.correctionCm === 0
        ? []
        : [`length/height corrected by ${signed(length.correctionCm)} cm for the position`]),
    ].join('; '),
  }),
} as const;

function signed(cm: number): string {
  return `${cm > 0 ? '+' : ''}${cm}`;
}

/** Both languages in one sentence, for texts that FHIR holds once. */
export function bilingual({ id, en }: Text): string {
  return `${id} / ${en}`;
}
