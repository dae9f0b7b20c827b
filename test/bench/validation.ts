import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { loadRegistry } from '../../src/definitions/load.js';
import { isResource } from '../../src/fhir/resource.js';
import { packageRoot } from '../../src/root.js';
import { createTerminology } from '../../src/terminology/create.js';
import { createValidator } from '../../src/validation/create.js';
import type { BenchRow } from './row.js';

const examples = join(packageRoot, 'node_modules', 'hl7.fhir.r4.examples');

// What a Puskesmas sends: the published examples of these types, up to 20 kB.
const typicalTypes: ReadonlySet<string> = new Set([
  'Patient',
  'Observation',
  'Encounter',
  'Condition',
  'Immunization',
  'MedicationRequest',
  'Practitioner',
  'Organization',
  'Location',
  'Procedure',
  'AllergyIntolerance',
  'EpisodeOfCare',
]);

/** Validation of typical resources: ours (base alone; with the guide's profiles), @medplum/core and npm fhir on the same; a Bundle of 11 MB and one half its size. */
export async function bench(): Promise<readonly BenchRow[]> {
  const resources = typicalResources();
  const registry = loadRegistry();
  const terminology = createTerminology(registry);
  const base = createValidator({ registry: { ...registry, requiredProfiles: () => [] }, terminology });
  const profiled = createValidator({ registry, terminology });
  const guided = guideResources(registry.resourceTypes);

  const ours = perCpuSecond(resources, (resource) => base.validate(resource));
  const medplum = perCpuSecond(resources, medplumValidator(registry));
  const fhir = perCpuSecond(resources, fhirValidator());
  const withProfiles = guided.length === 0 ? undefined : perCpuSecond(guided, (resource) => profiled.validate(resource));
  const large = bundleOf(resources, 3000);
  const half = bundleOf(resources, 1500);
  const halfTime = onceInCpuSeconds(() => base.validate(half));
  const largeTime = onceInCpuSeconds(() => base.validate(large));
  return [
    { name: 'validate typical resource, @medplum/core', operationsPerCpuSecond: medplum },
    { name: 'validate typical resource, npm fhir', operationsPerCpuSecond: fhir },
    { name: 'validate typical resource', operationsPerCpuSecond: ours, reference: '@medplum/core', ratio: ours / medplum },
    { name: 'validate typical resource', operationsPerCpuSecond: ours, reference: 'npm fhir', ratio: ours / fhir },
    ...(withProfiles === undefined ? [] : [{ name: 'validate with ILP profile', operationsPerCpuSecond: withProfiles }]),
    { name: `validate Bundle, 1,500 entries, ${megabytes(half)} MB`, operationsPerCpuSecond: 1 / halfTime },
    {
      name: `validate Bundle, 3,000 entries, ${megabytes(large)} MB`,
      operationsPerCpuSecond: 1 / largeTime,
      reference: 'half of it',
      ratio: halfTime / largeTime,
    },
  ];
}

function typicalResources(): readonly Resource[] {
  return readdirSync(examples)
    .filter((name) => name.endsWith('.json') && typicalTypes.has(name.split('-')[0] ?? ''))
    .map((name) => readFileSync(join(examples, name), 'utf8'))
    .filter((text) => text.length <= 20_000)
    .map((text) => JSON.parse(text) as Resource);
}

/** The guide's own valid examples. */
function guideResources(types: readonly string[]): readonly unknown[] {
  const folder = join(packageRoot, 'profiles', 'examples');
  const found: unknown[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/[/\\]valid[/\\].*\.json$/.test(name)) continue;
    const parsed: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if (isResource(parsed) && types.includes(parsed.resourceType) && parsed.resourceType !== 'Bundle') found.push(parsed);
  }
  return found;
}

/** Runs all resources over and over for some two CPU seconds, after a warm-up of three. */
function perCpuSecond<Item>(resources: readonly Item[], validate: (resource: Item) => unknown): number {
  run(resources, validate, 3);
  return run(resources, validate, 2);
}

function run<Item>(resources: readonly Item[], validate: (resource: Item) => unknown, seconds: number): number {
  let count = 0;
  const before = process.cpuUsage();
  for (;;) {
    for (const resource of resources) validate(resource);
    count += resources.length;
    const spent = cpuSeconds(before);
    if (spent >= seconds) return count / spent;
  }
}

function onceInCpuSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return cpuSeconds(before);
}

function cpuSeconds(before: NodeJS.CpuUsage): number {
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / 1e6;
}

function medplumValidator(registry: ReturnType<typeof loadRegistry>): (resource: Resource) => unknown {
  const names = [
    ...registry.resourceTypes,
    'Element',
    'BackboneElement',
    'Extension',
    'HumanName',
    'Identifier',
    'Quantity',
    'CodeableConcept',
    'Coding',
  ];
  const more = [
    'Address',
    'ContactPoint',
    'Period',
    'Range',
    'Ratio',
    'Reference',
    'Meta',
    'Narrative',
    'Annotation',
    'Attachment',
    'Timing',
    'Dosage',
    'SampledData',
    'Age',
    'Duration',
  ];
  const definitions = [...names, ...more].flatMap((name) => registry.structureDefinition(name) ?? []);
  indexStructureDefinitionBundle({
    resourceType: 'Bundle',
    type: 'collection',
    entry: definitions.map((resource) => ({ resource })),
  } as Bundle);
  return (resource) => {
    try {
      return validateResource(resource);
    } catch (refusal) {
      return refusal;
    }
  };
}

function fhirValidator(): (resource: Resource) => unknown {
  const { Fhir } = createRequire(import.meta.url)('fhir') as { readonly Fhir: new () => { validate(resource: unknown): unknown } };
  const fhir = new Fhir();
  return (resource) => fhir.validate(resource);
}

/** A collection with the resources repeated under ids of their own. */
function bundleOf(resources: readonly Resource[], entries: number): Resource {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: Array.from({ length: entries }, (_, index) => {
      const resource = resources[index % resources.length];
      return { fullUrl: `http://example.org/fhir/${resource?.resourceType}/n${index}`, resource: { ...resource, id: `n${index}` } };
    }),
  } as Resource;
}

function megabytes(resource: Resource): string {
  return (JSON.stringify(resource).length / 1e6).toFixed(1);
}
