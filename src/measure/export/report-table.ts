import type {
  Element,
  Measure,
  MeasureGroup,
  MeasureReport,
  MeasureReportGroup,
  MeasureReportGroupStratifierStratum,
  Quantity,
} from '@medplum/fhirtypes';
import type { MeasurementPeriod } from '../../cql/program.js';
import { areaSystem } from '../../definitions/areas.js';
import type { Text } from '../../fhir/outcome.js';
import { translated } from '../../fhir/translation.js';
import { canonicalOf, groupCode } from '../program.js';
import { definitionUrl, engineUrl, watermarkUrl } from '../report/report.js';
import { denominatorBasisOf, targetOf } from '../report/target.js';
import { exportText } from './text.js';

/** Why a number isn't there: hidden because few persons stand behind it, known to nobody, or without meaning (a zero denominator). */
export type AbsentReason = 'masked' | 'unknown' | 'not-applicable';

/** A number of a report, or the reason why there is none; zero is a number. Undefined where the report has no such number. */
export type Cell = { readonly value: number; readonly unit?: string } | { readonly absent: AbsentReason } | undefined;

export interface ReportRow {
  /** Code of the area or of the stratum's value; empty where it has none. */
  readonly code: string;
  readonly name: string;
  /** Whether `code` is that of an administrative area. */
  readonly isArea: boolean;
  /** By population code. */
  readonly counts: ReadonlyMap<string, Cell>;
  readonly score: Cell;
}

export interface ReportStrata {
  readonly title: string;
  readonly rows: readonly ReportRow[];
}

export interface ReportGroupTable {
  readonly code: string;
  readonly title: Text;
  readonly description?: string;
  readonly populations: ReadonlyArray<{ readonly code: string; readonly description?: string }>;
  readonly target?: string;
  readonly denominator?: string;
  readonly total: ReportRow;
  readonly strata: readonly ReportStrata[];
  readonly warnings: readonly Text[];
}

/** A MeasureReport as people and other systems read it: words, tables and where the numbers come from, in no particular format. */
export interface ReportTable {
  readonly title: Text;
  readonly subtitle?: string;
  /** Id of the Measure, else its canonical: what files are called. */
  readonly name: string;
  readonly measure: string;
  readonly period: MeasurementPeriod;
  /** Code of the area the report is about. */
  readonly area?: string;
  /** Instant of the data, by which every file is dated. */
  readonly watermark: string;
  readonly engine: string;
  /** What makes the report reproducible: label and value. */
  readonly facts: ReadonlyArray<readonly [Text, string]>;
  /** The indicator in words. */
  readonly definition: readonly string[];
  readonly groups: readonly ReportGroupTable[];
}

const absentReasonUrl = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
/** Largest percentage that needs no explanation. */
const whole = 100;

/** Reads a MeasureReport of ours, new or stored, with the Measure that it names. */
export function reportTable(report: MeasureReport, measure: Measure): ReportTable {
  const canonical = report.measure ?? canonicalOf(measure);
  const { subject, reporter } = report;
  const area = subject?.identifier?.system === areaSystem ? subject.identifier.value : undefined;
  const period = { start: (report.period?.start ?? '').slice(0, 10), end: (report.period?.end ?? '').slice(0, 10) };
  const watermark = report.extension?.find(({ url }) => url === watermarkUrl)?.valueInstant ?? report.date ?? '';
  const engine = partsOf(report, engineUrl).find(({ url }) => url === 'kind')?.valueCode ?? '';
  const definition = partsOf(report, definitionUrl);
  const part = (name: string): string =>
    definition.flatMap(({ url, valueCanonical, valueString }) => (url === name ? [valueCanonical ?? valueString ?? ''] : []))[0] ?? '';
  const place =
    area === undefined
      ? (subject?.reference ?? reporter?.display ?? reporter?.reference ?? exportText.everywhere.id)
      : [subject?.display, area].filter((text) => text !== undefined).join(', ');
  const facts: ReadonlyArray<readonly [Text, string]> = [
    [exportText.measure, canonical],
    [exportText.area, place],
    [exportText.period, `${period.start} – ${period.end}`],
    [exportText.watermark, watermark],
    [exportText.engine, engine],
    [exportText.library, part('library')],
    [exportText.measureHash, part('measureHash')],
    [exportText.libraryHash, part('libraryHash')],
    [exportText.improvement, improvementOf(report)],
  ];
  return {
    title: translated(measure, measure.title ?? measure.name ?? canonical, 'title'),
    ...(measure.subtitle === undefined ? {} : { subtitle: measure.subtitle }),
    name: measure.id ?? canonical,
    measure: canonical,
    period,
    ...(area === undefined ? {} : { area }),
    watermark,
    engine,
    facts: facts.filter(([, value]) => value !== ''),
    definition: [measure.description, ...(measure.definition ?? []), measure.guidance].flatMap((text) => (text ? [text] : [])),
    groups: (report.group ?? []).map((group, index) => groupTable(group, index, measure)),
  };
}

function groupTable(group: MeasureReportGroup, index: number, measure: Measure): ReportGroupTable {
  const code = groupCode(group, index);
  const defined = measure.group?.find((one, at) => groupCode(one, at) === code);
  const target = targetOf(group);
  const basis = denominatorBasisOf(group);
  const populations = (group.population ?? []).map((population) => {
    const populationCode = population.code?.coding?.[0]?.code ?? '';
    const description = defined?.population?.find((one) => one.code?.coding?.[0]?.code === populationCode)?.description;
    return { code: populationCode, ...(description === undefined ? {} : { description }) };
  });
  const total: ReportRow = { code: 'total', name: exportText.total.id, isArea: false, ...numbersOf(group) };
  const strata = (group.stratifier ?? []).map((stratifier, place) => ({
    title: stratifier.code?.[0]?.text ?? stratifierTitle(defined, stratifier.id) ?? `${code}-${place + 1}`,
    rows: (stratifier.stratum ?? []).map(stratumRow),
  }));
  const rows = [total, ...strata.flatMap(({ rows: all }) => all)];
  const has = (reason: AbsentReason): boolean =>
    rows.some(({ counts, score }) =>
      [score, ...counts.values()].some((cell) => cell !== undefined && 'absent' in cell && cell.absent === reason),
    );
  const above = rows.filter(({ score }) => score !== undefined && 'value' in score && score.unit === '%' && score.value > whole);
  return {
    code,
    title: translated(group.code ?? {}, group.code?.text ?? group.code?.coding?.[0]?.display ?? code),
    ...(defined?.description === undefined ? {} : { description: defined.description }),
    populations,
    ...(target === undefined
      ? {}
      : { target: `${target.comparator} ${target.percent} %${target.year === undefined ? '' : ` (${target.year})`}` }),
    ...(basis === undefined ? {} : { denominator: [basis.code, basis.description].filter((text) => text !== '').join(': ') }),
    total,
    strata,
    warnings: [
      ...(above.length > 0 ? [exportText.aboveHundred(above.length, above.slice(0, 5).map(placeOf).join(', '))] : []),
      ...(has('masked') ? [exportText.suppressed] : []),
      ...(has('unknown') ? [exportText.unknownDenominator] : []),
      ...(has('not-applicable') ? [exportText.zeroDenominator] : []),
    ],
  };
}

/** A stratifier of components has no code of its own: theirs say what it is. */
function stratifierTitle(defined: MeasureGroup | undefined, id: string | undefined): string | undefined {
  const found = defined?.stratifier?.find((stratifier) => stratifier.id === id);
  const words = found?.component?.flatMap(({ code }) => code?.text ?? code?.coding?.[0]?.display ?? []) ?? [];
  return words.length > 0 ? words.join(', ') : id;
}

function placeOf({ name, code }: ReportRow): string {
  return name === '' ? code : name;
}

function stratumRow(stratum: MeasureReportGroupStratifierStratum): ReportRow {
  const concepts = stratum.value ? [stratum.value] : (stratum.component ?? []).map(({ value }) => value);
  const area = concepts.flatMap((concept) => concept?.coding ?? []).find(({ system }) => system === areaSystem)?.code;
  const isArea = area !== undefined && concepts.length === 1;
  return {
    code: isArea ? area : concepts.map((concept) => concept?.coding?.[0]?.code ?? '').join(' '),
    name: concepts.map((concept) => concept?.text ?? concept?.coding?.[0]?.display ?? '').join(', '),
    isArea,
    ...numbersOf(stratum),
  };
}

function numbersOf({
  population = [],
  measureScore,
}: Pick<MeasureReportGroup, 'population' | 'measureScore'> | MeasureReportGroupStratifierStratum): Pick<ReportRow, 'counts' | 'score'> {
  const counts = population.map((found): [string, Cell] => {
    const { code, count } = found;
    const value = count === undefined ? absent((found as { readonly _count?: Element })._count) : { value: count };
    return [code?.coding?.[0]?.code ?? '', value];
  });
  return { counts: new Map(counts), score: scoreOf(measureScore) };
}

function scoreOf(score: Quantity | undefined): Cell {
  if (score === undefined) return undefined;
  if (score.value === undefined) return absent(score);
  const unit = score.unit ?? score.code;
  return { value: score.value, ...(unit === undefined ? {} : { unit }) };
}

function absent(element: Pick<Element, 'extension'> | undefined): Cell {
  const reason = element?.extension?.find(({ url }) => url === absentReasonUrl)?.valueCode;
  return reason === 'masked' || reason === 'not-applicable' ? { absent: reason } : { absent: 'unknown' };
}

function partsOf(report: MeasureReport, url: string) {
  return report.extension?.find((extension) => extension.url === url)?.extension ?? [];
}

function improvementOf({ improvementNotation }: MeasureReport): string {
  const code = improvementNotation?.coding?.[0]?.code;
  return code === 'increase' ? exportText.higherIsBetter.id : code === 'decrease' ? exportText.lowerIsBetter.id : '';
}
