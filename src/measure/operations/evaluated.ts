import type { Reference } from '@medplum/fhirtypes';
import { libraryClosure } from '../../cql/libraries.js';
import { isObject } from '../../fhir/resource.js';
import type { SearchRequest } from '../../search/request.js';
import type { Scope } from '../../search/scope.js';
import type { StoredVersion } from '../../store/store.js';
import type { Evaluation } from '../evaluate.js';
import type { MeasureServices } from '../services.js';

/**
 * References (with version) to the resources that an individual evaluation had before it: the Patient and the person's resources of every type that the
 * library retrieves, with `asOf` (an ISO instant) in the versions of then. With `changedSince` (epoch milliseconds) only those changed at or after it.
 */
export async function evaluatedResources(
  services: Pick<MeasureServices, 'libraries' | 'registry' | 'store'>,
  scope: Scope,
  { subject, definition }: Pick<Evaluation, 'subject' | 'definition'>,
  { changedSince, asOf }: { readonly changedSince?: number; readonly asOf?: string } = {},
): Promise<readonly Reference[]> {
  if (subject.kind !== 'person') return [];
  const versions: StoredVersion[] = [];
  for (const { library } of definition.libraries) versions.push(...(await versionsAt(services, scope, library, subject.id, asOf)));
  const references = versions
    .filter(({ lastUpdated }) => changedSince === undefined || Date.parse(lastUpdated) >= changedSince)
    .map(({ type, id, version }) => `${type}/${id}/_history/${version}`);
  return [...new Set(references)].sort().map((reference) => ({ reference }));
}

/** Current versions of the Patient and of the person's resources of every type that the library retrieves. */
export async function evaluatedVersions(
  services: Pick<MeasureServices, 'libraries' | 'registry' | 'store'>,
  scope: Scope,
  library: string,
  person: string,
): Promise<readonly StoredVersion[]> {
  const found: StoredVersion[] = [];
  const patient = await services.store.read(scope, 'Patient', person);
  if (patient && !patient.deleted) found.push(patient);
  // What an included library reads stands behind the number as well.
  const types = retrievedTypes(libraryClosure(services.libraries, library).map((packed) => packed.library));
  for (const type of types.filter((one) => one !== 'Patient')) {
    for (const request of personSearches(services, type, person)) {
      let cursor: string | undefined;
      do {
        const page = await services.store.search(scope, cursor === undefined ? request : { ...request, cursor });
        found.push(...page.matches);
        cursor = page.next;
      } while (cursor !== undefined);
    }
  }
  return found;
}

/**
 * The versions of a person's resources that an evaluation by the library reads, as they stood at `watermark`: for those changed since, the last version before it.
 * What has been deleted since is not among them.
 */
export async function versionsBehind(
  services: Pick<MeasureServices, 'libraries' | 'registry' | 'store'>,
  scope: Scope,
  library: string,
  person: string,
  watermark: string | undefined,
): Promise<readonly string[]> {
  const versions = await versionsAt(services, scope, library, person, watermark);
  return [...new Set(versions.map(({ type, id, version }) => `${type}/${id}/_history/${version}`))].sort();
}

async function versionsAt(
  services: Pick<MeasureServices, 'libraries' | 'registry' | 'store'>,
  scope: Scope,
  library: string,
  person: string,
  watermark: string | undefined,
): Promise<readonly StoredVersion[]> {
  const versions: StoredVersion[] = [];
  for (const found of await evaluatedVersions(services, scope, library, person)) {
    const version = watermark === undefined || found.lastUpdated <= watermark ? found : await versionAt(services, scope, found, watermark);
    if (version) versions.push(version);
  }
  return versions;
}

async function versionAt(
  { store }: Pick<MeasureServices, 'store'>,
  scope: Scope,
  { type, id, version }: StoredVersion,
  watermark: string,
): Promise<StoredVersion | undefined> {
  for (let number = version - 1; number > 0; number -= 1) {
    const earlier = await store.readVersion(scope, type, id, number);
    if (earlier && earlier.lastUpdated <= watermark) return earlier.deleted ? undefined : earlier;
  }
  return undefined;
}

function personSearches(services: Pick<MeasureServices, 'registry'>, type: string, id: string): readonly SearchRequest[] {
  const rest = { type, sort: [], count: 500, includes: [], total: 'none', self: '' } as const;
  return services.registry.patientCompartment(type).flatMap((name) => {
    const parameter = services.registry.searchParameter(type, name);
    return parameter ? [{ ...rest, clauses: [{ kind: 'parameter', parameter, values: [`Patient/${id}`] } as const] }] : [];
  });
}

/** Resource types of all retrieves in ELM, sorted. */
function retrievedTypes(node: unknown, found: Set<string> = new Set()): readonly string[] {
  if (Array.isArray(node)) for (const item of node) retrievedTypes(item, found);
  else if (isObject(node)) {
    const { type, dataType } = node;
    if (type === 'Retrieve' && typeof dataType === 'string') found.add(dataType.slice(dataType.indexOf('}') + 1));
    for (const value of Object.values(node)) retrievedTypes(value, found);
  }
  return [...found].sort();
}
