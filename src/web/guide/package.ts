import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { StructureDefinition } from '@medplum/fhirtypes';
import { packTar } from 'modern-tar';
import { asObject, type FhirResource } from '../../fhir/resource.js';
import { examplesOf } from './examples.js';
import { guideProfiles } from './profiles.js';
import type { GuideServices } from './services.js';

/** Files of a package carry no time of their own: the same guide gives the same bytes. */
const epoch = new Date(0);

/** The index of a package's files. Source: FHIR NPM package specification, `.index.json`. */
const indexVersion = 1;

/**
 * The guide as a FHIR package (gzipped tar): every definition with its snapshot below `package/`, the valid examples below `package/example/`. What isn't a
 * resource of R4 (ViewDefinitions) lies below `package/other/`, where loaders of R4 leave it alone.
 */
export async function guidePackage(services: Pick<GuideServices, 'registry' | 'root'>): Promise<Uint8Array> {
  const { registry, root } = services;
  const resources = registry.resourceTypes.flatMap((type) => registry.ours(type)).filter(({ id }) => id !== undefined);
  const guide = resources.find(({ resourceType }) => resourceType === 'ImplementationGuide');
  if (!guide) throw new Error('the guide has no ImplementationGuide');
  const named = resources.map((resource) => ({ name: `${resource.resourceType}-${resource.id}.json`, resource: withSnapshot(resource) }));
  const views = registry.ours('ViewDefinition').map(asObject);
  const examples = guideProfiles(registry).flatMap(({ name = '' }) =>
    examplesOf(root, name, 'valid').map((example) => ({ name: `${name}-${example.name}.json`, text: example.text })),
  );
  const files = [
    { name: 'package/package.json', text: json(manifest(guide)) },
    { name: 'package/.index.json', text: json({ 'index-version': indexVersion, files: named.map(indexEntry) }) },
    ...named.map(({ name, resource }) => ({ name: `package/${name}`, text: json(resource) })),
    ...examples.map(({ name, text }) => ({ name: `package/example/${name}`, text })),
    ...views.map((view) => ({ name: `package/other/ViewDefinition-${String(view.name)}.json`, text: json(view) })),
  ];
  const tar = await packTar(
    files.map(({ name, text }) => ({
      header: { name, size: Buffer.byteLength(text), mtime: epoch, mode: 0o644, type: 'file' as const },
      body: text,
    })),
  );
  return promisify(gzip)(tar, { level: 9 });

  function withSnapshot(resource: FhirResource): FhirResource {
    if (resource.resourceType !== 'StructureDefinition') return resource;
    const { url } = resource as unknown as StructureDefinition;
    return (url === undefined ? undefined : (registry.structureDefinition(url) as FhirResource | undefined)) ?? resource;
  }
}

/** Source: FHIR NPM package specification, `package.json`. */
function manifest(guide: FhirResource): object {
  const { packageId, version, title, description, license, publisher, url } = asObject(guide);
  return {
    name: packageId,
    version,
    type: 'IG',
    title,
    description,
    license,
    author: publisher,
    canonical: typeof url === 'string' ? url.replace(/\/ImplementationGuide\/.*$/, '') : undefined,
    url,
    fhirVersions: ['4.0.1'],
    dependencies: { 'hl7.fhir.r4.core': '4.0.1' },
    directories: { lib: 'package', example: 'package/example' },
  };
}

function indexEntry({ name, resource }: { readonly name: string; readonly resource: FhirResource }): object {
  const { resourceType, id, url, version, kind, type } = asObject(resource);
  const texts = { url, version, kind, type };
  return {
    filename: name,
    resourceType,
    id,
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => typeof value === 'string')),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
