import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StructureDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { libraryClosure, packedLibraries } from '../../src/cql/libraries.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { isObject } from '../../src/fhir/resource.js';
import { packageRoot, packFolder } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';
import { loadPlatformRules } from '../../src/validation/rules/platform.js';
import { guideProfiles } from '../../src/web/guide/profiles.js';
import { measureReads, measuresReading } from '../../src/web/guide/readers.js';

const registry = loadRegistry();
const terminology = createTerminology(registry);
const libraries = packedLibraries(packFolder);
const profiles = guideProfiles(registry).map(({ url = '' }) => registry.structureDefinition(url) as StructureDefinition);

t.test('a profile marks each element that a measure of its codes reads', (t) => {
  const reads = measureReads({ registry, libraries });
  const columns = viewElements();
  const named = new Map(reads.map(({ measure }) => [measure, namedIn(measure.library ?? [])]));
  let count = 0;
  for (const profile of profiles) {
    for (const measure of measuresReading(reads, profile, terminology)) {
      const wanted = [...(columns.get(profile.type ?? '') ?? [])].filter((element) => named.get(measure)?.has(element));
      count += wanted.length;
      t.same(unmarked(profile, wanted), [], `${profile.id}, read by ${measure.id}`);
    }
  }
  t.comment(`${count} elements read, of ${profiles.length} profiles`);
  t.end();
});

t.test('a profile marks each element that the national platform demands', (t) => {
  const demanded = loadPlatformRules().flatMap((rule) => (rule.mechanism === 'required' ? [rule.path] : []));
  for (const profile of profiles) {
    const wanted = demanded.filter((path) => path.startsWith(`${profile.type}.`)).map((path) => path.split('.')[1] ?? '');
    t.same(unmarked(profile, wanted), [], String(profile.id));
  }
  t.end();
});

/** Elements right below the resource that neither are marked nor forbidden. */
function unmarked({ type = '', snapshot }: StructureDefinition, elements: readonly string[]): readonly string[] {
  return [...new Set(elements)].filter((name) => {
    const found = (snapshot?.element ?? []).filter(({ id }) => id === `${type}.${name}` || id === `${type}.${name}[x]`);
    return found.some(({ mustSupport, max }) => mustSupport !== true && max !== '0');
  });
}

/** By type of resource, the elements that the views of measures hold. */
function viewElements(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const folder = join(packageRoot, 'profiles', 'views');
  for (const file of readdirSync(folder)) {
    const view: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (!isObject(view)) continue;
    const own = found.get(String(view.resource)) ?? new Set<string>();
    found.set(String(view.resource), own);
    for (const path of pathsOf(view.select)) if (/^[a-z]+/i.test(path) && !path.startsWith('get')) own.add(path.split('.')[0] ?? '');
  }
  return found;
}

/** Paths from the resource; a `forEach` stands for what is below it. */
function pathsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(pathsOf);
  if (!isObject(value)) return [];
  const iterated = value.forEach ?? value.forEachOrNull;
  if (typeof iterated === 'string') return [iterated];
  if (typeof value.path === 'string') return [value.path];
  return [...pathsOf(value.column), ...pathsOf(value.select), ...pathsOf(value.unionAll)];
}

/** Names of all properties that the measure's libraries look at, and of the elements that retrieves filter on. */
function namedIn(canonicals: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>(['subject', 'patient', 'beneficiary']);
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    if (!isObject(node)) return;
    if (node.type === 'Property' && typeof node.path === 'string') names.add(node.path.split('.')[0] ?? '');
    if (node.type === 'Retrieve' && typeof node.codeProperty === 'string') names.add(node.codeProperty);
    for (const inner of Object.values(node)) visit(inner);
  };
  for (const canonical of canonicals) for (const { library } of libraryClosure(libraries, canonical)) visit(library.statements);
  return names;
}
