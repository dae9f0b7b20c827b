import type { Group, Location, Organization, Patient } from '@medplum/fhirtypes';
import type { Subjects } from '../../cql/program.js';
import type { Area } from '../../definitions/areas.js';
import { type Issue, issue, OperationOutcomeError, type Result } from '../../fhir/outcome.js';
import { parseReference } from '../../fhir/reference.js';
import type { Scope } from '../../search/scope.js';
import type { MeasureServices } from '../services.js';
import { measureText } from '../text.js';
import { areaCode, type CatchmentTime, catchment } from './catchment.js';
import type { PastVersion } from './load-past.js';
import { isPosyandu } from './parts.js';
import { type ResourceServices, resourceAt, resourcesAt } from './resources-at.js';

/** An RW of a village, or an RT of an RW: three digits each. */
export interface VillagePart {
  readonly rw: string;
  readonly rt?: string;
}

/** Of the people of an area only a practitioner's patients. */
export interface PatientsOf {
  readonly practitioner: string;
  /** Of Patients. */
  readonly ids: readonly string[];
}

/** Whom a report is about. */
export type MeasureSubject =
  | { readonly kind: 'all'; readonly isNation?: boolean }
  | { readonly kind: 'area'; readonly area: Area; readonly part?: VillagePart; readonly reference?: string; readonly patients?: PatientsOf }
  | {
      readonly kind: 'organization';
      readonly reference: string;
      readonly name: string;
      readonly villages: readonly string[];
      readonly patients?: PatientsOf;
    }
  | { readonly kind: 'persons'; readonly reference: string; readonly ids: readonly string[]; readonly isPosyandu?: boolean }
  | { readonly kind: 'person'; readonly reference: string; readonly id: string };

type SubjectServices = ResourceServices & Pick<MeasureServices, 'areas'>;

/** When the subject is asked for, and of whose patients. */
export interface SubjectOptions extends CatchmentTime {
  /** `Practitioner/…`: of the subject's people only those whose general practitioner it is. */
  readonly practitioner?: string;
}

/** Everyone, as a subject: the code of ISO 3166. */
const nationCode = 'ID';

/**
 * The subject of a `subject` parameter, everyone without one. Throws OperationOutcomeError: 404 for what isn't here, 400 for what is no subject.
 */
export async function subjectOf(
  services: SubjectServices,
  scope: Scope,
  text: string | undefined,
  { practitioner, ...time }: SubjectOptions = {},
): Promise<MeasureSubject> {
  const subject: Result<MeasureSubject> =
    text === undefined ? { ok: true, value: { kind: 'all' } } : await resolveSubject(services, scope, text, time);
  if (!subject.ok) {
    throw new OperationOutcomeError(subject.issues.some(({ code }) => code === 'not-found') ? 404 : 400, subject.issues);
  }
  return practitioner === undefined ? subject.value : ofPractitioner(services, scope, subject.value, practitioner, time);
}

/**
 * Reads a `subject`: `Patient/…`, `Group/…`, a Location that is an area, an Organization (the people of its catchment; of a Posyandu, those registered with it),
 * an area code of 2, 4, 6 or 10 digits, that of a village with an RW or an RW and RT (`6202031012/003/002`), or `ID` for the nation.
 * Fails with an issue about the parameter `subject`.
 */
export async function resolveSubject(
  services: SubjectServices,
  scope: Scope,
  text: string,
  time: CatchmentTime = {},
): Promise<Result<MeasureSubject>> {
  if (text === nationCode) return { ok: true, value: { kind: 'all', isNation: true } };
  const coded = /^(\d+)(?:\/(\d{1,3})(?:\/(\d{1,3}))?)?$/.exec(text);
  if (coded) return areaSubject(services, coded[1] ?? '', partOf(coded[2], coded[3]));
  const reference = parseReference(text);
  if (reference.kind !== 'relative') return failed(issue('value', 'measure-subject', measureText.subjectKind, about));
  const resolve = Object.hasOwn(resolvers, reference.type) ? resolvers[reference.type] : undefined;
  if (!resolve) return failed(issue('value', 'measure-subject', measureText.subjectKind, about));
  const stored = await resourceAt(services, scope, reference.type, reference.id, time.asOf);
  if (!stored) return failed(issue('not-found', 'measure-subject', measureText.subjectNotFound(text), about));
  return resolve(services, scope, stored, `${reference.type}/${reference.id}`, time);
}

/** Whom to ask the evaluator about; of a practitioner's patients those who `livesIn` the subject are meant. */
export function subjectsOf(subject: MeasureSubject): Subjects {
  switch (subject.kind) {
    case 'all':
      return { kind: 'all' };
    case 'area':
    case 'organization':
      return subject.patients ? { kind: 'persons', ids: subject.patients.ids } : { kind: 'areas', prefixes: prefixesOf(subject) };
    case 'persons':
      return { kind: 'persons', ids: subject.ids };
    case 'person':
      return { kind: 'persons', ids: [subject.id] };
  }
}

/** Whether somebody who lives in a village (none: undefined) is meant by the subject: asked where the evaluator was asked for persons and not for areas. */
export function livesIn(subject: MeasureSubject, village: string | undefined): boolean {
  if (subject.kind !== 'area' && subject.kind !== 'organization') return true;
  return village !== undefined && prefixesOf(subject).some((prefix) => village.startsWith(prefix));
}

/** The practitioner's patients to whom the subject is narrowed. */
export function patientsOf(subject: MeasureSubject): PatientsOf | undefined {
  return subject.kind === 'area' || subject.kind === 'organization' ? subject.patients : undefined;
}

function prefixesOf(subject: Extract<MeasureSubject, { readonly kind: 'area' | 'organization' }>): readonly string[] {
  return subject.kind === 'area' ? [subject.area.code] : subject.villages;
}

/**
 * The areas with codes of `digits` that a report about the subject lists, whether anybody lives there or not: none where they would be thousands, nor for persons.
 */
export function listedAreas({ areas }: Pick<MeasureServices, 'areas'>, subject: MeasureSubject, digits: number): readonly string[] {
  switch (subject.kind) {
    case 'organization':
      return [...new Set(subject.villages.map((village) => village.slice(0, digits)))];
    case 'area':
      return isBroad(subject.area.code.length, digits) || subject.part ? [] : codesBelow(areas, subject.area.code, digits);
    case 'all':
      return subject.isNation === true && digits === 2 ? areas.children().map(({ code }) => code) : [];
    case 'persons':
    case 'person':
      return [];
  }
}

/** The villages of a province are listed by nobody. */
function isBroad(subjectDigits: number, digits: number): boolean {
  return subjectDigits === 2 && digits > 6;
}

function codesBelow(areas: Pick<MeasureServices['areas'], 'children'>, code: string, digits: number): readonly string[] {
  if (code.length >= digits) return [code.slice(0, digits)];
  return areas.children(code).flatMap((child) => codesBelow(areas, child.code, digits));
}

const about = { expression: "Parameters.parameter.where(name = 'subject')" };
const aboutPractitioner = { expression: "Parameters.parameter.where(name = 'practitioner')" };

function failed(found: Issue): { readonly ok: false; readonly issues: readonly Issue[] } {
  return { ok: false, issues: [found] };
}

function partOf(rw: string | undefined, rt: string | undefined): VillagePart | undefined {
  if (rw === undefined) return undefined;
  return { rw: rw.padStart(3, '0'), ...(rt === undefined ? {} : { rt: rt.padStart(3, '0') }) };
}

async function areaSubject(
  services: SubjectServices,
  code: string,
  part: VillagePart | undefined,
  reference?: string,
): Promise<Result<MeasureSubject>> {
  const area = services.areas.find(code);
  if (!area) return failed(issue('not-found', 'measure-subject', measureText.areaUnknown(code), about));
  if (part && area.level !== 'village') return failed(issue('value', 'measure-subject', measureText.partOfVillage(area.name), about));
  return { ok: true, value: { kind: 'area', area, ...(part ? { part } : {}), ...(reference === undefined ? {} : { reference }) } };
}

type Resolver = (
  services: SubjectServices,
  scope: Scope,
  stored: PastVersion,
  reference: string,
  time: CatchmentTime,
) => Promise<Result<MeasureSubject>>;

const resolvers: Readonly<Record<string, Resolver>> = {
  Patient: async (_services, _scope, { id }, reference) => ({ ok: true, value: { kind: 'person', reference, id } }),
  Location: async (services, _scope, stored, reference) => {
    const code = areaCode(JSON.parse(stored.body) as Location);
    if (code === undefined) return failed(issue('business-rule', 'measure-subject', measureText.locationWithoutArea, about));
    return areaSubject(services, code, undefined, reference);
  },
  Organization: async (services, scope, stored, reference, time) => {
    const organization = JSON.parse(stored.body) as Organization;
    const villages = await catchment(services, scope, reference, time);
    if (villages.length > 0) {
      return { ok: true, value: { kind: 'organization', reference, name: organization.name ?? reference, villages } };
    }
    if (!isPosyandu(organization)) return failed(issue('business-rule', 'measure-subject', measureText.organizationWithoutArea, about));
    const ids = await patientIds(services, scope, 'organization', reference, time.asOf);
    return { ok: true, value: { kind: 'persons', reference, ids, isPosyandu: true } };
  },
  Group: async (_services, _scope, stored, reference) => {
    const { member = [] } = JSON.parse(stored.body) as Group;
    const ids = member.flatMap(({ entity, inactive }) => {
      const found = parseReference(entity?.reference ?? '');
      return inactive !== true && found.kind === 'relative' && found.type === 'Patient' ? [found.id] : [];
    });
    return { ok: true, value: { kind: 'persons', reference, ids: [...new Set(ids)] } };
  },
};

/** Those of the subject's people whose general practitioner it is; all of those where there is no subject. */
async function ofPractitioner(
  services: SubjectServices,
  scope: Scope,
  subject: MeasureSubject,
  practitioner: string,
  { asOf }: CatchmentTime,
): Promise<MeasureSubject> {
  const [type = '', id = ''] = practitioner.split('/');
  if (!(await resourceAt(services, scope, type, id, asOf))) {
    throw new OperationOutcomeError(404, [
      issue('not-found', 'measure-practitioner', measureText.subjectNotFound(practitioner), aboutPractitioner),
    ]);
  }
  const ids = new Set(await patientIds(services, scope, 'general-practitioner', practitioner, asOf));
  switch (subject.kind) {
    case 'all':
      return { kind: 'persons', reference: practitioner, ids: [...ids] };
    case 'persons':
      return { ...subject, ids: subject.ids.filter((one) => ids.has(one)) };
    case 'person':
      if (ids.has(subject.id)) return subject;
      throw new OperationOutcomeError(400, [
        issue('business-rule', 'measure-practitioner', measureText.notOfPractitioner, aboutPractitioner),
      ]);
    case 'area':
    case 'organization':
      return { ...subject, patients: { practitioner, ids: [...ids] } };
  }
}

/** The elements of a Patient that the search parameters are about. */
const patientElements = { organization: 'managingOrganization', 'general-practitioner': 'generalPractitioner' } as const;

async function patientIds(
  services: SubjectServices,
  scope: Scope,
  parameter: keyof typeof patientElements,
  reference: string,
  asOf: string | undefined,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id, body } of resourcesAt(services, scope, 'Patient', { [parameter]: reference }, asOf)) {
    const named = [(JSON.parse(body) as Patient)[patientElements[parameter]] ?? []].flat();
    if (asOf === undefined || named.some((one) => one.reference === reference)) ids.push(id);
  }
  return ids;
}
