import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measure } from '@medplum/fhirtypes';
import { test } from 'tap';
import { sqlEvaluator } from '../../src/cql/evaluator.js';
import { findLibrary } from '../../src/cql/libraries.js';
import { areaCounts } from '../../src/cql/program.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { compareResults } from '../../src/measure/agreement/compare.js';
import { literalsOf } from '../../src/measure/agreement/literals.js';
import { boundaryPersons } from '../../src/measure/agreement/persons.js';
import { seededRandom } from '../../src/measure/agreement/random.js';
import { loadCases } from '../../src/measure/cases.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot } from '../../src/root.js';
import { libraries, memoryEvaluator, personOf, terminology } from '../measure/memory-persons.js';
import { factDatabase } from './fact-database.js';

const personCount = 150;
const members = (valueSet: string): Iterable<string> | undefined => terminology.members(valueSet)?.keys();

for (const id of ['ANC-K6', 'ANC-ANEMIA', 'IMUN-IDL']) {
  test(`the SQL of ${id} agrees with the reference engine on ${personCount} persons on its boundaries`, async (t) => {
    const made = measureProgram(JSON.parse(readFileSync(join(packageRoot, 'profiles', 'measures', id, 'measure.json'), 'utf8')) as Measure);
    if (!made.ok) throw new Error(`${id} is no program`);
    const program = made.value;
    const library = findLibrary(libraries, program.library)?.library;
    if (!library) throw new Error(`${program.library} is not packed`);
    const period = { start: '2026-01-01', end: '2026-12-31' };
    const literals = literalsOf([library]);
    const codes = literals.valueSets
      .flatMap((url) => [...(members(url) ?? [])])
      .map((key) => ({ system: key.slice(0, key.lastIndexOf('|')), code: key.slice(key.lastIndexOf('|') + 1) }));
    const seeds = [...loadCases(packageRoot, id).values()].flatMap(({ cases }) => cases);
    const persons = [...boundaryPersons(personCount, { seeds, literals, codes, period, random: seededRandom(20261121), prefix: `${id}-` })];

    const { database, load } = await factDatabase(t);
    await load(persons.flatMap(({ resources }) => resources));
    const options = { database, libraries, catalogue: factCatalogue(factTables(factViews())), members, now: () => 0 };
    const sqlSide = sqlEvaluator(options);
    t.equal(sqlSide.refusal(program), undefined, 'nothing of it is refused');

    const reference = await memoryEvaluator(persons.map(({ resources }) => personOf(resources))).persons(program, period, { kind: 'all' });
    const compiled = await sqlSide.persons(program, period, { kind: 'all' });
    const differences = compareResults(program, reference, compiled);
    const origins = new Map(persons.map((person) => [person.id, person.origin]));
    t.same(
      differences.map(({ person, criteria }) => `${person} ${criteria.join(',')}: ${origins.get(person) ?? ''}`),
      [],
    );
    t.equal(compiled.length, personCount);
    const criteria = compiled[0]?.populations.flat() ?? [];
    const decided = criteria.filter((_, place) => new Set(compiled.map(({ populations }) => populations.flat()[place])).size === 2);
    t.equal(decided.length, criteria.length, 'each criterion is met by some and missed by others');

    const areas = await sqlSide.areas(program, period, { kind: 'all' });
    t.strictSame(areas, areaCounts(compiled), 'areas count the same persons');
    t.strictSame(
      await sqlEvaluator({ ...options, lookUpFrom: 0 }).areas(program, period, { kind: 'all' }),
      areas,
      'a rare cohort is looked up to the same end',
    );
    const some = compiled.slice(0, 40).map(({ person }) => person);
    t.strictSame(
      await sqlSide.persons(program, period, { kind: 'persons', ids: some }),
      compiled.slice(0, 40),
      'single persons are evaluated alike',
    );
    const prefix = (compiled[0]?.area ?? '11').slice(0, 4);
    const inside = compiled.filter(({ area }) => area?.startsWith(prefix));
    t.strictSame(
      await sqlSide.persons(program, period, { kind: 'areas', prefixes: [prefix] }),
      inside,
      'people of an area are evaluated alike',
    );
  });
}
