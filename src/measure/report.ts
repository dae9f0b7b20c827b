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
import { aggregate, proportion, rate, scoreUnit } from './score.js';
import type { GroupResult, Stratum, ValueStratum } from './strata.js';
import { suppress } from './suppress.js';
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
  smallCells = 0,
): MeasureReport {
  const { measure, period, subject, watermark } = evaluation;
  const lists: List[] = [];
  const group = evaluation.groups.map((result, index) => reportGroup(evaluation, result, index, type, areas, lists, smallCells));
  const supplemental = smallCells > 0 ? [] : supplementalObservations(evaluation);
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
    case 'persons':
      return subject.reference.startsWith('Group/')
        ? { subject: { reference: subject.reference } }
        : { subject: { reference: subject.reference, type: 'Practitioner' } };
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
  smallCells: number,
): MeasureReportGroup {
  const definition = evaluation.measure.group?.[index];
  const extension = (definition?.extension ?? [])
    .filter(({ url }) => url === targetUrl || url === denominatorBasisUrl)
    .map((found) => (found.url === denominatorBasisUrl && result.external !== undefined ? withSource(found, result) : found));
  const villagesShown = suppress(
    result.total,
    result.strata.map(({ counts }) => counts),
    smallCells,
  );
  const tables = (result.stratifiers ?? []).map(({ strata }) =>
    suppress(
      result.total,
      strata.map(({ counts }) => counts),
      smallCells,
    ),
  );
  // What one table hides no other may add up to.
  const showsTotal = [villagesShown, ...tables].every(({ total }) => total);
  const stratifier = definition?.stratifier?.find((found) =>
    found.component?.some((component) => component.code?.coding?.[0]?.code === 'village'),
  );
  const group = evaluation.program.groups[index];
  const told = (stratum: Told, isShown: boolean) =>
    isShown
      ? { population: populations(result, stratum), ...measureScore(result, stratum, group, definition) }
      : { population: maskedPopulations(result), measureScore: masked };
  const { population: counted, ...scored } = told({ ...result, counts: result.total }, showsTotal);
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
                  stratum: result.strata.map((stratum, at) => ({
                    ...villageStratum(stratum, areas),
                    ...told(stratum, showsTotal && villagesShown.rows[at] === true),
                  })),
                },
              ]
            : []),
          ...(result.stratifiers ?? []).map((found, place) => {
            const defined = definition?.stratifier?.[found.stratifier.index];
            return {
              ...(defined?.id === undefined ? {} : { id: defined.id }),
              ...(defined?.code ? { code: [defined.code] } : {}),
              stratum: found.strata.map((stratum, at) => ({
                ...valueStratum(found.stratifier, stratum, defined?.component !== undefined),
                ...told(stratum, showsTotal && tables[place]?.rows[at] === true),
              })),
            };
          }),
        ];
  return {
    ...(definition?.id === undefined ? {} : { id: definition.id }),
    ...(extension.length > 0 ? { extension } : {}),
    ...(definition?.code ? { code: definition.code } : {}),
    population: counted.map((population, at) => {
      const members = type === 'subject-list' ? evaluation.members?.[index]?.[at] : undefined;
      if (members === undefined) return population;
      const id = `${result.code}-${result.populations[at] ?? at}`.replace(/[^A-Za-z0-9.-]/g, '-');
      lists.push(subjectList(id, members, evaluation.program.basis ?? 'Patient'));
      return { ...population, subjectResults: { reference: `#${id}` } };
    }),
    ...scored,
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

function villageStratum(stratum: Stratum, areas: Pick<Areas, 'find'>): Pick<MeasureReportGroupStratifierStratum, 'component'> {
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

/** What a table's row is told from. */
type Told = Pick<Stratum, 'counts' | 'observed' | 'external'>;

function populations(result: GroupResult, { counts, external }: Told): MeasureReportGroupPopulation[] {
  return result.populations.map((code, index) => {
    const count =
      code !== 'denominator' || external === undefined ? (counts[index] ?? 0) : external === 'unknown' ? undefined : external.count;
    const found = { code: { coding: [{ system: populationSystem, code }] } };
    return count === undefined ? { ...found, ...absentCount('unknown') } : { ...found, count };
  });
}

function maskedPopulations(result: GroupResult): MeasureReportGroupPopulation[] {
  return result.populations.map((code) => ({ code: { coding: [{ system: populationSystem, code }] }, ...absentCount('masked') }));
}

/** A count that isn't told, with the reason. */
function absentCount(reason: string): object {
  return { _count: { extension: [{ url: absentReasonUrl, valueCode: reason }] } };
}

/** The declared basis with where its figures come from, and the places that exceed them. */
function withSource(found: Extension, result: GroupResult): Extension {
  const { external } = result;
  const above = result.strata.filter((stratum) => isAbove(result, stratum)).map(({ area }) => area ?? '');
  if (isAbove(result, { ...result, counts: result.total })) above.unshift('total');
  const places = above.length > 10 ? `${above.slice(0, 10).join(', ')} +${above.length - 10}` : above.join(', ');
  const texts = [
    external === undefined || external === 'unknown'
      ? measureText.externalUnknown
      : measureText.externalSource(external.source, external.date),
    ...(above.length > 0 ? [measureText.aboveHundred(places)] : []),
  ];
  const added = texts.map(({ id, en }) => `${id} / ${en}`).join('. ');
  const parts = found.extension ?? [];
  const description = parts.find(({ url }) => url === 'description')?.valueString;
  return {
    url: found.url,
    extension: [
      ...parts.filter(({ url }) => url !== 'description'),
      { url: 'description', valueString: description === undefined ? added : `${description}. ${added}` },
    ],
  };
}

function isAbove(result: GroupResult, { counts, external }: Told): boolean {
  if (external === undefined || external === 'unknown') return false;
  return external.count > 0 && proportion(result.populations, counts).numerator > external.count;
}

/** The score as its scoring has it: a rate of counts in the group's unit, one value of the observations, none for a cohort. */
function measureScore(
  result: GroupResult,
  { counts, observed, external }: Told,
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
  if (external === 'unknown') return { measureScore: unknownScore };
  // Exclusions and exceptions were taken from the persons counted here; a figure from outside knows none.
  const counted = proportion(result.populations, counts);
  const value = rate(external === undefined ? counted : { numerator: counted.numerator, denominator: external.count }, unit);
  if (value === undefined) return { measureScore: notApplicable };
  const coded = unit.code === undefined ? {} : { unit: unit.unit ?? unit.code, system: 'http://unitsofmeasure.org', code: unit.code };
  return { measureScore: { value, ...coded } };
}

export const notApplicable: Quantity = absentScore('not-applicable');
const unknownScore: Quantity = absentScore('unknown');
const masked: Quantity = absentScore('masked');

function absentScore(reason: string): Quantity {
  return { extension: [{ url: absentReasonUrl, valueCode: reason }] };
}

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

function subjectList(id: string, members: readonly string[], type: string): List {
  return {
    resourceType: 'List',
    id,
    status: 'current',
    mode: 'snapshot',
    ...(members.length > 0 ? { entry: members.map((member) => ({ item: { reference: `${type}/${member}` } })) } : {}),
  };
}
