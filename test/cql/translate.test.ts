import { test } from 'tap';
import { cqlHeader } from '../../src/cql/header.js';
import { helpersSource, translate } from '../../src/cql/translate.js';
import { createTranslator } from '../../src/cql/translator.js';

const head = "library Sample version '1'\nusing FHIR version '4.0.1'\ninclude FHIRHelpers version '4.0.1'\ncontext Patient\n";

test('the library FHIRHelpers, made from the model info, translates', async (t) => {
  const made = translate(helpersSource);
  t.ok(made.ok);
  if (!made.ok) return;
  const functions = made.value.statements?.def?.filter(({ type }) => type === 'FunctionDef') ?? [];
  t.ok(functions.length > 250, 'a function for every conversion declared');
});

test('an error names the library, the line and the column', async (t) => {
  const made = translate(`${head}define "Wrong":\n  [Observation] O where O.nonsense = 1\n`);
  t.notOk(made.ok);
  if (made.ok) return;
  const [first] = made.issues.filter(({ severity }) => severity === 'error');
  t.match(first?.text.en, 'Sample');
  t.match(first?.diagnostics, /^Sample 6:\d+-6:\d+\n {2}\[Observation\] O where O.nonsense = 1\n +\^+$/, 'with the line itself');
});

test('text that is no CQL is refused, and so is an include that is not here', async (t) => {
  for (const cql of ['{"resourceType":"Patient"}', '', `${head.replace('FHIRHelpers', 'Absent')}define X: 1`]) {
    const made = translate(cql);
    t.notOk(made.ok && made.value.statements?.def?.length, cql.slice(0, 20));
  }
});

test('a library includes another by name', async (t) => {
  const shared = "library Shared version '1'\ndefine function Twice(n Integer): n * 2\n";
  const made = translate(
    `${head.replace('context', "include Shared version '1'\ncontext")}define Four: Shared.Twice(2)\n`,
    new Map([['Shared', shared]]),
  );
  t.ok(made.ok);
});

test('the process that translates goes on after a bad text, keeps its limits, and closes', async (t) => {
  const translator = createTranslator();
  const [bad, good] = await Promise.all([translator.translate('define'), translator.translate(`${head}define Two: 1 + 1`)]);
  t.notOk(bad.ok);
  t.ok(good.ok && good.value.identifier.id === 'Sample');
  const long = await translator.translate(' '.repeat(600_000));
  t.same(long.ok ? [] : long.issues.map(({ code }) => code), ['too-long']);
  await translator.close();
  const hasty = createTranslator({ timeoutMs: 1 });
  const late = await hasty.translate('x');
  t.same(late.ok ? [] : late.issues.map(({ code }) => code), ['timeout']);
  await hasty.close();
});

test('the header names includes with their places, and none that comments or strings only seem to name', async (t) => {
  const text =
    "/* include No */ library A.B version '1' // include No\nusing FHIR version '4.0.1'\n  include x.Shared version '2' called S\ncontext Patient\ndefine include: 'include No'";
  t.same(cqlHeader(text), { name: 'B', version: '1', includes: [{ name: 'Shared', version: '2', line: 3, column: 3 }] });
});
