import type { Organization } from '@medplum/fhirtypes';
import type { MeasureServices } from '../measure/services.js';
import { catchment } from '../measure/subject/catchment.js';
import type { Scope } from '../search/scope.js';
import type { PuskesmasEntry } from './index-page.js';

const puskesmasType = 'http://terminology.kemkes.go.id/CodeSystem/organization-type|102';
// The front page lists so many; a nation's server is entered by its areas.
const maximumListed = 200;

/** The Puskesmas of this server that have a catchment, by name. */
export async function listPuskesmas(
  services: Pick<MeasureServices, 'registry' | 'store' | 'areas' | 'past'>,
  scope: Scope,
): Promise<readonly PuskesmasEntry[]> {
  const parameter = services.registry.searchParameter('Organization', 'type');
  if (!parameter) return [];
  const page = await services.store.search(scope, {
    type: 'Organization',
    clauses: [{ kind: 'parameter', parameter, values: [puskesmasType] }],
    sort: [],
    count: maximumListed,
    includes: [],
    total: 'none',
    self: '',
  });
  const entries: PuskesmasEntry[] = [];
  for (const { body, id } of page.matches) {
    const organization = JSON.parse(body ?? '{}') as Organization;
    const codes = await catchment(services, scope, `Organization/${id}`);
    const villages = codes.map((code) => ({ code, name: services.areas.find(code)?.name ?? code }));
    if (villages.length > 0) entries.push({ id, name: organization.name ?? id, villages });
  }
  return entries.sort((left, right) => left.name.localeCompare(right.name, 'id'));
}
