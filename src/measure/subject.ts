import type { Group, Location, Organization } from '@medplum/fhirtypes';
import type { Subjects } from '../cql/program.js';
import { type Area, areaSystem } from '../definitions/areas.js';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import { parseReference } from '../fhir/reference.js';
import type { Scope } from '../search/scope.js';
import type { StoredVersion } from '../store/store.js';
import type { MeasureServices } from './services.js';
import { measureText } from './text.js';

/** Whom a report is about. */
export type MeasureSubject =
  | { readonly kind: 'all' }
  | { readonly kind: 'area'; readonly area: Area; readonly reference?: string }
  | { readonly kind: 'organization'; readonly reference: string; readonly name: string; readonly villages: readonly string[] }
  | { readonly kind: 'persons'; readonly reference: string; readonly ids: readonly string[] }
  | { readonly kind: 'person'; readonly reference: string; readonly id: string };

type SubjectServices = Pick<MeasureServices, 'registry' | 'areas' | 'store'>;

/**
 * Reads a `subject`: `Patient/…`, a Location that is an area, an Organization (its villages are the village Locations that it manages: the catchment),
 * or an area code of 2, 4, 6 or 10 digits. Fails with an issue about the parameter `subject`.
 */
export async function resolveSubject(services: SubjectServices, scope: Scope, text: string): Promise<Result<MeasureSubject>> {
  if (/^\d+$/.test(text)) return areaSubject(services, text);
  const reference = parseReference(text);
  if (reference.kind !== 'relative') return failed(issue('value', 'measure-subject', measureText.subjectKind, about));
  const resolve = { Patient: personSubject, Location: locationSubject, Organization: organizationSubject, Group: groupSubject }[
    reference.type
  ];
  if (!resolve) return failed(issue('value', 'measure-subject', measureText.subjectKind, about));
  const stored = await services.store.read(scope, reference.type, reference.id);
  if (stored?.body === undefined) return failed(issue('not-found', 'measure-subject', measureText.subjectNotFound(text), about));
  return resolve(services, scope, stored, `${reference.type}/${reference.id}`);
}

/** Whom to ask the evaluator about. */
export function subjectsOf(subject: MeasureSubject): Subjects {
  switch (subject.kind) {
    case 'all':
      return { kind: 'all' };
    case 'area':
      return { kind: 'areas', prefixes: [subject.area.code] };
    case 'organization':
      return { kind: 'areas', prefixes: subject.villages };
    case 'persons':
      return { kind: 'persons', ids: subject.ids };
    case 'person':
      return { kind: 'persons', ids: [subject.id] };
  }
}

/** The villages that a report about the subject lists, whether anybody lives there or not; none for the whole country, a province, or a person. */
export function listedVillages(services: Pick<MeasureServices, 'areas'>, subject: MeasureSubject): readonly string[] {
  if (subject.kind === 'organization') return subject.villages;
  if (subject.kind !== 'area' || subject.area.level === 'province') return [];
  return villagesOf(services, subject.area);
}

function villagesOf(services: Pick<MeasureServices, 'areas'>, area: Area): readonly string[] {
  if (area.level === 'village') return [area.code];
  return services.areas.children(area.code).flatMap((child) => villagesOf(services, child));
}

const about = { expression: "Parameters.parameter.where(name = 'subject')" };

function failed(found: Issue): { readonly ok: false; readonly issues: readonly Issue[] } {
  return { ok: false, issues: [found] };
}

async function areaSubject(services: SubjectServices, code: string, reference?: string): Promise<Result<MeasureSubject>> {
  const area = services.areas.find(code);
  if (!area) return failed(issue('not-found', 'measure-subject', measureText.areaUnknown(code), about));
  return { ok: true, value: reference === undefined ? { kind: 'area', area } : { kind: 'area', area, reference } };
}

async function personSubject(
  _services: SubjectServices,
  _scope: Scope,
  stored: StoredVersion,
  reference: string,
): Promise<Result<MeasureSubject>> {
  return { ok: true, value: { kind: 'person', reference, id: stored.id } };
}

async function locationSubject(
  services: SubjectServices,
  _scope: Scope,
  stored: StoredVersion,
  reference: string,
): Promise<Result<MeasureSubject>> {
  const code = areaCode(JSON.parse(stored.body ?? '{}') as Location);
  if (code === undefined) return failed(issue('business-rule', 'measure-subject', measureText.locationWithoutArea, about));
  return areaSubject(services, code, reference);
}

async function groupSubject(
  _services: SubjectServices,
  _scope: Scope,
  stored: StoredVersion,
  reference: string,
): Promise<Result<MeasureSubject>> {
  const { member = [] } = JSON.parse(stored.body ?? '{}') as Group;
  const ids = member.flatMap(({ entity, inactive }) => {
    const found = parseReference(entity?.reference ?? '');
    return inactive !== true && found.kind === 'relative' && found.type === 'Patient' ? [found.id] : [];
  });
  return { ok: true, value: { kind: 'persons', reference, ids: [...new Set(ids)] } };
}

/** Those whose general practitioner is the one of the reference `Practitioner/…`. */
export async function patientsOf(services: SubjectServices, scope: Scope, reference: string): Promise<MeasureSubject> {
  const parameter = services.registry.searchParameter('Patient', 'general-practitioner');
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await services.store.search(scope, {
      type: 'Patient',
      clauses: parameter ? [{ kind: 'parameter', parameter, values: [reference] }] : [],
      sort: [],
      count: 500,
      ...(cursor === undefined ? {} : { cursor }),
      includes: [],
      total: 'none',
      self: '',
    });
    ids.push(...page.matches.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return { kind: 'persons', reference, ids };
}

async function organizationSubject(
  services: SubjectServices,
  scope: Scope,
  stored: StoredVersion,
  reference: string,
): Promise<Result<MeasureSubject>> {
  const villages = await catchment(services, scope, reference);
  if (villages.length === 0) return failed(issue('business-rule', 'measure-subject', measureText.organizationWithoutArea, about));
  const organization = JSON.parse(stored.body ?? '{}') as Organization;
  return { ok: true, value: { kind: 'organization', reference, name: organization.name ?? reference, villages } };
}

/** Codes of the villages whose Locations name the organization as the managing one, sorted. */
export async function catchment(services: SubjectServices, scope: Scope, reference: string): Promise<readonly string[]> {
  const parameter = services.registry.searchParameter('Location', 'organization');
  if (!parameter) return [];
  const villages = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await services.store.search(scope, {
      type: 'Location',
      clauses: [{ kind: 'parameter', parameter, values: [reference] }],
      sort: [],
      count: 500,
      ...(cursor === undefined ? {} : { cursor }),
      includes: [],
      total: 'none',
      self: '',
    });
    for (const { body } of page.matches) {
      const location = JSON.parse(body ?? '{}') as Location;
      const code = areaCode(location);
      if (code?.length === 10 && isJurisdiction(location)) villages.add(code);
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return [...villages].sort();
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
