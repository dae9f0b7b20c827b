import { test } from 'tap';
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
  t.match(first?.diagnostics, /^Sample 6:\d+-6:\d+$/);
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

test('the worker translates, goes on after a bad text, and closes', async (t) => {
  const translator = createTranslator();
  const [bad, good] = await Promise.all([translator.translate('define'), translator.translate(`${head}define Two: 1 + 1`)]);
  t.notOk(bad.ok);
  t.ok(good.ok && good.value.identifier.id === 'Sample');
  await translator.close();
  const late = translator.translate('x', new Map(), 1);
  t.notOk((await late).ok, 'a text that takes too long ends in an issue');
  await translator.close();
});
