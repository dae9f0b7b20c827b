import t from 'tap';
import type { MeasureProgram, PersonResult } from '../../src/cql/program.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { edgeSeeds } from '../../src/measure/agreement/edges.js';
import { type FaultKind, faultsOf } from '../../src/measure/agreement/faults.js';
import { faultSummary, plantFaults } from '../../src/measure/agreement/plant.js';
import { seededRandom } from '../../src/measure/agreement/random.js';
import { agreementParts, measureAgreement, planOf } from '../../src/measure/agreement/run.js';
import { agreementSubject } from '../../src/measure/agreement/subject.js';
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

const { database } = await factDatabase(t);
const parts = agreementParts({ database, libraries, terminology, now: Date.parse('2026-11-21T00:00:00Z') });
t.teardown(() => parts.pool.close());

t.test('both engines decide the persons of each measure as the hand did, and agree on others', async (t) => {
  t.ok(measures.length >= 88, 'the guide brings its measures along');
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

// What a compiler can get wrong by one step, in two measures that have a place for each.
const planted: Readonly<Record<string, readonly FaultKind[]>> = {
  'ANC-ANEMIA': ['low end of an interval', 'high end of an interval', 'default of coalesce dropped', 'amount off by one', 'code dropped'],
  'ANC-K6': ['distinct dropped', 'first for last, least for greatest', 'number off by one', 'comparison with or without equal'],
  'HT-KONTROL': ['null before true or false', 'condition dropped'],
};

t.test('the check notices faults of every kind that are planted in the compiler', async (t) => {
  for (const [id, kinds] of Object.entries(planted)) {
    const measure = measures.find((found) => found.id === id);
    if (!measure) throw new Error(`no measure ${id}`);
    const faults = await plantFaults(parts, measure, { persons: 300, seed: 7 }, kinds);
    for (const { kind, planted: all, noticed } of faultSummary(faults)) t.ok(noticed > 0, `${id}: ${kind}: ${noticed} of ${all}`);
    t.same(new Set(faults.map(({ kind }) => kind)), new Set(kinds), `${id} has a place for each kind`);
  }
});

t.test('a measure that is compiled wrongly is told by a small person', async (t) => {
  const measure = measures.find(({ id }) => id === 'ANC-ANEMIA');
  const subject = measure && agreementSubject(parts, measure);
  const plan = subject?.ok ? planOf(parts, subject.value) : undefined;
  const [fault] = plan ? faultsOf(plan, ['high end of an interval']) : [];
  if (!measure || !fault) throw new Error('ANC-ANEMIA has no interval');
  const { disagreements } = await measureAgreement(parts, measure, { persons: 300, seed: 7, plant: fault.plant });
  const [first] = disagreements;
  t.ok(first, `${fault.place} is noticed`);
  t.ok(
    (first?.smallest.length ?? 9) <= 3,
    `by a person of ${first?.smallest.length} resources out of ${first?.person.resources.length}: ${JSON.stringify(first?.smallest)}`,
  );
});

t.test('the search for edges finds the day and the midnight on which an answer changes', async (t) => {
  const seed = {
    name: 'a visit',
    resources: [
      { resourceType: 'Patient', id: 'p' },
      { resourceType: 'Encounter', id: 'e', status: 'finished', period: { start: '2026-03-01T10:00:00+07:00' } },
    ],
  };
  const startOf = (resources: readonly FhirResource[]): string => /"start":"([^"]+)"/.exec(JSON.stringify(resources))?.[1] ?? '';
  // Counts from the first local midnight of 17 August on.
  const edges = await edgeSeeds([seed], seededRandom(1), async (persons) =>
    persons.map(({ resources }) => String(Date.parse(startOf(resources)) >= Date.parse('2026-08-17T00:00:00+07:00'))),
  );
  t.same(
    edges.map(({ resources }) => startOf(resources)),
    ['2026-08-16T10:00:00+07:00', '2026-08-17T10:00:00+07:00', '2026-08-16T23:59:59+07:00', '2026-08-17T00:00:00+07:00'],
  );
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
