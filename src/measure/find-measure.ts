import type { Measure } from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';
import { canonicalOf } from './program.js';
import type { MeasureServices } from './services.js';
import { measureText } from './text.js';

type FindServices = Pick<MeasureServices, 'registry' | 'store'> & Partial<Pick<MeasureServices, 'live'>>;

/**
 * The active Measure by id (`ANC-K6`, `Measure/ANC-K6`) or canonical (with or without `|version`): a stored one by its id first, then those of our guide, then stored
 * ones by canonical, of several the active one of the latest version. Throws 404 where there is none (its issue about `place`, the parameter that gave the name), 422 where it isn't active.
 */
export async function findMeasure(
  services: FindServices,
  scope: Scope,
  name: string,
  place: { readonly expression?: string } = {},
): Promise<Measure> {
  // Its library may have been written by another process.
  await services.live?.refresh();
  const measure = await measureNamed(services, scope, name);
  if (!measure) throw new OperationOutcomeError(404, [issue('not-found', 'measure-unknown', measureText.measureNotFound(name), place)]);
  if (measure.status !== 'active') {
    const text = measureText.measureStatus(measure.status);
    throw new OperationOutcomeError(422, [issue('business-rule', 'measure-status', text, { expression: 'Measure.status' })]);
  }
  return measure;
}

/** The Measure by id or canonical, whatever its status. */
export async function measureNamed(services: FindServices, scope: Scope, name: string): Promise<Measure | undefined> {
  const id = name.startsWith('Measure/') ? name.slice('Measure/'.length) : name;
  const stored = /^[A-Za-z0-9\-.]{1,64}$/.test(id) ? await services.store.read(scope, 'Measure', id) : undefined;
  if (stored?.body !== undefined) return JSON.parse(stored.body) as Measure;
  return (
    guideMeasures(services).find((found) => found.id === id || found.url === name || canonicalOf(found) === name) ??
    (await storedByCanonical(services, scope, name))
  );
}

/** The Measures that Lontar brings along, in order of id. */
export function guideMeasures(services: Pick<MeasureServices, 'registry'>): readonly Measure[] {
  const measures = services.registry.ours('Measure') as readonly Measure[];
  return [...measures].sort((left, right) => ((left.id ?? '') < (right.id ?? '') ? -1 : 1));
}

async function storedByCanonical({ registry, store }: FindServices, scope: Scope, canonical: string): Promise<Measure | undefined> {
  const [url = '', version] = canonical.split('|');
  const parameter = registry.searchParameter('Measure', 'url');
  if (!parameter || !url.includes(':')) return undefined;
  const clauses = [{ kind: 'parameter', parameter, values: [url.replace(/[\\,$|]/g, '\\$&')] } as const];
  const page = await store.search(scope, { type: 'Measure', clauses, sort: [], count: 100, includes: [], total: 'none', self: '' });
  const found = page.matches
    .flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body) as Measure]))
    .filter((measure) => version === undefined || measure.version === version);
  return found.sort((a, b) => rank(b) - rank(a) || (b.version ?? '').localeCompare(a.version ?? '', 'en', { numeric: true }))[0];
}

function rank({ status }: Measure): number {
  return status === 'active' ? 1 : 0;
}
