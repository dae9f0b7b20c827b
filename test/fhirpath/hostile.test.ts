import { test } from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { compileFhirPath } from '../../src/fhirpath/compile.js';
import { FhirPathError } from '../../src/fhirpath/error.js';

const registry = loadRegistry();
const plain = { resourceType: 'Patient', name: [{ family: 'a', given: ['b'] }] };
const wide = {
  resourceType: 'Patient',
  name: Array.from({ length: 3000 }, (_, index) => ({ family: `f${index}`, given: [`g${index}`, 'x'] })),
};
const long = { resourceType: 'Patient', name: [{ family: 'a'.repeat(10_000_000) }] };
const deep = { resourceType: 'Patient', extension: [nested(100_000)] };

function nested(levels: number): object {
  let made: object = { url: 'x', valueString: 'y' };
  for (let level = 0; level < levels; level += 1) made = { url: 'x', extension: [made] };
  return made;
}

/** The kind of error, or the number of values. */
function outcome(expression: string, resource: object): string | number {
  try {
    return compileFhirPath(expression, { registry, type: 'Patient' }).evaluate(resource).length;
  } catch (error) {
    if (error instanceof FhirPathError) return error.kind;
    throw error;
  }
}

const oneToThirty = `(${Array.from({ length: 30 }, (_, index) => index + 1).join('|')})`;

test('what would take without end is ended', async (t) => {
  const cases: ReadonlyArray<readonly [string, object]> = [
    ['name.select(%resource.name.select(%resource.name.select(given)))', wide],
    ['name.where(%resource.name.all(%resource.name.exists()))', wide],
    ['descendants().select(%resource.descendants())', wide],
    ['name.sort(%resource.name.given.count())', wide],
    ['1.repeat($this + 1)', plain],
    ['1.repeatAll($this)', plain],
    ['1.repeatAll($this.combine($this))', plain],
    [`${oneToThirty}.aggregate($total & $total, 'aaaaaaaaaa')`, plain],
    [`${oneToThirty}.aggregate($total.combine($total), 'a')`, plain],
    [
      `name${'.select($this | $this.select($this))'.repeat(60)}.select($this.combine($this))${'.select($this.combine($this))'.repeat(60)}`,
      wide,
    ],
    ["name.family.matches('(a+)+b')", long],
    ["name.family.matches('a*a*a*a*b')", long],
    ["name.family.replaceMatches('a', 'bbbbbbbbb')", long],
    ["name.family.replace('a', 'bbbbbbbbb')", long],
    ['name.family.toChars().count()', long],
    ["name.family.encode('hex').encode('hex').encode('hex')", long],
    ['extension.extension.distinct() | extension ~ extension', deep],
    [`'${'a'.repeat(400)}'.matches('(?=a)a*a*b')`, plain],
    [`${'9'.repeat(1000)} + 1`, plain],
  ];
  for (const [expression, resource] of cases) t.equal(outcome(expression, resource), 'too-costly', expression.slice(0, 80));
});

test('what only looks costly is answered', async (t) => {
  t.equal(outcome('name.distinct()', wide), 3000);
  t.equal(outcome('name.intersect(name)', wide), 3000);
  t.equal(outcome('name.subsetOf(name) and (name | name).count() = 3000', wide), 1);
  t.equal(outcome('descendants().where($this is Extension).count()', deep), 1);
  t.equal(outcome("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')", plain), 1);
  t.equal(outcome('name.family.upper().length()', long), 1);
  t.equal(outcome('2.power(100000)', plain), 0, 'overflow is empty');
});

test('no text of an expression or a resource is ever run', async (t) => {
  const trap = globalThis as { sprung?: boolean };
  const codes = [
    'globalThis.sprung=true',
    '"];globalThis.sprung=true;//',
    '`);globalThis.sprung=true;(`',
    "'+(globalThis.sprung=true)+'",
    '\u2028globalThis.sprung=true//',
  ];
  for (const code of codes) {
    const quoted = JSON.stringify(code).slice(1, -1).replace(/'/g, "\\'").replace(/`/g, '\\`');
    for (const expression of [
      `name.where(family = '${quoted}').exists()`,
      `name.\`${quoted}\`.exists()`,
      `%\`${quoted}\``,
      `extension('${quoted}').exists()`,
      `name.family.matches('${quoted}')`,
      `name.family in ('${quoted}' | 'a')`,
      `is(\`${quoted}\`)`,
      `\`${quoted}\`()`,
      `name.family = 1 '${quoted}'`,
    ]) {
      outcome(expression, plain);
      outcome(expression, { resourceType: 'Patient', name: [{ family: code }] });
    }
  }
  t.equal(trap.sprung, undefined);
});

test('an expression reaches nothing but the members of the resource', async (t) => {
  for (const name of ['__proto__', 'constructor', 'valueOf', 'hasOwnProperty', 'prototype']) {
    t.equal(outcome(name, plain), 0, name);
    t.equal(outcome(`name.\`${name}\`.\`${name}\``, plain), 0, name);
    t.equal(outcome(`${name}()`, plain), 'semantic', `${name}()`);
    t.equal(outcome(`%${name}`, plain), 'execution', `%${name}`);
    t.equal(outcome(`is(${name})`, plain), 'semantic', `is(${name})`);
    t.equal(outcome(`name.ofType(${name})`, plain), 'semantic', name);
  }
  const definition = {
    resourceType: 'StructureDefinition',
    url: 'http://x.id/StructureDefinition/Trap',
    name: 'Trap',
    type: 'Trap',
    kind: 'logical',
    derivation: 'specialization',
    snapshot: {
      element: [
        { path: 'Trap', id: 'Trap' },
        { path: 'Trap.constructor', id: 'c', max: '1', type: [{ code: 'BackboneElement' }] },
      ],
    },
  };
  const trapped = registry.with([definition]);
  t.same(compileFhirPath('constructor.name', { registry: trapped, type: 'Trap' }).evaluate({}), []);
});
