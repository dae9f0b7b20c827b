import { html } from 'ghtml';
import type { Registry } from '../definitions/registry.js';
import type { Evaluation } from '../measure/evaluate.js';
import { type Indicator, indicatorsOf } from './indicators.js';
import { byLifeStage } from './life-stage.js';
import { formatCount, formatDecimals } from './number.js';
import { isSmall, shortTarget } from './parts.js';

interface Row {
  readonly evaluation: Evaluation;
  readonly indicator: Indicator;
}

/**
 * Every further indicator of a place in one table, by stage of life: those that anybody is in the denominator of. Only proportions: rates per 1,000 or 100,000 mean
 * nothing in a village. Empty where there is none.
 */
export function stageTable(registry: Pick<Registry, 'codeSystem'>, evaluations: readonly Evaluation[]): string {
  const rows = evaluations
    .filter(({ measure }) => measure.scoring?.coding?.[0]?.code === 'proportion')
    .flatMap((evaluation) => indicatorsOf(evaluation, (group) => group.total).map((indicator): Row => ({ evaluation, indicator })))
    .filter(({ indicator }) => indicator.denominator > 0);
  if (rows.length === 0) return '';
  const bodies = byLifeStage(registry, rows, ({ evaluation }) => evaluation.measure).map(
    ({ stage, items }) =>
      html`<tbody><tr><th colspan="4" scope="rowgroup">${stage.id} <span lang="en">${stage.en}</span></th></tr>!${items.map(row).join('')}</tbody>`,
  );
  return html`<section><table class="stages"><caption>Semua indikator menurut tahap kehidupan <span lang="en">All indicators by stage of life</span></caption>
<thead><tr><th scope="col">Indikator</th><th scope="col">Orang</th><th scope="col">%</th><th scope="col">Target, %</th></tr></thead>!${bodies.join('')}</table></section>`;
}

function row({ indicator }: Row): string {
  const { short, numerator, denominator, percent, met } = indicator;
  const mark = met === undefined ? '' : met ? '✓ ' : '✗ ';
  return html`<tr data-row="${indicator.code}"><th scope="row">${short.id}${isSmall(indicator) ? '†' : ''}</th><td>${formatCount(numerator).id}/${formatCount(denominator).id}</td><td>${mark}${percent === undefined ? 't.b.' : formatDecimals(percent)}</td><td>${shortTarget(indicator)}</td></tr>`;
}
