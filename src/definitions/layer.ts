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
  readonly definitions: readonly Definition[];
  /** All of one type, in the order of the source. */
  ofType(type: string): readonly Definition[];
  /** Newest first; `type` narrows to one resource type. */
  byUrl(url: string, type?: string): readonly Definition[];
  /** A version that pins the whole layer, beside each definition's own: R4 refers to its parts as `|4.0.1` whatever version they bear. */
  readonly release?: string;
}

export function packLayer(pack: PackFile, release?: string): Layer {
  return layerOf(
    pack.entries.map((entry, index) => ({ ...entry, load: once(() => parsed(pack.read(index))) })),
    release,
  );
}

export function resourceLayer(resources: readonly FhirResource[]): Layer {
  return layerOf(resources.map((resource) => ({ ...describeResource(resource), load: () => resource })));
}

function layerOf(definitions: readonly Definition[], release?: string): Layer {
  const byType = new Map<string, Definition[]>();
  const byUrl = new Map<string, Definition[]>();
  for (const definition of definitions) {
    pushTo(byType, definition.type, definition);
    if (definition.url !== undefined) pushTo(byUrl, definition.url, definition);
  }
  for (const versions of byUrl.values()) {
    if (versions.length > 1) versions.sort((a, b) => compareVersions(b.version, a.version));
  }
  return {
    definitions,
    ofType: (type) => byType.get(type) ?? [],
    byUrl(url, type) {
      const found = byUrl.get(url) ?? [];
      return type === undefined ? found : found.filter((definition) => definition.type === type);
    },
    ...(release === undefined ? {} : { release }),
  };
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

/** Orders versions by their numeric parts, then as text; no version is the oldest. */
export function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a.localeCompare(b, 'en', { numeric: true });
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
