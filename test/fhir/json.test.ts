import fc from 'fast-check';
import { test } from 'tap';
import { cloneJson, copyNumbers, maximumDepth, parseJson, stringifyJson } from '../../src/fhir/json.js';

function refusal(source: string | Uint8Array): { rule: string; expression: string | undefined; diagnostics: string | undefined } {
  const parsed = parseJson(source);
  if (parsed.ok) return { rule: 'accepted', expression: undefined, diagnostics: undefined };
  const [found] = parsed.issues;
  return { rule: found?.rule ?? '', expression: found?.expression, diagnostics: found?.diagnostics };
}

test('agrees with JSON.parse on whatever that prints', async (t) => {
  fc.assert(
    fc.property(fc.json({ depthSize: 'medium' }), (text) => {
      const parsed = parseJson(text);
      const names = /"__proto__"|"constructor"|"prototype"|\\u0000|\\ud[89a-f]/i;
      if (names.test(text)) return;
      t.ok(parsed.ok, text);
      if (parsed.ok) t.strictSame(parsed.value, JSON.parse(text));
    }),
    { numRuns: 300 },
  );
});

test('prints what it read, with the digits of every number', async (t) => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.stringMatching(/^[a-z"\\\n]{1,4}$/), digits), { maxLength: 5 }), (list) => {
      const text = `[${list.map((one) => `{${Object.entries(one).map(([name, number]) => `${JSON.stringify(name)}:[${number},{"x":${number}}]`)}}`)}]`;
      const parsed = parseJson(text);
      t.ok(parsed.ok, text);
      if (parsed.ok) t.equal(stringifyJson(parsed.value), text);
    }),
    { numRuns: 300 },
  );
});

test('keeps digits through copies, and forgets them where a number is changed', async (t) => {
  const parsed = parseJson('{"valueQuantity":{"value":1.10,"low":[1e2,2]}}');
  if (!parsed.ok) {
    t.fail('does not parse');
    return;
  }
  t.equal(stringifyJson(cloneJson(parsed.value)), '{"valueQuantity":{"value":1.10,"low":[1e2,2]}}');
  const { valueQuantity } = parsed.value as { valueQuantity: { value: number } };
  t.equal(
    stringifyJson({ a: copyNumbers(valueQuantity, { ...valueQuantity, unit: 'g' }) }),
    '{"a":{"value":1.10,"low":[1e2,2],"unit":"g"}}',
  );
  t.equal(stringifyJson(copyNumbers(valueQuantity, { value: 1.2 })), '{"value":1.2}');
  t.equal(
    stringifyJson({ list: [valueQuantity] }, 2),
    '{\n  "list": [\n    {\n      "value": 1.10,\n      "low": [\n        1e2,\n        2\n      ]\n    }\n  ]\n}',
  );
});

test('skips a byte order mark', async (t) => {
  t.strictSame(parseJson(Buffer.from('\ufeff{"a":1}')), { ok: true, value: { a: 1 } });
});

test('refuses what is ambiguous or hostile, and says where', async (t) => {
  const cases: ReadonlyArray<readonly [string, string | Uint8Array, string, string | undefined]> = [
    [
      'an equal name twice',
      '{"resourceType":"Patient","name":[{"family":"a","family":"b"}]}',
      'json-duplicate-name',
      'Patient.name[0].family',
    ],
    ['an equal name, once escaped', '{"resourceType":"Patient","id":"a","\\u0069d":"b"}', 'json-duplicate-name', 'Patient.id'],
    [
      'an equal name far down a large object',
      `{${Array.from({ length: 60 }, (_, index) => `"n${index}":1`).join()},"n59":2}`,
      'json-duplicate-name',
      '$this.n59',
    ],
    ['__proto__', '{"resourceType":"Patient","contact":[{"__proto__":{"x":1}}]}', 'json-forbidden-name', 'Patient.contact[0].__proto__'],
    ['__proto__ in escapes', '{"\\u005f_proto__":{}}', 'json-forbidden-name', '$this.__proto__'],
    ['constructor', '{"constructor":{"prototype":1}}', 'json-forbidden-name', '$this.constructor'],
    ['a NUL character', '{"resourceType":"Patient","id":"a\\u0000"}', 'json-nul', 'Patient.id'],
    ['half a surrogate pair', '["\\ud800x"]', 'json-surrogate', undefined],
    ['a low surrogate first', '["\\udc00\\ud800"]', 'json-surrogate', undefined],
    ['too many levels', '['.repeat(maximumDepth + 1) + ']'.repeat(maximumDepth + 1), 'json-depth', undefined],
    ['a hundred thousand levels', '{"a":'.repeat(100_000), 'json-depth', undefined],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'json-utf8', undefined],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'json-syntax', undefined],
    ['nothing', '  \n', 'json-syntax', undefined],
  ];
  for (const [name, source, rule, expression] of cases) {
    const found = refusal(source);
    t.equal(found.rule, rule, name);
    t.equal(found.expression, expression, name);
  }
});

test('accepts a whole surrogate pair, deep nesting within the limit, and odd but legal names', async (t) => {
  t.strictSame(parseJson('"\\ud83d\\ude00"'), { ok: true, value: '😀' });
  t.ok(parseJson('['.repeat(maximumDepth) + ']'.repeat(maximumDepth)).ok);
  t.ok(parseJson('{"":1,"a.b":{"":2},"_proto_":3}').ok);
});

test('points to the line and column where JSON ends to be JSON', async (t) => {
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ['{"a":1,}', 'line 1, column 8', 'a name in double quotes'],
    ['{\n  "a" 1\n}', 'line 2, column 7', ':'],
    ['{"a":tru}', 'line 1, column 6', 'a value'],
    ['[1,2', 'line 1, column 5', ', or ]'],
    ['{"a":"b\nc"}', 'line 1, column 8', 'an escape'],
    ['{"a":"\\x"}', 'line 1, column 7', 'one of the escapes'],
    ['{"a":1} x', 'line 1, column 9', 'the end of the text'],
    ['{"a":01}', 'line 1, column 7', ', or }'],
    ["{'a':1}", 'line 1, column 2', 'a name in double quotes or }'],
    ['{"a":"b', 'line 1, column 8', 'a closing double quote'],
  ];
  for (const [text, where, expected] of cases) {
    const parsed = parseJson(text);
    const [found] = parsed.ok ? [] : parsed.issues;
    t.match(found?.text.en, where, text);
    t.match(found?.diagnostics, expected, text);
  }
});

test('never throws, whatever the bytes', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parseJson(bytes);
    }),
    { numRuns: 500 },
  );
  const shards = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    '1',
    '-',
    'e',
    '.',
    'u00',
    '\\ud8',
    'null',
    ' ',
    '"a"',
    '"__proto__"',
  );
  fc.assert(
    fc.property(fc.array(shards, { maxLength: 60 }), (parts) => {
      const text = parts.join('');
      const parsed = parseJson(text);
      let native: unknown;
      try {
        native = JSON.parse(text);
      } catch {
        if (parsed.ok) throw new Error(`accepted ${text}`);
        return;
      }
      if (parsed.ok && JSON.stringify(parsed.value) !== JSON.stringify(native)) throw new Error(`read ${text} otherwise`);
    }),
    { numRuns: 2000 },
  );
});
