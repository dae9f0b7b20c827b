import type { ConceptMap } from '@medplum/fhirtypes';
import type { MeasurementPeriod } from '../../cql/program.js';
import type { Registry } from '../../definitions/registry.js';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import type { ReportTable } from './report-table.js';
import { exportText } from './text.js';

/**
 * ConceptMaps by which an operator tells DHIS2's identifiers, stored like any other resource: our data element (`ANC-K6.K6.NUMER`) or data set (`ANC-K6`) to theirs;
 * area code to organisation unit; our data element to category option combination. What no map names keeps its own code.
 */
export const dhis2Maps = {
  dataElement: 'https://lontar.id/fhir/ConceptMap/dhis2-data-element',
  dataSet: 'https://lontar.id/fhir/ConceptMap/dhis2-data-set',
  orgUnit: 'https://lontar.id/fhir/ConceptMap/dhis2-org-unit',
  categoryOptionCombo: 'https://lontar.id/fhir/ConceptMap/dhis2-category-option-combo',
} as const;

/** One number for DHIS2. Numbers that aren't told are left out: zero is sent, missing is not. */
interface DataValue {
  readonly dataElement: string;
  readonly orgUnit: string;
  readonly categoryOptionCombo?: string;
  readonly value: string;
}

/**
 * The counts of a report by area as DHIS2's dataValueSets JSON, for `POST /api/dataValueSets`: a value for each area, group and population. People without an area stand
 * at the area of the report, where it has one. Only areas of one level are sent, which DHIS2 adds up itself.
 * Throws OperationOutcomeError 422 for a period that DHIS2 doesn't know or a report without areas.
 */
export function dataValueSet(table: ReportTable, registry: Pick<Registry, 'canonical'>): string {
  const { iso } = dhis2Period(table.period);
  const dataSet = codeMap(registry, dhis2Maps.dataSet).get(table.name);
  const content = {
    ...(dataSet === undefined ? {} : { dataSet }),
    dataElementIdScheme: 'code',
    orgUnitIdScheme: 'code',
    categoryOptionComboIdScheme: 'code',
    dataValues: dataValues(table, registry).map(({ dataElement, orgUnit, categoryOptionCombo, value }) => ({
      dataElement,
      period: iso,
      orgUnit,
      ...(categoryOptionCombo === undefined ? {} : { categoryOptionCombo }),
      value,
    })),
  };
  return `${JSON.stringify(content, undefined, 1)}\n`;
}

/** The same counts as ADX, for `POST /api/dataValueSets` with `application/adx+xml`. Source: IHE QRPH, Aggregate Data Exchange; DHIS2 developer guide, ADX data format. */
export function adx(table: ReportTable, registry: Pick<Registry, 'canonical'>): string {
  const { adx: period } = dhis2Period(table.period);
  const dataSet = codeMap(registry, dhis2Maps.dataSet).get(table.name);
  const byUnit = new Map<string, string[]>();
  for (const { dataElement, orgUnit, categoryOptionCombo, value } of dataValues(table, registry)) {
    const line = `    <dataValue${attributes({ dataElement, categoryOptionCombo, value })}/>`;
    const lines = byUnit.get(orgUnit);
    if (lines) lines.push(line);
    else byUnit.set(orgUnit, [line]);
  }
  const groups = [...byUnit].map(([orgUnit, lines]) =>
    [`  <group${attributes({ orgUnit, period, dataSet })}>`, ...lines, '  </group>'].join('\n'),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<adx xmlns="urn:ihe:qrph:adx:2015"${attributes({ exported: table.watermark })}>`,
    ...groups,
    '</adx>\n',
  ].join('\n');
}

function dataValues(table: ReportTable, registry: Pick<Registry, 'canonical'>): readonly DataValue[] {
  const elements = codeMap(registry, dhis2Maps.dataElement);
  const units = codeMap(registry, dhis2Maps.orgUnit);
  const combinations = codeMap(registry, dhis2Maps.categoryOptionCombo);
  const found = table.groups.flatMap((group) => {
    const byArea = group.strata.find(({ rows }) => rows.some(({ isArea }) => isArea));
    return (byArea?.rows ?? []).flatMap((row) => {
      const area = row.isArea ? row.code : table.area;
      if (area === undefined) return [];
      return [...row.counts].flatMap(([population, cell]): DataValue[] => {
        if (cell === undefined || !('value' in cell)) return [];
        const own = `${table.name}.${group.code}.${populationAcronyms[population] ?? population}`;
        const combination = combinations.get(own);
        return [
          {
            dataElement: elements.get(own) ?? own,
            orgUnit: units.get(area) ?? area,
            ...(combination === undefined ? {} : { categoryOptionCombo: combination }),
            value: String(cell.value),
          },
        ];
      });
    });
  });
  if (found.length > 0) return found;
  throw new OperationOutcomeError(422, [issue('business-rule', 'export-areas', exportText.dhis2Areas)]);
}

// As the CQF Measures guide abbreviates them: a code of DHIS2 holds 50 characters.
const populationAcronyms: Readonly<Record<string, string>> = {
  'initial-population': 'IPOP',
  denominator: 'DENOM',
  'denominator-exclusion': 'DENEX',
  'denominator-exception': 'DENEXCEP',
  numerator: 'NUMER',
  'numerator-exclusion': 'NUMEX',
  'measure-population': 'MSRPOPL',
  'measure-population-exclusion': 'MSRPOPLEX',
};

function codeMap(registry: Pick<Registry, 'canonical'>, url: string): ReadonlyMap<string, string> {
  const map = registry.canonical(url) as ConceptMap | undefined;
  const pairs = (map?.group ?? []).flatMap(({ element = [] }) =>
    element.flatMap(({ code, target }): Array<[string, string]> => {
      const to = target?.find(
        ({ code: one, equivalence }) => one !== undefined && equivalence !== 'unmatched' && equivalence !== 'disjoint',
      )?.code;
      return code === undefined || to === undefined ? [] : [[code, to]];
    }),
  );
  return new Map(pairs);
}

interface Dhis2Period {
  /** `20261031`, `2026W44`, `202610`, `2026Q4`, `2026S2`, `2026`. */
  readonly iso: string;
  /** Start and ISO 8601 duration: `2026-10-01/P1M`. */
  readonly adx: string;
}

const monthKinds: Readonly<Record<number, { readonly duration: string; iso(year: string, month: number): string }>> = {
  1: { duration: 'P1M', iso: (year, month) => `${year}${String(month).padStart(2, '0')}` },
  3: { duration: 'P3M', iso: (year, month) => `${year}Q${Math.ceil(month / 3)}` },
  6: { duration: 'P6M', iso: (year, month) => `${year}S${Math.ceil(month / 6)}` },
  12: { duration: 'P1Y', iso: (year) => year },
};

const dayMs = 86_400_000;

/** The period as DHIS2 names it. Throws OperationOutcomeError 422 where it has no name. Source: DHIS2 developer guide, date and period format. */
export function dhis2Period({ start, end }: MeasurementPeriod): Dhis2Period {
  const [year = '', month = '', day = ''] = start.split('-');
  const days = (Date.parse(end) - Date.parse(start)) / dayMs + 1;
  const isWeek = days === 7 && new Date(start).getUTCDay() === 1;
  if (days === 1) return { iso: `${year}${month}${day}`, adx: `${start}/P1D` };
  if (isWeek) return { iso: isoWeek(start), adx: `${start}/P7D` };
  const after = new Date(Date.parse(end) + dayMs);
  const months = (after.getUTCFullYear() - Number(year)) * 12 + after.getUTCMonth() + 1 - Number(month);
  const kind = day === '01' && after.getUTCDate() === 1 && (Number(month) - 1) % months === 0 ? monthKinds[months] : undefined;
  if (kind) return { iso: kind.iso(year, Number(month)), adx: `${start}/${kind.duration}` };
  throw new OperationOutcomeError(422, [issue('business-rule', 'export-period', exportText.dhis2Period(start, end))]);
}

/** A week belongs to the year of its Thursday. Source: ISO 8601. */
function isoWeek(monday: string): string {
  const thursday = new Date(Date.parse(monday) + 3 * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs / 7) + 1;
  return `${year}W${week}`;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function attributes(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${value.replace(/[&<>"]/g, (character) => escapes[character] ?? '')}"`))
    .join('');
}
