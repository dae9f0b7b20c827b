import type {
  CodeableConcept,
  Extension,
  List,
  MeasureGroup,
  MeasureReport,
  MeasureReportGroup,
  MeasureReportGroupPopulation,
  MeasureReportGroupStratifierStratum,
  Observation,
  Quantity,
  Reference,
} from '@medplum/fhirtypes';
import type { CqlValue, MeasureProgram, Stratifier } from '../cql/program.js';
import { type Areas, areaSystem } from '../definitions/areas.js';
import type { Evaluation } from './evaluate.js';
import type { Counts } from './membership.js';
import { aggregate, proportion, rate, scoreUnit } from './score.js';
import type { GroupResult, Stratum, ValueStratum } from './strata.js';
import { denominatorBasisUrl, targetUrl } from './target.js';
import { measureText } from './text.js';

export type ReportType = 'subject' | 'subject-list' | 'population';

/** Extensions of ours on a MeasureReport: what an auditor needs to compute it again. */
export const engineUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-engine';
export const watermarkUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-watermark';
export const definitionUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-definition';

export const measureInfoUrl = 'http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-measureInfo';

const absentReasonUrl = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
const absentReasonSystem = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
const populationSystem = 'http://terminology.hl7.org/CodeSystem/measure-population';

const fhirType = { subject: 'individual', 'subject-list': 'subject-list', population: 'summary' } as const;

/**
 * The evaluation as an R4 MeasureReport. Scores are percentages (`%`) with two decimals; a score without a denominator is absent with the reason `not-applicable`.
 * Reports on many persons are stratified by village of residence. `evaluated` are the resources behind an individual report.
 */
export function measureReport(
  evaluation: Evaluation,
  type: ReportType,
  areas: Pick<Areas, 'find'>,
  evaluated: readonly Reference[] = [],
): MeasureReport {
  const { measure, period, subject, watermark } = evaluation;
  const lists: List[] = [];
  const group = evaluation.groups.map((result, index) => reportGroup(evaluation, result, index, type, areas, lists));
  const supplemental = supplementalObservations(evaluation);
  const contained = [...lists, ...supplemental];
  const behind = [...evaluated, ...supplemental.map(({ id }) => ({ reference: `#${id}` }))];
  return {
    resourceType: 'MeasureReport',
    ...(contained.length > 0 ? { contained } : {}),
    extension: [engineExtension(evaluation), { url: watermarkUrl, valueInstant: watermark }, definitionExtension(evaluation)],
    status: 'complete',
    type: fhirType[type],
    measure: evaluation.program.measure,
    ...subjectReference(subject),
    date: watermark,
    ...(subject.kind === 'organization' ? { reporter: { reference: subject.reference, display: subject.name } } : {}),
    period: { start: period.start, end: period.end },
    ...(measure.improvementNotation ? { improvementNotation: measure.improvementNotation } : {}),
    group,
    ...(behind.length > 0 ? { evaluatedResource: behind } : {}),
  };
}

function subjectReference(subject: Evaluation['subject']): Pick<MeasureReport, 'subject'> {
  switch (subject.kind) {
    case 'person':
      return { subject: { reference: subject.reference } };
    case 'area': {
      const identifier = { system: areaSystem, value: subject.area.code };
      return {
        subject: {
          ...(subject.reference === undefined ? {} : { reference: subject.reference }),
          type: 'Location',
          identifier,
          display: subject.area.name,
        },
      };
    }
    // R4 lets no Organization be the subject of a report: it is the reporter.
    case 'organization':
    case 'all':
      return {};
  }
}

function engineExtension(evaluation: Evaluation): Extension {
  const { evaluator, reasons } = evaluation.engine;
  return {
    url: engineUrl,
    extension: [{ url: 'kind', valueCode: evaluator.kind }, ...reasons.map((reason) => ({ url: 'reason', valueString: reason.text.en }))],
  };
}

function definitionExtension({ program, definition }: Evaluation): Extension {
  return {
    url: definitionUrl,
    extension: [
      { url: 'library', valueCanonical: program.library },
      { url: 'measureHash', valueString: `sha256:${definition.measureHash}` },
      ...(definition.libraryHash === undefined ? [] : [{ url: 'libraryHash', valueString: `sha256:${definition.libraryHash}` }]),
    ],
  };
}

function reportGroup(
  evaluation: Evaluation,
  result: GroupResult,
  index: number,
  type: ReportType,
  areas: Pick<Areas, 'find'>,
  lists: List[],
): MeasureReportGroup {
  const definition = evaluation.measure.group?.[index];
  const extension = (definition?.extension ?? []).filter(({ url }) => url === targetUrl || url === denominatorBasisUrl);
  const stratifier = definition?.stratifier?.find((found) =>
    found.component?.some((component) => component.code?.coding?.[0]?.code === 'village'),
  );
  const group = evaluation.program.groups[index];
  const score = (counts: Counts, observed?: readonly number[]) => measureScore(result, counts, observed, group, definition);
  const stratifiers =
    type === 'subject'
      ? []
      : [
          ...(stratifier
            ? [
                {
                  // A Measure's stratifier of components has no code (mea-1): its id says which it is.
                  ...(stratifier.id === undefined ? {} : { id: stratifier.id }),
                  ...(stratifier.code ? { code: [stratifier.code] } : {}),
                  stratum: result.strata.map((stratum) => ({
                    ...reportStratum(result, stratum, areas),
                    ...score(stratum.counts, stratum.observed),
                  })),
                },
              ]
            : []),
          ...(result.stratifiers ?? []).map((found) => {
            const defined = definition?.stratifier?.[found.stratifier.index];
            return {
              ...(defined?.id === undefined ? {} : { id: defined.id }),
              ...(defined?.code ? { code: [defined.code] } : {}),
              stratum: found.strata.map((stratum) => ({
                ...valueStratum(found.stratifier, stratum, defined?.component !== undefined),
                population: populations(result, stratum.counts),
                ...score(stratum.counts, stratum.observed),
              })),
            };
          }),
        ];
  return {
    ...(definition?.id === undefined ? {} : { id: definition.id }),
    ...(extension.length > 0 ? { extension } : {}),
    ...(definition?.code ? { code: definition.code } : {}),
    population: populations(result, result.total).map((population, at) => {
      const members = type === 'subject-list' ? evaluation.members?.[index]?.[at] : undefined;
      if (members === undefined) return population;
      const id = `${result.code}-${result.populations[at] ?? at}`.replace(/[^A-Za-z0-9.-]/g, '-');
      lists.push(subjectList(id, members));
      return { ...population, subjectResults: { reference: `#${id}` } };
    }),
    ...score(result.total, result.observed),
    ...(stratifiers.length > 0 ? { stratifier: stratifiers } : {}),
  };
}

/** A stratum by definitions' values: one value, or a component each. */
function valueStratum(
  { components }: Stratifier,
  { values }: ValueStratum,
  hasComponents: boolean,
): Pick<MeasureReportGroupStratifierStratum, 'value' | 'component'> {
  const concepts = values.map(valueConcept);
  if (!hasComponents) return concepts[0] ? { value: concepts[0] } : {};
  return {
    component: components.map(({ code, text }, index) => ({
      code: { text: text ?? code },
      value: concepts[index] ?? valueConcept(null),
    })),
  };
}

/** A value of CQL as a concept: codes stay codes, everything else is text; null is unknown. */
export function valueConcept(value: CqlValue): CodeableConcept {
  if (value === null) return { coding: [{ system: absentReasonSystem, code: 'unknown' }], text: measureText.unknownValue.id };
  if (typeof value !== 'object') return { text: String(value) };
  if ('kind' in value) {
    switch (value.kind) {
      case 'code': {
        const { kind: _, ...coding } = value;
        return { coding: [coding], text: value.display ?? value.code };
      }
      case 'concept': {
        const codings = value.codes.flatMap((code) => valueConcept(code).coding ?? []);
        return { ...(codings.length > 0 ? { coding: codings } : {}), text: value.text ?? codings[0]?.display ?? codings[0]?.code ?? '' };
      }
      case 'quantity':
        return { text: value.unit === undefined ? String(value.value) : `${value.value} ${value.unit}` };
      case 'date':
        return { text: value.text };
      case 'resource':
        return { text: `${value.type}/${value.id}` };
      // What has no word of its own is told as data.
      case 'interval':
      case 'ratio':
      case 'tuple':
      case 'element':
        return { text: JSON.stringify(value) };
    }
  }
  return { text: value.map((item) => valueConcept(item).text ?? '').join(', ') };
}

function reportStratum(result: GroupResult, stratum: Stratum, areas: Pick<Areas, 'find'>): MeasureReportGroupStratifierStratum {
  return {
    component: [
      {
        code: { coding: [{ system: 'https://lontar.id/fhir/CodeSystem/stratum', code: 'village' }], text: 'Desa/kelurahan' },
        value:
          stratum.area === undefined
            ? { coding: [{ system: absentReasonSystem, code: 'unknown' }], text: measureText.outsideAreas.id }
            : areaConcept(stratum.area, areas),
      },
    ],
    population: populations(result, stratum.counts),
  };
}

function areaConcept(
  code: string,
  areas: Pick<Areas, 'find'>,
): { coding: Array<{ system: string; code: string; display?: string }>; text?: string } {
  const name = areas.find(code)?.name;
  return name === undefined
    ? { coding: [{ system: areaSystem, code }] }
    : { coding: [{ system: areaSystem, code, display: name }], text: name };
}

function populations(result: GroupResult, counts: Counts): MeasureReportGroupPopulation[] {
  return result.populations.map((code, index) => ({
    code: { coding: [{ system: populationSystem, code }] },
    count: counts[index] ?? 0,
  }));
}

/** The score as its scoring has it: a rate of counts in the group's unit, one value of the observations, none for a cohort. */
function measureScore(
  result: GroupResult,
  counts: Counts,
  observed: readonly number[] | undefined,
  group: MeasureProgram['groups'][number] | undefined,
  definition: MeasureGroup | undefined,
): { readonly measureScore?: Quantity } {
  const scoring = group?.scoring ?? 'proportion';
  if (scoring === 'cohort') return {};
  if (scoring === 'continuous-variable') {
    const value = group?.observation && aggregate(group.observation.aggregate, observed ?? []);
    return { measureScore: value === undefined ? notApplicable : { value } };
  }
  const unit = scoreUnit(definition, scoring);
  const value = rate(proportion(result.populations, counts), unit);
  if (value === undefined) return { measureScore: notApplicable };
  const coded = unit.code === undefined ? {} : { unit: unit.unit ?? unit.code, system: 'http://unitsofmeasure.org', code: unit.code };
  return { measureScore: { value, ...coded } };
}

export const notApplicable: Quantity = { extension: [{ url: absentReasonUrl, valueCode: 'not-applicable' }] };

/**
 * Supplemental data as R4 reports carry it: an Observation for each value of each definition, with the number of persons. Source: CQF Measures guide,
 * supplemental data elements (contained Observations with the Measure's and the element's name).
 */
function supplementalObservations({ program, supplemental = [] }: Evaluation): Observation[] {
  return supplemental.flatMap((counted, at) => {
    const { id = '', text } = program.supplemental?.[at] ?? {};
    return counted.map(
      ({ value, persons }, index): Observation => ({
        resourceType: 'Observation',
        id: `sde-${at + 1}-${index + 1}`,
        extension: [
          {
            url: measureInfoUrl,
            extension: [
              { url: 'measure', valueCanonical: program.measure },
              { url: 'populationId', valueString: id },
            ],
          },
        ],
        status: 'final',
        code: { ...valueConcept(value) },
        ...(text === undefined ? {} : { note: [{ text }] }),
        valueInteger: persons,
      }),
    );
  });
}

function subjectList(id: string, members: readonly string[]): List {
  return {
    resourceType: 'List',
    id,
    status: 'current',
    mode: 'snapshot',
    ...(members.length > 0 ? { entry: members.map((member) => ({ item: { reference: `Patient/${member}` } })) } : {}),
  };
}
