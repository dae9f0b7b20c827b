import type { Location, OrganizationAffiliation } from '@medplum/fhirtypes';
import { areaSystem } from '../../definitions/areas.js';
import { writtenDay } from '../../fhir/date.js';
import { parseReference } from '../../fhir/reference.js';
import type { Scope } from '../../search/scope.js';
import { type ResourceServices, resourceAt, resourcesAt } from './resources-at.js';

/** When a catchment is asked for: the day on which it holds, and the instant whose data say so. */
export interface CatchmentTime {
  /** `YYYY-MM-DD`; without it, whatever holds on no day in particular. */
  readonly day?: string;
  /** ISO instant; without it, the present data. */
  readonly asOf?: string;
}

/**
 * Codes of the villages that an organization serves, sorted: the Locations of its OrganizationAffiliations whose period holds on the day; where it has none
 * at all, the villages whose Locations name it as the managing organization.
 */
export async function catchment(
  services: ResourceServices,
  scope: Scope,
  reference: string,
  { day, asOf }: CatchmentTime = {},
): Promise<readonly string[]> {
  const affiliations = await affiliationsOf(services, scope, reference, asOf);
  const villages = new Set<string>();
  for (const { period, location = [] } of affiliations) {
    if (day !== undefined && !holdsOn(period, day)) continue;
    for (const { reference: place } of location) {
      const code = place === undefined ? undefined : await areaOfLocation(services, scope, place, asOf);
      if (code?.length === 10) villages.add(code);
    }
  }
  if (affiliations.length === 0) {
    for await (const { body } of resourcesAt(services, scope, 'Location', { organization: reference }, asOf)) {
      const location = JSON.parse(body) as Location;
      const code = location.managingOrganization?.reference === reference ? areaCode(location) : undefined;
      if (code?.length === 10 && isJurisdiction(location)) villages.add(code);
    }
  }
  return [...villages].sort();
}

/** Area code of the Location that a reference leads to. */
export async function areaOfLocation(
  services: Pick<ResourceServices, 'store'>,
  scope: Scope,
  text: string,
  asOf?: string,
): Promise<string | undefined> {
  const reference = parseReference(text);
  if (reference.kind !== 'relative' || reference.type !== 'Location') return undefined;
  const found = await resourceAt(services, scope, 'Location', reference.id, asOf);
  return found && areaCode(JSON.parse(found.body) as Location);
}

/** The area that a Location is: its area code as an identifier, else the deepest part of its administrativeCode. */
export function areaCode(location: Location): string | undefined {
  const identifier = location.identifier?.find(({ system }) => system === areaSystem)?.value;
  if (identifier !== undefined || !isJurisdiction(location)) return identifier;
  const parts = location.address?.extension?.find(({ url }) => url === administrativeCode)?.extension ?? [];
  const codes = ['village', 'district', 'city', 'province'].map((level) => parts.find(({ url }) => url === level)?.valueCode);
  return codes.find((code) => code !== undefined);
}

const administrativeCode = 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode';

function isJurisdiction(location: Location): boolean {
  const isArea = location.identifier?.some(({ system }) => system === areaSystem) ?? false;
  return isArea || (location.physicalType?.coding?.some(({ code }) => code === 'jdn') ?? false);
}

/** What says by Locations where the organization serves: as the participating one, or as the primary one where none participates. */
async function affiliationsOf(
  services: ResourceServices,
  scope: Scope,
  reference: string,
  asOf: string | undefined,
): Promise<readonly OrganizationAffiliation[]> {
  const found = new Map<string, OrganizationAffiliation>();
  for (const parameter of ['participating-organization', 'primary-organization']) {
    for await (const { id, body } of resourcesAt(services, scope, 'OrganizationAffiliation', { [parameter]: reference }, asOf)) {
      const affiliation = JSON.parse(body) as OrganizationAffiliation;
      const serves = (affiliation.participatingOrganization ?? affiliation.organization)?.reference;
      if (serves === reference && affiliation.active !== false && (affiliation.location ?? []).length > 0) found.set(id, affiliation);
    }
  }
  return [...found.values()];
}

function holdsOn(period: OrganizationAffiliation['period'], day: string): boolean {
  const low = writtenDay(period?.start ?? '', 'low') ?? '';
  const high = writtenDay(period?.end ?? '', 'high') ?? '9999';
  return low <= day && day <= high;
}
