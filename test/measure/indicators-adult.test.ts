import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sqlEvaluator } from '../../src/cql/evaluator.js';
import { findLibrary } from '../../src/cql/libraries.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { compareResults } from '../../src/measure/agreement/compare.js';
import { literalsOf } from '../../src/measure/agreement/literals.js';
import { boundaryPersons } from '../../src/measure/agreement/persons.js';
import { seededRandom } from '../../src/measure/agreement/random.js';
import { loadCases } from '../../src/measure/cases.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot } from '../../src/root.js';
import { factDatabase } from '../cql/fact-database.js';
import { libraries, memoryEvaluator, personOf, registry, terminology } from './memory-persons.js';

// The indicators from school age to old age, of infectious diseases and of the whole population: compiled SQL against the reference engine.
// What each means is decided by hand in cases.test.ts.

const personCount = 40;
const ids: readonly string[] = JSON.parse(readFileSync(join(packageRoot, 'test', 'data', 'indicators-adult.json'), 'utf8'));
const measures = new Map(guideMeasures({ registry }).map((measure) => [measure.id ?? '', measure]));
const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();

t.setTimeout(280_000);

t.test('compiled SQL agrees with the reference engine', async (t) => {
  const { database, load } = await factDatabase(t);
  const compiled = sqlEvaluator({ database, libraries, catalogue: factCatalogue(factTables(factViews())), members, now: () => 0 });

  for (const id of ids) {
    const measure = measures.get(id);
    const made = measure && measureProgram(measure);
    const library = made?.ok ? findLibrary(libraries, made.value.library)?.library : undefined;
    if (!made?.ok || !library) {
      t.fail(`${id} is no program of the guide`);
      continue;
    }
    const program = made.value;
    t.same(compiled.refusal(program), undefined, `nothing of ${id} is refused`);

    const files = [...loadCases(packageRoot, id).values()];
    const seeds = files.flatMap(({ cases }) => cases);
    const period = files[0]?.period ?? { start: '2026-01-01', end: '2026-12-31' };
    const literals = literalsOf(library);
    const codes = literals.valueSets
      .flatMap((url) => [...(terminology.members(url)?.values() ?? [])])
      .map(({ system, code }) => ({ system, code }));
    const prefix = `${id.toLowerCase()}-`;
    const persons = [...boundaryPersons(personCount, { seeds, literals, codes, period, random: seededRandom(11), prefix })];
    await load(persons.flatMap(({ resources }) => resources));

    const expected = await memoryEvaluator(persons.map(({ resources }) => personOf(resources))).persons(program, period, { kind: 'all' });
    const found = await compiled.persons(program, period, { kind: 'persons', ids: persons.map((person) => person.id) });
    t.equal(found.length, personCount, `${id} answers for everybody`);
    const origins = new Map(persons.map((person) => [person.id, person.origin]));
    t.same(
      compareResults(program, expected, found).map(
        ({ person, criteria }) => `${person} ${criteria.join(',')}: ${origins.get(person) ?? ''}`,
      ),
      [],
      `${id} agrees on ${personCount} persons`,
    );
  }
});
