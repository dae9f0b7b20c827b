import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { children, type ElmLibrary, text } from '../../src/cql/elm.js';
import { findLibrary } from '../../src/cql/libraries.js';
import { checkAgreement } from '../../src/measure/agreement/check.js';
import { type Literals, literalsOf } from '../../src/measure/agreement/literals.js';
import { boundaryPersons } from '../../src/measure/agreement/persons.js';
import { seededRandom } from '../../src/measure/agreement/random.js';
import { loadCases } from '../../src/measure/cases.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { measureProgram } from '../../src/measure/program.js';
import { packageRoot } from '../../src/root.js';
import { measureDatabase } from './measure-database.js';
import { libraries, memoryEvaluator, personOf, registry, terminology } from './memory-persons.js';

/** Indicators from pregnancy to the fifth year of life, and how many persons each is compared on. */
interface Indicators {
  readonly generatedPersons: number;
  readonly measures: readonly string[];
}

const { generatedPersons, measures: owned } = JSON.parse(
  readFileSync(join(packageRoot, 'test', 'measure', 'indicators.json'), 'utf8'),
) as Indicators;

t.setTimeout(280_000);

t.test('every indicator from pregnancy to the fifth year is a measure of the guide, over SQL and the reference engine alike', async (t) => {
  const measures = new Map(guideMeasures({ registry }).map((measure) => [measure.id ?? '', measure]));
  t.same(
    owned.filter((id) => !measures.has(id)),
    [],
    'none is missing',
  );
  const { load, services } = await measureDatabase(t);
  const random = seededRandom(11);
  for (const id of owned) {
    const measure = measures.get(id);
    const made = measure && measureProgram(measure);
    const library = made?.ok === true ? findLibrary(libraries, made.value.library)?.library : undefined;
    const sql = services.engines.sql;
    if (made?.ok !== true || !library || !sql) {
      t.fail(`${id} is no program`);
      continue;
    }
    const program = made.value;
    t.same(await sql.refusals(program), [], `${id} is compiled whole`);
    const files = [...loadCases(packageRoot, id).values()];
    const period = files[0]?.period ?? { start: '2026-01-01', end: '2026-12-31' };
    const seeds = files.flatMap(({ cases }) => cases);
    const literals = allLiterals(library);
    const codes = literals.valueSets
      .flatMap((url) => [...(terminology.members(url)?.values() ?? [])])
      .map(({ system, code }) => ({ system, code }));
    const count = Math.max(generatedPersons, seeds.length);
    const persons = [...boundaryPersons(count, { seeds, literals, codes, period, random, prefix: `${id.toLowerCase()}-` })];
    await load(persons.flatMap(({ resources }) => resources));
    const disagreements = await checkAgreement({
      program,
      persons,
      shrinkLimit: 0,
      evaluate: async (asked) => ({
        left: await memoryEvaluator(asked.map(({ resources }) => personOf(resources))).persons(program, period, { kind: 'all' }),
        right: await sql.evaluator.persons(program, period, { kind: 'persons', ids: asked.map((person) => person.id) }),
      }),
    });
    t.same(
      disagreements.map(({ person, criteria }) => ({ person: person.id, origin: person.origin, criteria })),
      [],
      `${id}: ${count} persons`,
    );
  }
});

/** The literals of a library and of those that it includes, which is where families of measures keep their windows and codes. */
function allLiterals(library: ElmLibrary, seen = new Set<string>()): Literals {
  const own = literalsOf(library);
  const included = children(library.includes ?? {}, 'def')
    .map((include) => text(include, 'path'))
    .filter((name) => name !== 'FHIRHelpers' && !seen.has(name));
  for (const name of included) seen.add(name);
  const others = included.flatMap((name) => findLibrary(libraries, name)?.library ?? []).map((other) => allLiterals(other, seen));
  return others.reduce<Literals>(
    (all, other) => ({
      integers: [...new Set([...all.integers, ...other.integers])],
      quantities: [...all.quantities, ...other.quantities],
      codes: [...all.codes, ...other.codes],
      strings: [...new Set([...all.strings, ...other.strings])],
      valueSets: [...new Set([...all.valueSets, ...other.valueSets])],
    }),
    own,
  );
}
