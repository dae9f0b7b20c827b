import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { compilePlan, compileSql } from '../../src/cql/compile.js';
import type { ElmLibrary } from '../../src/cql/elm.js';
import { addLibrary, type PackedLibrary, packedLibraries } from '../../src/cql/libraries.js';
import { referenceLibrary } from '../../src/cql/reference.js';
import type { Value } from '../../src/cql/sql/value.js';
import type { CompiledSql } from '../../src/cql/sql.js';
import { translate } from '../../src/cql/translate.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { issue, type Result } from '../../src/fhir/outcome.js';
import { packFolder } from '../../src/root.js';
import { connectDatabase } from '../../src/store/connect.js';
import type { Database, Row } from '../../src/store/database.js';
import { startEmbedded } from '../../src/store/embedded/embedded.js';
import { loadFacts } from '../cql/load-facts.js';
import { prepareFacts } from '../cql/prepare-facts.js';
import type { ConformanceCase } from './case.js';

interface SuiteTest {
  readonly group: string;
  readonly name: string;
  readonly expression: string;
  readonly output: string;
  /** The expression must not translate, or must raise an error. */
  readonly invalid: boolean;
}

/**
 * HL7's CQL suite, in two columns. `reference/…`: the value by cql-execution equals that of the expected expression. `sql/…`: the value by compiled SQL, for the
 * expressions that the compiler takes; a refused one passes, counted under its reason as a group of its own.
 */
export async function run(folder: string): Promise<readonly ConformanceCase[]> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'lontar-cql-suite-'));
  const server = await startEmbedded({ dataFolder, isDurable: false });
  const database = await connectDatabase({ server: server.address });
  await prepareFacts(database);
  await loadFacts(database, [{ resourceType: 'Patient', id: 'suite' }]);
  const cases: ConformanceCase[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .sort()) {
    cases.push(...(await judgeFile(readSuite(join(folder, file)), database)));
  }
  await database.close();
  await server.stop();
  rmSync(dataFolder, { recursive: true, force: true });
  return cases;
}

async function judgeFile(tests: readonly SuiteTest[], database: Database): Promise<readonly ConformanceCase[]> {
  const { library, broken } = translateAll(tests);
  const libraries = new Map<string, PackedLibrary>(packedLibraries(packFolder));
  addLibrary(libraries, { cqlHash: '', library });
  const reference = referenceLibrary({ libraries, members: () => [] }, 'Suite');
  const catalogue = factCatalogue(factTables(factViews()));
  const patient = catalogue.source('Patient');
  if (!patient) throw new Error('there is no fact table of Patient');
  const evaluate = async (name: string): Promise<string> => {
    try {
      const person = { id: 'suite', zoneMinutes: 0, resources: [{ resourceType: 'Patient', id: 'suite' }] };
      const values = await reference.evaluate(person, [name], {}, Date.UTC(2026, 0, 15, 10, 30));
      return canonical(values.get(name));
    } catch (error) {
      return `error: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const compile = (name: string): Result<CompiledSql> => {
    const planned = compilePlan(libraries, library, [name], new Set(), catalogue);
    if (!planned.ok) return planned;
    if (planned.value.plan.lists.size > planned.value.plan.scalars.size)
      return { ok: false, issues: [issue('not-supported', 'cql-sql', listResult)] };
    return compileSql(planned.value, {
      patient,
      zoneMinutes: 0,
      now: '2026-01-15T10:30:00.000',
      parameters: new Map(),
      members: () => undefined,
    });
  };
  // cql-execution has no Long: of such literals the SQL is the value.
  const expectedValue = async (index: number, output: string): Promise<string> => {
    const literal = /^\d+L$/.test(output) ? compile(`o${index}`) : undefined;
    return literal?.ok ? runSql(database, literal.value) : evaluate(`o${index}`);
  };
  const cases: ConformanceCase[] = [];
  for (const [index, test] of tests.entries()) {
    const base = { expected: `${test.expression} → ${test.invalid ? 'an error' : test.output}` };
    const name = `${test.group}/${test.name}`;
    if (broken.has(index)) {
      cases.push({ ...base, name: `reference/${name}`, group: 'reference', passed: test.invalid, actual: 'does not translate' });
      continue;
    }
    const wanted = test.invalid ? 'error' : await expectedValue(index, test.output);
    const found = await evaluate(`t${index}`);
    cases.push({
      ...base,
      name: `reference/${name}`,
      group: 'reference',
      passed: test.invalid ? found.startsWith('error') : found === wanted,
      actual: found,
    });
    const compiled = compile(`t${index}`);
    if (!compiled.ok) {
      const reason = compiled.issues[0]?.text.en.replace(/ at Suite [\d:-]+/, '') ?? '';
      cases.push({
        ...base,
        name: `sql/${name}`,
        group: `sql refused: ${reason.replace(/^The expression /, '')}`,
        passed: true,
        actual: reason,
      });
      continue;
    }
    const actual = await runSql(database, compiled.value);
    cases.push({
      ...base,
      name: `sql/${name}`,
      group: 'sql',
      passed: test.invalid ? actual.startsWith('error') : actual === wanted,
      actual,
    });
  }
  return cases;
}

/** One library for all tests of a file, each on a line of its own; what doesn't translate is left out. */
const listResult = { id: 'Hasil berupa daftar.', en: 'The expression List can not be compiled to SQL: a list as the result' };

function translateAll(tests: readonly SuiteTest[]): { readonly library: ElmLibrary; readonly broken: ReadonlySet<number> } {
  const broken = new Set<number>();
  for (;;) {
    const kept = [...tests.entries()].filter(([index]) => !broken.has(index));
    const lines = kept.flatMap(([index, test]) => [
      `define t${index}: ${test.expression}`,
      ...(test.invalid ? [] : [`define o${index}: ${test.output}`]),
    ]);
    const owners = kept.flatMap(([index, test]) => (test.invalid ? [index] : [index, index]));
    const head = ["library Suite version '1'", "using FHIR version '4.0.1'", "include FHIRHelpers version '4.0.1'", 'context Patient'];
    const made = translate([...head, ...lines].join('\n'));
    if (made.ok) return { library: made.value, broken };
    const faulty = made.issues
      .filter(({ severity }) => severity === 'error')
      .map(({ diagnostics }) => owners[Number(/ (\d+):/.exec(diagnostics ?? '')?.[1] ?? 0) - head.length - 1])
      .filter((index) => index !== undefined);
    if (faulty.length === 0) throw new Error(`the suite does not translate: ${made.issues[0]?.text.en ?? ''}`);
    for (const index of faulty) broken.add(index);
  }
}

async function runSql(database: Database, { persons, columns, values }: CompiledSql): Promise<string> {
  try {
    const [row] = await database.query(persons);
    const [value] = values;
    return row && value ? shown(value, columns[0] ?? [], row) : 'null';
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A row's value in the words of `canonical`. */
function shown(value: Value, columns: readonly string[], row: Row): string {
  const cells = columns.map((column) => row[column]);
  let place = 0;
  const next = (): unknown => {
    place += 1;
    return cells[place - 1];
  };
  return show(value);

  function show(part: Value): string {
    switch (part.shape) {
      case 'null':
        return 'null';
      case 'scalar': {
        const cell = next();
        if (cell === null) return 'null';
        return part.type === 'String' ? JSON.stringify(String(cell)) : part.type === 'Boolean' ? String(cell) : number(cell);
      }
      case 'temporal': {
        const lo = next();
        if (!part.exact) next();
        const precision = Number(next());
        return lo === null ? 'null' : temporal(part.type, instantText(lo), precision);
      }
      case 'uncertain': {
        const [lo, hi] = [next(), next()];
        return lo === null ? 'null' : lo === hi ? number(lo) : `Interval[${number(lo)}, ${number(hi)}]`;
      }
      case 'quantity': {
        next();
        next();
        const [quantity, unit] = [next(), next()];
        return quantity === null ? 'null' : `${number(quantity)} '${unit === '1' ? '' : String(unit)}'`;
      }
      case 'interval': {
        const [low, high] = [show(part.low), show(part.high)];
        const [lowClosed, highClosed, absent] = [next(), next(), next()];
        return absent === true ? 'null' : `Interval${lowClosed === true ? '[' : '('}${low}, ${high}${highClosed === true ? ']' : ')'}`;
      }
      case 'tuple': {
        const elements = [...part.elements].map(([name, element]) => `${name}: ${show(element)}`).sort();
        return next() === true ? 'null' : `{${elements.join(', ')}}`;
      }
      case 'concept':
        return `codes ${JSON.stringify(next())}`;
      case 'row':
        return 'row';
    }
  }
}

function instantText(cell: unknown): string {
  return cell instanceof Date ? new Date(cell.getTime() - cell.getTimezoneOffset() * 60_000).toISOString() : String(cell).replace(' ', 'T');
}

const cuts = [0, 4, 7, 10, 13, 16, 19, 23];

function temporal(type: string, text: string, precision: number): string {
  const full = text.includes('.')
    ? text.replace(/(\.\d{1,3})\d*$/, (_, digits: string) => digits.padEnd(4, '0'))
    : text.length > 10
      ? `${text}.000`
      : text;
  const cut = full.replace('Z', '').slice(0, cuts[precision === 6 ? 7 : precision]);
  return type === 'Time' ? `T${cut.slice(11)}` : type === 'DateTime' && precision <= 3 ? `${cut}T` : cut;
}

function number(value: unknown): string {
  return String(Number(value));
}

/** A value of cql-execution as text, the same for equal values. */
function canonical(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint') return number(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `{${value.map(canonical).join(', ')}}`;
  return object(value as Readonly<Record<string, unknown>>);
}

function object(value: Readonly<Record<string, unknown>>): string {
  if (value['isInterval'] === true) {
    const [low, high] = [canonical(value['low']), canonical(value['high'])];
    return `Interval${value['lowClosed'] === true ? '[' : '('}${low}, ${high}${value['highClosed'] === true ? ']' : ')'}`;
  }
  if (value['isQuantity'] === true)
    return `${number(value['value'])} '${value['unit'] === undefined || value['unit'] === null || value['unit'] === '1' ? '' : String(value['unit'])}'`;
  if (value['isDateTime'] === true || value['isDate'] === true) {
    const fields = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'].map((field) => value[field]);
    const count = fields.findIndex((field) => field === null || field === undefined);
    const known = (count < 0 ? fields : fields.slice(0, count)).map(Number);
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0] = known;
    const isTime = value['isTime'] !== undefined && typeof value['isTime'] === 'function' && year === 0;
    const text = `${String(isTime ? 2000 : year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${String(millisecond).padStart(3, '0')}`;
    return temporal(
      isTime ? 'Time' : value['isDate'] === true ? 'Date' : 'DateTime',
      value['isDate'] === true ? text.slice(0, 10) : text,
      known.length,
    );
  }
  if ('low' in value && 'high' in value && Object.keys(value).length === 2)
    return value['low'] === value['high'] ? canonical(value['low']) : `Interval[${canonical(value['low'])}, ${canonical(value['high'])}]`;
  return `{${Object.entries(value)
    .map(([name, element]) => `${name}: ${canonical(element)}`)
    .sort()
    .join(', ')}}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function readSuite(file: string): readonly SuiteTest[] {
  const parser = new SaxesParser();
  const tests: SuiteTest[] = [];
  const path: string[] = [];
  let group = '';
  let suite = '';
  let current: { name: string; expression: string; outputs: string[]; invalid: boolean } | undefined;
  parser.on('opentag', ({ name, attributes }) => {
    path.push(name);
    const attribute = (wanted: string): string => String(attributes[wanted] ?? '');
    if (name === 'tests') suite = attribute('name');
    if (name === 'group') group = attribute('name');
    if (name === 'test') current = { name: attribute('name'), expression: '', outputs: [], invalid: false };
    if (name === 'expression' && current) current.invalid = attribute('invalid') !== '' && attribute('invalid') !== 'false';
    if (name === 'output' && current) current.outputs.push('');
  });
  const text = (found: string): void => {
    if (!current) return;
    if (path.at(-1) === 'expression') current.expression += found;
    if (path.at(-1) === 'output') current.outputs.push(`${current.outputs.pop() ?? ''}${found}`);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', ({ name }) => {
    path.pop();
    if (name !== 'test' || !current) return;
    const { expression, outputs, invalid } = current;
    const flat = (source: string): string =>
      source
        .replace(/\/\/[^\n]*\n/g, '\n')
        .replace(/\s*\n\s*/g, ' ')
        .trim();
    if (invalid || outputs.length === 1) {
      tests.push({ group: `${suite}/${group}`, name: current.name, expression: flat(expression), output: flat(outputs[0] ?? ''), invalid });
    }
    current = undefined;
  });
  parser.write(readFileSync(file, 'utf8')).close();
  return tests;
}
