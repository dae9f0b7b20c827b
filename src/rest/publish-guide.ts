import { createHash } from 'node:crypto';
import { asObject, type FhirResource, isObject } from '../fhir/resource.js';
import { guideLibraries } from '../measure/library/guide-libraries.js';
import type { WriteContext } from '../store/store.js';
import type { Services } from './services.js';

/** Extension of the stored ImplementationGuide: the hash of everything that was written with it. */
const contentHashUrl = 'https://lontar.id/fhir/StructureDefinition/content-hash';

const context: WriteContext = { scope: { kind: 'all' }, actor: 'lontar', requestId: 'start' };

/**
 * Makes our guide readable and searchable like any resource: its profiles, value sets, Measures with their libraries and the rest are written, all or none, whenever
 * they differ from those written last. The stored ImplementationGuide remembers by a hash, so that an ordinary start reads one resource.
 * Returns how many resources were written.
 */
export async function publishGuide(services: Pick<Services, 'registry' | 'store' | 'measures'>): Promise<number> {
  const { registry, store, measures } = services;
  const ours = registry.resourceTypes.flatMap((type) => registry.ours(type)).filter((resource) => resource.id !== undefined);
  const resources: readonly FhirResource[] = [...ours, ...guideLibraries(measures.live?.ours ?? measures.libraries)];
  const guide = resources.find((resource) => resource.resourceType === 'ImplementationGuide');
  if (guide?.id === undefined) return 0;
  const hash = createHash('sha256').update(JSON.stringify(resources)).digest('hex');
  const stored = await store.read(context.scope, 'ImplementationGuide', guide.id);
  if (stored?.body !== undefined && storedHash(stored.body) === hash) return 0;
  await store.write(
    resources.map((resource) => ({
      kind: 'update',
      type: resource.resourceType,
      id: resource.id ?? '',
      resource: resource === guide ? withHash(guide, hash) : resource,
    })),
    context,
  );
  return resources.length;
}

function storedHash(body: string): string | undefined {
  const { extension } = JSON.parse(body) as { readonly extension?: readonly unknown[] };
  const found = (extension ?? []).find((one) => isObject(one) && one.url === contentHashUrl);
  return isObject(found) && typeof found.valueString === 'string' ? found.valueString : undefined;
}

function withHash(guide: FhirResource, hash: string): FhirResource {
  const { extension } = asObject(guide);
  const others = Array.isArray(extension) ? extension : [];
  return { ...guide, extension: [...others, { url: contentHashUrl, valueString: hash }] } as FhirResource;
}
