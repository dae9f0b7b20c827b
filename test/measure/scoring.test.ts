import type { Measure, MeasureReport } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { sqlEvaluator } from '../../src/cql/evaluator.js';
import { addLibrary, type PackedLibrary } from '../../src/cql/libraries.js';
import { createReferencePool, pooledReferenceEvaluator } from '../../src/cql/reference-pool.js';
import { helpersSource, translate } from '../../src/cql/translate.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { weightUrl } from '../../src/measure/composite.js';
import { evaluateMeasureOperation } from '../../src/measure/operations/operation.js';
import { populationBasisUrl as basisUrl, criteriaReferenceUrl, groupScoringUrl } from '../../src/measure/program.js';
import { aggregate, rate, scoreUnit } from '../../src/measure/score.js';
import type { MeasureServices } from '../../src/measure/services.js';
import { loadPersons } from '../../src/measure/subject/load-persons.js';
import { clock, everyone, measureDatabase } from './measure-database.js';
import { terminology } from './memory-persons.js';

t.setTimeout(180_000);

const cql = `library Scores version '1'
using FHIR version '4.0.1'
include FHIRHelpers version '4.0.1'
codesystem "LOINC": 'http://loinc.org'
code "Weight": '29463-7' from "LOINC"
parameter "Measurement Period" Interval<DateTime>
parameter "Threshold" Decimal default 65.0
parameter "Product Line" String
context Patient
define "Everyone": true
define "Women": Patient.gender = 'female'
define "Of The Line": "Product Line" = 'JKN'
define "Dead": Patient.deceased is not null
define "Weights": [Observation: "Weight"] O where O.status = 'final'
define "Corrected": [Observation: "Weight"] O where O.status = 'corrected'
define "All Weights": [Observation: "Weight"]
define "Has Weight": exists "All Weights"
define "Sex": Patient.gender.value
define "Weight Count": Count("All Weights")
define "Final": [Observation: "Weight"] O where O.status = 'final'
define "Heavy": [Observation: "Weight"] O where (O.value as FHIR.Quantity).value.value >= 60
define "Sum": Sum("All Weights" O return all (O.value as FHIR.Quantity).value.value)
define "Heavier Than Threshold": exists ("All Weights" O where (O.value as FHIR.Quantity).value.value >= "Threshold")
define function "Kilograms"(o Observation): (o.value as FHIR.Quantity).value.value
`;

t.test('scorings beside the proportion', async (t) => {
  const { services: base, store, database, load } = await measureDatabase(t);
  const libraries = new Map<string, PackedLibrary>(base.libraries);
  for (const text of [cql, helpersSource]) {
    const made = translate(text);
    if (!made.ok) throw new Error(made.issues.map((found) => found.text.en).join('\n'));
    addLibrary(libraries, { cqlHash: 'test', library: made.value });
  }
  const members = (valueSet: string) => terminology.members(valueSet)?.keys();
  const pool = createReferencePool();
  t.teardown(() => pool.close());
  const compiled = sqlEvaluator({ database, libraries, catalogue: factCatalogue(factTables(factViews())), members, now: clock });
  const services: MeasureServices = {
    ...base,
    libraries,
    engines: {
      reference: pooledReferenceEvaluator({
        pool,
        libraries,
        members,
        loadPersons: (subjects) => loadPersons(database, subjects),
        now: clock,
      }),
      sql: { evaluator: compiled, refusals: async (program) => compiled.refusal(program) ?? [], at: () => compiled },
    },
  };

  await load(
    [
      person('a', 'female', '6202061001', [50, 52]),
      person('b', 'female', '6202061001', [61]),
      person('c', 'male', '6202061002', [70], true),
      person('d', 'male', undefined, []),
      { resourceType: 'Observation', id: 'a-corrected', status: 'corrected', ...weight('a', 99) },
    ].flat() as unknown as readonly FhirResource[],
  );

  t.test('a ratio counts its numerator apart from the denominator, in the unit that the group names', async (t) => {
    const report = await evaluate(
      measure(
        'ratio',
        [population('initial-population', 'Everyone'), population('denominator', 'Women'), population('numerator', 'Dead')],
        '10*-5',
      ),
    );
    t.same(counts(report), [4, 2, 1], 'the man who died counts although he is not in the denominator');
    t.match(report.group?.[0]?.measureScore, { value: 50_000, code: '10*-5' });
    const bare = await evaluate(
      measure('ratio', [population('initial-population', 'Everyone'), population('denominator', 'Women'), population('numerator', 'Dead')]),
    );
    t.same(bare.group?.[0]?.measureScore, { value: 0.5 });
  });

  t.test('a cohort counts and has no score', async (t) => {
    const report = await evaluate(measure('cohort', [population('initial-population', 'Women')]));
    t.same(counts(report), [2]);
    t.equal(report.group?.[0]?.measureScore, undefined);
  });

  t.test('a continuous variable aggregates what its function observes of the measure population less exclusions', async (t) => {
    for (const [method, expected] of [
      ['average', 58.25],
      ['median', 56.5],
      ['sum', 233],
      ['count', 4],
      ['minimum', 50],
      ['maximum', 70],
    ] as const) {
      const report = await evaluate(
        measure('continuous-variable', [
          population('initial-population', 'Everyone'),
          population('measure-population', 'All Weights'),
          population('measure-population-exclusion', 'Corrected'),
          observation('Kilograms', method),
        ]),
      );
      t.equal(report.group?.[0]?.measureScore?.value, expected, method);
    }
  });

  t.test('definitions that are no column go to the reference engine; others stay in SQL with the same numbers', async (t) => {
    const groups = [
      population('initial-population', 'Everyone'),
      population('measure-population', 'Has Weight'),
      observation('Weight Count', 'sum'),
    ];
    const report = await evaluate(measure('continuous-variable', groups));
    t.equal(engineOf(report), 'sql');
    t.equal(report.group?.[0]?.measureScore?.value, 5);
  });

  t.test('stratifiers by a definition and by several together, beside the village, add up to the group', async (t) => {
    const report = await evaluate({
      ...measure('cohort', [population('initial-population', 'Everyone')]),
      stratifiers: [
        { id: 'sex', code: { text: 'Sex' }, criteria: criteria('Sex') },
        { id: 'both', component: [component('Sex'), component('Has Weight')] },
      ],
    });
    const [bySex, byBoth] = report.group?.[0]?.stratifier ?? [];
    t.same(
      bySex?.stratum?.map(({ value, population: populations }) => [value?.text, populations?.[0]?.count]),
      [
        ['female', 2],
        ['male', 2],
      ],
    );
    t.same(
      byBoth?.stratum?.map((stratum) => [...(stratum.component ?? []).map(({ value }) => value?.text), stratum.population?.[0]?.count]),
      [
        ['female', 'true', 2],
        ['male', 'false', 1],
        ['male', 'true', 1],
      ],
    );
  });

  t.test('supplemental data are counted by value', async (t) => {
    const report = await evaluate({
      ...measure('cohort', [population('initial-population', 'Has Weight')]),
      supplementalData: [
        { code: { coding: [{ code: 'sde-sex' }] }, usage: [{ coding: [{ code: 'supplemental-data' }] }], criteria: criteria('Sex') },
      ],
    });
    const found = (report.contained ?? []).flatMap((one) =>
      one.resourceType === 'Observation' ? [[one.code?.text, one.valueInteger]] : [],
    );
    t.same(found, [
      ['female', 2],
      ['male', 1],
    ]);
    t.same(
      report.evaluatedResource?.map(({ reference }) => reference),
      ['#sde-1-1', '#sde-1-2'],
    );
  });

  t.test('a composite is the mean of its components and shows them', async (t) => {
    const all = [population('initial-population', 'Everyone'), population('denominator', 'Everyone')];
    await store_(measureOf('one', measure('proportion', [...all, population('numerator', 'Women')])));
    await store_(measureOf('two', measure('proportion', [...all, population('numerator', 'Has Weight')])));
    const composite = {
      ...measureOf('composite', measure('composite', [])),
      group: undefined,
      relatedArtifact: ['one', 'two'].map((id) => ({ type: 'composed-of', resource: `Measure/${id}` })),
    };
    await store_(JSON.parse(JSON.stringify(composite)) as Measure);
    const report = await evaluateMeasureOperation(services, everyone, parameters, 'composite');
    t.same(
      report.group?.map(({ measureScore }) => measureScore?.value),
      [62.5, 50, 75],
    );
  });

  t.test('each composite scoring weighs what a person meets of the components whose denominators hold them, by village too', async (t) => {
    const everyone_ = [population('initial-population', 'Everyone')];
    await store_(
      measureOf('met', measure('proportion', [...everyone_, population('denominator', 'Everyone'), population('numerator', 'Has Weight')])),
    );
    await store_(
      measureOf('dead', measure('proportion', [...everyone_, population('denominator', 'Women'), population('numerator', 'Dead')])),
    );
    const score = async (method: string): Promise<MeasureReport> => {
      const composite = {
        ...measureOf('all', measure('composite', [])),
        compositeScoring: { coding: [{ code: method }] },
        group: undefined,
        relatedArtifact: [
          { type: 'composed-of', resource: 'Measure/met' },
          { type: 'composed-of', resource: 'Measure/dead', extension: [{ url: weightUrl, valueDecimal: 3 }] },
        ],
      };
      await store_(JSON.parse(JSON.stringify(composite)) as Measure);
      return evaluateMeasureOperation(services, everyone, parameters, 'all');
    };
    // a and b meet one of two, c the one that he counts for, d none of one.
    const opportunity = await score('opportunity');
    t.same(counts(opportunity), [4, 6, 3]);
    t.match(opportunity.group?.[0]?.measureScore, { value: 50, code: '%' });
    const all = await score('all-or-nothing');
    t.same(counts(all), [4, 4, 1]);
    t.equal(all.group?.[0]?.measureScore?.value, 25);
    t.equal((await score('linear')).group?.[0]?.measureScore?.value, 50, '(1/2 + 1/2 + 1 + 0) / 4');
    t.equal((await score('weighted')).group?.[0]?.measureScore?.value, 37.5, '(1/4 + 1/4 + 1 + 0) / 4');
    t.equal(await score('odd').catch((error: unknown) => error instanceof OperationOutcomeError && error.status), 422);
  });

  t.test('a ratio may have two initial populations and observe both sides', async (t) => {
    const report = await evaluate(
      measure('ratio', [
        { id: 'all', ...population('initial-population', 'Everyone') },
        { id: 'women', ...population('initial-population', 'Women') },
        { ...population('denominator', 'Has Weight'), extension: [reference('women')] },
        { id: 'num', ...population('numerator', 'Has Weight'), extension: [reference('all')] },
      ]),
    );
    t.same(counts(report), [4, 2, 2, 3]);
    t.same(report.group?.[0]?.measureScore, { value: 1.5 });
    const observed = await evaluate(
      measure('ratio', [
        population('initial-population', 'Everyone'),
        { id: 'den', ...population('denominator', 'Has Weight') },
        { id: 'num', ...population('numerator', 'Women') },
        observed_('Sum', 'sum', 'num'),
        observed_('Weight Count', 'sum', 'den'),
      ]),
    );
    t.same(observed.group?.[0]?.measureScore, { value: 52.4 }, '(50 + 52 + 99 + 61) kg of women over 5 weights of everyone');
    t.equal(
      await refused(
        measure('ratio', [
          population('initial-population', 'Everyone'),
          population('denominator', 'Women'),
          population('numerator', 'Dead'),
          observed_('Sum', 'sum', 'numerator'),
          observed_('Weight Count', 'sum', 'numerator'),
        ]),
      ),
      '422 measure-population',
    );
  });

  t.test('items are counted where the basis is a type of resource, on SQL where it takes the lists', async (t) => {
    const extension = [{ url: basisUrl, valueCode: 'Observation' }];
    const report = await evaluate({
      ...measure('proportion', [
        population('initial-population', 'All Weights'),
        population('denominator', 'Final'),
        population('numerator', 'Heavy'),
      ]),
      extension,
    });
    t.same(counts(report), [5, 4, 2]);
    t.equal(report.group?.[0]?.measureScore?.value, 50);
    const cohort = await evaluate({ ...measure('cohort', [population('initial-population', 'Final')]), extension });
    t.equal(engineOf(cohort), 'sql');
    t.same(counts(cohort), [4]);
    const averaged = await evaluate({
      ...measure('continuous-variable', [
        population('initial-population', 'All Weights'),
        population('measure-population', 'All Weights'),
        population('measure-population-exclusion', 'Corrected'),
        observation('Kilograms', 'average'),
      ]),
      extension,
    });
    t.same(counts(averaged), [5, 5, 1]);
    t.equal(averaged.group?.[0]?.measureScore?.value, 58.25);
  });

  t.test('a group may have a scoring of its own, and a risk factor is listed with its use', async (t) => {
    const report = await evaluate({
      ...measure('proportion', [population('initial-population', 'Everyone')]),
      groupScoring: 'cohort',
      supplementalData: [{ usage: [{ coding: [{ code: 'risk-adjustment-factor' }] }], criteria: criteria('Sex') }],
    });
    t.equal(report.group?.[0]?.measureScore, undefined);
    t.match(report.contained?.[0], { category: [{ coding: [{ code: 'risk-adjustment-factor' }] }] });
  });

  t.test('CQL parameters are given by name and type, on both engines, and named in the report', async (t) => {
    const of = async (expression: string, ...more: readonly object[]): Promise<MeasureReport> => {
      await store_(measureOf('draft', measure('cohort', [population('initial-population', expression)])));
      return evaluateMeasureOperation(services, everyone, [...parameters, ...more] as typeof parameters, 'draft');
    };
    const given = (...parameter: readonly object[]) => ({ name: 'parameters', resource: { resourceType: 'Parameters', parameter } });
    t.same(counts(await of('Heavier Than Threshold')), [2]);
    const lower = await of('Heavier Than Threshold', given({ name: 'Threshold', valueDecimal: 60.5 }));
    t.equal(engineOf(lower), 'sql');
    t.same(counts(lower), [3]);
    t.match(lower.contained, [{ resourceType: 'Parameters', parameter: [{ name: 'Threshold', valueDecimal: 60.5 }] }]);
    t.same(counts(await of('Of The Line')), [0]);
    t.same(counts(await of('Of The Line', { name: 'productLine', text: 'JKN' })), [4]);
    for (const wrong of [
      { name: 'Limit', valueDecimal: 1 },
      { name: 'Threshold', valueString: 'x' },
      { name: 'Measurement Period', valueDate: '2026' },
    ]) {
      const error: unknown = await of('Everyone', given(wrong)).catch((found: unknown) => found);
      t.match(error, { status: 400, issues: [{ rule: 'cql-parameter', expression: "Parameters.parameter.where(name = 'parameters')" }] });
    }
    for (const parameter of [{ valueInteger: 61 }, { valueDecimal: 61 }]) {
      t.same(counts(await of('Heavier Than Threshold', given({ name: 'Threshold', ...parameter }))), [3]);
    }
  });

  t.test('what a scoring lacks is named', async (t) => {
    t.equal(await refused(measure('ratio', [population('initial-population', 'Everyone')])), '422 measure-population measure-population');
    t.equal(
      await refused(
        measure('continuous-variable', [population('initial-population', 'Everyone'), population('measure-population', 'Women')]),
      ),
      '422 measure-population',
    );
    t.equal(await refused(measure('weird', [population('initial-population', 'Everyone')])), '422 measure-scoring measure-population');
    t.equal(
      await refused(
        measure('continuous-variable', [
          population('initial-population', 'Everyone'),
          population('measure-population', 'Women'),
          observation('Kilograms', 'mode'),
        ]),
      ),
      '422 measure-aggregate',
    );
  });

  async function evaluate(given: Draft): Promise<MeasureReport> {
    await store_(measureOf('draft', given));
    return evaluateMeasureOperation(services, everyone, parameters, 'draft');
  }

  async function store_(resource: Measure): Promise<void> {
    await store.write([{ kind: 'update', type: 'Measure', id: resource.id ?? '', resource: resource as unknown as FhirResource }], {
      scope: everyone,
      actor: 'test',
      requestId: 'test',
    });
  }

  async function refused(given: Draft): Promise<string> {
    const error: unknown = await evaluate(given).catch((found: unknown) => found);
    if (!(error instanceof OperationOutcomeError)) return 'not refused';
    return [error.status, ...error.issues.map(({ rule }) => rule)].join(' ');
  }
});

t.test('aggregates of any observations lie between their ends, and the median splits them', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (values) => {
      const [least = 0, most = 0, average = 0, middle = 0] = (['minimum', 'maximum', 'average', 'median'] as const).map((method) =>
        aggregate(method, values),
      );
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      return least <= average && average <= most && below <= values.length / 2 && above <= values.length / 2;
    }),
  );
});

t.test('a rate without a denominator is none; per 100,000 is exact', async (t) => {
  const unit = scoreUnit(
    { extension: [{ url: 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-scoringUnit', valueCode: '10*-5' }] },
    'ratio',
  );
  t.equal(rate({ numerator: 1, denominator: 0 }, unit), undefined);
  t.equal(rate({ numerator: 7, denominator: 4812 }, unit), 145.47);
  t.equal(aggregate('average', []), undefined);
  t.equal(aggregate('count', []), 0);
});

type Group = NonNullable<Measure['group']>[number];
type Population = NonNullable<Group['population']>[number];

interface Draft {
  readonly scoring: string;
  readonly populations: Population[];
  readonly unit?: string;
  readonly groupScoring?: string;
  readonly extension?: Measure['extension'];
  readonly stratifiers?: Group['stratifier'];
  readonly supplementalData?: Measure['supplementalData'];
}

const parameters = [
  { name: 'periodStart', text: '2026' },
  { name: 'periodEnd', text: '2026' },
];

function measure(scoring: string, populations: Population[], unit?: string): Draft {
  return { scoring, populations, ...(unit === undefined ? {} : { unit }) };
}

function measureOf(
  id: string,
  { scoring, populations, unit, stratifiers, supplementalData, groupScoring, extension: own }: Draft,
): Measure {
  const extension =
    unit === undefined
      ? groupScoring === undefined
        ? []
        : [{ url: groupScoringUrl, valueCodeableConcept: { coding: [{ code: groupScoring }] } }]
      : [
          {
            url: 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-scoringUnit',
            valueCodeableConcept: { coding: [{ code: unit }] },
          },
        ];
  return {
    resourceType: 'Measure',
    id,
    url: `http://example.org/Measure/${id}`,
    status: 'active',
    library: ['http://example.org/Library/Scores|1'],
    scoring: { coding: [{ code: scoring }] },
    group: [
      { ...(extension.length > 0 ? { extension } : {}), population: populations, ...(stratifiers ? { stratifier: stratifiers } : {}) },
    ],
    ...(supplementalData ? { supplementalData } : {}),
    ...(own ? { extension: own } : {}),
  };
}

function criteria(expression: string): { language: 'text/cql'; expression: string } {
  return { language: 'text/cql', expression };
}

function population(code: string, expression: string): Population {
  return { code: { coding: [{ code }] }, criteria: criteria(expression) };
}

function observation(expression: string, method: string): Population {
  return {
    extension: [{ url: 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-aggregateMethod', valueCode: method }],
    ...population('measure-observation', expression),
  };
}

function reference(id: string): { url: string; valueString: string } {
  return { url: criteriaReferenceUrl, valueString: id };
}

function observed_(expression: string, method: string, of: string): Population {
  const found = observation(expression, method);
  return { ...found, extension: [...(found.extension ?? []), reference(of)] };
}

function component(expression: string): NonNullable<NonNullable<Group['stratifier']>[number]['component']>[number] {
  return { code: { text: expression }, criteria: criteria(expression) };
}

function counts(report: MeasureReport): readonly (number | undefined)[] {
  return report.group?.[0]?.population?.map(({ count }) => count) ?? [];
}

function engineOf(report: MeasureReport): string | undefined {
  return report.extension?.[0]?.extension?.[0]?.valueCode;
}

function person(id: string, gender: string, village: string | undefined, weights: readonly number[], isDead = false): readonly object[] {
  const extension = [
    { url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode', extension: [{ url: 'village', valueCode: village }] },
  ];
  return [
    {
      resourceType: 'Patient',
      id,
      gender,
      ...(village === undefined ? {} : { address: [{ use: 'home', extension }] }),
      ...(isDead ? { deceasedDateTime: '2026-05-01' } : {}),
    },
    ...weights.map((value, index) => ({ resourceType: 'Observation', id: `${id}-${index}`, status: 'final', ...weight(id, value) })),
  ];
}

function weight(id: string, value: number): object {
  return {
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: `Patient/${id}` },
    effectiveDateTime: '2026-03-01',
    valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  };
}
