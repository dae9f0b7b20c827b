import type { MeasureReport, MeasureReportGroup, Patient } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { loadAreas } from '../../src/definitions/areas.js';
import { residenceOf, residenceOn, residencesOf } from '../../src/facts/residence.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { evaluateMeasureOperation } from '../../src/measure/operations/operation.js';
import { hiddenAreas, nowhere } from '../../src/measure/report/hidden-areas.js';
import { isSafe } from '../../src/measure/report/suppress.js';
import type { GroupResult, Stratum } from '../../src/measure/strata.js';
import { packageRoot } from '../../src/root.js';
import { everyone, measureDatabase } from './measure-database.js';

t.setTimeout(120_000);

const here = '6202061001';
const there = '6202061002';
const areaSystem = 'http://sys-ids.kemkes.go.id/administrative-area';
const year = { periodStart: '2026', periodEnd: '2026' };

t.test('reports on areas', async (t) => {
  const { services, load } = await measureDatabase(t);
  const cases = [...loadCases(packageRoot, 'ANC-K6').values()].flatMap((file) => file.cases);
  const isPatient = (resource: FhirResource): resource is Patient => resource.resourceType === 'Patient';
  const patients = cases.flatMap(({ resources }) => resources).filter(isPatient);
  await load(cases.flatMap(({ resources }) => resources));

  t.test('each level adds up to the one above, and those without a village are a stratum of the nation', async (t) => {
    const homeless = patients.filter((patient) => residenceOf(patient as FhirResource) === here)[3];
    if (!homeless) throw new Error('a person is needed');
    await load([addressed(homeless, [])]);
    const nation = await evaluate({ subject: 'ID' });
    t.equal(strataOf(nation).length, 38 + 1, 'every province, and those without a village');
    const everyone_ = await evaluate({});
    t.same(countsOf(nation), countsOf(everyone_));
    let codes = ['ID'];
    for (const level of ['province', 'regency', 'district', 'village']) {
      const below: string[] = [];
      for (const code of codes) {
        const report = await evaluate({ subject: code });
        const strata = strataOf(report);
        t.same(sumOf(strata.map(({ counts }) => counts)), countsOf(report), `${code} by ${level}`);
        t.ok(strata.every((stratum) => stratum.level === level));
        below.push(
          ...strata.flatMap(({ code: child, counts }) => (child !== undefined && counts.some((count) => count > 0) ? [child] : [])),
        );
      }
      codes = below;
    }
    t.same(codes.sort(), ['5171011001', here, '9171011001']);
    t.equal(strataOf(await evaluate({ subject: '6202', level: 'village' })).length, 185);
  });

  t.test('a village is by RW, or by Posyandu once its people are registered with one; an RW is a subject by RT', async (t) => {
    const [first, second, third] = patients.filter((patient) => residenceOf(patient as FhirResource) === here);
    if (!first || !second || !third) throw new Error('three persons of a village are needed');
    const before = countsOf(await evaluate({ subject: here }));
    await load([at(first, here, '1', '2'), at(second, here, '01', '3'), at(third, here, '2', undefined)]);
    const byRw = await evaluate({ subject: here });
    t.same(countsOf(byRw), before);
    t.same(sumOf(strataOf(byRw).map(({ counts }) => counts)), before);
    t.same(
      strataOf(byRw).map(({ level, code }) => [level, code]),
      [
        ['rw', undefined],
        ['rw', `${here}/001`],
        ['rw', `${here}/002`],
      ].filter(([, code]) => code !== undefined || strataOf(byRw).length > 2),
    );
    const rw = await evaluate({ subject: `${here}/1` });
    t.match(rw.subject, { type: 'Location', identifier: { value: `${here}/001` } });
    t.same(
      strataOf(rw).map(({ code }) => code),
      [`${here}/001/002`, `${here}/001/003`],
    );
    t.same(countsOf(await evaluate({ subject: `${here}/001/003` }))[0], 1);
    const posyandu = { resourceType: 'Organization', id: 'melati', name: 'Posyandu Melati', type: [{ coding: [{ code: '131' }] }] };
    const clinic = { resourceType: 'Organization', id: 'klinik', name: 'Klinik', type: [{ coding: [{ code: '103' }] }] };
    const registered = (patient: Patient, id: string): FhirResource =>
      ({ ...patient, managingOrganization: { reference: `Organization/${id}` } }) as unknown as FhirResource;
    await load([posyandu, clinic, registered(first, 'melati'), registered(second, 'klinik')] as unknown as readonly FhirResource[]);
    const byPosyandu = await evaluate({ subject: here });
    t.same(
      strataOf(byPosyandu).map(({ level, text, counts }) => [level, text, counts[0]]),
      [
        ['posyandu', 'Tanpa Posyandu', (before[0] ?? 0) - 1],
        ['posyandu', 'Posyandu Melati', 1],
      ],
    );
    const own = await evaluate({ subject: 'Organization/melati' });
    t.match(own, { reporter: { reference: 'Organization/melati' } });
    t.equal(countsOf(own)[0], 1);
  });

  t.test(
    'residence on the last day of the period decides, and moves, catchments and denominators after a watermark change nothing in its report',
    async (t) => {
      const mover = patients.findLast((patient) => residenceOf(patient as FhirResource) === here);
      if (!mover) throw new Error('a person is needed');
      const inVillage = async (subject: string, more: Asked = {}): Promise<number> =>
        countsOf(await evaluate({ subject, ...more }))[0] ?? 0;
      const count = await inVillage(here);
      await load([
        { resourceType: 'Organization', id: 'pkm', name: 'Puskesmas', type: [{ coding: [{ code: '102' }] }] },
        village('desa', here),
        village('seberang', there),
        serves('aff', 'desa', { end: '2026-06-30' }),
        serves('aff2', 'seberang', { start: '2026-07-01' }),
        ...[400, 300].map((value, index) => sasaran(`s${index}`, value, index === 0 ? 'desa' : 'seberang')),
      ] as unknown as readonly FhirResource[]);
      t.equal(await inVillage('Organization/pkm', { periodEnd: '2026-06' }), await inVillage(here, { periodEnd: '2026-06' }));
      t.equal(await inVillage('Organization/pkm'), 0, 'the catchment of December');
      const reports = [
        { subject: here },
        { subject: there },
        { subject: '620206' },
        { subject: 'Organization/pkm', periodEnd: '2026-06' },
        { subject: here, level: 'rw' },
        { subject: 'ID' },
      ];
      const first = await Promise.all(reports.map((asked) => evaluate(asked)));
      const told = first.map((report) => JSON.stringify(report));

      const moved = addressed(mover, [
        { ...home(here), use: 'old', period: { end: '2026-09-30' } },
        { ...home(there), period: { start: '2026-10-01' } },
      ]);
      await load([moved, sasaran('s0', 999, 'desa'), serves('aff', 'seberang', {})] as unknown as readonly FhirResource[]);
      t.equal(await inVillage(here), count - 1);
      t.equal(await inVillage(there), 1);
      t.equal(await inVillage(here, { periodEnd: '2026-09' }), await inVillage(here, { periodEnd: '2026-10' }).then((after) => after + 1));
      const again = await Promise.all(first.map((report, index) => evaluate({ ...reports[index], asOf: report.date ?? '' })));
      for (const [index, report] of again.entries()) t.equal(JSON.stringify(report), told[index], JSON.stringify(reports[index]));
    },
  );

  t.test('an address without a period holds from the version that brought it', async (t) => {
    const mover = patients.find((patient) => residenceOf(patient as FhirResource) === '5171011001');
    if (!mover) throw new Error('a person is needed');
    await load([addressed(mover, [home('5171011002')])]);
    const of = async (subject: string, periodEnd: string): Promise<number> => countsOf(await evaluate({ subject, periodEnd }))[0] ?? 0;
    // The test's clock stands in November 2026.
    t.same([await of('5171011001', '2026-12'), await of('5171011002', '2026-12')], [0, 1]);
    t.same([await of('5171011001', '2026-10'), await of('5171011002', '2026-10')], [1, 0]);
  });

  interface Asked {
    readonly subject?: string;
    readonly level?: string;
    readonly periodEnd?: string;
    readonly asOf?: string;
  }

  function evaluate(asked: Asked): Promise<MeasureReport> {
    const parameters = Object.entries({ measure: 'ANC-K6', ...year, ...asked }).map(([name, text]) => ({ name, text }));
    return evaluateMeasureOperation(services, everyone, parameters);
  }
});

t.test('the address whose period holds goes before one without, and the nearest known before none', (t) => {
  const on = (address: readonly object[], day: string) =>
    residenceOn(residencesOf({ resourceType: 'Patient', address } as unknown as FhirResource), day)?.village;
  const moved = [
    { ...home(here), period: { end: '2026-03' } },
    { ...home(there), period: { start: '2026-04-01' } },
  ];
  t.equal(on(moved, '2026-03-31'), here);
  t.equal(on(moved, '2026-04-01'), there);
  t.equal(on([{ ...home(here), use: 'old', period: { end: '2026-03-31' } }, home(there)], '2026-02-01'), here);
  t.equal(on([{ ...home(here), use: 'old' }, home(there)], '2026-02-01'), there, 'old since nobody knows when');
  t.equal(on([{ ...home(here), period: { start: '2026-05-01' } }], '2026-02-01'), here, 'nothing is known before');
  t.equal(on([{ use: 'home' }], '2026-02-01'), undefined);
  t.end();
});

t.test('no report shows of an area what its parent, children or neighbours would give away by subtraction', async () => {
  const codes = [...loadAreas().children('620206'), ...loadAreas().children('620203'), ...loadAreas().children('620301')]
    .map(({ code }) => code)
    .slice(0, 24);
  const stratum = fc.record({
    area: fc.option(fc.constantFrom(...codes), { nil: undefined }),
    counts: fc.tuple(fc.nat(20), fc.nat(20)).map(([one, two]) => [Math.max(one, two), Math.min(one, two)]),
  });
  fc.assert(
    fc.property(fc.uniqueArray(stratum, { selector: ({ area }) => area ?? nowhere, maxLength: 24 }), (found) => {
      const strata = found.map(({ area, counts }): Stratum => (area === undefined ? { counts } : { area, counts }));
      const group: GroupResult = { code: 'g', populations: ['denominator', 'numerator'], total: [], strata };
      const hidden = hiddenAreas([group], 5);
      const row = (code: string): number[] =>
        sumOf(strata.filter(({ area = nowhere }) => code === '' || area.startsWith(code)).map(({ counts }) => counts));
      const all = new Set([
        '',
        ...strata.flatMap(({ area }) => (area === undefined ? [nowhere] : [2, 4, 6, 10].map((digits) => area.slice(0, digits)))),
      ]);
      const parentOf = (code: string): string =>
        code === nowhere
          ? ''
          : code.slice(
              0,
              [0, 2, 4, 6].findLast((digits) => digits < code.length),
            );
      return [...all].every((code) => {
        if (hidden.has(code)) return [...all].every((child) => child === '' || parentOf(child) !== code || hidden.has(child));
        const below = [...all].filter((child) => child !== '' && parentOf(child) === code && hidden.has(child));
        return isSafe([row(code)], 5) && (below.length === 0 || (below.length > 1 && isSafe([sumOf(below.map(row))], 5)));
      });
    }),
    { numRuns: 500 },
  );
});

interface Told {
  readonly level: string | undefined;
  readonly code: string | undefined;
  readonly text: string | undefined;
  readonly counts: readonly number[];
}

function strataOf(report: MeasureReport): readonly Told[] {
  return (report.group?.[0]?.stratifier?.[0]?.stratum ?? []).map((stratum) => {
    const { code, value } = stratum.component?.[0] ?? {};
    const coding = value?.coding?.[0];
    return {
      level: code?.coding?.[0]?.code,
      code: coding?.code === 'unknown' ? undefined : coding?.code,
      text: value?.text,
      counts: populationCounts(stratum.population),
    };
  });
}

function countsOf(report: MeasureReport): readonly number[] {
  return populationCounts(report.group?.[0]?.population);
}

function populationCounts(populations: MeasureReportGroup['population']): readonly number[] {
  return (populations ?? []).map(({ count = 0 }) => count);
}

function sumOf(rows: ReadonlyArray<readonly number[]>): number[] {
  return rows.reduce<number[]>((sum, row) => row.map((count, index) => count + (sum[index] ?? 0)), []);
}

function home(code: string, rw?: string, rt?: string): object {
  const parts = Object.entries({ village: code, rw, rt }).flatMap(([url, valueCode]) =>
    valueCode === undefined ? [] : [{ url, valueCode }],
  );
  return {
    use: 'home',
    extension: [{ url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode', extension: parts }],
  };
}

function addressed(patient: Patient, address: readonly object[]): FhirResource {
  return { ...patient, address } as unknown as FhirResource;
}

function at(patient: Patient, code: string, rw: string, rt: string | undefined): FhirResource {
  return addressed(patient, [home(code, rw, rt)]);
}

function village(id: string, code: string): object {
  return { resourceType: 'Location', id, name: id, identifier: [{ system: areaSystem, value: code }] };
}

function serves(id: string, location: string, period: object): object {
  return {
    resourceType: 'OrganizationAffiliation',
    id,
    active: true,
    organization: { reference: 'Organization/pkm' },
    location: [{ reference: `Location/${location}` }],
    period,
  };
}

function sasaran(id: string, value: number, location: string): object {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ code: 'K6' }] },
    subject: { reference: `Location/${location}` },
    effectiveDateTime: '2026',
    valueInteger: value,
  };
}
