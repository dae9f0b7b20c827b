import type { MeasureReport, MeasureReportGroup, OperationOutcome, Quantity } from '@medplum/fhirtypes';
import Table from 'cli-table3';

/** The village table of one group of a report: numerator, denominator and per cent, straight out of the MeasureReport. */
export function villageTable(report: MeasureReport, group: MeasureReportGroup): string {
  const table = new Table({
    head: ['Desa / Village', 'Pembilang / Numerator', 'Penyebut / Denominator', '%'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const rows = (group.stratifier ?? [])
    .flatMap(({ stratum }) => stratum ?? [])
    .map((stratum) => {
      const value = stratum.component?.[0]?.value;
      return [
        value?.text ?? value?.coding?.[0]?.display ?? value?.coding?.[0]?.code ?? '?',
        ...figures(stratum.population, stratum.measureScore),
      ];
    });
  table.push(...rows, ['Jumlah / Total', ...figures(group.population, group.measureScore)]);
  return `${group.code?.text ?? group.code?.coding?.[0]?.display ?? ''} — ${period(report)} — target ${target(group)}\n${table.toString()}`;
}

/** Each problem of a refused Bundle on lines of its own: where, what, and how to mend it. */
export function problemList(outcome: OperationOutcome): string {
  return (outcome.issue ?? [])
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map((issue, index) => {
      const english = (issue.details as Translated | undefined)?._text?.extension?.[0]?.extension?.find(
        ({ url }) => url === 'content',
      )?.valueString;
      const lines = [
        `${index + 1}. ${issue.expression?.[0] ?? ''}`,
        issue.details?.text,
        english,
        `[${issue.details?.coding?.[0]?.code ?? issue.code}]`,
      ];
      return lines.filter((line) => line !== undefined && line !== '').join('\n     ');
    })
    .join('\n');
}

// The translation extension sits beside the primitive, where @medplum/fhirtypes has no element.
interface Translated {
  readonly _text?: {
    readonly extension?: ReadonlyArray<{ readonly extension?: ReadonlyArray<{ readonly url: string; readonly valueString?: string }> }>;
  };
}

interface CountedPopulation {
  readonly code?: { readonly coding?: ReadonlyArray<{ readonly code?: string }> };
  readonly count?: number;
}

function figures(populations: readonly CountedPopulation[] | undefined, score: Quantity | undefined): string[] {
  const count = (code: string): number => populations?.find((population) => population.code?.coding?.[0]?.code === code)?.count ?? 0;
  const denominator = count('denominator') - count('denominator-exclusion');
  return [String(count('numerator')), String(denominator), score?.value === undefined ? 't.b. / n.a.' : score.value.toFixed(2)];
}

function target(group: MeasureReportGroup): string {
  const extension = group.extension?.find(({ url }) => url.endsWith('/measure-target'))?.extension;
  const value = extension?.find(({ url }) => url === 'value')?.valueQuantity;
  return value ? `${value.comparator ?? ''} ${value.value} ${value.unit ?? ''}`.trim() : '–';
}

function period(report: MeasureReport): string {
  return `${report.period?.start} – ${report.period?.end}`;
}
