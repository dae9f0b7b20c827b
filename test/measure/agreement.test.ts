import t from 'tap';
import type { MeasureProgram, PersonResult } from '../../src/cql/program.js';
import { createReferencePool } from '../../src/cql/reference-pool.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { type AgreementParts, measureAgreement } from '../../src/measure/agreement/run.js';
import { loadCases, type MeasureCase } from '../../src/measure/cases.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { membership } from '../../src/measure/membership.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot } from '../../src/root.js';
import { factDatabase } from '../cql/fact-database.js';
import { libraries, memoryEvaluator, personOf, registry, terminology } from './memory-persons.js';

// Every measure of the guide on both engines: the persons that a hand has decided, and some more on its boundaries.
// `lontar doctor agreement` asks the same of as many persons as one has time for.

const grownPersons = 12;
const measures = guideMeasures({ registry });

t.setTimeout(280_000);

t.test('both engines decide the persons of each measure as the hand did, and agree on others', async (t) => {
  t.ok(measures.length >= 88, 'the guide brings its measures along');
  const { database } = await factDatabase(t);
  const pool = createReferencePool();
  t.teardown(() => pool.close());
  const parts: AgreementParts = {
    database,
    libraries,
    catalogue: factCatalogue(factTables(factViews())),
    terminology,
    pool,
    now: () => Date.parse('2026-11-21T00:00:00Z'),
  };

  for (const measure of measures) {
    const id = measure.id ?? '';
    const made = measureProgram(measure);
    if (!made.ok) {
      t.fail(`${id} is no program`, { issues: made.issues });
      continue;
    }
    const program = made.value;
    const files = loadCases(packageRoot, id);
    const absent = ['in.json', 'out.json', 'boundary.json', 'excluded.json'].filter((name) => !files.get(name)?.cases.length);
    t.same(absent, [], `${id} has persons in, out, on a boundary and excluded`);

    const [first] = files.values();
    const ofPeriod = (isFirst: boolean) =>
      [...files.values()].filter(({ period }) => (period.start === first?.period.start && period.end === first.period.end) === isFirst);
    const cases = ofPeriod(true).flatMap((file) => file.cases);
    if (program.basis === undefined) {
      const { refusals, disagreements, results } = await measureAgreement(parts, measure, {
        persons: cases.length + grownPersons,
        seed: 7,
        shrinkLimit: 0,
      });
      t.same(refusals, [], `${id} is compiled whole`);
      t.same(
        disagreements.map(({ person, criteria }) => ({ person: person.id, origin: person.origin, criteria })),
        [],
        `${id}: both engines agree`,
      );
      t.same(decided(program, cases, results), wanted(program, cases), `${id}: the cases are decided as the hand did`);
    }
    // What isn't SQL's, and cases of another period.
    for (const { period, cases: others } of program.basis === undefined ? ofPeriod(false) : files.values()) {
      const persons = others.map(({ resources }, place) => ({ ...personOf(resources), id: String(place).padStart(4, '0') }));
      const results = await memoryEvaluator(persons).persons(program, period, { kind: 'all' });
      t.same(decided(program, others, results), wanted(program, others), `${id}: the cases of ${period.start} are decided as the hand did`);
    }
  }
});

/** Memberships by case and group, of results in the order of the cases. */
function decided(program: MeasureProgram, cases: readonly MeasureCase[], results: readonly PersonResult[]): object {
  return cases.map(({ name }, place) => [name, memberships(program, results[place])]);
}

function memberships(program: MeasureProgram, result: PersonResult | undefined): object {
  return Object.fromEntries(
    program.groups.map((group, at) => {
      const codes = group.populations.map(({ code }) => code);
      const member = membership(codes, result?.populations[at] ?? [], group.scoring);
      return [group.code, codes.filter((_, index) => member[index])];
    }),
  );
}

function wanted(program: MeasureProgram, cases: readonly MeasureCase[]): object {
  return cases.map(({ name, expected }) => [
    name,
    Object.fromEntries(program.groups.map(({ code }) => [code, expected[code] ?? ['no expectation']])),
  ]);
}
