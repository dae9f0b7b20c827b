import type { MeasureReport, MeasureReportGroup } from '@medplum/fhirtypes';
import Table from 'cli-table3';
import type { Place } from '../synthetic/facilities.js';
import type { Client } from './client.js';
import { stages } from './stages.js';

/** A row of the life-cycle table, straight out of a MeasureReport. */
export interface LifeCycleRow {
  /** Indonesian, then English. */
  readonly stage: string;
  readonly indicator: string;
  readonly measure: string;
  readonly numerator: number;
  readonly denominator: number;
  /** Absent where there is nobody to count. */
  readonly percent?: number;
  /** Per cent by village code; villages with nobody to count are absent. */
  readonly villages: Readonly<Record<string, number>>;
}

/** Evaluates what the demo shows of each stage of life, for a year and the people of an area. */
export async function lifeCycle(client: Client, area: string, year: string): Promise<LifeCycleRow[]> {
  const rows: LifeCycleRow[] = [];
  for (const { name: stage, indicators } of stages) {
    for (const { measure, group = 0, name } of indicators) {
      const query = `periodStart=${year}-01-01&periodEnd=${year}-12-31&subject=${area}`;
      const report = (await client.get(`/Measure/${measure}/$evaluate-measure?${query}`)) as MeasureReport;
      const found = report.group?.[group];
      if (found !== undefined)
        rows.push({ stage: `${stage.id} / ${stage.en}`, indicator: `${name.id} / ${name.en}`, measure, ...figures(found) });
    }
  }
  return rows;
}

/** Columns that a terminal still holds beside the names. */
const villagesShown = 8;

/** Stage × indicator × village, in per cent. The villages are numbered, a legend names them; beyond the first eight they stand in the sum only. */
export function lifeCycleTable(rows: readonly LifeCycleRow[], all: readonly Place[]): string {
  const villages = all.slice(0, villagesShown);
  const table = new Table({
    head: ['Tahap / Stage', 'Indikator / Indicator', 'Semua / All', '%', ...villages.map((_, index) => String(index + 1))],
    colAligns: ['left', 'left', 'right', 'right', ...villages.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  let last = '';
  for (const { stage, indicator, numerator, denominator, percent, villages: shares } of rows) {
    const percentages = villages.map(({ code }) => whole(shares[code]));
    table.push([stage === last ? '' : stage, indicator, `${numerator}/${denominator}`, percent?.toFixed(2) ?? '–', ...percentages]);
    last = stage;
  }
  const legend = villages.map(({ name }, index) => `${index + 1} ${name}`).join(', ');
  return `${table.toString()}\n(${legend}; – tidak ada sasaran / nobody to count)`;
}

function whole(percent: number | undefined): string {
  return percent === undefined ? '–' : percent.toFixed(0);
}

function figures(group: MeasureReportGroup): Pick<LifeCycleRow, 'numerator' | 'denominator' | 'percent' | 'villages'> {
  const strata = (group.stratifier ?? []).flatMap(({ stratum }) => stratum ?? []);
  const shares = strata.flatMap(({ component, measureScore }) => {
    const village = component?.[0]?.value?.coding?.[0]?.code;
    return village === undefined || measureScore?.value === undefined ? [] : [[village, measureScore.value] as const];
  });
  const count = (code: string): number => group.population?.find((population) => population.code?.coding?.[0]?.code === code)?.count ?? 0;
  const left = count('denominator-exclusion') + count('denominator-exception');
  return {
    numerator: count('numerator'),
    denominator: count('denominator') - left,
    ...(group.measureScore?.value === undefined ? {} : { percent: group.measureScore.value }),
    villages: Object.fromEntries(shares),
  };
}
