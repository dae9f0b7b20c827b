import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { loadRegistry } from '../../src/definitions/load.js';
import type { Registry } from '../../src/definitions/registry.js';
import { parseJson } from '../../src/fhir/json.js';
import { parseXml } from '../../src/fhir/xml.js';
import { compileFhirPath } from '../../src/fhirpath/compile.js';
import { FhirPathError } from '../../src/fhirpath/error.js';
import type { TypedValue } from '../../src/fhirpath/fhirpath.js';
import type { ConformanceCase } from './case.js';

interface SuiteTest {
  readonly group: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly outputs: ReadonlyArray<{ readonly type: string | undefined; readonly text: string }>;
  readonly expression: string;
  readonly invalid: string | undefined;
}

/** Cases in which the suite and the specification differ, and Lontar keeps to the specification. */
const deviations: Readonly<Record<string, string>> = {
  'HighBoundary/HighBoundaryDateTimeMillisecond1': 'an hour without minutes ends at its 59th minute; the suite reads T08 as T08:00',
  'HighBoundary/HighBoundaryDateTimeMillisecond3': 'an hour without minutes ends at its 59th minute; the suite reads T08 as T08:00',
};

/** The suite's clock: any instant after its examples' dates. */
const now = Date.UTC(2026, 0, 15, 10, 30);

/** HL7's FHIRPath suite for R4: `tests-fhir-r4.xml` beside its input files. Strict mode, save where a test asks for polymorphics. */
export async function run(folder: string): Promise<readonly ConformanceCase[]> {
  const registry = loadRegistry();
  const inputs = new Map<string, unknown>();
  const input = (file: string): unknown => {
    if (!inputs.has(file)) inputs.set(file, readResource(join(folder, file), registry));
    return inputs.get(file);
  };
  return readSuite(join(folder, 'tests-fhir-r4.xml')).map((test) => judge(test, input, registry));
}

function judge(test: SuiteTest, input: (file: string) => unknown, registry: Registry): ConformanceCase {
  const base = { name: `${test.group}/${test.attributes['name'] ?? ''}`, group: test.group };
  const expected =
    test.invalid === undefined ? test.outputs.map(({ type, text }) => `${type ?? ''} ${text}`).join(', ') : `error (${test.invalid})`;
  const shown = { expected: `${test.expression} → ${expected}` };
  let values: readonly TypedValue[];
  try {
    const file = test.attributes['inputfile'];
    const resource = file === undefined ? undefined : input(file);
    const type = (resource as { readonly resourceType?: string } | undefined)?.resourceType;
    const mode = test.attributes['mode']?.startsWith('lenient') ? 'lenient' : 'strict';
    const compiled = compileFhirPath(test.expression, { registry, mode, ...(type === undefined ? {} : { type }) });
    values = compiled.evaluate(resource, { resource, now });
    if (test.attributes['predicate'] === 'true')
      values = [{ type: 'System.Boolean', value: compiled.holds(resource, { resource, now }) && values.length > 0 }];
  } catch (error) {
    if (!(error instanceof FhirPathError)) throw error;
    return { ...base, ...shown, passed: test.invalid !== undefined, actual: `error (${error.kind}): ${error.message}` };
  }
  const actual = values.map((value) => `${value.type} ${printed(value)}`).join(', ');
  const passed = test.invalid === undefined && sameOutputs(test, values);
  const reason = passed || !(base.name in deviations) ? '' : ` (${deviations[base.name]})`;
  return { ...base, ...shown, passed, actual: `${actual}${reason}` };
}

function sameOutputs(test: SuiteTest, values: readonly TypedValue[]): boolean {
  if (test.outputs.length !== values.length) return false;
  const rest = [...values];
  return test.outputs.every((output, index) => {
    const at = test.attributes['ordered'] === 'false' ? rest.findIndex((value) => sameOutput(output, value)) : 0;
    const value = at < 0 ? undefined : rest.splice(at, 1)[0];
    return value !== undefined && index >= 0 && sameOutput(output, value);
  });
}

/** Types by their name without namespace, values by their text; `@` before a date says only that it is one, and no type that any will do. */
function sameOutput(output: SuiteTest['outputs'][number], value: TypedValue): boolean {
  const type = value.type.replace('System.', '');
  // The suite calls what the arithmetic of dateTimes gives a date, as their literals are alike.
  const temporal = /^(date|dateTime|time)$/i;
  const sameType =
    output.type === undefined || output.type.toLowerCase() === type.toLowerCase() || (temporal.test(output.type) && temporal.test(type));
  const text = printed(value);
  const expected = temporal.test(type) ? output.text.replace(/^@T?/, '') : output.text;
  return (
    sameType && (text === expected || (/^(Decimal|decimal)$/.test(type) && Number(text) === Number(expected) && sameScale(text, expected)))
  );
}

// Minus zero is zero.
function sameScale(left: string, right: string): boolean {
  return left.replace('-', '').length === right.replace('-', '').length;
}

function printed(value: TypedValue): string {
  if (value.text !== undefined) return value.text;
  return typeof value.value === 'object' ? JSON.stringify(value.value) : String(value.value);
}

function readResource(file: string, registry: Registry): unknown {
  const text = readFileSync(file, 'utf8');
  const read = file.endsWith('.xml') ? parseXml(text, registry) : parseJson(text);
  if (!read.ok) throw new Error(`${file}: ${read.issues[0]?.text.en}`);
  return read.value;
}

function readSuite(file: string): readonly SuiteTest[] {
  const tests: SuiteTest[] = [];
  let group = '';
  let attributes: Record<string, string> = {};
  let outputs: Array<{ type: string | undefined; text: string }> = [];
  let expression = '';
  let invalid: string | undefined;
  let text = '';
  const parser = new SaxesParser({ xmlns: false });
  parser.on('opentag', (tag) => {
    const own = tag.attributes as Record<string, string>;
    text = '';
    if (tag.name === 'group') group = own['name'] ?? '';
    else if (tag.name === 'test') {
      attributes = own;
      outputs = [];
      expression = '';
      invalid = undefined;
    } else if (tag.name === 'expression') invalid = own['invalid'];
    else if (tag.name === 'output') outputs.push({ type: own['type'], text: '' });
  });
  parser.on('text', (part) => {
    text += part;
  });
  parser.on('closetag', (tag) => {
    const last = outputs.at(-1);
    if (tag.name === 'expression') expression = text;
    else if (tag.name === 'output' && last) last.text = text;
    else if (tag.name === 'test') tests.push({ group, attributes, outputs, expression, invalid });
  });
  parser.write(readFileSync(file, 'utf8')).close();
  return tests;
}
