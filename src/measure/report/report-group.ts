import type {
  Extension,
  List,
  MeasureGroup,
  MeasureReportGroup,
  MeasureReportGroupPopulation,
  MeasureReportGroupStratifier,
  MeasureReportGroupStratifierStratum,
} from '@medplum/fhirtypes';
import type { Areas } from '../../definitions/areas.js';
import type { Evaluation } from '../evaluate.js';
import { proportion } from '../score.js';
import type { GroupResult } from '../strata.js';
import { measureText } from '../text.js';
import { absentCount, absentScore } from './absent.js';
import type { ReportType } from './report.js';
import { measureScore, type Told } from './report-score.js';
import { areaStratum, valueStratum } from './report-strata.js';
import type { ShownGroup } from './shown.js';
import { denominatorBasisUrl, targetUrl } from './target.js';

const populationSystem = 'http://terminology.hl7.org/CodeSystem/measure-population';

/** Extensions of a Measure's group that its report repeats: ours, and the direction in which the group improves. */
const repeatedUrls: ReadonlySet<string> = new Set([
  targetUrl,
  denominatorBasisUrl,
  'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-improvementNotation',
]);

/** One group of a report: `shown` says which of its rows may be told; member lists are added to `lists`. */
export function reportGroup(
  evaluation: Evaluation,
  index: number,
  result: GroupResult,
  {
    type,
    areas,
    lists,
    shown,
  }: { readonly type: ReportType; readonly areas: Pick<Areas, 'find'>; readonly lists: List[]; readonly shown: ShownGroup },
): MeasureReportGroup {
  const definition = evaluation.measure.group?.[index];
  const extension = (definition?.extension ?? [])
    .filter(({ url }) => repeatedUrls.has(url))
    .map((found) => (found.url === denominatorBasisUrl && result.external !== undefined ? withSource(found, result) : found));
  const group = evaluation.program.groups[index];
  const told = (row: Told, isShown: boolean) =>
    isShown
      ? { population: populations(result, row, definition), ...measureScore(result, row, group, definition) }
      : { population: maskedPopulations(result), measureScore: absentScore('masked') };
  const { population: counted, ...scored } = told({ ...result, counts: result.total }, shown.total);
  const stratifier = type === 'subject' ? [] : stratifiers(evaluation, result, definition, areas, shown, told);
  return {
    ...(definition?.id === undefined ? {} : { id: definition.id }),
    ...(extension.length > 0 ? { extension } : {}),
    ...(definition?.code ? { code: definition.code } : {}),
    population: counted.map((population, at) => {
      const members = type === 'subject-list' ? evaluation.members?.[index]?.[at] : undefined;
      if (members === undefined) return population;
      const id = `${result.code}-${result.populations[at] ?? ''}${isTwice(result, at) ? `-${at}` : ''}`
        .replace(/[^A-Za-z0-9.-]/g, '-')
        .slice(0, 64);
      lists.push(subjectList(id, members, evaluation.program.basis ?? 'Patient'));
      return { ...population, subjectResults: { reference: `#${id}` } };
    }),
    ...scored,
    ...(stratifier.length > 0 ? { stratifier } : {}),
  };
}

type Row = Pick<MeasureReportGroup, 'population' | 'measureScore'>;

/** By area, as the Measure's village stratifier asks, and by the definitions of its others. A Measure's stratifier of components has no code (mea-1): its id says which it is. */
function stratifiers(
  evaluation: Evaluation,
  result: GroupResult,
  definition: MeasureGroup | undefined,
  areas: Pick<Areas, 'find'>,
  shown: ShownGroup,
  told: (row: Told, isShown: boolean) => Row,
): NonNullable<MeasureReportGroup['stratifier']> {
  const named = (place: number) => {
    const { id, code } = definition?.stratifier?.[place] ?? {};
    return { ...(id === undefined ? {} : { id }), ...(code ? { code: [code] } : {}) };
  };
  const byArea = definition?.stratifier?.findIndex((found) =>
    found.component?.some((component) => component.code?.coding?.[0]?.code === 'village'),
  );
  const names = { areas, level: evaluation.level ?? 'village', names: evaluation.names ?? new Map<string, string>() } as const;
  return [
    ...(byArea === undefined || byArea < 0
      ? []
      : [
          {
            ...named(byArea),
            ...strata(
              result.strata.map((stratum, at) => ({ ...areaStratum(stratum, names), ...told(stratum, shown.strata[at] === true) })),
            ),
          },
        ]),
    ...(result.stratifiers ?? []).flatMap((found, place) => {
      const rows = shown.tables[place];
      if (rows === undefined) return [];
      const hasComponents = definition?.stratifier?.[found.stratifier.index]?.component !== undefined;
      return [
        {
          ...named(found.stratifier.index),
          ...strata(
            found.strata.map((stratum, at) => ({
              ...valueStratum(found.stratifier, stratum, hasComponents),
              ...told(stratum, rows[at] === true),
            })),
          ),
        },
      ];
    }),
  ];
}

function populations(
  result: GroupResult,
  { counts, external }: Told,
  definition: MeasureGroup | undefined,
): MeasureReportGroupPopulation[] {
  return result.populations.map((code, index) => {
    const count =
      code !== 'denominator' || external === undefined ? (counts[index] ?? 0) : external === 'unknown' ? undefined : external.count;
    const id = isTwice(result, index)
      ? idsOf(definition, code)[result.populations.slice(0, index).filter((one) => one === code).length]
      : undefined;
    const found = { ...(id === undefined ? {} : { id }), code: { coding: [{ system: populationSystem, code }] } };
    return count === undefined ? { ...found, ...absentCount('unknown') } : { ...found, count };
  });
}

/** A ratio may have two initial populations: their ids tell them apart. */
function isTwice({ populations: codes }: GroupResult, place: number): boolean {
  return codes.filter((code) => code === codes[place]).length > 1;
}

function idsOf(definition: MeasureGroup | undefined, code: string): ReadonlyArray<string | undefined> {
  return (definition?.population ?? []).filter((one) => one.code?.coding?.[0]?.code === code).map(({ id }) => id);
}

function maskedPopulations(result: GroupResult): MeasureReportGroupPopulation[] {
  return result.populations.map((code) => ({ code: { coding: [{ system: populationSystem, code }] }, ...absentCount('masked') }));
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

function subjectList(id: string, members: readonly string[], type: string): List {
  return {
    resourceType: 'List',
    id,
    status: 'current',
    mode: 'snapshot',
    ...(members.length > 0 ? { entry: members.map((member) => ({ item: { reference: `${type}/${member}` } })) } : {}),
  };
}

/** FHIR has no empty lists. */
function strata(stratum: MeasureReportGroupStratifierStratum[]): Pick<MeasureReportGroupStratifier, 'stratum'> {
  return stratum.length === 0 ? {} : { stratum };
}
