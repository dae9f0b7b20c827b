import { isFailure, issue, OperationOutcomeError } from '../../fhir/outcome.js';
import { asObject, type FhirResource, isObject, isResource, type JsonObject } from '../../fhir/resource.js';
import type { StoredVersion, WriteOperation } from '../../store/store.js';
import { condition } from '../condition.js';
import type { Interaction } from '../interactions.js';
import { judge, resourceOf } from '../judge.js';
import type { FhirRequest, FhirResponse } from '../message.js';
import type { Services } from '../services.js';
import { createdId, createUnlessThere } from './conditional-create.js';
import { patientReplies, satusehatText } from './text.js';

const nikSystem = 'https://fhir.kemkes.go.id/id/nik';
const motherNikSystem = 'https://fhir.kemkes.go.id/id/nik-ibu';

/** Days after birth in which a child may be registered by its mother's NIK. */
const newbornDays = 60;

/**
 * POST Patient, which the platform answers in a form of its own: success, message and data. One who is registered already is told with 200 and
 * `success: false`. What is invalid is an OperationOutcome here as well.
 */
export async function createPatient(interaction: Interaction, request: FhirRequest, services: Services): Promise<FhirResponse> {
  const resource = resourceOf(request.body, 'Patient');
  const motherNik = identifier(resource, motherNikSystem);
  try {
    if (motherNik !== undefined && identifier(resource, nikSystem) === undefined) {
      return await createNewborn(resource, motherNik, request, services);
    }
    const response = await createUnlessThere(interaction, request, services);
    return reply(201, created(createdId(response)), response.headers);
  } catch (error) {
    const holder = error instanceof OperationOutcomeError ? holderOf(error) : undefined;
    if (holder === undefined) throw error;
    return reply(200, { success: false, message: patientReplies.exists, data: { resourceID: holder } });
  }
}

/**
 * The child, a RelatedPerson for its mother, and, where she is registered, a link from her to that RelatedPerson: all or nothing. The reply holds
 * what became of each.
 */
async function createNewborn(child: FhirResource, motherNik: string, request: FhirRequest, services: Services): Promise<FhirResponse> {
  judge(child, services);
  checkAge(child, services.clock());
  const childUrl = `urn:uuid:${services.newId()}`;
  const relatedUrl = `urn:uuid:${services.newId()}`;
  const mother = await motherBy(motherNik, request, services);
  const operations: WriteOperation[] = [
    { kind: 'create', fullUrl: childUrl, resource: child, expression: 'Patient' },
    { kind: 'create', fullUrl: relatedUrl, resource: motherAsRelated(motherNik, childUrl) },
    ...(mother === undefined ? [] : [linkTo(relatedUrl, mother)]),
  ];
  const [patient, related, linked] = await services.store.write(operations, request.context);
  if (patient === undefined || related === undefined) throw new Error('the store answered nothing');
  return reply(201, {
    ...created(patient.version.id),
    create_patient: { success: true, message: patientReplies.created, data: { patient_id: patient.version.id } },
    create_related_patient: { success: true, message: patientReplies.relatedCreated, data: { related_patient_id: related.version.id } },
    update_link_patient:
      linked === undefined
        ? { success: false, message: patientReplies.motherUnknown }
        : { success: true, message: patientReplies.linked, data: { patient_id: linked.version.id } },
    log_time: { created_at: patient.version.lastUpdated },
  });
}

function checkAge(child: FhirResource, now: number): void {
  const { birthDate } = asObject(child);
  // A date is a whole day: one that began in the easternmost zone (UTC+9) counts.
  const born = typeof birthDate === 'string' && birthDate.length === 10 ? Date.parse(birthDate) - 9 * 3_600_000 : Number.NaN;
  const days = (now - born) / 86_400_000;
  if (days >= 0 && days < newbornDays + 1) return;
  throw new OperationOutcomeError(400, [
    issue('value', 'satusehat-newborn', satusehatText.newbornAge, { expression: 'Patient.birthDate' }),
  ]);
}

async function motherBy(nik: string, request: FhirRequest, services: Services): Promise<StoredVersion | undefined> {
  if (!/^\d{16}$/.test(nik)) return undefined;
  const search = condition(`identifier=${nikSystem}|${nik}`, 'Patient', services);
  const { matches } = await services.store.search(request.context.scope, { ...search, count: 1, includes: [] });
  return matches[0];
}

function motherAsRelated(nik: string, childUrl: string): FhirResource {
  return {
    resourceType: 'RelatedPerson',
    active: true,
    identifier: [{ use: 'official', system: nikSystem, value: nik }],
    patient: { reference: childUrl },
    relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH', display: 'mother' }] }],
  } as FhirResource;
}

function linkTo(relatedUrl: string, { id, version, body = '' }: StoredVersion): WriteOperation {
  const mother: unknown = JSON.parse(body);
  if (!isResource(mother)) throw new Error('a stored body is not a resource');
  const links = asObject(mother)['link'];
  const link = [...(Array.isArray(links) ? links : []), { other: { reference: relatedUrl }, type: 'seealso' }];
  return { kind: 'update', type: 'Patient', id, expectedVersion: version, resource: { ...mother, link } as FhirResource };
}

function identifier(resource: FhirResource, system: string): string | undefined {
  const identifiers = asObject(resource)['identifier'];
  const found = (Array.isArray(identifiers) ? identifiers : []).find((one: unknown) => isObject(one) && one['system'] === system);
  const value = isObject(found) ? found['value'] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Id of the Patient that holds the identifier already. */
function holderOf({ issues }: OperationOutcomeError): string | undefined {
  const taken = issues.find((found) => isFailure(found) && found.rule === 'identifier-duplicate');
  return /^Patient\/(.+)$/.exec(taken?.diagnostics ?? '')?.[1];
}

function created(id: string): JsonObject {
  // The colon is the platform's.
  return { success: true, message: patientReplies.created, data: { 'Patient ID:': id } };
}

function reply(status: number, body: JsonObject, headers: Readonly<Record<string, string>> = {}): FhirResponse {
  return { status, headers, body: JSON.stringify(body), contentType: 'application/json; charset=utf-8' };
}
