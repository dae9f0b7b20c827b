import t from 'tap';
import type { MeasureProgram, PersonResult } from '../../src/cql/program.js';
import { loadCases, type MeasureCase } from '../../src/measure/cases.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { membership } from '../../src/measure/membership.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot } from '../../src/root.js';
import { memoryEvaluator, personOf, registry } from './memory-persons.js';

const measures = guideMeasures({ registry });

t.setTimeout(280_000);

t.ok(measures.length >= 3, 'the guide brings its measures along');

for (const measure of measures) {
  const id = measure.id ?? '';
  const files = loadCases(packageRoot, id);
  t.test(`${id} has persons in, out, on a boundary and excluded, four or more in all`, async (t) => {
    for (const name of ['in.json', 'out.json', 'boundary.json', 'excluded.json']) {
      t.ok((files.get(name)?.cases.length ?? 0) >= 1, name);
    }
    t.ok([...files.values()].flatMap(({ cases }) => cases).length >= 4, 'all');
  });
  const program = measureProgram(measure);
  if (!program.ok) {
    t.fail(`${id} is no program`, { issues: program.issues });
    continue;
  }
  for (const [name, { period, cases }] of files) {
    t.test(`${id}: the reference engine decides the persons of ${name} as the hand did`, async (t) => {
      const persons = cases.map(({ resources }) => personOf(resources));
      const results = await memoryEvaluator(persons).persons(program.value, period, { kind: 'all' });
      cases.forEach((person, index) => {
        const result = results.find((found) => found.person === persons[index]?.id);
        t.same(result && memberships(program.value, result), expected(program.value, person), person.name);
      });
    });
  }
}

function memberships(program: MeasureProgram, result: PersonResult): Record<string, readonly string[]> {
  return Object.fromEntries(
    program.groups.map((group, at) => {
      const codes = group.populations.map(({ code }) => code);
      const member = membership(codes, result.populations[at] ?? [], group.scoring);
      return [group.code, codes.filter((_, index) => member[index])];
    }),
  );
}

function expected(program: MeasureProgram, person: MeasureCase): Record<string, readonly string[]> {
  return Object.fromEntries(program.groups.map(({ code }) => [code, person.expected[code] ?? ['no expectation']]));
}
