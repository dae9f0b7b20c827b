import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRegistry } from '../../src/definitions/load.js';
import { parseJson } from '../../src/fhir/json.js';
import type { Issue } from '../../src/fhir/outcome.js';
import { type FhirResource, isResource } from '../../src/fhir/resource.js';
import { createTerminology } from '../../src/terminology/create.js';
import { createValidator } from '../../src/validation/create.js';
import type { ConformanceCase } from './case.js';

interface File {
  readonly json?: string;
  readonly raw: string;
}

interface Case {
  readonly id: string;
  readonly module: string;
  readonly resource: File;
  readonly supporting: readonly File[];
  readonly profileUrl?: string;
  readonly expect: {
    readonly valid: boolean;
    readonly errorCount: number;
    readonly nonTxErrorCount: number;
    readonly errors?: ReadonlyArray<{ readonly expression?: string; readonly text?: string }>;
  };
}

export interface Judged extends ConformanceCase {
  readonly group: string;
  readonly valid: boolean;
  readonly found: readonly Issue[];
  /** Errors within the window that the suite allows. */
  readonly countFits: boolean;
  readonly pathsExpected: number;
  readonly pathsFound: number;
}

/** The public validator suite in `folder`: a case passes where our verdict is the published one. Each case sees R4 core and its own supporting files, nothing else. */
export async function run(folder: string): Promise<readonly Judged[]> {
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as readonly Case[];
  const core = loadRegistry();
  return cases.map((item) => judge(folder, item, core));
}

function judge(folder: string, item: Case, core: ReturnType<typeof loadRegistry>): Judged {
  const found = validate(folder, item, core);
  const errors = found.filter(({ severity }) => severity === 'error' || severity === 'fatal');
  const valid = errors.length === 0;
  const expectedPaths = (item.expect.errors ?? []).flatMap(({ expression }) => (expression === undefined ? [] : [plainPath(expression)]));
  const paths = new Set(errors.map(({ expression }) => plainPath(expression ?? '')));
  return {
    name: item.id,
    group: item.module,
    passed: valid === item.expect.valid,
    expected: item.expect.valid
      ? 'valid'
      : (item.expect.errors ?? []).map(({ expression, text }) => `${expression ?? ''}: ${text ?? ''}`).join(' ¶ '),
    actual: valid ? 'valid' : errors.map(({ expression, rule, text }) => `${expression}: ${rule}: ${text.en}`).join(' ¶ '),
    valid: item.expect.valid,
    found,
    countFits:
      errors.length >= item.expect.nonTxErrorCount && errors.length <= Math.max(item.expect.errorCount, item.expect.nonTxErrorCount),
    pathsExpected: expectedPaths.length,
    pathsFound: expectedPaths.filter((path) => paths.has(path)).length,
  };
}

function validate(folder: string, item: Case, core: ReturnType<typeof loadRegistry>): readonly Issue[] {
  const parsed =
    item.resource.json === undefined
      ? parseJson(readFileSync(join(folder, item.resource.raw)))
      : { ok: true as const, value: read(folder, item.resource) };
  if (!parsed.ok) return parsed.issues;
  const supporting = item.supporting
    .map((file) => read(folder, file))
    .filter((resource): resource is FhirResource & Record<string, unknown> => isResource(resource));
  const registry = core.with(supporting);
  const terminology = createTerminology(registry);
  // our own guide does not apply, a guide among the supporting files does
  const requiredProfiles = (type: string) =>
    registry.requiredProfiles(type).filter((profile) => !core.requiredProfiles(type).includes(profile));
  const validator = createValidator({ registry: { ...registry, requiredProfiles }, terminology, unknownExtensions: 'error' });
  return validator.validate(parsed.value, { now: Date.now(), ...(item.profileUrl === undefined ? {} : { profiles: [item.profileUrl] }) });
}

function read(folder: string, file: File): unknown {
  const parsed = parseJson(readFileSync(join(folder, file.json ?? file.raw)));
  return parsed.ok ? parsed.value : undefined;
}

/** The suite's paths carry comments that name resources. */
function plainPath(path: string): string {
  return path.replace(/\/\*[^*]*\*\//g, '');
}
