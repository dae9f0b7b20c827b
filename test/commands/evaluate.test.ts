import t from 'tap';
import { evaluateCommand } from '../../src/commands/evaluate.js';
import { loadCases } from '../../src/measure/cases.js';
import { packageRoot } from '../../src/root.js';
import { everyone, measureDatabase } from '../measure/measure-database.js';

t.test('evaluates a measure over the database as a table, CSV and MeasureReport with the same numbers', async (t) => {
  const { services, load } = await measureDatabase(t);
  await load([...loadCases(packageRoot, 'ANC-K6').values()].flatMap((file) => file.cases.flatMap(({ resources }) => resources)));
  const options = { area: '6202061001', period: '2026' } as const;
  const report = JSON.parse(String(await evaluateCommand(services, 'ANC-K6', { ...options, format: 'fhir' })));
  const count = (code: string): number =>
    report.group[0].population.find((population: { code: { coding: Array<{ code: string }> } }) => population.code.coding[0]?.code === code)
      .count;
  const populations = ['initial-population', 'denominator', 'denominator-exclusion', 'numerator'].map(count);
  const table = String(await evaluateCommand(services, 'ANC-K6', { ...options, format: 'table' }));
  t.match(table, new RegExp(`total +Jumlah +${populations.join(' +')} `));
  const csv = String(await evaluateCommand(services, 'ANC-K6', { ...options, format: 'csv' }));
  t.match(csv, /^measure,group,stratifier,code,name/);
  t.match(csv, new RegExp(`,K1,,total,Jumlah,2026-01-01,2026-12-31,${populations.join(',')},`));
  await t.rejects(evaluateCommand(services, 'ANC-K6', { ...options, period: '2026-13', format: 'table' }), /--period/);
  await t.rejects(evaluateCommand(services, 'NONE', { ...options, format: 'table' }), /NONE/);
});

t.test('explains one person: every definition in the order of the CQL with its text and value, and the versions behind it', async (t) => {
  const { services, load } = await measureDatabase(t);
  await load([...loadCases(packageRoot, 'ANC-K6').values()].flatMap((file) => file.cases.flatMap(({ resources }) => resources)));
  const report = JSON.parse(String(await evaluateCommand(services, 'ANC-K6', { period: '2026', format: 'fhir' })));
  t.equal(report.group.length, 3);
  const [known] = await services.store
    .search(everyone, { type: 'Patient', clauses: [], sort: [], count: 1, includes: [], total: 'none', self: '' })
    .then(({ matches }) => matches);
  const explain = known?.id ?? '';
  const told = JSON.parse(String(await evaluateCommand(services, 'ANC-K6', { period: '2026', format: 'fhir', explain })));
  const names = told.definitions.map(({ name }: { name: string }) => name);
  t.ok(names.indexOf('Delivery Dates') < names.indexOf('Delivery Date') && names.indexOf('Delivery Date') < names.indexOf('K6 Numerator'));
  t.match(told.definitions[names.indexOf('Delivered')].cql, /define "Delivered":\s+exists "Delivery Dates"/);
  t.ok(told.resources.includes(`Patient/${explain}/_history/1`));
  t.match(
    String(await evaluateCommand(services, 'ANC-K6', { period: '2026', format: 'table', explain })),
    /Nilai tiap definisi CQL \/ The value/,
  );
  await t.rejects(evaluateCommand(services, 'ANC-K6', { period: '2026', format: 'table', explain: 'nobody' }), /Patient/);
});
