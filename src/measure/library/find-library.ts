import type { Library } from '@medplum/fhirtypes';
import { findLibrary } from '../../cql/libraries.js';
import { isFailure, issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { Scope } from '../../search/scope.js';
import type { MeasureServices } from '../services.js';
import { measureText } from '../text.js';
import { libraryText } from './text.js';

/**
 * The name under which `services.libraries` has a library that is asked for by id (`ANCK6`, `Library/ANCK6`), canonical (with or without `|version`) or name.
 * Throws 404 where there is none, 422 with its errors where it is stored and can't be evaluated.
 */
export async function libraryNamed(
  services: Pick<MeasureServices, 'libraries' | 'live' | 'store'>,
  scope: Scope,
  name: string,
): Promise<string> {
  await services.live?.refresh();
  const id = name.startsWith('Library/') ? name.slice('Library/'.length) : name;
  const stored = /^[A-Za-z0-9\-.]{1,64}$/.test(id) ? await services.store.read(scope, 'Library', id) : undefined;
  const canonical = stored?.body === undefined ? name : canonicalOf(JSON.parse(stored.body) as Library, id);
  if (findLibrary(services.libraries, canonical)) return canonical;
  const errors = (services.live?.issuesOf(id) ?? []).filter(isFailure);
  if (errors.length === 0) throw new OperationOutcomeError(404, [issue('not-found', 'library-unknown', measureText.libraryNotFound(name))]);
  throw new OperationOutcomeError(422, [issue('business-rule', 'library-broken', libraryText.notEvaluable(id)), ...errors]);
}

function canonicalOf({ url, version }: Library, id: string): string {
  const name = url ?? `Library/${id}`;
  return version === undefined ? name : `${name}|${version}`;
}
