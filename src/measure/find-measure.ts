import type { Measure } from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';
import { canonicalOf } from './program.js';
import type { MeasureServices } from './services.js';
import { measureText } from './text.js';

/**
 * The active Measure by id (`ANC-K6`, `Measure/ANC-K6`) or canonical (with or without `|version`): a stored one by its id first, then those of our guide.
 * Throws 404 where there is none, 422 where it isn't active.
 */
export async function findMeasure(services: Pick<MeasureServices, 'registry' | 'store'>, scope: Scope, name: string): Promise<Measure> {
  const id = name.startsWith('Measure/') ? name.slice('Measure/'.length) : name;
  const stored = /^[A-Za-z0-9\-.]{1,64}$/.test(id) ? await services.store.read(scope, 'Measure', id) : undefined;
  const measure =
    stored?.body === undefined
      ? guideMeasures(services).find((found) => found.id === id || found.url === name || canonicalOf(found) === name)
      : (JSON.parse(stored.body) as Measure);
  if (!measure) throw new OperationOutcomeError(404, [issue('not-found', 'measure-unknown', measureText.measureNotFound(name))]);
  if (measure.status !== 'active') {
    const text = measureText.measureStatus(measure.status);
    throw new OperationOutcomeError(422, [issue('business-rule', 'measure-status', text, { expression: 'Measure.status' })]);
  }
  return measure;
}

/** The Measures that Lontar brings along, in order of id. */
export function guideMeasures(services: Pick<MeasureServices, 'registry'>): readonly Measure[] {
  const measures = services.registry.ours('Measure') as readonly Measure[];
  return [...measures].sort((left, right) => ((left.id ?? '') < (right.id ?? '') ? -1 : 1));
}
