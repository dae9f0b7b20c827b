import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, isResource, type JsonObject } from '../fhir/resource.js';
import { describeResource } from './describe.js';
import { packStamp, writePack } from './pack-file.js';
import { explainMissing } from './pack-source.js';

// Change it when what the packs hold changes.
const format = '4';

/**
 * Packs the R4 definitions out of the npm package of published resources in `source`, which also holds ordinary instances.
 * A production image carries the pack and not its source: then the pack stays as it is.
 */
export function packCore(source: string, target: string): void {
  if (!existsSync(source)) {
    explainMissing(source, target);
    return;
  }
  const stamp = `${format} ${statSync(join(source, 'package.json')).mtimeMs} ${readFileSync(join(source, 'package.json'), 'utf8').length}`;
  if (packStamp(target) === stamp) return;
  const files = readdirSync(source).filter((name) => definitionFile.test(name) && !instanceFile.test(name));
  const resources = files.sort().map((name) => {
    const parsed: unknown = JSON.parse(readFileSync(join(source, name), 'utf8'));
    if (!isResource(parsed)) throw new Error(`${name} is no resource`);
    const resource = splitVersions(slim(parsed));
    return { entry: describeResource(resource), text: JSON.stringify(resource) };
  });
  writePack(target, stamp, resources);
}

const definitionFile =
  /^(StructureDefinition|SearchParameter|ValueSet|CodeSystem|ConceptMap|NamingSystem|OperationDefinition|CompartmentDefinition)-.*\.json$/;

// Published as samples of how such a resource looks: taken as definitions they would add search parameters and compartments that R4 lacks.
const instanceFile = /^(SearchParameter|CompartmentDefinition|OperationDefinition|NamingSystem)-example/;

/**
 * A few v2 tables are published under an url with the version behind a bar (`…/v2-0006|2.1`), and their value sets include it so: the version goes where
 * it belongs, so that the tables of one url no longer collide.
 */
function splitVersions(resource: JsonObject & { readonly resourceType: string }): JsonObject & { readonly resourceType: string } {
  const [url, version] = barred(resource.url);
  if (resource.resourceType === 'CodeSystem' && version !== undefined) return { ...resource, url, version };
  if (resource.resourceType !== 'ValueSet' || !isObject(resource.compose) || !Array.isArray(resource.compose.include)) return resource;
  const include = resource.compose.include.map((part: JsonObject) => {
    const [system, systemVersion] = barred(part.system);
    return systemVersion === undefined ? part : { ...part, system, version: systemVersion };
  });
  return { ...resource, compose: { ...resource.compose, include } };
}

function barred(canonical: unknown): readonly [url: unknown, version?: string] {
  const [url, version] = typeof canonical === 'string' ? canonical.split('|') : [];
  return version === undefined ? [canonical] : [url, version];
}

/** Without narrative and mappings to other standards, which nothing reads and which are most of the bytes. */
function slim(resource: JsonObject & { readonly resourceType: string }): JsonObject & { readonly resourceType: string } {
  const { resourceType, text: _text, mapping: _mapping, ...rest } = resource;
  return {
    resourceType,
    ...rest,
    ...(isObject(rest.snapshot) ? { snapshot: slimElements(rest.snapshot) } : {}),
    ...(isObject(rest.differential) ? { differential: slimElements(rest.differential) } : {}),
  };
}

function slimElements(view: JsonObject): JsonObject {
  const elements = Array.isArray(view.element) ? view.element : [];
  return {
    ...view,
    element: elements.map((element: JsonObject) => {
      const { mapping: _mapping, ...rest } = element;
      return rest;
    }),
  };
}
