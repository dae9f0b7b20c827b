import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRegistry } from '../../src/definitions/load.js';
import { FactsError } from '../../src/facts/error.js';
import { type CompilePath, compileView, type ViewRow } from '../../src/facts/view.js';
import type { ViewDefinition } from '../../src/facts/view-definition.js';
import type { JsonObject } from '../../src/fhir/resource.js';
import { compileFhirPath } from '../../src/fhirpath/compile.js';
import type { ConformanceCase } from './case.js';

interface SuiteFile {
  readonly title: string;
  readonly resources: readonly JsonObject[];
  readonly tests?: ReadonlyArray<{
    readonly title: string;
    readonly view: ViewDefinition;
    readonly expect?: readonly ViewRow[];
    readonly expectColumns?: readonly string[];
    readonly expectError?: boolean;
    readonly expectCount?: number;
  }>;
}

/** The SQL on FHIR v2 suite: one JSON file a topic, each with resources, views and the rows expected, in any order. */
export async function run(folder: string): Promise<readonly ConformanceCase[]> {
  const registry = loadRegistry();
  const compile: CompilePath = (expression, type) => compileFhirPath(expression, { registry, type });
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'manifest.json')
    .sort();
  return files.flatMap((name) => judgeFile(JSON.parse(readFileSync(join(folder, name), 'utf8')) as SuiteFile, compile));
}

function judgeFile(file: SuiteFile, compile: CompilePath): readonly ConformanceCase[] {
  return (file.tests ?? []).map((test) => {
    const base = { name: `${file.title}/${test.title}`, group: file.title };
    const expected = test.expectError === true ? 'an error' : show(test.expect ?? test.expectColumns ?? test.expectCount);
    try {
      const view = compileView(test.view, compile);
      const rows = file.resources.flatMap((resource) => view.rows(resource));
      const columns = view.columns.map(({ name }) => name);
      const passed =
        test.expectError !== true &&
        (test.expect === undefined || sameRows(rows, test.expect)) &&
        (test.expectCount === undefined || rows.length === test.expectCount) &&
        (test.expectColumns === undefined || show(columns) === show(test.expectColumns));
      return { ...base, passed, expected, actual: show(test.expectColumns ? columns : rows) };
    } catch (error) {
      if (!(error instanceof FactsError)) throw error;
      return { ...base, passed: test.expectError === true, expected, actual: error.message };
    }
  });
}

function sameRows(rows: readonly ViewRow[], expected: readonly ViewRow[]): boolean {
  return show(rows.map(canonical).sort()) === show(expected.map(canonical).sort());
}

/** Columns in one order; an absent one is null. */
function canonical(row: ViewRow): string {
  return show(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
