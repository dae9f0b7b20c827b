import fc from 'fast-check';
import { test } from 'tap';
import { FhirPathError } from '../../src/fhirpath/error.js';
import type { BinaryOperator, Expression } from '../../src/fhirpath/expression.js';
import { parseFhirPath, precedence } from '../../src/fhirpath/parse.js';
import { printFhirPath } from '../../src/fhirpath/print.js';

/** A tree without what the text decides: positions and heights. */
function shape(node: Expression): unknown {
  return JSON.parse(JSON.stringify(node, (key, value: unknown) => (key === 'at' || key === 'height' ? undefined : value)));
}

function errorOf(expression: string): FhirPathError | undefined {
  try {
    parseFhirPath(expression);
  } catch (error) {
    if (error instanceof FhirPathError) return error;
    throw error;
  }
  return undefined;
}

const name = fc.oneof(
  fc.constantFrom(
    'Patient',
    'name',
    'value',
    'contains',
    'is',
    'as',
    'in',
    'and',
    'div',
    'true',
    'day',
    '__proto__',
    'constructor',
    'it`s',
    'a b',
    '',
  ),
  fc.string({ maxLength: 6 }),
);

const literal = fc.oneof(
  fc.constant({ kind: 'literal', type: 'empty', text: '' }),
  fc.boolean().map((value) => ({ kind: 'literal', type: 'boolean', text: String(value) })),
  fc.string({ maxLength: 8 }).map((text) => ({ kind: 'literal', type: 'string', text })),
  fc.nat({ max: 2_147_483_647 }).map((value) => ({ kind: 'literal', type: 'integer', text: String(value) })),
  fc.tuple(fc.nat(), fc.nat()).map(([whole, fraction]) => ({ kind: 'literal', type: 'decimal', text: `${whole}.${fraction}` })),
  fc.constantFrom(
    { kind: 'literal', type: 'date', text: '2015' },
    { kind: 'literal', type: 'date', text: '2015-02-04' },
    { kind: 'literal', type: 'dateTime', text: '2015T' },
    { kind: 'literal', type: 'dateTime', text: '2015-02-04T14:34:28.123+09:00' },
    { kind: 'literal', type: 'time', text: '14:30' },
    { kind: 'literal', type: 'quantity', text: '4', unit: { text: 'days', calendar: true } },
    { kind: 'literal', type: 'quantity', text: '4.50', unit: { text: "m'g", calendar: false } },
  ),
);

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    fc.constantFrom('this', 'index', 'total').map((special) => ({ kind: 'special', name: special })),
    name.map((variable) => ({ kind: 'variable', name: variable })),
    fc.record({ kind: fc.constant('member'), source: tie('tree'), name }, { requiredKeys: ['kind', 'name'] }),
    fc.record(
      { kind: fc.constant('call'), source: tie('tree'), name, args: fc.array(tie('tree'), { maxLength: 2 }) },
      { requiredKeys: ['kind', 'name', 'args'] },
    ),
    fc.record({ kind: fc.constant('index'), source: tie('tree'), index: tie('tree') }),
    fc.record({ kind: fc.constant('polarity'), operator: fc.constantFrom('+', '-'), operand: tie('tree') }),
    fc.record({
      kind: fc.constant('type'),
      operator: fc.constantFrom('is', 'as'),
      operand: tie('tree'),
      type: fc.record({ namespace: name, name }, { requiredKeys: ['name'] }),
    }),
    fc.record({
      kind: fc.constant('binary'),
      operator: fc.constantFrom(...(Object.keys(precedence) as BinaryOperator[])),
      left: tie('tree'),
      right: tie('tree'),
    }),
  ),
}));

test('printing a tree and parsing the text gives the tree', async (t) => {
  fc.assert(
    fc.property(tree as fc.Arbitrary<Expression>, (expression) => {
      t.same(shape(parseFhirPath(printFhirPath(expression))), shape(expression));
    }),
    { numRuns: 500 },
  );
});

test('operators bind as the specification has them', async (t) => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['1 + 2 * 3', '1 + (2 * 3)'],
    ['-1.abs()', '-(1.abs())'],
    ['1 > 2 is Boolean', '1 > (2 is Boolean)'],
    ['1 | 1 is Integer', '1 | (1 is Integer)'],
    ['a = b and c in d or e implies f', '(((a = b) and (c in d)) or e) implies f'],
    ['a implies b implies c', '(a implies b) implies c'],
    ['a < b = c > d', '(a < b) = (c > d)'],
    ['sort(a desc, b)', 'sort(-a, b)'],
  ];
  for (const [text, parenthesized] of cases) t.same(shape(parseFhirPath(text)), shape(parseFhirPath(parenthesized)), text);
});

test('a fault is named with its position', async (t) => {
  const cases: ReadonlyArray<readonly [string, number]> = [
    ['2 + 2 /', 7],
    ['name..given', 5],
    ['name.where(', 11],
    ["name = 'open", 7],
    ['2 /* not closed', 2],
    ['@2015-02-30', 0],
    ['@T14:34:28Z', 10],
    ['a ! b', 2],
    ['$that', 0],
    ["'\\x'", 1],
    ['a b', 2],
  ];
  for (const [text, position] of cases) {
    const error = errorOf(text);
    t.equal(error?.kind, 'syntax', text);
    t.equal(error?.position, position, text);
  }
});

test('whatever its nesting or length, an expression parses or is refused', async (t) => {
  const hostile = [
    '('.repeat(40_000),
    'a.'.repeat(30_000),
    '1+'.repeat(30_000),
    '-'.repeat(60_000),
    'x'.repeat(70_000),
    `${'f('.repeat(5000)}1`,
    '/*'.repeat(30_000),
  ];
  for (const text of hostile) t.ok(errorOf(text), text.slice(0, 20));
});

test('any text parses or gives a FhirPathError', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.()'"`@%$[\]{}<>=!~|&*/+ -]*$/)), (text) => {
      errorOf(text);
    }),
    { numRuns: 500 },
  );
});
