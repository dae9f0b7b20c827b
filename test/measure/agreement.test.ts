import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sqlEvaluator } from '../../src/cql/evaluator.js';
import { addLibrary, findLibrary, type Libraries, type PackedLibrary } from '../../src/cql/libraries.js';
import type { MeasureEvaluator, MeasureProgram, PersonResult } from '../../src/cql/program.js';
import { translate } from '../../src/cql/translate.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { checkAgreement, type Disagreement } from '../../src/measure/agreement/check.js';
import { literalsOf } from '../../src/measure/agreement/literals.js';
import { type BoundaryPerson, boundaryPersons } from '../../src/measure/agreement/persons.js';
import { seededRandom } from '../../src/measure/agreement/random.js';
import { loadCases } from '../../src/measure/cases.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot } from '../../src/root.js';
import { clock, type MeasureDatabase, measureDatabase } from './measure-database.js';
import { libraries, memoryEvaluator, personOf, registry, terminology } from './memory-persons.js';

const period = { start: '2026-01-01', end: '2026-12-31' } as const;
// Three measures: 1,200 persons in all.
const personCount = 400;

// The reference engine takes some 20 ms of CPU a person.
t.setTimeout(280_000);

// One step away from what each measure means: compiled wrongly by so much, a measure would be.
const mutants: ReadonlyArray<{ readonly id: string; readonly from: string; readonly to: string }> = [
  { id: 'ANC-K6', from: '"Trimester 2 Start Day" Integer default 91', to: '"Trimester 2 Start Day" Integer default 92' },
  { id: 'ANC-K6', from: 'D >= "Trimester 3 Start Day"', to: 'D > "Trimester 3 Start Day"' },
  { id: 'ANC-K6', from: '  "ANC Encounters" E\n    return difference', to: '  "ANC Encounters" E\n    return all difference' },
  { id: 'ANC-K6', from: 'date from end of "Measurement Period"]', to: 'date from end of "Measurement Period")' },
  { id: 'ANC-ANEMIA', from: '< "Anaemia Below"', to: '<= "Anaemia Below"' },
  { id: 'ANC-ANEMIA', from: 'on or before P.lastDay', to: 'before P.lastDay' },
  { id: 'IMUN-IDL', from: 'given before "First Birthday"', to: 'given on or before "First Birthday"' },
  { id: 'IMUN-IDL', from: 'default 7', to: 'default 8' },
  { id: 'IMUN-IDL', from: '    return given', to: '    return all given' },
];

// The other measures are compared on fewer persons, in the tests of their families.
const compared = new Set(mutants.map(({ id }) => id));

for (const measure of guideMeasures({ registry }).filter(({ id }) => compared.has(id ?? ''))) {
  const id = measure.id ?? '';
  const made = measureProgram(measure);
  const library = made.ok ? findLibrary(libraries, made.value.library)?.library : undefined;
  if (!made.ok || !library) {
    t.fail(`${id} is no program`);
    continue;
  }
  const program = made.value;
  const literals = literalsOf(library);
  const seeds = [...loadCases(packageRoot, id).values()].flatMap(({ cases }) => cases);
  const codes = literals.valueSets
    .flatMap((url) => [...(terminology.members(url)?.values() ?? [])])
    .map(({ system, code }) => ({ system, code }));
  const persons = [
    ...boundaryPersons(personCount, { seeds, literals, codes, period, random: seededRandom(7), prefix: `${id.toLowerCase()}-` }),
  ];

  t.test(`${id}: compiled SQL agrees with the reference engine on ${personCount} persons on its boundaries`, async (t) => {
    const stored = await measureDatabase(t);
    t.same(await stored.services.engines.sql?.refusals(program), [], 'the compiler takes all of it');
    const answers = new Map<string, PersonResult>();
    const disagreements = await agreement(stored, program, persons, stored.services.engines.sql?.evaluator, answers);
    t.same(disagreements.map(told), []);

    // The check itself is checked: it notices a compiler that is one step off, and names a small person (where the reference engine is quick enough to ask often).
    for (const [index, { from, to }] of mutants.filter((mutant) => mutant.id === id).entries()) {
      const shrinkLimit = id === 'ANC-ANEMIA' && index === 0 ? 1 : 0;
      const [first] = await agreement(stored, program, persons, mutantEvaluator(stored, id, from, to), answers, shrinkLimit);
      t.ok(first, `${to.trim()} is noticed`);
      if (first && shrinkLimit > 0) {
        t.ok(first.smallest.length <= 9, `told by a person of ${first.smallest.length} resources out of ${first.person.resources.length}`);
      }
    }
  });
}

/** Compares an evaluator over the store with the reference engine over the same resources in memory. `answers` keeps what the reference engine said before. */
function agreement(
  { load }: MeasureDatabase,
  program: MeasureProgram,
  all: readonly BoundaryPerson[],
  evaluator: MeasureEvaluator | undefined,
  answers: Map<string, PersonResult>,
  shrinkLimit = 1,
): Promise<readonly Disagreement[]> {
  if (!evaluator) throw new Error('no SQL engine');
  return checkAgreement({
    program,
    persons: all,
    shrinkLimit,
    evaluate: async (persons) => {
      const fresh = persons.filter(({ id }) => !answers.has(id));
      await load(fresh.flatMap(({ resources }) => resources));
      const people = fresh.map(({ resources }) => personOf(resources));
      for (const answer of await memoryEvaluator(people).persons(program, period, { kind: 'all' })) answers.set(answer.person, answer);
      return {
        left: persons.flatMap(({ id }) => answers.get(id) ?? []),
        right: await evaluator.persons(program, period, { kind: 'persons', ids: persons.map(({ id }) => id) }),
      };
    },
  });
}

/** The SQL engine with one library changed in one place. */
function mutantEvaluator({ database }: MeasureDatabase, id: string, from: string, to: string): MeasureEvaluator {
  const text = readFileSync(join(packageRoot, 'profiles', 'measures', id, `${id}.cql`), 'utf8');
  if (!text.includes(from)) throw new Error(`${id} has no ${from}`);
  const translated = translate(text.replace(from, to));
  if (!translated.ok) throw new Error(translated.issues.map((issue) => issue.text.en).join('\n'));
  const changed = new Map<string, PackedLibrary>(libraries);
  addLibrary(changed, { cqlHash: 'mutant', library: translated.value });
  return sqlEvaluator({
    database,
    libraries: changed satisfies Libraries,
    catalogue: factCatalogue(factTables(factViews())),
    members: (valueSet) => terminology.members(valueSet)?.keys(),
    now: clock,
  });
}

function told({ person, criteria, smallest }: Disagreement): object {
  return { person: person.id, origin: person.origin, criteria, smallest };
}
