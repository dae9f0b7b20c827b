import fc from 'fast-check';
import t from 'tap';
import type { Evaluation } from '../../src/measure/evaluate.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { measureProgram } from '../../src/measure/program.js';
import { evaluationsCsv } from '../../src/measure/report/csv.js';
import { meetsTarget } from '../../src/measure/report/target.js';
import { percent } from '../../src/measure/score.js';
import { groupResults } from '../../src/measure/strata.js';
import { barChart } from '../../src/web/bars.js';
import { areaFinding, finding, missing } from '../../src/web/findings.js';
import type { Indicator } from '../../src/web/indicators.js';
import { currentYear, localInstant, pagePeriod } from '../../src/web/period.js';
import { memoryEvaluator, registry } from '../measure/memory-persons.js';

function indicator(numerator: number, denominator: number, aim: number, lowerIsBetter = false): Indicator {
  const target = { comparator: lowerIsBetter ? '<=' : '>=', percent: aim, source: '', verified: true } as const;
  const value = denominator > 0 ? percent(numerator, denominator) : undefined;
  const text = { id: 'K6', en: 'K6' };
  return {
    code: 'K6',
    title: text,
    short: text,
    numerator,
    denominator,
    ...(value === undefined ? {} : { percent: value, met: meetsTarget(target, { numerator, denominator }) }),
    target,
    lowerIsBetter,
    numeratorText: text,
    denominatorText: text,
    initialPopulation: denominator,
    excluded: 0,
  };
}

t.test('the number of persons missing to a target is the least that meets it', async (_t) => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.nat(100), fc.boolean(), (part, more, aim, lower) => {
      const denominator = part + more;
      if (denominator === 0) return true;
      const found = missing(indicator(part, denominator, aim, lower));
      const meets = (numerator: number): boolean => (lower ? numerator * 100 <= aim * denominator : numerator * 100 >= aim * denominator);
      const moved = lower ? part - found : part + found;
      return meets(moved) && (found === 0 || !meets(lower ? moved + 1 : moved - 1));
    }),
  );
});

t.test('a finding says whether the target is met, of how many, and who is missing', async (t) => {
  t.match(finding(indicator(11, 17, 82)).id, /^K6 belum mencapai target: 11 dari 17 \(64,71.%\), target 82.%; kurang 3 orang$/);
  t.match(finding(indicator(14, 17, 82)).en, 'K6 meets the target: 14 of 17 (82.35%), target 82%');
  t.match(finding(indicator(5, 16, 25, true)).id, /melewati batas: 5 dari 16 .* 1 orang terlalu banyak/);
  t.match(finding(indicator(4, 16, 25, true)).id, 'masih dalam batas');
  t.match(finding(indicator(0, 0, 82)).id, 'belum ada yang dapat dinilai');
  t.match(
    finding(indicator(81_996, 100_000, 82)).id,
    /belum mencapai target: 81.996 dari 100.000 \(82,00.%\).*kurang 4 orang/,
    'rounding meets no target',
  );
  const places = { id: 'desa', en: 'villages' };
  t.match(
    areaFinding([indicator(1, 1, 82), indicator(0, 1, 82), indicator(0, 0, 82)], places).id,
    /^K6: 1 dari 2 desa mencapai target 82.%$/,
  );
});

t.test('a chart draws what its table says, and its differences without colour', async (t) => {
  const chart = barChart('c', 'judul & isi', [
    { label: '<Desa>', href: '/desa/1', indicator: indicator(11, 17, 82) },
    { label: 'B', indicator: indicator(17, 17, 82) },
    { label: 'C', indicator: indicator(0, 0, 82) },
  ]);
  t.match(chart, 'width="64.71%"');
  t.match(chart, '11/17 · 64,71');
  t.match(chart, 'class="miss"');
  t.match(chart, 'class="track none"');
  t.match(chart, 'tidak berlaku');
  t.match(chart, '&#60;Desa&#62;');
  t.notMatch(chart, /style=|<Desa>/);
});

t.test('periods are years and months, and the year turns at local midnight', async (t) => {
  t.match(pagePeriod('2024-02'), {
    period: { start: '2024-02-01', end: '2024-02-29' },
    previous: '2024-01',
    next: '2024-03',
    label: { id: 'Februari 2024' },
  });
  t.match(pagePeriod('2026-12'), { next: '2027-01', previous: '2026-11' });
  t.match(pagePeriod('2026'), { period: { start: '2026-01-01', end: '2026-12-31' }, previous: '2025', next: '2027' });
  for (const wrong of ['', '26', '2026-00', '2026-13', '2026-1', '1899', '2101', '2026-01-01', '２０２６'])
    t.equal(pagePeriod(wrong), undefined, wrong);
  t.equal(currentYear(new Date('2026-12-31T16:59:59Z')), '2026');
  t.equal(currentYear(new Date('2026-12-31T17:00:00Z')), '2027');
  t.same(localInstant('2026-12-31T17:05:00.000Z', 540), { id: '1 Januari 2027 02.05 WIT', en: '1 January 2027 02:05 WIT' });
});

t.test('CSV quotes what needs it and keeps text from becoming a formula', async (t) => {
  const measure = guideMeasures({ registry }).find(({ id }) => id === 'ANC-ANEMIA');
  const program = measure && measureProgram(measure);
  if (!measure || !program?.ok) throw new Error('the guide has no such measure');
  const evaluation: Evaluation = {
    measure,
    program: program.value,
    period: { start: '2026-01-01', end: '2026-12-31' },
    subject: { kind: 'all' },
    engine: { evaluator: memoryEvaluator([]), reasons: [] },
    watermark: '2026-11-21T00:00:00.000Z',
    definition: { measureHash: 'a', libraries: [] },
    groups: groupResults(program.value, [{ area: '6202031012', bits: 0b111, persons: 1 }], ['6202031013']),
  };
  const names: Readonly<Record<string, string>> = { '6202031012': '=SUM("x"),1', '6202031013': 'Tangar' };
  const text = evaluationsCsv([evaluation], { find: (code) => ({ code, name: names[code] ?? '', level: 'village' }) });
  const [, first, second, total] = text.split('\r\n');
  t.match(first, `,6202031012,"'=SUM(""x""),1",2026-01-01,2026-12-31,1,1,1,100.00,<=25,measured,`);
  t.match(second, ',6202031013,Tangar,2026-01-01,2026-12-31,0,0,0,,<=25,');
  t.match(total, ',total,,');
});
