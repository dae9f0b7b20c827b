import type { Clause } from '../../search/request.js';
import type { Scope } from '../../search/scope.js';
import type { MeasureServices } from '../services.js';
import type { PastVersion } from './load-past.js';

export type ResourceServices = Pick<MeasureServices, 'registry' | 'store' | 'past'>;

/**
 * The resources of a type that a search finds, or as they stood at `asOf`. Of those changed since all are given, whatever the search says of them: who asks
 * looks at what they say.
 */
export async function* resourcesAt(
  services: ResourceServices,
  scope: Scope,
  type: string,
  values: Readonly<Record<string, string>>,
  asOf?: string,
): AsyncGenerator<PastVersion> {
  const clauses = Object.entries(values).flatMap(([name, value]): Clause[] => {
    const parameter = services.registry.searchParameter(type, name);
    return parameter ? [{ kind: 'parameter', parameter, values: [value] }] : [];
  });
  let cursor: string | undefined;
  do {
    const page = await services.store.search(scope, {
      type,
      clauses,
      sort: [],
      count: 500,
      ...(cursor === undefined ? {} : { cursor }),
      includes: [],
      total: 'none',
      self: '',
    });
    for (const { body, ...version } of page.matches) {
      if (body !== undefined && (asOf === undefined || version.lastUpdated <= asOf)) yield { ...version, body };
    }
    cursor = page.next;
  } while (cursor !== undefined);
  if (asOf !== undefined) yield* await services.past.versions(type, asOf, type === 'Patient' ? Object.values(values) : undefined);
}

/** One resource, or as it stood at `asOf`. */
export async function resourceAt(
  services: Pick<MeasureServices, 'store'>,
  scope: Scope,
  type: string,
  id: string,
  asOf?: string,
): Promise<PastVersion | undefined> {
  let found = await services.store.read(scope, type, id);
  while (found && asOf !== undefined && found.lastUpdated > asOf) {
    found = found.version > 1 ? await services.store.readVersion(scope, type, id, found.version - 1) : undefined;
  }
  return found?.body === undefined ? undefined : { type, id, version: found.version, lastUpdated: found.lastUpdated, body: found.body };
}
