import type { Reference } from '@medplum/fhirtypes';
import { findLibrary } from '../cql/libraries.js';
import { isObject } from '../fhir/resource.js';
import type { SearchRequest } from '../search/request.js';
import type { Scope } from '../search/scope.js';
import type { StoredVersion } from '../store/store.js';
import type { Evaluation } from './evaluate.js';
import type { MeasureServices } from './services.js';

/**
 * References (with version) to the resources that an individual evaluation had before it: the Patient and the person's resources of every type that the
 * library retrieves. With `changedSince` (epoch milliseconds) only those changed at or after it.
 */
export async function evaluatedResources(
  services: Pick<MeasureServices, 'libraries' | 'registry' | 'store'>,
  scope: Scope,
  { subject, program }: Evaluation,
  changedSince?: number,
): Promise<readonly Reference[]> {
  if (subject.kind !== 'person') return [];
  const references: string[] = [];
  const note = ({ type, id, version, lastUpdated }: StoredVersion): void => {
    if (changedSince === undefined || Date.parse(lastUpdated) >= changedSince) references.push(`${type}/${id}/_history/${version}`);
  };
  const patient = await services.store.read(scope, 'Patient', subject.id);
  if (patient) note(patient);
  const types = retrievedTypes(findLibrary(services.libraries, program.library)?.library);
  for (const type of types.filter((found) => found !== 'Patient')) {
    for (const request of personSearches(services, type, subject.id)) {
      let cursor: string | undefined;
      do {
        const page = await services.store.search(scope, cursor === undefined ? request : { ...request, cursor });
        page.matches.forEach(note);
        cursor = page.next;
      } while (cursor !== undefined);
    }
  }
  return [...new Set(references)].sort().map((reference) => ({ reference }));
}

function personSearches(services: Pick<MeasureServices, 'registry'>, type: string, id: string): readonly SearchRequest[] {
  const rest = { type, sort: [], count: 500, includes: [], total: 'none', self: '' } as const;
  return services.registry.patientCompartment(type).flatMap((name) => {
    const parameter = services.registry.searchParameter(type, name);
    return parameter ? [{ ...rest, clauses: [{ kind: 'parameter', parameter, values: [`Patient/${id}`] } as const] }] : [];
  });
}

/** Resource types of all retrieves in an ELM library, sorted. */
function retrievedTypes(node: unknown, found: Set<string> = new Set()): readonly string[] {
  if (Array.isArray(node)) for (const item of node) retrievedTypes(item, found);
  else if (isObject(node)) {
    const { type, dataType } = node;
    if (type === 'Retrieve' && typeof dataType === 'string') found.add(dataType.slice(dataType.indexOf('}') + 1));
    for (const value of Object.values(node)) retrievedTypes(value, found);
  }
  return [...found].sort();
}
