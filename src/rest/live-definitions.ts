import type { LiveRegistry } from '../definitions/live-registry.js';
import type { Registry } from '../definitions/registry.js';
import { asObject, type FhirResource } from '../fhir/resource.js';
import type { Store, StoredVersion } from '../store/store.js';

/** Types whose stored resources take part in validation and terminology as soon as they are committed. */
const liveTypes: ReadonlySet<string> = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem', 'ConceptMap']);

/**
 * The store, with what it keeps of `liveTypes` laid over `base` in `registry`: now, and again after each write that touches one.
 * A canonical and version that `base` defines stays as it is there. Other processes on the same database see a change at their next start.
 */
export async function withLiveDefinitions(store: Store, registry: LiveRegistry, base: Registry): Promise<Store> {
  const onBoard = new Set([...liveTypes].flatMap((type) => base.definitions(type).map(({ url, version }) => `${url}|${version ?? ''}`)));
  const laid = new Map<string, FhirResource>();
  for (const type of liveTypes) {
    for await (const version of currentOf(store, type)) lay(version);
  }
  if (laid.size > 0) registry.renew([...laid.values()]);
  return {
    ...store,
    async write(operations, context) {
      const results = await store.write(operations, context);
      const changed = results.filter(({ version }) => liveTypes.has(version.type)).map(({ version }) => lay(version));
      if (changed.includes(true)) registry.renew([...laid.values()]);
      return results;
    },
  };

  /** Takes one version in; true where that changes what is laid. */
  function lay(version: StoredVersion): boolean {
    const key = `${version.type}/${version.id}`;
    if (version.body === undefined) return laid.delete(key);
    const resource = JSON.parse(version.body) as FhirResource;
    const { url, version: release } = asObject(resource);
    if (onBoard.has(`${String(url)}|${typeof release === 'string' ? release : ''}`)) return laid.delete(key);
    laid.set(key, resource);
    return true;
  }
}

async function* currentOf(store: Store, type: string): AsyncGenerator<StoredVersion> {
  let cursor: string | undefined;
  do {
    const page = await store.search(
      { kind: 'all' },
      { type, clauses: [], sort: [], count: 200, includes: [], total: 'none', self: '', ...(cursor === undefined ? {} : { cursor }) },
    );
    yield* page.matches;
    cursor = page.next;
  } while (cursor !== undefined);
}
