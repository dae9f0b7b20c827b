import type { Text } from '../../fhir/outcome.js';

/** What files of reports say to people. */
export const exportText = {
  measure: { id: 'Indikator', en: 'Measure' },
  area: { id: 'Wilayah', en: 'Area' },
  everywhere: { id: 'Semua orang di server ini', en: 'Everyone on this server' },
  period: { id: 'Periode', en: 'Period' },
  watermark: { id: 'Data per', en: 'Data as of' },
  engine: { id: 'Mesin hitung', en: 'Engine' },
  library: { id: 'Pustaka CQL', en: 'CQL library' },
  measureHash: { id: 'Sidik Measure', en: 'Hash of the Measure' },
  libraryHash: { id: 'Sidik CQL', en: 'Hash of the CQL' },
  improvement: { id: 'Arah', en: 'Direction' },
  higherIsBetter: { id: 'makin tinggi makin baik / higher is better', en: 'higher is better' },
  lowerIsBetter: { id: 'makin rendah makin baik / lower is better', en: 'lower is better' },
  target: { id: 'Target', en: 'Target' },
  denominator: { id: 'Sumber penyebut', en: 'Denominator' },
  definition: { id: 'Definisi', en: 'Definition' },
  summary: { id: 'Ringkasan', en: 'Summary' },
  strata: { id: 'Strata', en: 'Strata' },
  group: { id: 'Kelompok', en: 'Group' },
  stratifier: { id: 'Menurut', en: 'By' },
  code: { id: 'Kode', en: 'Code' },
  name: { id: 'Nama', en: 'Name' },
  score: { id: 'Skor', en: 'Score' },
  unit: { id: 'Satuan', en: 'Unit' },
  total: { id: 'Jumlah', en: 'Total' },
  warning: { id: 'Perhatian', en: 'Note' },
  page: (page: number, pages: number): string => `Halaman ${page} dari ${pages} / Page ${page} of ${pages}`,
  aboveHundred: (count: number, places: string): Text => ({
    id: `${count} baris di atas 100 %: ${places}. Penyebut lebih kecil dari yang dilayani; periksa sasarannya.`,
    en: `${count} rows are above 100 %: ${places}. The denominator is smaller than who was served; check the target population.`,
  }),
  suppressed: {
    id: 'Sel bertanda * disembunyikan karena menyangkut sedikit orang.',
    en: 'Cells marked * are suppressed: few persons stand behind them.',
  },
  unknownDenominator: {
    id: 'Sel bertanda ? tidak diketahui: penyebut dari luar belum dimasukkan.',
    en: 'Cells marked ? are unknown: nobody has given the external denominator.',
  },
  zeroDenominator: { id: 't.b. = tidak berlaku: penyebutnya nol.', en: 't.b. = not applicable: the denominator is zero.' },
  populations: {
    'initial-population': { id: 'Populasi awal', en: 'Initial population' },
    denominator: { id: 'Penyebut', en: 'Denominator' },
    'denominator-exclusion': { id: 'Penyebut dikecualikan', en: 'Denominator exclusion' },
    'denominator-exception': { id: 'Penyebut dengan alasan', en: 'Denominator exception' },
    numerator: { id: 'Pembilang', en: 'Numerator' },
    'numerator-exclusion': { id: 'Pembilang dikecualikan', en: 'Numerator exclusion' },
    'measure-population': { id: 'Populasi diukur', en: 'Measure population' },
    'measure-population-exclusion': { id: 'Tidak diukur', en: 'Measure population exclusion' },
    'measure-observation': { id: 'Pengamatan', en: 'Observations' },
  } as Readonly<Record<string, Text>>,
  dhis2Period: (start: string, end: string): Text => ({
    id: `Periode ${start} – ${end} bukan hari, minggu, bulan, triwulan, semester, atau tahun DHIS2.`,
    en: `The period ${start} – ${end} is no day, week, month, quarter, half-year or year of DHIS2.`,
  }),
  dhis2Areas: {
    id: 'Laporan ini tidak dirinci menurut wilayah, sehingga tidak dapat dikirim ke DHIS2.',
    en: 'This report is not broken down by area: it holds nothing that DHIS2 could take.',
  },
  format: (known: string): Text => ({
    id: `Bentuk keluaran itu tidak ada. Yang ada: ${known}.`,
    en: `There is no such format. There are: ${known}.`,
  }),
} as const;

/** Both languages in one line, Indonesian first; once where they are the same. */
export function both({ id, en }: Text): string {
  return id === en ? id : `${id} / ${en}`;
}

/** A group's title in both languages, its code before it where the title doesn't begin with it. */
export function groupTitle({ code, title }: { readonly code: string; readonly title: Text }): string {
  return title.id.startsWith(code) ? both(title) : `${code}: ${both(title)}`;
}
