import { inflateSync } from 'node:zlib';
import type { ConceptMap, Measure, MeasureReport } from '@medplum/fhirtypes';
import readExcelFile from 'read-excel-file/node';
import t from 'tap';
import { adx, dataValueSet, dhis2Maps, dhis2Period } from '../../src/measure/export/dhis2.js';
import { reportFileName, reportFormats } from '../../src/measure/export/formats.js';
import { reportPdf } from '../../src/measure/export/pdf.js';
import { reportTable } from '../../src/measure/export/report-table.js';
import { reportText } from '../../src/measure/export/text-table.js';
import { reportXlsx } from '../../src/measure/export/xlsx.js';
import { parsePeriod } from '../../src/measure/period.js';

const areaSystem = 'http://sys-ids.kemkes.go.id/administrative-area';
const absent = (reason: string) => ({
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: reason }],
});
const population = (code: string, count: number | string) => ({
  code: { coding: [{ code }] },
  ...(typeof count === 'number' ? { count } : { _count: absent(count) }),
});
const score = (value: number | string) => (typeof value === 'number' ? { value, unit: '%', code: '%' } : absent(value));
const village = (code: string, name: string, denominator: number | string, numerator: number | string, result: number | string) => ({
  component: [{ code: { text: 'Desa' }, value: { coding: [{ system: areaSystem, code, display: name }], text: name } }],
  population: [population('denominator', denominator), population('numerator', numerator)],
  measureScore: score(result),
});

const measure = {
  resourceType: 'Measure',
  id: 'X-1',
  url: 'https://example.org/Measure/X-1',
  status: 'active',
  title: 'Indikator coba',
  _title: {
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/translation',
        extension: [
          { url: 'lang', valueCode: 'en' },
          { url: 'content', valueString: 'A test measure' },
        ],
      },
    ],
  },
  description: 'Bagian anak, ≥ 5 bulan / The share of children',
  group: [
    { id: 'A', code: { text: 'Bagian A' }, population: [{ code: { coding: [{ code: 'numerator' }] }, description: 'Yang dilayani' }] },
  ],
} as unknown as Measure;

/** A report of a month with every kind of number: told, zero, hidden, unknown, without meaning, above 100 %. */
const report = (rows: readonly object[]): MeasureReport =>
  ({
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'summary',
    measure: 'https://example.org/Measure/X-1|1',
    date: '2026-11-01T02:00:00.000Z',
    period: { start: '2026-10-01', end: '2026-10-31' },
    subject: { identifier: { system: areaSystem, value: '620203' }, display: 'Mentaya Hulu' },
    extension: [
      { url: 'https://lontar.id/fhir/StructureDefinition/measure-report-watermark', valueInstant: '2026-11-01T02:00:00.000Z' },
      { url: 'https://lontar.id/fhir/StructureDefinition/measure-report-engine', extension: [{ url: 'kind', valueCode: 'sql' }] },
      {
        url: 'https://lontar.id/fhir/StructureDefinition/measure-report-definition',
        extension: [{ url: 'measureHash', valueString: 'sha256:abc' }],
      },
    ],
    group: [
      {
        id: 'A',
        code: { text: 'Bagian A' },
        population: [population('denominator', 1210), population('numerator', 1204)],
        measureScore: score(99.5),
        stratifier: [{ code: [{ text: 'Desa' }], stratum: rows }],
      },
      { id: 'B', code: { text: 'Rata-rata' }, population: [population('measure-population', 3)], measureScore: { value: 12.25 } },
    ],
  }) as unknown as MeasureReport;

const rows = [
  village('6202031001', 'Satu', 1200, 1200, 100),
  village('6202031002', 'Dua', 0, 0, 'not-applicable'),
  village('6202031003', 'Tiga, "=1+1"', 'masked', 'masked', 'masked'),
  village('6202031004', 'Empat', 'unknown', 4, 'unknown'),
  village('6202031005', 'Lima', 4, 5, 125),
  {
    component: [{ value: { coding: [{ code: 'unknown' }], text: 'Tanpa desa' } }],
    population: [population('denominator', 2), population('numerator', 0)],
    measureScore: score(0),
  },
];
const table = reportTable(report(rows), measure);
const noMaps = { canonical: () => undefined };

t.test('a report is read with its words, its facts and every number as it is told', async (t) => {
  t.same(table.title, { id: 'Indikator coba', en: 'A test measure' });
  t.equal(table.area, '620203');
  t.match(
    table.facts.map(([, value]) => value).join('; '),
    /Mentaya Hulu, 620203; 2026-10-01 – 2026-10-31; 2026-11-01T02:00:00.000Z; sql; sha256:abc/,
  );
  const [group] = table.groups;
  t.same(
    group?.strata[0]?.rows.map(({ score: cell }) => cell),
    [
      { value: 100, unit: '%' },
      { absent: 'not-applicable' },
      { absent: 'masked' },
      { absent: 'unknown' },
      { value: 125, unit: '%' },
      { value: 0, unit: '%' },
    ],
  );
  t.equal(group?.warnings.length, 4, 'above 100 %, suppressed, unknown, not applicable');
  t.match(reportText(table), /6202031005 +Lima +4 +5 +125,00 %/);
  t.match(reportText(table), /total +Jumlah +1\.210 +1\.204 +99,50 %/);
});

t.test('CSV keeps zero from missing, and a spreadsheet from taking text for a formula', async (t) => {
  const lines = reportFormats.csv.write(table).split('\r\n');
  t.equal(lines[0]?.split(',').slice(7, 13).join(), 'denominator,numerator,measure_population,score,unit,absent');
  t.match(lines[2], /,6202031002,Dua,2026-10-01,2026-10-31,0,0,,,,not-applicable,/);
  t.match(lines[3], /,"Tiga, ""=1\+1""",2026-10-01,2026-10-31,,,,,,masked,/);
});

t.test('a workbook has numbers as numbers and marks for the rest, and the same report is the same bytes', async (t) => {
  const bytes = await reportXlsx(table);
  t.ok(bytes.equals(await reportXlsx(table)));
  const sheets = await readExcelFile(bytes);
  t.same(
    sheets.map(({ sheet }) => sheet),
    ['Ringkasan', 'Strata', 'Definisi'],
  );
  const strata = sheets[1]?.data ?? [];
  t.same(strata.length, 1 + rows.length + 2);
  t.same(strata[1]?.slice(0, 8), ['A', 'Desa', '6202031001', 'Satu', 1200, 1200, null, 100]);
  t.same(strata[3]?.slice(4), ['*', '*', null, '*', null]);
  t.same(strata.at(-1)?.slice(2, 8), ['total', 'Jumlah', null, null, 3, 12.25]);
  const summary = (sheets[0]?.data ?? []).map((row) => row.join(' '));
  t.ok(summary.some((line) => line.includes('Data per / Data as of 2026-11-01T02:00:00.000Z')));
  t.ok(summary.some((line) => /di atas 100 %: Lima/.test(line)));
});

/** The texts of a PDF page by page, in the order in which they are drawn. */
function pdfPages(bytes: Buffer): readonly string[] {
  const streams = [...bytes.toString('latin1').matchAll(/stream\n([\s\S]*?)\nendstream/g)].map((match) =>
    Buffer.from(match[1] ?? '', 'latin1'),
  );
  return streams
    .flatMap((stream) => {
      try {
        return [inflateSync(stream).toString('latin1')];
      } catch {
        return [];
      }
    })
    .filter((content) => content.includes('TJ'))
    .map((content) =>
      [...content.matchAll(/\[(.*?)\] TJ/g)]
        .map(([, texts = '']) =>
          [...texts.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join(''),
        )
        .join('\n'),
    );
}

t.test('a PDF numbers its pages and repeats the head of a table on each, and the same report is the same bytes', async (t) => {
  const many = Array.from({ length: 120 }, (_, number) => village(String(6202031001 + number), `Desa ${number}`, 10, 9, 90));
  const long = reportTable(report(many), measure);
  const bytes = await reportPdf(long);
  t.ok(bytes.equals(await reportPdf(long)));
  const pages = pdfPages(bytes);
  t.ok(pages.length >= 4, `${pages.length} pages`);
  pages.forEach((page, index) => {
    t.match(page, `Halaman ${index + 1} dari ${pages.length} / Page ${index + 1} of ${pages.length}`);
    t.match(page, 'https://example.org/Measure/X-1|1');
  });
  for (const page of pages.filter((text) => /^Desa \d+$/m.test(text))) t.match(page, /Kode[\s\S]*Penyebut[\s\S]*Pembilang/);
  t.match(pages[0], 'Indikator coba / A test measure');
  t.match(pages[0], '>= 5 bulan', 'what the fonts lack is written otherwise');
  t.match(pages[0], 'sha256:abc');
  t.equal(
    many.filter((_, number) => pages.some((page) => page.includes(`\nDesa ${number}\n`))).length,
    many.length,
    'every village is there',
  );
});

t.test(
  'DHIS2 gets counts by area: zero is sent, what is not told is not, and people without a village stand at the area of the report',
  async (t) => {
    const { dataValues } = JSON.parse(dataValueSet(table, noMaps));
    const at = (orgUnit: string) => dataValues.filter((value: { orgUnit: string }) => value.orgUnit === orgUnit);
    t.same(at('6202031002'), [
      { dataElement: 'X-1.A.DENOM', period: '202610', orgUnit: '6202031002', value: '0' },
      { dataElement: 'X-1.A.NUMER', period: '202610', orgUnit: '6202031002', value: '0' },
    ]);
    t.same(at('6202031003'), []);
    t.same(at('6202031004').length, 1, 'a numerator without its denominator');
    t.same(at('620203').length, 2);
    const xml = adx(table, noMaps);
    t.match(xml, '<group orgUnit="6202031005" period="2026-10-01/P1M">\n    <dataValue dataElement="X-1.A.DENOM" value="4"/>');
    const map = (url: string, code: string, target: string): ConceptMap => ({
      resourceType: 'ConceptMap',
      status: 'active',
      url,
      group: [{ element: [{ code, target: [{ code: target, equivalence: 'equivalent' }] }] }],
    });
    const maps = [
      map(dhis2Maps.dataElement, 'X-1.A.NUMER', 'fbfJHSPpUQD'),
      map(dhis2Maps.orgUnit, '6202031005', 'DiszpKrYNg8'),
      map(dhis2Maps.dataSet, 'X-1', 'BfMAe6Itzgt'),
    ];
    const mapped = adx(table, { canonical: (url: string) => maps.find((one) => one.url === url) as never });
    t.match(mapped, '<group orgUnit="DiszpKrYNg8" period="2026-10-01/P1M" dataSet="BfMAe6Itzgt">');
    t.match(mapped, '<dataValue dataElement="fbfJHSPpUQD" value="5"/>');
    t.throws(() => adx(reportTable(report([]), measure), noMaps), 'nothing by area');
  },
);

t.test('periods: what the command takes, and what DHIS2 calls it', async (t) => {
  for (const [text, start, end, iso, duration] of [
    ['2026', '2026-01-01', '2026-12-31', '2026', 'P1Y'],
    ['2026-S2', '2026-07-01', '2026-12-31', '2026S2', 'P6M'],
    ['2026Q3', '2026-07-01', '2026-09-30', '2026Q3', 'P3M'],
    ['2028-02', '2028-02-01', '2028-02-29', '202802', 'P1M'],
    ['2026-10-31', '2026-10-31', '2026-10-31', '20261031', 'P1D'],
    ['2026-12-28..2027-01-03', '2026-12-28', '2027-01-03', '2026W53', 'P7D'],
    ['2026-01..2026-03', '2026-01-01', '2026-03-31', '2026Q1', 'P3M'],
  ] as const) {
    const period = parsePeriod(text);
    t.same(period, { start, end }, text);
    t.same(period && dhis2Period(period), { iso, adx: `${start}/${duration}` });
  }
  for (const text of [
    '',
    '2026-13',
    '2026-Q5',
    '2026-S3',
    '2026-02-30',
    '2026-06..2026-01',
    '2026..',
    '2026-01..2026-02..2026-03',
    'tahun',
  ]) {
    t.equal(parsePeriod(text), undefined, text);
  }
  t.throws(() => dhis2Period({ start: '2026-02-01', end: '2026-04-30' }), 'three months, no quarter');
  t.equal(reportFileName(table, 'pdf'), 'X-1_620203_2026-10-01_2026-10-31.pdf');
});
