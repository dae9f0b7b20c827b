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
import { membership } from '../../src/measure/membership.js';
import { measureProgram } from '../../src/measure/program.js';
import { proportion } from '../../src/measure/score.js';
import { packageRoot } from '../../src/root.js';
import { measureDatabase } from './measure-database.js';
import { libraries, memoryEvaluator, personOf, registry, terminology } from './memory-persons.js';
import { publishedWoman } from './published-women.js';

/** Indicators from pregnancy to the fifth year of life, and how many persons each is compared on. */
interface Indicators {
  readonly generatedPersons: number;
  /** Those that agreement.test.ts compares on a thousand. */
  readonly comparedElsewhere: readonly string[];
  readonly measures: readonly string[];
}

const {
  generatedPersons,
  comparedElsewhere,
  measures: owned,
} = JSON.parse(readFileSync(join(packageRoot, 'test', 'measure', 'indicators.json'), 'utf8')) as Indicators;

t.setTimeout(280_000);

t.test('every indicator from pregnancy to the fifth year is a measure of the guide, over SQL and the reference engine alike', async (t) => {
  const measures = new Map(guideMeasures({ registry }).map((measure) => [measure.id ?? '', measure]));
  t.same(
    [...comparedElsewhere, ...owned].filter((id) => !measures.has(id)),
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

interface Published {
  readonly id: string;
  readonly group: string;
  readonly numerator: number;
  readonly denominator: number;
  readonly percent: number;
}

// One Puskesmas in February 2026, as its programme reported: counts and percentages.
const published: readonly Published[] = [
  { id: 'ANC-ANEMIA', group: 'ANEMIA', numerator: 14, denominator: 300, percent: 4.67 },
  { id: 'ANC-TTD180', group: 'TTD180', numerator: 217, denominator: 999, percent: 21.72 },
  { id: 'ANC-TTD180-MINUM', group: 'TTD180-MINUM', numerator: 53, denominator: 999, percent: 5.31 },
  { id: 'ANC-TTD180-MINUM-LAMA', group: 'TTD180-MINUM-LAMA', numerator: 53, denominator: 901, percent: 5.88 },
  { id: 'ANC-KEK', group: 'KEK', numerator: 58, denominator: 433, percent: 13.39 },
  { id: 'ANC-K1-MURNI', group: 'K1-MURNI', numerator: 289, denominator: 999, percent: 28.93 },
  { id: 'ANC-USG-TM1', group: 'USG-TM1', numerator: 201, denominator: 999, percent: 20.12 },
  { id: 'ANC-USG-TM3', group: 'USG-TM3', numerator: 85, denominator: 999, percent: 8.51 },
  { id: 'ANC-K6', group: 'K6', numerator: 28, denominator: 901, percent: 3.11 },
  { id: 'ANC-12T', group: '12T', numerator: 27, denominator: 901, percent: 3 },
];

t.test('the figures that a Puskesmas published come out of data that reproduces them', async (t) => {
  const measures = new Map(guideMeasures({ registry }).map((measure) => [measure.id ?? '', measure]));
  const { load, services } = await measureDatabase(t);
  const sql = services.engines.sql;
  await load(Array.from({ length: 999 }, (_, index) => publishedWoman(index)).flat());
  for (const { id, group, ...expected } of published) {
    const measure = measures.get(id);
    const made = measure && measureProgram(measure);
    if (made?.ok !== true || !sql) {
      t.fail(`${id} is no program`);
      continue;
    }
    const place = made.value.groups.findIndex(({ code }) => code === group);
    const codes = made.value.groups[place]?.populations.map(({ code }) => code) ?? [];
    const persons = await sql.evaluator.persons(made.value, { start: '2026-01-01', end: '2026-12-31' }, { kind: 'all' });
    const members = persons.map(({ populations }) => membership(codes, populations[place] ?? []));
    const counts = codes.map((_, index) => members.filter((member) => member[index]).length);
    t.same(proportion(codes, counts), expected, id);
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
