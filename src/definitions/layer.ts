import { type FhirResource, isResource, type JsonObject } from '../fhir/resource.js';
import { describeResource } from './describe.js';
import type { PackEntry, PackFile } from './pack-file.js';

/** A definition that is parsed when it is asked for. */
export interface Definition extends PackEntry {
  /** Parsed once; the same object each time. */
  load(): FhirResource;
}

/** Definitions of one origin, findable without parsing any. */
export interface Layer {
  /** All of one type, in the order of the source. */
  ofType(type: string): readonly Definition[];
  /** Newest first; `type` narrows to one resource type. */
  byUrl(url: string, type?: string): readonly Definition[];
  /** A version that pins the whole layer, beside each definition's own: R4 refers to its parts as `|4.0.1` whatever version they bear. */
  readonly release?: string;
}

export function packLayer(pack: PackFile, release?: string): Layer {
  return layerOf(
    pack.types,
    (type) =>
      pack.entries(type).map((entry, index) =>
        withLoad(
          entry,
          once(() => parsed(pack.read(type, index))),
        ),
      ),
    release,
  );
}

export function resourceLayer(resources: readonly FhirResource[]): Layer {
  const byType = new Map<string, Definition[]>();
  for (const resource of resources) pushTo(byType, resource.resourceType, { ...describeResource(resource), load: () => resource });
  return layerOf([...byType.keys()], (type) => byType.get(type) ?? []);
}

interface TypeIndex {
  readonly definitions: readonly Definition[];
  readonly byUrl: ReadonlyMap<string, readonly Definition[]>;
}

/** A layer that makes the index of a type when something of that type is looked for. */
function layerOf(types: readonly string[], read: (type: string) => readonly Definition[], release?: string): Layer {
  const indexes = new Map<string, TypeIndex>();
  const known = new Set(types);
  const indexOf = (type: string): TypeIndex | undefined => {
    const made = indexes.get(type);
    if (made || !known.has(type)) return made;
    const index = indexDefinitions(read(type));
    indexes.set(type, index);
    return index;
  };
  return {
    ofType: (type) => indexOf(type)?.definitions ?? [],
    byUrl: (url, type) =>
      type === undefined ? types.flatMap((each) => indexOf(each)?.byUrl.get(url) ?? []) : (indexOf(type)?.byUrl.get(url) ?? []),
    ...(release === undefined ? {} : { release }),
  };
}

function indexDefinitions(definitions: readonly Definition[]): TypeIndex {
  const byUrl = new Map<string, Definition[]>();
  for (const definition of definitions) if (definition.url !== undefined) pushTo(byUrl, definition.url, definition);
  for (const versions of byUrl.values()) {
    if (versions.length > 1) versions.sort((a, b) => compareVersions(b.version, a.version));
  }
  return { definitions, byUrl };
}

/** The entry itself, made a definition: thousands are made at every start. */
function withLoad(entry: PackEntry, load: () => FhirResource): Definition {
  return Object.assign(entry, { load });
}

/** The definition that a canonical (`url` or `url|version`) names, searched from the topmost layer down. */
export function findDefinition(
  layers: readonly Layer[],
  canonical: string,
  type?: string,
): { definition: Definition; layer: Layer } | undefined {
  const bar = canonical.indexOf('|');
  const url = bar < 0 ? canonical : canonical.slice(0, bar);
  const version = bar < 0 ? undefined : canonical.slice(bar + 1);
  for (const layer of layers) {
    for (const definition of layer.byUrl(url, type)) {
      if (version === undefined || definition.version === version || layer.release === version) return { definition, layer };
    }
  }
  return undefined;
}

/** Orders versions by their numeric parts, then as text; no version is the oldest. (An Intl collator would do it too, at 10 ms of every start.) */
export function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const [left, right] = [versionParts(a), versionParts(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x = '', y = ''] = [left[at], right[at]];
    if (x === y) continue;
    const difference = Number(x) - Number(y);
    if (x !== '' && y !== '' && difference !== 0 && !Number.isNaN(difference)) return difference;
    return x < y ? -1 : 1;
  }
  return 0;
}

function versionParts(version: string): readonly string[] {
  return version.match(/\d+|\D+/g) ?? [];
}

function pushTo<Item>(groups: Map<string, Item[]>, key: string, item: Item): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function parsed(text: string): FhirResource & JsonObject {
  const resource: unknown = JSON.parse(text);
  if (!isResource(resource)) throw new Error('pack holds something that is no resource: run npm run build');
  return resource;
}
