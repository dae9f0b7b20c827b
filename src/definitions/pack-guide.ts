import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { describeResource } from './describe.js';
import { packStamp, writePack } from './pack-file.js';

// Change it when what the packs hold changes.
const format = '4';

/** Our guide: compiled profiles, measures, view definitions and terminology. Files without a `resourceType` belong to other readers. */
export function packGuide(root: string, target: string): void {
  const files = guideFiles(root).map((path) => ({ path, content: readFileSync(path, 'utf8') }));
  const hash = createHash('sha256').update(format);
  for (const { path, content } of files) hash.update(relative(root, path)).update('\0').update(content).update('\0');
  const stamp = hash.digest('hex');
  if (packStamp(target) === stamp) return;
  const resources = files.flatMap(({ path, content }) => resourcesOf(parse(relative(root, path), content)));
  writePack(
    target,
    stamp,
    resources.map((resource) => ({ entry: describeResource(resource), text: JSON.stringify(resource) })),
  );
}

function guideFiles(root: string): readonly string[] {
  const profiles = join(root, 'profiles');
  const examples = join(profiles, 'examples');
  const cases = /[\\/]cases[\\/]/;
  return [...jsonFiles(profiles), ...jsonFiles(join(root, 'terminology'))].filter(
    (path) => !path.startsWith(examples) && !cases.test(path),
  );
}

function jsonFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

function parse(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function resourcesOf(parsed: unknown): readonly (JsonObject & { readonly resourceType: string })[] {
  if (!isResource(parsed)) return [];
  if (parsed.resourceType !== 'Bundle') return [parsed];
  const entries = Array.isArray(parsed.entry) ? parsed.entry : [];
  return entries.flatMap((entry: unknown) => (isObject(entry) ? resourcesOf(entry.resource) : []));
}
