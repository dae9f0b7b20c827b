import t from 'tap';
import { evaluateCommand } from '../../src/commands/evaluate.js';
import { loadCases } from '../../src/measure/cases.js';
import { packageRoot } from '../../src/root.js';
import { measureDatabase } from '../measure/measure-database.js';

t.test('evaluates a measure over the database as a table, CSV and MeasureReport with the same numbers', async (t) => {
  const { services, load } = await measureDatabase(t);
  await load([...loadCases(packageRoot, 'ANC-K6').values()].flatMap((file) => file.cases.flatMap(({ resources }) => resources)));
  const options = { area: '6202061001', period: '2026' } as const;
  const report = JSON.parse(await evaluateCommand(services, 'ANC-K6', { ...options, format: 'fhir' }));
  const count = (code: string): number =>
    report.group[0].population.find((population: { code: { coding: Array<{ code: string }> } }) => population.code.coding[0]?.code === code)
      .count;
  const table = await evaluateCommand(services, 'ANC-K6', { ...options, format: 'table' });
  t.match(table, new RegExp(`total +${count('numerator')} / +${count('denominator') - count('denominator-exclusion')} `));
  t.match(await evaluateCommand(services, 'ANC-K6', { ...options, format: 'csv' }), /^measure,group,area_code/);
  await t.rejects(evaluateCommand(services, 'ANC-K6', { ...options, period: '2026-13', format: 'table' }), /periodStart/);
  await t.rejects(evaluateCommand(services, 'NONE', { ...options, format: 'table' }), /NONE/);
});
