import fc from 'fast-check';
import t from 'tap';
import type { AreaCount, MeasureProgram, PopulationCode } from '../../src/cql/program.js';
import { loadAreas } from '../../src/definitions/areas.js';
import type { Evaluation } from '../../src/measure/evaluate.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { membership } from '../../src/measure/membership.js';
import { parseEvaluateMeasure } from '../../src/measure/operations/request.js';
import { measureProgram } from '../../src/measure/program.js';
import { measureReport } from '../../src/measure/report/report.js';
import { percent, proportion } from '../../src/measure/score.js';
import { groupResults, rollUp } from '../../src/measure/strata.js';
import { memoryEvaluator, registry } from './memory-persons.js';

const codes: readonly PopulationCode[] = [
  'initial-population',
  'denominator',
  'denominator-exclusion',
  'numerator',
  'numerator-exclusion',
  'denominator-exception',
];

t.test('membership holds every population inside the one around it, whatever the criteria', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: codes.length, maxLength: codes.length }), (criteria) => {
      const [initial, denominator, excluded, numerator, numeratorExcluded, excepted] = membership(codes, criteria);
      return (
        (!denominator || initial === true) &&
        (!excluded || denominator === true) &&
        (!numerator || (denominator === true && !excluded)) &&
        (!numeratorExcluded || numerator === true) &&
        (!excepted || (denominator === true && !excluded && !numerator))
      );
    }),
  );
  t.same(
    membership(['initial-population', 'numerator'], [true, true]),
    [true, true],
    'no denominator: the initial population stands for it',
  );
});

t.test('percentages are rounded half up to two decimals, as the published figures have them', async (t) => {
  // Figures of domain reports: numerator, denominator, per cent.
  for (const [numerator, denominator, expected] of [
    [14, 300, 4.67],
    [217, 999, 21.72],
    [53, 999, 5.31],
    [53, 901, 5.88],
    [58, 433, 13.39],
    [289, 999, 28.93],
    [28, 901, 3.11],
    [654, 15_075, 4.34],
    [43, 152, 28.29],
    [229, 310, 73.87],
    [390, 391, 99.74],
    [1, 800, 0.13],
    [1, 3, 33.33],
    [2, 3, 66.67],
    [3, 3, 100],
    [201, 20_000, 1.01],
  ] as const) {
    t.equal(percent(numerator, denominator), expected, `${numerator} of ${denominator}`);
  }
});

t.test('a score leaves exclusions and exceptions out, and is absent without a denominator', async (t) => {
  t.same(proportion(codes, [20, 18, 2, 10, 1, 3]), { numerator: 9, denominator: 13, percent: 69.23 });
  t.same(proportion(codes, [5, 5, 5, 0, 0, 0]), { numerator: 0, denominator: 0 });
  t.same(proportion(['initial-population', 'numerator'], [4, 1]), { numerator: 1, denominator: 4, percent: 25 });
});

const villages = ['6202031001', '6202031002', '6202041001', '3214011001'];
const program: MeasureProgram = {
  measure: 'https://lontar.id/fhir/Measure/X|1',
  library: 'https://lontar.id/fhir/Library/X|1',
  groups: ['A', 'B'].map((code) => ({ code, populations: codes.map((population) => ({ code: population, expression: population })) })),
};
const counted = fc.array(
  fc.record({
    area: fc.option(fc.constantFrom(...villages), { nil: undefined }),
    bits: fc.nat(4095),
    persons: fc.integer({ min: 1, max: 50 }),
  }),
);

t.test('villages add up to the total and to every larger area, people without a village among them', async (t) => {
  fc.assert(
    fc.property(counted, (rows) => {
      const input: AreaCount[] = rows.map(({ area, ...rest }) => (area === undefined ? rest : { area, ...rest }));
      const people = rows.reduce((sum, { bits, persons }) => sum + (bits % 2 === 1 ? persons : 0), 0);
      return groupResults(program, input, villages.slice(0, 2)).every((result, index) => {
        const larger = [6, 4, 2].map((digits) => rollUp(result, digits));
        const sums = [result, ...larger].map(({ strata }) =>
          codes.map((_, at) => strata.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0)),
        );
        return (
          sums.every((sum) => JSON.stringify(sum) === JSON.stringify(result.total)) &&
          (index > 0 || result.total[0] === people) &&
          larger.every(({ strata }) => new Set(strata.map(({ area }) => area)).size === strata.length)
        );
      });
    }),
  );
  const [first] = groupResults(
    program,
    [
      { area: '3214011001', bits: 1, persons: 2 },
      { bits: 1, persons: 1 },
    ],
    villages.slice(0, 2),
  );
  t.same(
    first?.strata.map(({ area, counts }) => [area, counts[0]]),
    [
      ['3214011001', 2],
      ['6202031001', 0],
      ['6202031002', 0],
      [undefined, 1],
    ],
    'listed villages stand there with 0, people without one come last',
  );
});

t.test('a Measure that asks for what Lontar cannot evaluate is refused with the place in the Measure', async (t) => {
  const [measure] = guideMeasures({ registry });
  if (!measure) throw new Error('the guide has no measure');
  t.ok(measureProgram(measure).ok);
  const issuesOf = (changed: typeof measure): readonly (string | undefined)[] => {
    const result = measureProgram(changed);
    return result.ok ? [] : result.issues.map(({ expression }) => expression);
  };
  t.same(issuesOf({ ...measure, scoring: { coding: [{ code: 'weird' }] } }), ['Measure.scoring']);
  t.same(issuesOf({ ...measure, library: [] }), ['Measure.library']);
  t.same(issuesOf({ ...measure, group: [] }), ['Measure.group']);
  const strange = { code: { coding: [{ code: 'crowd' }] }, criteria: { language: 'text/cql-identifier' as never, expression: 'X' } };
  t.same(issuesOf({ ...measure, group: [{ population: [strange] }] }), [
    'Measure.group[0].population[0].code',
    'Measure.group[0].population',
    'Measure.group[0].population',
  ]);
});

t.test('parameters of $evaluate-measure are checked all at once, each by its name', async (t) => {
  const parse = (query: string, id?: string) =>
    parseEvaluateMeasure(
      [...new URLSearchParams(query)].map(([name, text]) => ({ name, text })),
      id,
    );
  t.same(parse('periodStart=2024-02&periodEnd=2024-02&subject=6202031012', 'ANC-K6'), {
    ok: true,
    value: { measure: 'ANC-K6', period: { start: '2024-02-01', end: '2024-02-29' }, subject: '6202031012' },
  });
  t.same(parse('measure=ANC-K6&periodStart=2026&periodEnd=2026&reportType=subject-list'), {
    ok: true,
    value: { measure: 'ANC-K6', period: { start: '2026-01-01', end: '2026-12-31' }, reportType: 'subject-list' },
  });
  const names = (query: string, id?: string): readonly (string | undefined)[] => {
    const result = parse(query, id);
    return result.ok ? [] : result.issues.map(({ rule, expression }) => `${rule} ${/'(.*)'/.exec(expression ?? '')?.[1]}`);
  };
  t.same(names(''), ['parameter-missing periodStart', 'parameter-missing periodEnd', 'parameter-missing measure']);
  t.same(names('periodStart=2026-13&periodEnd=2026-02-30', 'X'), ['parameter-value periodStart', 'parameter-value periodEnd']);
  t.same(names('periodStart=2026-03&periodEnd=2026-02', 'X'), ['measure-period periodEnd']);
  t.same(names('periodStart=2026&periodEnd=2026&measure=Y', 'X'), ['parameter-unsupported measure']);
  t.same(names('periodStart=2026&periodEnd=2026&periodEnd=2027&reportTyp=x&__proto__=1&practitioner=p', 'X'), [
    'parameter-twice periodEnd',
    'parameter-unknown reportTyp',
    'parameter-unknown __proto__',
    'parameter-value practitioner',
  ]);
  t.same(names('periodStart=2026&periodEnd=2026&reportType=subject', 'X'), ['measure-report-type subject']);
  t.same(names('periodStart=2026&periodEnd=2026&reportType=sum&lastReceivedOn=soon', 'X'), [
    'parameter-value reportType',
    'parameter-value lastReceivedOn',
  ]);
  const posted = parseEvaluateMeasure(
    [
      { name: 'periodStart', value: '2026-01-01', text: '2026-01-01' },
      { name: 'periodEnd', value: '2026-12-31', text: '2026-12-31' },
      { name: 'subject', value: { reference: 'Patient/p' } },
    ],
    'X',
  );
  t.equal(posted.ok && posted.value.subject, 'Patient/p', 'a Reference stands for its literal reference');
});

t.test('a report carries counts, scores, village strata with code and name, and what an auditor asks for', async (t) => {
  const measure = guideMeasures({ registry }).find(({ id }) => id === 'ANC-ANEMIA');
  const parsed = measure && measureProgram(measure);
  const areas = loadAreas();
  const area = areas.find('620203');
  if (!measure || !parsed?.ok || !area) throw new Error('the guide has no such measure or area');
  const groups = groupResults(
    parsed.value,
    [
      { area: '6202031012', bits: 0b111, persons: 2 },
      { area: '6202031012', bits: 0b011, persons: 4 },
      { area: '6202031012', bits: 0b001, persons: 3 },
      { bits: 0b110, persons: 9 },
    ],
    ['6202031012', '6202031013'],
  );
  const evaluation: Evaluation = {
    measure,
    program: parsed.value,
    period: { start: '2026-01-01', end: '2026-12-31' },
    subject: { kind: 'area', area },
    engine: { evaluator: memoryEvaluator([]), reasons: [] },
    watermark: '2026-11-21T00:00:00.000Z',
    definition: { measureHash: 'a', libraries: [{ library: 'https://lontar.id/fhir/Library/ANCK6|1.0.0', hash: 'b' }] },
    groups,
    members: [[['p1', 'p2'], ['p1'], []]],
  };
  const report = measureReport(evaluation, 'population', areas);
  t.match(report, {
    resourceType: 'MeasureReport',
    status: 'complete',
    type: 'summary',
    measure: 'https://lontar.id/fhir/Measure/ANC-ANEMIA|1.0.0',
    subject: { type: 'Location', identifier: { value: '620203' }, display: area.name },
    period: { start: '2026-01-01', end: '2026-12-31' },
    improvementNotation: { coding: [{ code: 'decrease' }] },
  });
  const [group] = report.group ?? [];
  t.same(
    group?.population?.map(({ count }) => count),
    [9, 6, 2],
  );
  t.match(group?.measureScore, { value: 33.33, unit: '%' });
  t.same(
    group?.extension?.map(({ url }) => url.split('/').at(-1)),
    ['measure-target', 'measure-denominator-basis'],
  );
  const strata = group?.stratifier?.[0]?.stratum ?? [];
  t.match(strata[0]?.component?.[0]?.value, { coding: [{ code: '6202031012', display: 'Kuala Kuayan' }] });
  t.same(strata[1]?.measureScore, {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'not-applicable' }],
  });
  t.equal(strata.length, 2, 'persons who meet no initial population make no stratum');

  const list = measureReport(evaluation, 'subject-list', areas);
  t.equal(list.type, 'subject-list');
  t.equal(list.group?.[0]?.population?.[1]?.subjectResults?.reference, '#ANEMIA-denominator');
  t.match(list.contained?.[1], { resourceType: 'List', id: 'ANEMIA-denominator', entry: [{ item: { reference: 'Patient/p1' } }] });

  const person = measureReport({ ...evaluation, subject: { kind: 'person', reference: 'Patient/p1', id: 'p1' } }, 'subject', areas, [
    { reference: 'Patient/p1/_history/1' },
  ]);
  t.match(person, {
    type: 'individual',
    subject: { reference: 'Patient/p1' },
    evaluatedResource: [{ reference: 'Patient/p1/_history/1' }],
  });
  t.equal(person.group?.[0]?.stratifier, undefined);
});
