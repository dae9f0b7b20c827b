import { v5 } from 'uuid';
import type { FhirResource, JsonObject } from '../fhir/resource.js';
import type { Score } from './assess.js';
import type { IndicatorId } from './categories.js';
import type { Child, DayAssessment } from './day.js';
import type { Measured } from './measured.js';
import { bilingual, growthText } from './text.js';

const namespace = '6f0c6f0e-3b53-5c0e-9a51-2f4b0d8a7c11';
const derivedKinds = ['WAZ', 'LAZ', 'HAZ', 'WLZ', 'WHZ', 'BAZ', 'HCZ'] as const satisfies readonly IndicatorId[];
const snomed = 'http://snomed.info/sct';
const profile = 'https://lontar.id/fhir/StructureDefinition/';

/** Of what is derived from a measurement, always the same id. */
function derivedId(source: string, what: IndicatorId | 'provenance'): string {
  return v5(`${source} ${what}`, namespace);
}

/** Everything that may have been derived from a measurement, whatever it was. */
export function derivedFrom(source: string): ReadonlyArray<{ readonly type: string; readonly id: string }> {
  return [
    ...derivedKinds.map((kind) => ({ type: 'Observation', id: derivedId(source, kind) })),
    { type: 'Provenance', id: derivedId(source, 'provenance') },
  ];
}

/** The z-score Observations of one measurement, and the Provenance that says what they came from. `patient` is the Patient as stored. */
export function growthResources(child: Child, patient: FhirResource, day: DayAssessment): ReadonlyArray<FhirResource & JsonObject> {
  const observations = day.assessment.scores.map((score) => scoreObservation(child, day, score));
  return [...observations, provenance(patient, day, observations)];
}

function scoreObservation(child: Child, day: DayAssessment, score: Score): FhirResource & JsonObject {
  const { anchor, assessment } = day;
  const { encounter, performer } = anchor.observation;
  const { indicator, reported, category, flags } = score;
  const inputs = inputsOf(day, score);
  const isImplausible = flags.includes('implausible');
  const hasValue = reported !== undefined && !isImplausible;
  const remarks =
    isImplausible && reported !== undefined ? [growthText.implausibleScore(reported)] : flags.map((flag) => growthText.flag[flag]);
  return {
    resourceType: 'Observation',
    id: derivedId(anchor.id, indicator.id),
    meta: { profile: [`${profile}observation-growth-score`] },
    status: inputs.some(({ observation }) => observation.status === 'preliminary') ? 'preliminary' : 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'exam', display: 'Exam' }] }],
    code: { coding: [{ system: snomed, code: indicator.code, display: indicator.display }], text: indicator.name.id },
    subject: { reference: `Patient/${child.id}` },
    ...(encounter === undefined ? {} : { encounter }),
    effectiveDateTime: anchor.effective,
    ...(performer === undefined ? {} : { performer }),
    // An implausible score must not be counted by anyone: it stands in the note.
    ...(hasValue
      ? { valueQuantity: { value: reported, unit: '{Zscore}', system: 'http://unitsofmeasure.org', code: '{Zscore}' } }
      : { dataAbsentReason: absentReason(isImplausible) }),
    ...(category === undefined
      ? {}
      : {
          interpretation: [
            {
              ...(category.coding === undefined ? {} : { coding: [{ ...category.coding, display: category.name.id }] }),
              text: bilingual(category.name),
            },
          ],
        }),
    note: [growthText.basis(assessment), ...remarks].filter(({ id }) => id !== '').map((text) => ({ text: bilingual(text) })),
    method: { text: bilingual(growthText.standard) },
    derivedFrom: inputs.map(({ id }) => ({ reference: `Observation/${id}` })),
  };
}

/** Weight-for-age rests on the weight (and oedema) alone. */
function inputsOf({ anchor, companions }: DayAssessment, { indicator }: Score): readonly Measured[] {
  return [anchor, ...companions.filter(({ kind }) => kind === 'oedema' || indicator.id !== 'WAZ')];
}

function absentReason(isImplausible: boolean): JsonObject {
  const system = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
  return {
    coding: [isImplausible ? { system, code: 'error', display: 'Error' } : { system, code: 'not-applicable', display: 'Not Applicable' }],
  };
}

function provenance(
  patient: FhirResource,
  { anchor, companions }: DayAssessment,
  targets: readonly FhirResource[],
): FhirResource & JsonObject {
  const inputs: readonly FhirResource[] = [anchor, ...companions].map(({ observation }) => observation);
  return {
    resourceType: 'Provenance',
    id: derivedId(anchor.id, 'provenance'),
    meta: { profile: [`${profile}provenance`] },
    target: targets.map(({ resourceType, id }) => ({ reference: `${resourceType}/${id}` })),
    occurredDateTime: anchor.effective,
    // The time of the newest input: deriving the same again changes nothing.
    recorded: [...inputs, patient].map(lastUpdatedOf).toSorted().at(-1),
    activity: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'CREATE', display: 'create' }],
      text: bilingual(growthText.activity),
    },
    agent: [
      {
        type: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'assembler', display: 'Assembler' },
          ],
        },
        who: { display: 'Lontar' },
      },
    ],
    entity: [
      ...[...inputs, patient].map((input) => ({ role: 'source', what: { reference: versionReference(input) } })),
      { role: 'source', what: { display: bilingual(growthText.standard) } },
    ],
  };
}

function lastUpdatedOf({ meta }: FhirResource): string {
  return meta?.lastUpdated ?? '';
}

function versionReference({ resourceType, id, meta }: FhirResource): string {
  return `${resourceType}/${id}/_history/${meta?.versionId}`;
}
