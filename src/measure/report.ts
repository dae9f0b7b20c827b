import type {
  Extension,
  List,
  MeasureReport,
  MeasureReportGroup,
  MeasureReportGroupPopulation,
  MeasureReportGroupStratifierStratum,
  Quantity,
  Reference,
} from '@medplum/fhirtypes';
import { type Areas, areaSystem } from '../definitions/areas.js';
import type { Evaluation } from './evaluate.js';
import type { Counts } from './membership.js';
import { proportion } from './score.js';
import type { GroupResult, Stratum } from './strata.js';
import { denominatorBasisUrl, targetUrl } from './target.js';
import { measureText } from './text.js';

export type ReportType = 'subject' | 'subject-list' | 'population';

/** Extensions of ours on a MeasureReport: what an auditor needs to compute it again. */
export const engineUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-engine';
export const watermarkUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-watermark';
export const definitionUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-definition';

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
  return {
    resourceType: 'MeasureReport',
    ...(lists.length > 0 ? { contained: lists } : {}),
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
    ...(evaluated.length > 0 ? { evaluatedResource: [...evaluated] } : {}),
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
    measureScore: score(result, result.total),
    ...(type !== 'subject' && stratifier
      ? {
          stratifier: [
            {
              // A Measure's stratifier of components has no code (mea-1): its id says which it is.
              ...(stratifier.id === undefined ? {} : { id: stratifier.id }),
              ...(stratifier.code ? { code: [stratifier.code] } : {}),
              stratum: result.strata.map((stratum) => reportStratum(result, stratum, areas)),
            },
          ],
        }
      : {}),
  };
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
    measureScore: score(result, stratum.counts),
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

function score(result: GroupResult, counts: Counts): Quantity {
  const { percent } = proportion(result.populations, counts);
  return percent === undefined
    ? { extension: [{ url: absentReasonUrl, valueCode: 'not-applicable' }] }
    : { value: percent, unit: '%', system: 'http://unitsofmeasure.org', code: '%' };
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
