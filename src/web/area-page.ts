import { html } from 'ghtml';
import type { Text } from '../fhir/outcome.js';
import type { Evaluation } from '../measure/evaluate.js';
import { rollUp, type Stratum } from '../measure/strata.js';
import { areaHref } from './areas.js';
import { barChart } from './bars.js';
import { areaFinding } from './findings.js';
import { type Indicator, indicatorsOf } from './indicators.js';
import { layout } from './layout.js';
import { formatCount, formatDecimals } from './number.js';
import { definitions, isSmall, shortTarget, smallCells } from './parts.js';
import type { PagePeriod } from './period.js';
import { provenance } from './provenance.js';

export interface AreaPageOptions {
  readonly title: Text;
  readonly lead: Text;
  readonly path: ReadonlyArray<{ readonly label: string; readonly href: string }>;
  /** This page for another period. */
  href(period: string): string;
  readonly period: PagePeriod;
  readonly evaluations: readonly Evaluation[];
  /** A section with further numbers. */
  readonly others?: string;
  /** Digits of the codes that rows are made of: 10 villages, 6 districts, 4 regencies, 2 provinces. */
  readonly digits: number;
  readonly places: Text;
  areaName(code: string): string;
  readonly subject?: string;
  /** Address of the same numbers as CSV. */
  readonly dataHref: string;
  readonly zoneMinutes: number;
}

interface Row {
  readonly code?: string;
  readonly label: string;
  readonly indicators: readonly Indicator[];
}

/** A larger area's page: for each measure how many of its places meet the target, place by place, and all numbers in one table whose last row is their sum. */
export function areaPage(options: AreaPageOptions): string {
  const { evaluations, period } = options;
  const rows = rowsOf(options);
  const totals = evaluations.flatMap((evaluation) => indicatorsOf(evaluation, (group) => group.total));
  const everyone = [...totals, ...rows.flatMap(({ indicators }) => indicators)];
  return layout({
    title: options.title,
    lead: options.lead,
    path: options.path,
    periods: [
      { label: `‹ ${period.previous}`, href: options.href(period.previous) },
      { label: period.label.id },
      { label: `${period.next} ›`, href: options.href(period.next) },
    ],
    main:
      rows.length === 0
        ? html`<section><p>Belum ada orang terdaftar di wilayah ini. <span lang="en">Nobody is registered in this area yet.</span></p></section>`
        : [
            table(options, rows, totals),
            ...charts(options, rows),
            options.others ?? '',
            everyone.some(isSmall) ? smallCells() : '',
            definitions(evaluations),
          ].join('\n'),
    footer: provenance(evaluations, options),
  });
}

/** One row a place, in order of code, people without a village last; each with the indicators of all evaluations in order. */
function rowsOf({ evaluations, digits, areaName }: AreaPageOptions): readonly Row[] {
  const codes = new Set<string | undefined>();
  const byEvaluation = evaluations.map((evaluation) => {
    const rolled = evaluation.groups.map((group) => rollUp(group, digits));
    for (const { strata } of rolled) for (const { area } of strata) codes.add(area);
    return { evaluation, rolled };
  });
  const sorted = [...codes].sort((a, b) => (a === undefined ? 1 : b === undefined ? -1 : a < b ? -1 : 1));
  return sorted.map((code) => ({
    ...(code === undefined ? {} : { code }),
    label: code === undefined ? 'Tanpa desa tempat tinggal' : areaName(code),
    indicators: byEvaluation.flatMap(({ evaluation, rolled }) =>
      indicatorsOf({ ...evaluation, groups: rolled }, (group) => countsOf(group.strata, code) ?? group.populations.map(() => 0)),
    ),
  }));
}

function countsOf(strata: readonly Stratum[], code: string | undefined): Stratum['counts'] | undefined {
  return strata.find(({ area }) => area === code)?.counts;
}

function charts({ evaluations, places, period }: AreaPageOptions, rows: readonly Row[]): readonly string[] {
  let column = 0;
  return evaluations.map((evaluation, index) => {
    column += evaluation.groups.length;
    const at = column - 1;
    const bars = rows.flatMap(({ code, label, indicators }) => {
      const indicator = indicators[at];
      return indicator ? [{ label, indicator, ...(code === undefined ? {} : { href: areaHref(code, period.name) }) }] : [];
    });
    const found = areaFinding(
      bars.map(({ indicator }) => indicator),
      places,
    );
    return html`<section aria-labelledby="h${index}"><p class="kicker">${evaluation.measure.title ?? evaluation.measure.id}</p>
<h2 id="h${index}">${found.id}</h2>
<p lang="en">${found.en}</p>
!${barChart(`c${index}`, found.id, bars)}</section>`;
  });
}

function table({ places, period, dataHref }: AreaPageOptions, rows: readonly Row[], totals: readonly Indicator[]): string {
  const head = totals.map(({ code, short }) => html`<th scope="col"><abbr title="${short.id}">${code}</abbr></th>`).join('');
  const targets = totals.map((indicator) => html`<td>${shortTarget(indicator)}</td>`).join('');
  const body = rows.map(({ code, label, indicators }) => {
    const name = code === undefined ? html`${label}` : html`<a href="${areaHref(code, period.name)}">${label}</a>`;
    return html`<tr data-area="${code ?? ''}"><th scope="row">!${name}</th>!${indicators.map(cell).join('')}</tr>`;
  });
  return html`<section><table class="wide"><caption>Persentase per ${places.id} <span lang="en">Per cent, with numerator/denominator below</span></caption>
<thead><tr><th scope="col">Wilayah</th>!${head}</tr></thead><tbody>!${body.join('')}</tbody>
<tfoot><tr data-area="total"><th scope="row">Jumlah</th>!${totals.map(cell).join('')}</tr><tr><th scope="row">Target</th>!${targets}</tr></tfoot></table>
<p class="small screen"><a href="${dataHref}">Unduh angka per desa (CSV)</a> <span lang="en">Download the numbers by village</span></p></section>`;
}

function cell(indicator: Indicator): string {
  const { percent, numerator, denominator } = indicator;
  const small = isSmall(indicator) ? '†' : '';
  const value = percent === undefined ? 't.b.' : formatDecimals(percent);
  return html`<td>${value}<span>${formatCount(numerator).id}/${formatCount(denominator).id}${small}</span></td>`;
}
