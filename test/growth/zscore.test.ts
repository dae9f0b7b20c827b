import fc from 'fast-check';
import { test } from 'tap';
import { assessGrowth, type Measurement } from '../../src/growth/assess.js';
import { type Category, categoryOf, type IndicatorId, indicator } from '../../src/growth/categories.js';
import { type StandardName, standardAt } from '../../src/growth/standard.js';
import { type Lms, measureAt, reportedZScore, restrictedZScore, zScore } from '../../src/growth/zscore.js';

// Z-scores computed by an independent implementation of the WHO method: sex, age in days, kg, cm, cm of head; weight, length, weight for length, BMI, head.
const oracle: ReadonlyArray<readonly ['male' | 'female', number, number, number, number, readonly number[]]> = [
  ['male', 0, 3.3, 50, 34.5, [-0.0954, 0.0612, -0.0945, -0.1631, 0.0301]],
  ['male', 365, 9.6, 75.7, 46, [-0.0437, -0.0165, -0.0551, -0.0348, -0.0496]],
  ['male', 365, 6.5, 68, 44, [-3.5229, -3.2573, -2.5691, -2.3086, -1.6063]],
  ['female', 730, 8, 76, 46, [-3.0656, -3.2247, -1.7664, -1.2856, -0.8455]],
  ['male', 730, 20, 86, 49, [4.5472, -0.5899, 6.7969, 6.9346, 0.5515]],
  ['female', 1000, 12, 88.45, 47, [-0.7944, -1.1916, -0.2422, -0.0937, -0.8703]],
  ['female', 183, 7.3, 65.7, 42.2, [-0.0018, -0.0225, 0.0901, 0.0022, -0.0061]],
  ['male', 1826, 13, 100, 50, [-2.611, -2.1493, -2.0859, -1.8907, -0.4934]],
  ['female', 1826, 30, 109.4, 50, [3.0982, -0.004, 5.1529, 4.7679, 0.0545]],
];

function rowAt(...at: Parameters<typeof standardAt>): Lms {
  const row = standardAt(...at);
  if (row === undefined) throw new Error(`no row at ${at.join(' ')}`);
  return row;
}

test('the z-scores are those of the WHO method, to four decimals', async (t) => {
  for (const [sex, ageDays, weightKg, lengthCm, headCircumferenceCm, expected] of oracle) {
    const { scores } = assessGrowth({ sex, ageDays, weightKg, lengthCm, headCircumferenceCm });
    const isLying = ageDays < 731;
    t.strictSame(
      scores.map((score) => score.indicator.id),
      ['WAZ', isLying ? 'LAZ' : 'HAZ', isLying ? 'WLZ' : 'WHZ', 'BAZ', 'HCZ'],
    );
    scores.forEach(({ z, indicator: { id } }, index) => {
      const wanted = expected[index] ?? Number.NaN;
      t.ok(Math.abs((z ?? Number.NaN) - wanted) <= 0.0001, `${sex} ${ageDays} days ${id}: ${z?.toFixed(5)} for ${wanted}`);
    });
  }
  // The package's own test.
  t.equal(assessGrowth({ sex: 'female', ageDays: 1522, weightKg: 17 }).scores[0]?.reported, 0.24);
});

test('the tables hold the published rows, from their first to their last', async (t) => {
  t.strictSame(standardAt('weight-for-age', 'male', 0), { l: 0.3487, m: 3.3464, s: 0.14602 });
  t.strictSame(standardAt('weight-for-age', 'male', 365), { l: 0.0645, m: 9.646, s: 0.10925 });
  t.strictSame(standardAt('length-for-age', 'male', 0), { l: 1, m: 49.8842, s: 0.03795 });
  t.equal(standardAt('length-for-age', 'male', 365)?.m, 75.7391);
  t.strictSame(standardAt('weight-for-length', 'male', 80), { l: -0.3521, m: 10.4475, s: 0.08308 });
  t.strictSame(standardAt('weight-for-height', 'male', 80), { l: -0.3521, m: 10.5781, s: 0.08298 });
  t.match(standardAt('length-for-age', 'female', 730), { m: 86.4008, s: 0.03733 });
  t.equal(standardAt('length-for-age', 'female', 1826)?.m, 109.4189);
  const ends: ReadonlyArray<readonly [StandardName, number, number, number]> = [
    ['weight-for-age', 0, 1826, 1],
    ['length-for-age', 0, 1826, 1],
    ['bmi-for-age', 0, 1826, 1],
    ['head-circumference-for-age', 0, 1826, 1],
    ['weight-for-length', 45, 110, 0.05],
    ['weight-for-height', 65, 120, 0.05],
  ];
  for (const [name, first, last, step] of ends) {
    for (const sex of ['male', 'female'] as const) {
      for (const key of [first, last]) t.ok(standardAt(name, sex, key), `${name} has ${key}`);
      for (const key of [first - step, last + step, Number.NaN]) t.equal(standardAt(name, sex, key), undefined, `${name} lacks ${key}`);
    }
  }
});

test('beyond three SD a z-score grows with the measure, by the distance of the second and third SD', async (t) => {
  const row = rowAt('weight-for-age', 'male', 365);
  t.ok(Math.abs(zScore(6.5, row) - -3.5676) < 0.0001, 'unrestricted');
  for (const z of [-3, -2, 0, 1.5, 3]) t.ok(Math.abs(restrictedZScore(measureAt(z, row), row) - z) < 1e-9, `${z} SD is ${z} SD`);
  fc.assert(
    fc.property(fc.double({ min: 1, max: 40, noNaN: true }), fc.double({ min: 0.01, max: 5, noNaN: true }), (weight, more) => {
      return restrictedZScore(weight + more, row) > restrictedZScore(weight, row);
    }),
  );
  t.equal(zScore(20, { l: 0, m: 10, s: 0.1 }), Math.log(2) / 0.1);
});

test('a length measured in the wrong position is corrected by 0.7 cm', async (t) => {
  const lengthOf = (more: Pick<Measurement, 'ageDays' | 'position'>) => assessGrowth({ sex: 'female', lengthCm: 86, ...more }).length;
  const right = { correctionCm: 0, cm: 86 };
  t.match(lengthOf({ ageDays: 730 }), { position: 'lying', ...right });
  t.match(lengthOf({ ageDays: 730, position: 'lying' }), { position: 'lying', ...right });
  t.match(lengthOf({ ageDays: 730, position: 'standing' }), { position: 'lying', cm: 86.7, correctionCm: 0.7 });
  t.match(lengthOf({ ageDays: 731, position: 'standing' }), { position: 'standing', ...right });
  t.match(lengthOf({ ageDays: 731, position: 'lying' }), { position: 'standing', cm: 85.3, correctionCm: -0.7 });
  t.match(lengthOf({}), { position: 'lying' }, 'of unknown age, below 87 cm');
  t.match(assessGrowth({ sex: 'female', lengthCm: 87 }).length, { position: 'standing' });
});

test('categories are those of Permenkes 2/2020, judged on two decimals', async (t) => {
  const judge = (id: IndicatorId, z: number): string => name(categoryOf(indicator(id).bands, reportedZScore(z)));
  const name = ({ coding, name: { id } }: Category) => coding?.code ?? id;
  const cases: ReadonlyArray<readonly [IndicatorId, ReadonlyArray<readonly [number, string]>]> = [
    [
      'WAZ',
      [
        [-3.01, 'OI000007'],
        [-3, 'OI000008'],
        [-2.01, 'OI000008'],
        [-2, 'OI000009'],
        [1, 'OI000009'],
        [1.01, 'OI000010'],
      ],
    ],
    [
      'HAZ',
      [
        [-3.01, 'OI000011'],
        [-3, 'OI000012'],
        [-2.005, 'OI000012'],
        [-2.004, 'OI000013'],
        [-2, 'OI000013'],
        [3, 'OI000013'],
        [3.01, 'OI000014'],
      ],
    ],
    [
      'LAZ',
      [
        [-3.01, 'OI000011'],
        [-2.01, 'OI000012'],
        [-2, 'OI000013'],
        [3.01, 'OI000014'],
      ],
    ],
    [
      'WHZ',
      [
        [-3.01, 'OI000001'],
        [-3, 'OI000002'],
        [-2, 'OI000003'],
        [1, 'OI000003'],
        [1.01, 'OI000004'],
        [2, 'OI000004'],
        [2.01, 'OI000005'],
        [3, 'OI000005'],
        [3.01, 'OI000006'],
      ],
    ],
    [
      'WLZ',
      [
        [-2.01, 'OI000002'],
        [-2, 'OI000003'],
      ],
    ],
    [
      'BAZ',
      [
        [-3.01, 'OI000001'],
        [-2, 'OI000003'],
        [3.01, 'OI000006'],
      ],
    ],
    [
      'HCZ',
      [
        [-2.01, '1148757008'],
        [-2, 'OI000015'],
        [2, 'OI000015'],
        [2.01, 'Makrosefali'],
      ],
    ],
  ];
  for (const [id, judged] of cases) for (const [z, code] of judged) t.equal(judge(id, z), code, `${id} ${z}`);
});

test('a child of exactly -2.00 SD is not stunted, one of -2.01 is', async (t) => {
  const row = rowAt('length-for-age', 'male', 600);
  const stuntingAt = (z: number) => assessGrowth({ sex: 'male', ageDays: 600, lengthCm: measureAt(z, row) }).scores[0];
  t.match(stuntingAt(-2), { reported: -2, category: { coding: { code: 'OI000013' } } });
  t.match(stuntingAt(-2.01), { reported: -2.01, category: { coding: { code: 'OI000012' } } });
});

test('what can not be judged says so', async (t) => {
  const scores = (measurement: Omit<Measurement, 'sex'>) => assessGrowth({ sex: 'male', ...measurement }).scores;
  const flags = (measurement: Omit<Measurement, 'sex'>) => scores(measurement).map(({ indicator: { id }, flags }) => [id, ...flags]);
  t.strictSame(flags({ ageDays: 730, weightKg: 20, lengthCm: 86 }), [['WAZ'], ['LAZ'], ['WLZ', 'implausible'], ['BAZ', 'implausible']]);
  t.equal(scores({ ageDays: 730, weightKg: 20, lengthCm: 86 })[2]?.category, undefined, 'what is implausible has no category');
  const swollen = { ageDays: 365, weightKg: 9.6, lengthCm: 75.7, headCircumferenceCm: 46, oedema: true };
  t.strictSame(flags(swollen), [['WAZ', 'oedema'], ['LAZ'], ['WLZ', 'oedema'], ['BAZ', 'oedema'], ['HCZ']]);
  t.match(scores(swollen)[2], { z: undefined, category: { coding: { code: 'OI000001' } } }, 'a child with oedema is severely wasted');
  t.strictSame(flags({ ageDays: 1827, weightKg: 18, lengthCm: 110 }), [
    ['WAZ', 'outside-standard'],
    ['HAZ', 'outside-standard'],
    ['WHZ'],
    ['BAZ', 'outside-standard'],
  ]);
  t.strictSame(flags({ ageDays: 1857, weightKg: 18, lengthCm: 110 })[2], ['WHZ', 'outside-standard']);
  t.strictSame(flags({ ageDays: 30, weightKg: 3, lengthCm: 44.9 })[2], ['WLZ', 'outside-standard']);
  t.strictSame(flags({ weightKg: 10, lengthCm: 80 }), [['WLZ']], 'without an age, weight for length alone');
  for (const [id, from, to] of [
    ['HAZ', -6, 6],
    ['WAZ', -6, 5],
    ['WHZ', -5, 5],
    ['BAZ', -5, 5],
  ] as const) {
    t.strictSame(indicator(id).plausible, { from, to });
  }
});
