import type { Location, Measure, MeasureReport, MeasureReportGroup, Observation } from '@medplum/fhirtypes';
import { areaSystem } from '../definitions/areas.js';
import { parseReference } from '../fhir/reference.js';
import type { Clause } from '../search/request.js';
import type { Scope } from '../search/scope.js';
import type { StoredVersion } from '../store/store.js';
import { canonicalOf, groupCode } from './program.js';
import type { MeasureServices } from './services.js';
import type { GroupResult, Stratum } from './strata.js';
import { areaCode } from './subject.js';
import { denominatorBasisOf } from './target.js';

/** A denominator that nobody counted here: how many persons of an area an authority reckons with in a year (sasaran). */
export interface ExternalDenominator {
  readonly area: string;
  readonly count: number;
  /** `MeasureReport/…/_history/…` or `Observation/…/_history/…`. */
  readonly source: string;
  /** Day or instant that the source gives itself, else when it was stored. */
  readonly date: string;
}

type DenominatorServices = Pick<MeasureServices, 'registry' | 'store'>;

/** Bases whose denominators come from outside; persons registered or measured are counted here. */
const externalBases: ReadonlySet<string | undefined> = new Set(['projected', 'estimated']);

/**
 * The denominators of a group for the year of `periodEnd`, where its declared basis is an external one; undefined where it isn't. They are the counts of the population
 * `denominator` in stored MeasureReports of type data-collection about the measure, whole or by village, and Observations on Locations coded as the group.
 * Of several for one area the latest by date counts.
 */
export async function externalDenominators(
  services: DenominatorServices,
  scope: Scope,
  measure: Measure,
  groupIndex: number,
  periodEnd: string,
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
    if (!locations.has(reference)) locations.set(reference, await areaOfLocation(services, scope, reference));
    return locations.get(reference);
  };
  for await (const version of searchAll(services, scope, 'MeasureReport', { period: year })) {
    const report = JSON.parse(version.body ?? '{}') as MeasureReport;
    const [url] = (report.measure ?? '').split('|');
    if (report.type !== 'data-collection' || (report.measure !== canonicalOf(measure) && url !== measure.url)) continue;
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
  for await (const version of searchAll(services, scope, 'Observation', {
    code: system === undefined ? code : `${system}|${code}`,
    date: year,
  })) {
    const observation = JSON.parse(version.body ?? '{}') as Observation;
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
 * The group with external denominators in place of its own. The total has the figure of `area` itself where there is one, else the sum of all its strata's;
 * where one of them has none, the total has none either. People without a village have none and make no difference to it.
 */
export function withExternal(result: GroupResult, found: ReadonlyMap<string, ExternalDenominator>, area: string | undefined): GroupResult {
  const strata = result.strata.map((stratum): Stratum => ({ ...stratum, external: found.get(stratum.area ?? '') ?? 'unknown' }));
  return { ...result, strata, external: (area === undefined ? undefined : found.get(area)) ?? sumOf(strata) };
}

function sumOf(strata: readonly Stratum[]): ExternalDenominator | 'unknown' {
  const parts = strata.filter(({ area }) => area !== undefined).map(({ external }) => external);
  const known = parts.filter((part) => part !== undefined).filter((part) => part !== 'unknown');
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
  { type, id, version, lastUpdated }: StoredVersion,
  date: string | undefined,
): { readonly source: string; readonly date: string } {
  return { source: `${type}/${id}/_history/${version}`, date: date ?? lastUpdated };
}

async function areaOfLocation(services: DenominatorServices, scope: Scope, text: string): Promise<string | undefined> {
  const reference = parseReference(text);
  if (reference.kind !== 'relative' || reference.type !== 'Location') return undefined;
  const stored = await services.store.read(scope, 'Location', reference.id);
  return stored?.body === undefined ? undefined : areaCode(JSON.parse(stored.body) as Location);
}

async function* searchAll(
  services: DenominatorServices,
  scope: Scope,
  type: string,
  values: Readonly<Record<string, string>>,
): AsyncGenerator<StoredVersion> {
  const clauses = Object.entries(values).flatMap(([name, value]): Clause[] => {
    const parameter = services.registry.searchParameter(type, name);
    return parameter ? [{ kind: 'parameter', parameter, values: [value] }] : [];
  });
  let cursor: string | undefined;
  do {
    const page = await services.store.search(scope, {
      type,
      clauses,
      sort: [],
      count: 500,
      ...(cursor === undefined ? {} : { cursor }),
      includes: [],
      total: 'none',
      self: '',
    });
    yield* page.matches;
    cursor = page.next;
  } while (cursor !== undefined);
}
