import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRegistry } from '../../src/definitions/load.js';
import type { JsonObject } from '../../src/fhir/resource.js';
import { parseXml } from '../../src/fhir/xml.js';
import { applyFhirPathPatch } from '../../src/rest/patch/fhirpath-patch.js';
import { applyJsonPatch, sameJson } from '../../src/rest/patch/json-patch.js';
import type { ConformanceCase } from './case.js';

const registry = loadRegistry();

/** HL7's FHIRPath Patch and JSON Patch suites: the patched resource must be equal to the expected one, or the patch refused where an error is expected. */
export async function run(folder: string): Promise<readonly ConformanceCase[]> {
  return [
    ...fhirPathCases(readFileSync(join(folder, 'fhir-patch-tests.xml'), 'utf8')),
    ...jsonCases(readFileSync(join(folder, 'json-patch-tests.json'), 'utf8')),
  ];
}

function fhirPathCases(xml: string): ConformanceCase[] {
  return [...xml.matchAll(/<case\s+name=(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/case>/g)].map((match) => {
    const text = match[3] ?? '';
    const resource = (name: string) => {
      const inner = new RegExp(`<${name}>([\\s\\S]*)</${name}>`).exec(text)?.[1];
      return inner === undefined ? undefined : resourceOf(inner);
    };
    const input = resource('input');
    const parameters = resource('diff');
    const output = resource('output');
    const name = `FHIRPath Patch: ${match[1] ?? match[2] ?? ''}`;
    if (input === undefined || parameters === undefined)
      return { name, passed: false, actual: 'the case could not be read', group: 'fhirpath-patch' };
    const patched = applyFhirPathPatch(input, parameters, registry);
    return compare(name, 'fhirpath-patch', patched, output);
  });
}

function resourceOf(xml: string): JsonObject | undefined {
  const parsed = parseXml(xml.trim(), registry);
  if (!parsed.ok) throw new Error(`${parsed.issues[0]?.text.en} ${parsed.issues[0]?.diagnostics ?? ''}`);
  return parsed.value;
}

interface JsonPatchCase {
  readonly comment: string;
  readonly doc: unknown;
  readonly patch: unknown;
  readonly expected?: unknown;
  readonly error?: string;
}

function jsonCases(json: string): ConformanceCase[] {
  const cases = JSON.parse(json) as readonly JsonPatchCase[];
  return cases.map((one) =>
    compare(
      `JSON Patch: ${one.comment}`,
      'json-patch',
      applyJsonPatch(one.doc, one.patch),
      one.error === undefined ? (one.expected ?? one.doc) : undefined,
    ),
  );
}

function compare(name: string, group: string, patched: ReturnType<typeof applyJsonPatch>, expected: unknown): ConformanceCase {
  const passed = patched.ok ? expected !== undefined && sameJson(patched.value, expected) : expected === undefined;
  return {
    name,
    group,
    passed,
    expected: expected === undefined ? 'an error' : JSON.stringify(expected),
    actual: patched.ok ? JSON.stringify(patched.value) : `refused: ${patched.issues[0]?.text.en} ${patched.issues[0]?.diagnostics ?? ''}`,
  };
}
