import type { MeasureReport } from '@medplum/fhirtypes';
import t from 'tap';
import { OperationOutcomeError } from '../../src/fhir/outcome.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { evaluateMeasureOperation } from '../../src/measure/operations/operation.js';
import { packageRoot } from '../../src/root.js';
import { createValidator } from '../../src/validation/create.js';
import { everyone, measureDatabase } from './measure-database.js';
import { registry, terminology } from './memory-persons.js';

t.test('$evaluate-measure over a database', async (t) => {
  const { services, store, load } = await measureDatabase(t);

  const year = { periodStart: '2026', periodEnd: '2026' } as const;
  const cases = [...loadCases(packageRoot, 'ANC-K6').values()].flatMap((file) => file.cases);
  const village = '6202061001';

  await load(cases.flatMap(({ resources }) => resources));
  await load([
    { resourceType: 'Organization', id: 'pkm', name: 'Puskesmas <Contoh>', active: true },
    { resourceType: 'Organization', id: 'none', name: 'Tanpa desa', active: true },
    location('desa', village),
    location('desa-bali', '5171011001'),
    location('kecamatan', '620206'),
    { resourceType: 'Location', id: 'ruang', name: 'Ruang KIA', managingOrganization: { reference: 'Organization/pkm' } },
  ] as unknown as readonly FhirResource[]);

  t.test('counts over everyone equal the hand-decided memberships', async (t) => {
    const report = await evaluate({ measure: 'ANC-K6', ...year });
    for (const group of report.group ?? []) {
      const code = group.code?.coding?.[0]?.code ?? '';
      for (const population of group.population ?? []) {
        const name = population.code?.coding?.[0]?.code ?? '';
        const expected = cases.filter(({ expected }) => expected[code]?.some((found) => found === name)).length;
        t.equal(population.count, expected, `${code} ${name}`);
      }
    }
    const strata = report.group?.[0]?.stratifier?.[0]?.stratum ?? [];
    t.same(
      strata.map((stratum) => stratum.component?.[0]?.value?.coding?.[0]?.code),
      ['5171011001', village, '9171011001'],
      'one stratum a village of residence',
    );
    t.equal(
      strata.reduce((sum, stratum) => sum + (stratum.population?.[0]?.count ?? 0), 0),
      report.group?.[0]?.population?.[0]?.count,
      'villages add up',
    );
  });

  t.test('a subject may be an area code, a Location that is an area, an Organization by its villages, or a Patient', async (t) => {
    const ask = (subject: string): Promise<MeasureReport> =>
      evaluate({ measure: 'https://lontar.id/fhir/Measure/ANC-K6', ...year, subject });
    const count = (report: MeasureReport): number | undefined => report.group?.[0]?.population?.[0]?.count;
    const here = await ask(village);
    t.ok(count(here));
    t.match(here.subject, { type: 'Location', identifier: { value: village }, display: 'Mentawa Baru Hulu' });
    const district = await ask('620206');
    t.equal(count(district), count(here));
    t.ok((district.group?.[0]?.stratifier?.[0]?.stratum?.length ?? 0) > 1, 'a district lists its villages, people or none');
    const place = await ask('Location/kecamatan');
    t.equal(count(place), count(here));
    t.equal(place.subject?.reference, 'Location/kecamatan');
    const puskesmas = await ask('Organization/pkm');
    t.equal(count(puskesmas), (count(here) ?? 0) + (count(await ask('5171011001')) ?? 0));
    t.match(puskesmas, { reporter: { reference: 'Organization/pkm' } });
    t.equal(puskesmas.subject, undefined);
    const person = await ask('Patient/a1');
    t.match(person, { type: 'individual', subject: { reference: 'Patient/a1' } });
    t.equal(count(person), 1);
    const types = new Set(person.evaluatedResource?.map(({ reference }) => reference?.split('/')[0]));
    t.same([...types], ['Encounter', 'EpisodeOfCare', 'Observation', 'Patient']);
    t.ok(person.evaluatedResource?.every(({ reference }) => reference?.includes('/_history/')));
  });

  t.test('lastReceivedOn leaves out resources that have not changed since', async (t) => {
    const later = await evaluate({ measure: 'ANC-K6', ...year, subject: 'Patient/a1', lastReceivedOn: '2030-01-01' });
    t.equal(later.evaluatedResource, undefined);
  });

  t.test('a subject list names the members of every population, and nobody else', async (t) => {
    const report = await evaluate({ measure: 'ANC-K6', ...year, reportType: 'subject-list' });
    for (const group of report.group ?? []) {
      for (const population of group.population ?? []) {
        const list = report.contained?.find((resource) => `#${resource.id}` === population.subjectResults?.reference);
        const entries = list?.resourceType === 'List' ? (list.entry ?? []) : [];
        t.equal(entries.length, population.count);
      }
    }
  });

  t.test('a report evaluated again asOf its watermark is the same to the byte, whatever was written since', async (t) => {
    const before = await evaluate({ measure: 'ANC-K6', ...year });
    const watermark = before.extension?.find(({ url }) => url.endsWith('/measure-report-watermark'))?.valueInstant ?? '';
    const born = cases
      .find(({ name }) => name.startsWith('six contacts'))
      ?.resources.find(({ resourceType }) => resourceType === 'Observation');
    if (!born) throw new Error('the first case has no delivery');
    await load([{ ...born, status: 'entered-in-error' } as unknown as FhirResource]);
    await store.write([{ kind: 'delete', type: 'Patient', id: 'a2' }], { scope: everyone, actor: 'test', requestId: 'test' });
    const now = await evaluate({ measure: 'ANC-K6', ...year });
    t.equal(now.group?.[0]?.population?.[0]?.count, (before.group?.[0]?.population?.[0]?.count ?? 0) - 2, 'today counts two mothers less');
    const again = await evaluate({ measure: 'ANC-K6', ...year, asOf: watermark });
    t.equal(JSON.stringify(again), JSON.stringify(before));
    await load([born]);
  });

  t.test('every kind of report is valid R4', async (t) => {
    const validator = createValidator({ registry, terminology });
    for (const more of [
      {},
      { subject: village },
      { subject: 'Organization/pkm' },
      { subject: 'Patient/a1' },
      { reportType: 'subject-list' },
    ]) {
      const report = await evaluate({ measure: 'ANC-K6', ...year, ...more });
      const failures = validator.validate(JSON.parse(JSON.stringify(report))).filter(({ severity }) => severity === 'error');
      t.same(failures, [], JSON.stringify(more));
    }
  });

  t.test('bad requests are refused with the right status and the name of the parameter', async (t) => {
    const refused = async (parameters: Record<string, string>, id?: string): Promise<string> => {
      const error: unknown = await evaluate(parameters, id).then(
        () => undefined,
        (found: unknown) => found,
      );
      if (!(error instanceof OperationOutcomeError)) return 'not refused';
      return `${error.status} ${error.issues.map(({ rule }) => rule).join(' ')}`;
    };
    t.equal(await refused({ ...year, measure: 'ANC-K9' }), '404 measure-unknown');
    t.equal(await refused({ ...year, measure: 'https://lontar.id/fhir/Measure/ANC-K6|2.0.0' }), '404 measure-unknown');
    t.equal(await refused({ ...year }, 'ANC-K6?'), '404 measure-unknown');
    t.equal(await refused({ ...year, subject: 'Patient/nobody' }, 'ANC-K6'), '404 measure-subject');
    t.equal(await refused({ ...year, subject: '9999999999' }, 'ANC-K6'), '404 measure-subject');
    t.equal(await refused({ ...year, subject: '62 02' }, 'ANC-K6'), '400 measure-subject');
    t.equal(await refused({ ...year, subject: 'Group/1' }, 'ANC-K6'), '404 measure-subject');
    t.equal(await refused({ ...year, subject: 'Device/1' }, 'ANC-K6'), '400 measure-subject');
    t.equal(await refused({ ...year, subject: 'Location/ruang' }, 'ANC-K6'), '400 measure-subject');
    t.equal(await refused({ ...year, subject: 'Organization/none' }, 'ANC-K6'), '400 measure-subject');
    t.equal(await refused({ ...year, subject: village, reportType: 'subject' }, 'ANC-K6'), '400 measure-report-type');
    t.equal(await refused({ periodStart: '2026' }, 'ANC-K6'), '400 parameter-missing');
    t.equal(await refused({ ...year, asOf: '2026-01-01' }, 'ANC-K6'), '400 parameter-value');
    t.equal(await refused({ ...year, asOf: '2999-01-01T00:00:00Z' }, 'ANC-K6'), '400 measure-as-of');
    t.equal(await refused({ ...year, asOf: '2020-01-01T00:00:00Z', subject: 'Patient/a1' }, 'ANC-K6'), '404 measure-subject');
    const blind: unknown = await evaluateMeasureOperation(services, { kind: 'none' }, [], 'ANC-K6').catch((found: unknown) => found);
    t.equal(blind instanceof OperationOutcomeError && blind.status, 403, 'who may not see all persons sees no counts');
  });

  function evaluate(parameters: Readonly<Record<string, string>>, id?: string): Promise<MeasureReport> {
    return evaluateMeasureOperation(
      services,
      everyone,
      Object.entries(parameters).map(([name, text]) => ({ name, text })),
      id,
    );
  }
});

function location(id: string, code: string): object {
  return {
    resourceType: 'Location',
    id,
    name: id,
    identifier: [{ system: 'http://sys-ids.kemkes.go.id/administrative-area', value: code }],
    managingOrganization: { reference: 'Organization/pkm' },
  };
}
