import type { Bundle, Library, MeasureReport, Parameters } from '@medplum/fhirtypes';
import t from 'tap';
import type { FhirResource } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { packageRoot } from '../../src/root.js';
import { testApp } from '../support/app.js';

t.setTimeout(180_000);

const year = 'periodStart=2026&periodEnd=2026';
const village = '6202061001';

t.test('operations of clinical reasoning', async (t) => {
  const { send, services } = await testApp(t, { VALIDATION: 'warn', LOG_LEVEL: 'silent' });
  const cases = [...loadCases(packageRoot, 'ANC-K6').values()].flatMap((file) => file.cases);
  const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'test' } as const;
  const put = (resources: readonly FhirResource[]) =>
    services.store.write(
      resources.map((resource) => ({ kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource })),
      context,
    );
  const organizations = [...JSON.stringify(cases).matchAll(/"(Organization|Practitioner|Location)\/([A-Za-z0-9.-]+)"/g)];
  const places = new Map(organizations.map(([, resourceType = '', id = '']) => [`${resourceType}/${id}`, { resourceType, id }]));
  await put([...places.values()] as unknown as FhirResource[]);
  for (const { resources } of cases) await put(resources);
  const get = async <Resource>(path: string): Promise<Resource> => {
    const answer = await send('GET', `/fhir/${path}`);
    t.equal(answer.statusCode, 200, `${path} ${answer.statusCode === 200 ? '' : answer.body.slice(0, 300)}`);
    return answer.json() as Resource;
  };
  const status = async (path: string): Promise<string> => {
    const answer = await send('GET', `/fhir/${path}`);
    return `${answer.statusCode} ${answer.json().issue?.[0]?.details?.coding?.[0]?.code}`;
  };

  t.test('asOf and audience are inputs of $evaluate-measure', async (t) => {
    const report = await get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&audience=public`);
    t.equal(report.type, 'summary');
  });

  t.test('$trace tells the persons and versions behind a stored number, as they stood at the watermark', async (t) => {
    const report = await get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&subject=${village}`);
    const stored = (await send('POST', '/fhir/MeasureReport', report)).json() as MeasureReport;
    const group = report.group?.[0]?.code?.coding?.[0]?.code ?? '';
    const expected = report.group?.[0]?.population?.find(({ code }) => code?.coding?.[0]?.code === 'numerator')?.count;
    const first = await get<Parameters>(`MeasureReport/${stored.id}/$trace?group=${group}&population=numerator`);
    t.equal(integerOf(first, 'total'), expected);
    t.equal(persons(first).length, expected);
    const [some] = persons(first);
    const versions = some?.part?.filter(({ name }) => name === 'resource').map(({ valueReference }) => valueReference?.reference) ?? [];
    t.ok(versions.some((reference) => /^Encounter\/.+\/_history\/1$/.test(reference ?? '')));

    const patient = some?.part?.find(({ name }) => name === 'subject')?.valueReference?.reference ?? '';
    const episode = cases
      .flatMap(({ resources }) => resources)
      .find((one) => one.resourceType === 'EpisodeOfCare' && JSON.stringify(one).includes(`"${patient}"`));
    await put([{ ...episode, status: 'cancelled' } as unknown as FhirResource]);
    const again = await get<Parameters>(`MeasureReport/${stored.id}/$trace?group=${group}&population=numerator`);
    t.same(persons(again), persons(first), 'what was written since changes nothing');
    const evidence = await get<Parameters>(`MeasureReport/${stored.id}/$trace?person=${patient}`);
    const names =
      persons(evidence)[0]
        ?.part?.filter(({ name }) => name === 'definition')
        .map(({ part }) => part?.[0]?.valueString) ?? [];
    t.ok(names.length > 5, 'every definition with its value');
    t.equal(await status('MeasureReport/none/$trace'), '404 measure-report-unknown');
    t.equal(await status(`MeasureReport/${stored.id}/$trace?persn=x`), '400 operation-parameter');
    await put(episode ? [episode] : []);
  });

  t.test('what is wrong is told with its place, and no report has an empty list', async (t) => {
    const population = (code: string, expression: string) => ({
      code: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-population', code }] },
      criteria: { language: 'text/cql-identifier', expression },
    });
    await put([
      {
        resourceType: 'Measure',
        id: 'nowhere',
        status: 'active',
        url: 'https://example.org/fhir/Measure/nowhere',
        library: ['https://lontar.id/fhir/Library/ANCK6|1.0.0'],
        scoring: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-scoring', code: 'cohort' }] },
        group: [{ population: [population('initial-population', 'Nope')] }],
      },
    ] as unknown as FhirResource[]);
    const answer = await send('GET', `/fhir/Measure/nowhere/$evaluate-measure?${year}`);
    t.equal(answer.statusCode, 422);
    t.match(answer.json(), { issue: [{ severity: 'error', expression: ['Measure.group[0].population[0].criteria'] }] });
    const nobody = await get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&subject=${village}/999`);
    t.notMatch(JSON.stringify(nobody), '[]');
  });

  t.test('a Group and a practitioner are subjects', async (t) => {
    const ids = cases
      .flatMap(({ resources }) => resources.filter(({ resourceType }) => resourceType === 'Patient').map(({ id }) => id))
      .slice(0, 3);
    await put([
      { resourceType: 'Practitioner', id: 'bidan', name: [{ text: 'Bidan' }] },
      {
        resourceType: 'Group',
        id: 'g',
        type: 'person',
        actual: true,
        member: ids.map((id) => ({ entity: { reference: `Patient/${id}` } })),
      },
    ] as unknown as FhirResource[]);
    const mothers = cases.flatMap(({ resources }) => resources.filter(({ id }) => id === ids[0]));
    await put(mothers.map((patient) => ({ ...patient, generalPractitioner: [{ reference: 'Practitioner/bidan' }] }) as FhirResource));
    const group = await get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&subject=Group/g&reportType=subject-list`);
    t.same(group.subject, { reference: 'Group/g' });
    const named = (group.contained ?? []).flatMap((list) => (list.resourceType === 'List' ? (list.entry ?? []) : []));
    t.ok(named.every(({ item }) => ids.some((id) => item?.reference === `Patient/${id}`)));
    const seen = await get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&practitioner=Practitioner/bidan`);
    t.ok((seen.group?.[0]?.population?.[0]?.count ?? 9) <= 1);
    t.equal(
      await status(`Measure/ANC-K6/$evaluate-measure?${year}&practitioner=Practitioner/bidan&subject=Group/g`),
      '200 undefined',
      'of the group only those of the practitioner',
    );
    const home = /"valueCode":"(\d{10})"/.exec(JSON.stringify(mothers))?.[1] ?? '';
    const inVillage = (village: string, asOf = ''): Promise<MeasureReport> =>
      get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&practitioner=Practitioner/bidan&subject=${village}${asOf}`);
    const reports = [seen, await inVillage(home), await inVillage(home.slice(0, 4)), await inVillage('31')];
    const counts = reports.map(({ group }) => group?.[0]?.population?.[0]?.count);
    t.same(counts, [1, 1, 1, 0], 'of an area only those of the practitioner, and only those who live there');
    t.match(reports[1], { subject: { identifier: { value: home } }, reporter: { reference: 'Practitioner/bidan' } });
    const person = await get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&subject=Patient/${ids[0]}`);
    await put(mothers);
    const later = await inVillage(home);
    t.equal(later.group?.[0]?.population?.[0]?.count, 0, 'no patient of hers any more');
    const before = `&asOf=${reports[1]?.date}`;
    t.same(await inVillage(home, before), reports[1], 'whose patient somebody was then counts');
    t.same(
      await get(`Measure/ANC-K6/$evaluate-measure?${year}&subject=Patient/${ids[0]}&asOf=${person.date}`),
      person,
      'one person as of a past instant, with the versions of then',
    );
  });

  t.test('$data-requirements names types, codes and value sets that the CQL reads', async (t) => {
    for (const path of [
      `Measure/ANC-K6/$data-requirements?${year}`,
      'Library/ANCK6/$data-requirements',
      'Library/$data-requirements?url=https://lontar.id/fhir/Library/ANCK6',
      'Library/$data-requirements?target=ANCK6',
      `Measure/$data-requirements?measure=ANC-K6&${year}`,
    ]) {
      const library = await get<Library>(path);
      t.ok(
        library.dataRequirement?.some(({ type }) => type === 'EpisodeOfCare'),
        path,
      );
      t.ok(
        library.dataRequirement?.some(({ codeFilter }) => codeFilter?.[0]?.code?.[0]?.code === '93857-1'),
        path,
      );
    }
    t.equal(await status('Library/none/$data-requirements'), '404 library-unknown');
    t.equal(await status('Library/$data-requirements'), '400 parameter-missing');
  });

  t.test('what $collect-data gives, $submit-data takes', async (t) => {
    const collected = await get<Parameters>(`Measure/ANC-K6/$collect-data?${year}&subject=Patient/a1`);
    const types = new Set(collected.parameter?.map(({ resource }) => resource?.resourceType));
    t.same([...types].sort(), ['Encounter', 'EpisodeOfCare', 'MeasureReport', 'Observation', 'Patient']);
    const answer = await send('POST', '/fhir/Measure/ANC-K6/$submit-data', collected);
    t.equal(answer.statusCode, 200, answer.body.slice(0, 300));
    t.equal((answer.json() as Bundle).entry?.length, collected.parameter?.length);
    t.equal((await send('POST', '/fhir/Measure/ANC-K6/$submit-data', { resourceType: 'Parameters' })).statusCode, 400);
    t.equal(await status(`Measure/ANC-K6/$collect-data?${year}&subject=${village}`), '400 measure-subject');
  });

  t.test('$care-gaps names who is in the denominator and not in the numerator', async (t) => {
    const bundle = await get<Bundle>(`Measure/$care-gaps?${year}&topic=ANC-K6&subject=${village}`);
    t.equal(bundle.type, 'document');
    t.equal(bundle.entry?.[0]?.resource?.resourceType, 'Composition');
    const report = await get<MeasureReport>(`Measure/ANC-K6/$evaluate-measure?${year}&subject=${village}`);
    const open = (report.group ?? []).reduce((sum, group) => {
      const of = (code: string) => group.population?.find((population) => population.code?.coding?.[0]?.code === code)?.count ?? 0;
      return sum + of('denominator') - of('denominator-exclusion') - of('denominator-exception') - of('numerator');
    }, 0);
    t.equal((bundle.entry ?? []).filter(({ resource }) => resource?.resourceType === 'DetectedIssue').length, open);
    t.equal(await status(`Measure/$care-gaps?${year}&topic=nothing&subject=${village}`), '404 care-gaps-topic');
    t.equal(await status(`Measure/$care-gaps?${year}`), '400 parameter-missing');
    const errors = services.validator.validate(bundle).filter(({ severity }) => severity === 'error');
    t.same(errors, [], 'the document is valid');
  });

  t.test('Library/$evaluate and $cql give values of CQL, and its errors with their place', async (t) => {
    const body = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'subject', valueString: 'Patient/a1' },
        { name: 'expression', valueString: 'Initial Population' },
        {
          name: 'parameters',
          resource: {
            resourceType: 'Parameters',
            parameter: [{ name: 'Measurement Period', valuePeriod: { start: '2026-01-01', end: '2026-12-31' } }],
          },
        },
      ],
    };
    const answer = await send('POST', '/fhir/Library/ANCK6/$evaluate', body);
    t.equal(answer.statusCode, 200, answer.body.slice(0, 300));
    t.same((answer.json() as Parameters).parameter, [{ name: 'Initial Population', valueBoolean: true }]);
    const sum = await send('POST', '/fhir/$cql', { resourceType: 'Parameters', parameter: [{ name: 'expression', valueString: '1 + 2' }] });
    t.same(sum.json().parameter, [{ name: 'return', valueInteger: 3 }]);
    const person = await get<Parameters>(`$cql?expression=${encodeURIComponent('Count([Encounter])')}&subject=Patient/a1`);
    t.ok((person.parameter?.[0]?.valueInteger ?? 0) > 0);
    t.match(await status(`$cql?expression=${encodeURIComponent('1 +')}`), /^422 cql/);
    t.equal(await status('Library/none/$evaluate'), '404 library-unknown');
    t.equal(await status('$cql'), '400 parameter-missing');
  });
});

function persons(parameters: Parameters): NonNullable<Parameters['parameter']> {
  return (parameters.parameter ?? []).filter(({ name }) => name === 'person');
}

function integerOf(parameters: Parameters, name: string): number | undefined {
  return parameters.parameter?.find((parameter) => parameter.name === name)?.valueInteger;
}
