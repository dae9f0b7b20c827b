import type { Measure, MeasureReport } from '@medplum/fhirtypes';
import t from 'tap';
import { OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { evaluateMeasureOperation } from '../../src/measure/operations/operation.js';
import { packageRoot } from '../../src/root.js';
import { createValidator } from '../../src/validation/create.js';
import { everyone, measureDatabase } from './measure-database.js';
import { registry, terminology } from './memory-persons.js';

t.setTimeout(120_000);

const village = '6202061001';
const neighbour = '6202061002';
const basisUrl = 'https://lontar.id/fhir/StructureDefinition/measure-denominator-basis';
const areaSystem = 'http://sys-ids.kemkes.go.id/administrative-area';

t.test('denominators from outside', async (t) => {
  const { services, load } = await measureDatabase(t);
  const guide = guideMeasures({ registry }).find(({ id }) => id === 'ANC-K6');
  if (!guide) throw new Error('no ANC-K6');
  const projected: Measure = {
    ...guide,
    id: 'projected',
    url: 'http://example.org/Measure/projected',
    group: (guide.group ?? []).map((group) => ({
      ...group,
      extension: [{ url: basisUrl, extension: [{ url: 'code', valueCode: 'projected' }] }],
    })),
  };
  const cases = [...loadCases(packageRoot, 'ANC-K6').values()].flatMap((file) => file.cases);
  await load([
    ...cases.flatMap(({ resources }) => resources),
    ...([
      projected,
      { resourceType: 'Location', id: 'desa', name: 'Desa', identifier: [{ system: areaSystem, value: village }] },
      { resourceType: 'Location', id: 'tetangga', name: 'Tetangga', identifier: [{ system: areaSystem, value: neighbour }] },
    ] as unknown as FhirResource[]),
  ]);
  const own = await evaluate('ANC-K6', { subject: village });
  const numerator = countOf(own, 'numerator');

  t.test('without a figure for the year there is no percentage, and the report says why', async (t) => {
    const report = await evaluate('projected', { subject: village });
    t.match(report.group?.[0]?.measureScore, { extension: [{ valueCode: 'unknown' }] });
    t.match(basisOf(report), /Sasaran belum tersedia/);
  });

  t.test('an Observation on the Location gives the denominator of its year, named with source and date', async (t) => {
    await load([
      sasaran('s1', 'desa', 400, '2026'),
      sasaran('s0', 'desa', 9, '2025'),
      sasaran('wrong', 'desa', 7, '2026', 'entered-in-error'),
    ]);
    const report = await evaluate('projected', { subject: village });
    t.equal(countOf(report, 'denominator'), 400);
    t.equal(report.group?.[0]?.measureScore?.value, Math.round((numerator / 400) * 10_000) / 100);
    t.match(basisOf(report), /Observation\/s1\/_history\/1 \(2026\)/);
  });

  t.test('a data-collection report gives them by village, and a later one replaces the earlier', async (t) => {
    await load([
      collection('c1', '2026-02-01', [
        [village, 500],
        [neighbour, 100],
      ]),
    ]);
    const report = await evaluate('projected', { subject: village });
    t.equal(countOf(report, 'denominator'), 500);
    t.match(basisOf(report), /MeasureReport\/c1/);
    const validator = createValidator({ registry, terminology });
    t.same(
      validator.validate(JSON.parse(JSON.stringify(report))).filter(({ severity }) => severity === 'error'),
      [],
      'and the report is valid',
    );
  });

  t.test('a district lacks a percentage as long as one of its villages lacks its figure, unless it has one of its own', async (t) => {
    const report = await evaluate('projected', { subject: '620206' });
    t.match(report.group?.[0]?.measureScore, { extension: [{ valueCode: 'unknown' }] });
    await load([collection('c2', '2026-02-02', [['620206', 4000]])]);
    t.equal(countOf(await evaluate('projected', { subject: '620206' }), 'denominator'), 4000);
  });

  t.test('more than 100 % is shown with a warning; a denominator of zero is not applicable', async (t) => {
    await load([collection('c3', '2026-03-01', [[village, 1]])]);
    const above = await evaluate('projected', { subject: village });
    t.equal(above.group?.[0]?.measureScore?.value, numerator * 100);
    t.match(basisOf(above), /Di atas 100 %: total, 6202061001/);
    await load([collection('c4', '2026-04-01', [[village, 0]])]);
    t.match((await evaluate('projected', { subject: village })).group?.[0]?.measureScore, { extension: [{ valueCode: 'not-applicable' }] });
  });

  t.test('a report evaluated again at its watermark has the denominators that stood then', async (t) => {
    const first = await evaluate('projected', { subject: '620206' });
    t.equal(countOf(first, 'denominator'), 4000);
    await load([
      collection('c2', '2026-05-02', [['620206', 1]]),
      collection('c9', '2026-12-02', [['620206', 2]]),
      sasaran('s1', 'desa', 3, '2026'),
    ]);
    t.equal(countOf(await evaluate('projected', { subject: '620206' }), 'denominator'), 2);
    t.equal(JSON.stringify(await evaluate('projected', { subject: '620206', asOf: first.date ?? '' })), JSON.stringify(first));
  });

  t.test('a public report hides small counts, and names nobody', async (t) => {
    const report = await evaluate('ANC-K6', { subject: '620206', audience: 'public' });
    const strata = report.group?.[0]?.stratifier?.[0]?.stratum ?? [];
    t.ok(strata.length > 1);
    for (const stratum of strata) {
      t.ok((stratum.population ?? []).every(({ count }) => count === undefined || count === 0 || count >= 5));
    }
    const error: unknown = await evaluate('ANC-K6', { audience: 'public', reportType: 'subject-list' }).catch((found: unknown) => found);
    t.equal(error instanceof OperationOutcomeError && `${error.status} ${error.issues[0]?.rule}`, '403 measure-audience');
  });

  function evaluate(measure: string, more: Readonly<Record<string, string>>): Promise<MeasureReport> {
    const parameters = { measure, periodStart: '2026', periodEnd: '2026', ...more };
    return evaluateMeasureOperation(
      services,
      everyone,
      Object.entries(parameters).map(([name, text]) => ({ name, text })),
    );
  }

  function sasaran(id: string, location: string, value: number, year: string, status = 'final'): FhirResource {
    return {
      resourceType: 'Observation',
      id,
      status,
      code: guide?.group?.[0]?.code,
      subject: { reference: `Location/${location}` },
      effectiveDateTime: year,
      valueQuantity: { value },
    } as unknown as FhirResource;
  }

  function collection(id: string, date: string, figures: ReadonlyArray<readonly [string, number]>): FhirResource {
    const denominator = (count: number) => [{ code: { coding: [{ code: 'denominator' }] }, count }];
    return {
      resourceType: 'MeasureReport',
      id,
      status: 'complete',
      type: 'data-collection',
      measure: projected.url,
      date,
      period: { start: '2026-01-01', end: '2026-12-31' },
      group: [
        {
          code: guide?.group?.[0]?.code,
          stratifier: [
            {
              stratum: figures.map(([code, count]) => ({
                value: { coding: [{ system: areaSystem, code }] },
                population: denominator(count),
              })),
            },
          ],
        },
      ],
    } as unknown as FhirResource;
  }
});

function countOf(report: MeasureReport, code: string): number {
  return report.group?.[0]?.population?.find((population) => population.code?.coding?.[0]?.code === code)?.count ?? -1;
}

function basisOf(report: MeasureReport): string {
  const basis = report.group?.[0]?.extension?.find(({ url }) => url === basisUrl);
  return basis?.extension?.find(({ url }) => url === 'description')?.valueString ?? '';
}
