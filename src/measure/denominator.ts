import type { Measure, MeasureReport, MeasureReportGroup, Observation } from '@medplum/fhirtypes';
import { type Areas, areaSystem } from '../definitions/areas.js';
import { temporalRange } from '../fhir/date.js';
import type { Scope } from '../search/scope.js';
import { canonicalOf, groupCode } from './program.js';
import { denominatorBasisOf } from './report/target.js';
import type { GroupResult, Stratum } from './strata.js';
import { areaOfLocation } from './subject/catchment.js';
import type { PastVersion } from './subject/load-past.js';
import { type ResourceServices, resourcesAt } from './subject/resources-at.js';

/** A denominator that nobody counted here: how many persons of an area an authority reckons with in a year (sasaran). */
export interface ExternalDenominator {
  readonly area: string;
  readonly count: number;
  /** `MeasureReport/…/_history/…` or `Observation/…/_history/…`. */
  readonly source: string;
  /** Day or instant that the source gives itself, else when it was stored. */
  readonly date: string;
}

/** Bases whose denominators come from outside; persons registered or measured are counted here. */
const externalBases: ReadonlySet<string | undefined> = new Set(['projected', 'estimated']);

/**
 * The denominators of a group for the year of `periodEnd`, where its declared basis is an external one; undefined where it isn't. They are the counts of the population
 * `denominator` in stored MeasureReports of type data-collection about the measure, whole or by village, and Observations on Locations coded as the group.
 * Of several for one area the latest by date counts. With `asOf` (an ISO instant) they are those that stood then.
 */
export async function externalDenominators(
  services: ResourceServices,
  scope: Scope,
  measure: Measure,
  groupIndex: number,
  periodEnd: string,
  asOf?: string,
): Promise<ReadonlyMap<string, ExternalDenominator> | undefined> {
  const group = measure.group?.[groupIndex];
  if (!group || !externalBases.has(denominatorBasisOf(group)?.code)) return undefined;
  const year = periodEnd.slice(0, 4);
  const code = groupCode(group, groupIndex);
  const found = new Map<string, ExternalDenominator>();
  const note = (denominator: ExternalDenominator): void => {
    const before = found.get(denominator.area);
    if (!before || denominator.date >= before.date) found.set(denominator.area, denominator);
  };
  const locations = new Map<string, string | undefined>();
  const areaOf = async (reference: string | undefined): Promise<string | undefined> => {
    if (reference === undefined) return undefined;
    if (!locations.has(reference)) locations.set(reference, await areaOfLocation(services, scope, reference, asOf));
    return locations.get(reference);
  };
  for await (const version of resourcesAt(services, scope, 'MeasureReport', { period: year }, asOf)) {
    const report = JSON.parse(version.body) as MeasureReport;
    const [url] = (report.measure ?? '').split('|');
    if (report.type !== 'data-collection' || (report.measure !== canonicalOf(measure) && url !== measure.url)) continue;
    if (!reachesInto(report.period, year)) continue;
    const about = report.group?.find((one, index) => (one.code?.coding?.[0]?.code ?? one.id ?? `group-${index + 1}`) === code);
    if (!about) continue;
    const origin = originOf(version, report.date);
    const area =
      report.subject?.identifier?.system === areaSystem ? report.subject.identifier.value : await areaOf(report.subject?.reference);
    const count = denominatorCount(about.population);
    if (area !== undefined && count !== undefined) note({ area, count, ...origin });
    for (const stratum of about.stratifier?.flatMap((stratifier) => stratifier.stratum ?? []) ?? []) {
      const values = [stratum.value, ...(stratum.component ?? []).map(({ value }) => value)];
      const village = values.flatMap((value) => value?.coding ?? []).find(({ system }) => system === areaSystem)?.code;
      const persons = denominatorCount(stratum.population);
      if (village !== undefined && persons !== undefined) note({ area: village, count: persons, ...origin });
    }
  }
  const system = group.code?.coding?.[0]?.system;
  const token = system === undefined ? code : `${system}|${code}`;
  for await (const version of resourcesAt(services, scope, 'Observation', { code: token, date: year }, asOf)) {
    const observation = JSON.parse(version.body) as Observation;
    if (!observation.code?.coding?.some((coding) => coding.code === code && (system === undefined || coding.system === system))) continue;
    const { effectivePeriod, effectiveDateTime = '' } = observation;
    if (!reachesInto(effectivePeriod ?? { start: effectiveDateTime, end: effectiveDateTime }, year)) continue;
    const { status, subject, valueInteger, valueQuantity } = observation;
    if (status !== 'final' && status !== 'amended' && status !== 'corrected') continue;
    const area = subject?.reference?.includes('Location/') ? await areaOf(subject.reference) : undefined;
    const count = valueInteger ?? valueQuantity?.value;
    if (area === undefined || count === undefined || !Number.isInteger(count) || count < 0) continue;
    note({ area, count, ...originOf(version, observation.issued ?? observation.effectivePeriod?.start ?? observation.effectiveDateTime) });
  }
  return found;
}

/**
 * The group with external denominators in place of its own. An area has the figure that was given for it, else the sum of those of all areas directly below
 * it; where one of them has none, it has none either. The total is that of `area`, or without one the sum of all strata. People without a village have none
 * and make no difference to it.
 */
export function withExternal(
  result: GroupResult,
  found: ReadonlyMap<string, ExternalDenominator>,
  area: string | undefined,
  areas: Pick<Areas, 'children'>,
): GroupResult {
  const of = (code: string): ExternalDenominator | 'unknown' => {
    const given = found.get(code);
    if (given) return given;
    const parts: Array<ExternalDenominator | 'unknown'> = [];
    for (const child of areas.children(code)) {
      parts.push(of(child.code));
      if (parts.at(-1) === 'unknown') return 'unknown';
    }
    return sumOf(parts);
  };
  const strata = result.strata.map(
    (stratum): Stratum => ({ ...stratum, external: stratum.area === undefined ? 'unknown' : of(stratum.area) }),
  );
  const total = area === undefined ? 'unknown' : of(area);
  const all = strata.filter((stratum) => stratum.area !== undefined).map(({ external = 'unknown' }) => external);
  return { ...result, strata, external: total === 'unknown' ? sumOf(all) : total };
}

function sumOf(parts: ReadonlyArray<ExternalDenominator | 'unknown'>): ExternalDenominator | 'unknown' {
  const known = parts.filter((part) => part !== 'unknown');
  const [first] = known;
  if (!first || known.length < parts.length) return 'unknown';
  const sources = [...new Set(known.map(({ source }) => source))];
  return {
    area: '',
    count: known.reduce((sum, { count }) => sum + count, 0),
    source: sources.length > 3 ? `${sources.slice(0, 3).join(', ')} +${sources.length - 3}` : sources.join(', '),
    date:
      known
        .map(({ date }) => date)
        .sort()
        .at(-1) ?? first.date,
  };
}

function denominatorCount(populations: MeasureReportGroup['population']): number | undefined {
  const count = populations?.find(({ code }) => code?.coding?.[0]?.code === 'denominator')?.count;
  return count !== undefined && count >= 0 ? count : undefined;
}

function originOf(
  { type, id, version, lastUpdated }: PastVersion,
  date: string | undefined,
): { readonly source: string; readonly date: string } {
  return { source: `${type}/${id}/_history/${version}`, date: date ?? lastUpdated };
}

/** Whether a period shares a day with a year; one that doesn't say does. */
function reachesInto(period: { readonly start?: string; readonly end?: string } | undefined, year: string): boolean {
  const low = temporalRange(period?.start ?? '')?.low ?? Number.NEGATIVE_INFINITY;
  const high = temporalRange(period?.end ?? '')?.high ?? Number.POSITIVE_INFINITY;
  return low <= (temporalRange(year)?.high ?? 0) && high >= (temporalRange(year)?.low ?? 0);
}
