import { type ElmLibrary, type ElmNode, text } from '../../cql/elm.js';
import type { MeasurementPeriod } from '../../cql/program.js';
import { type FhirResource, isObject } from '../../fhir/resource.js';
import { definedCodes, type Literals } from './literals.js';
import type { Seed } from './persons.js';

type Code = Literals['codes'][number];

/** What a resource of a type has in a skeleton, at an instant; each so that a measure usually counts it. */
const elements: Readonly<Record<string, (at: string) => object>> = {
  Observation: (at) => ({
    status: 'final',
    effectiveDateTime: at,
    valueQuantity: { value: 1, code: '1', system: 'http://unitsofmeasure.org' },
  }),
  Encounter: (at) => ({
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    period: { start: at, end: at },
  }),
  EpisodeOfCare: (at) => ({ status: 'active', period: { start: at } }),
  Condition: (at) => ({
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
    onsetDateTime: at,
    recordedDate: at,
  }),
  Procedure: (at) => ({ status: 'completed', performedDateTime: at }),
  Immunization: (at) => ({ status: 'completed', occurrenceDateTime: at }),
  MedicationRequest: (at) => ({ status: 'active', intent: 'order', authoredOn: at }),
  MedicationDispense: (at) => ({ status: 'completed', whenHandedOver: at }),
  MedicationStatement: (at) => ({ status: 'active', effectiveDateTime: at }),
  Coverage: (at) => ({ status: 'active', period: { start: at } }),
};

/** One person with a Patient and a resource for each type and code that the libraries retrieve, in the middle of the period. */
export function skeleton(libraries: readonly ElmLibrary[], members: readonly Code[], period: MeasurementPeriod): Seed {
  const middle = new Date((Date.parse(period.start) + Date.parse(period.end)) / 2).toISOString();
  const codes = new Map(libraries.flatMap(definedCodes).map(({ name, ...code }) => [name, code]));
  const retrieved = new Map<string, { readonly type: string; readonly property: string; readonly code: Code | undefined }>();
  for (const node of libraries.flatMap(({ statements }) => retrieves(statements))) {
    const type = text(node, 'dataType').replace(/^\{.*\}/, '');
    const named = refNames(node['codes']).flatMap((name) => codes.get(name) ?? []);
    const wanted = node['codes'] === undefined ? [undefined] : named.length > 0 ? named : members.slice(0, 2);
    for (const code of wanted) retrieved.set(`${type} ${code?.code ?? ''}`, { type, property: text(node, 'codeProperty'), code });
  }
  const patient = { resourceType: 'Patient', id: 'p', gender: 'female', birthDate: `${Number(period.start.slice(0, 4)) - 20}-06-15` };
  const others = [...retrieved.values()]
    .filter(({ type }) => type !== 'Patient')
    .map(({ type, property, code }, place) => ({
      resourceType: type,
      id: `r${place}`,
      ...(elements[type]?.(middle) ?? {}),
      [patientElements[type] ?? 'subject']: { reference: 'Patient/p' },
      ...(code && property !== '' ? codedElement(`${type}.${property}`, property, code) : {}),
    }));
  return { name: 'everything retrieved', resources: [patient, ...others] as readonly FhirResource[] };
}

/** Where a type's patient isn't its `subject`. */
const patientElements: Readonly<Record<string, string>> = { Immunization: 'patient', EpisodeOfCare: 'patient', Coverage: 'beneficiary' };

const repeated: ReadonlySet<string> = new Set(['Encounter.type', 'EpisodeOfCare.type', 'Observation.category', 'Condition.category']);

function codedElement(path: string, property: string, code: Code): object {
  const concept = { coding: [code] };
  return { [property === 'medication' ? 'medicationCodeableConcept' : property]: repeated.has(path) ? [concept] : concept };
}

function retrieves(value: unknown): readonly ElmNode[] {
  if (Array.isArray(value)) return value.flatMap(retrieves);
  if (!isObject(value)) return [];
  return [...(value['type'] === 'Retrieve' ? [value] : []), ...Object.values(value).flatMap(retrieves)];
}

/** Names of the codes that an expression refers to. */
function refNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(refNames);
  if (!isObject(value)) return [];
  return value['type'] === 'CodeRef' ? [text(value, 'name')] : Object.values(value).flatMap(refNames);
}
