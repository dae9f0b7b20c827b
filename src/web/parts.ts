import { html } from 'ghtml';
import { splitLanguages } from '../fhir/translation.js';
import type { Evaluation } from '../measure/evaluate.js';
import { type Indicator, indicatorsOf } from './indicators.js';
import { both } from './layout.js';
import { formatDecimals, formatTarget } from './number.js';

// UNVERIFIED norm, good practice: below five persons a cell can point at somebody.
const smallCell = 5;

/** A denominator so small that one person moves the percentage far, and may be recognised. */
export function isSmall({ denominator }: Indicator): boolean {
  return denominator > 0 && denominator < smallCell;
}

/** Reached, not reached, or not to be judged: in words and form, not colour alone. */
export function verdict({ met, lowerIsBetter }: Indicator): string {
  if (met === undefined) return html`<span class="verdict none">–</span>`;
  if (met) return html`<span class="verdict yes">✓ ${lowerIsBetter ? 'aman' : 'tercapai'}</span>`;
  return html`<span class="verdict no">✗ ${lowerIsBetter ? 'tinggi' : 'belum'}</span>`;
}

/** `≥ 82 %`, with a mark where the target is to be confirmed; a dash where there is none. */
function targetText({ target }: Indicator): string {
  if (!target) return '–';
  return `${target.comparator === '>=' ? '≥' : '≤'}\u00a0${formatTarget(target.percent).id}${target.verified ? '' : '\u00a0*'}`;
}

/** The same without the sign, for narrow columns: `≥82`. */
export function shortTarget({ target }: Indicator): string {
  return target
    ? `${target.comparator === '>=' ? '≥' : '≤'}${formatDecimals(target.percent).replace(/,00$/, '')}${target.verified ? '' : '*'}`
    : '–';
}

export function smallCells(): string {
  return html`<aside><p class="small">† Angka kecil: kurang dari ${smallCell} orang dalam penyebut. Satu orang mengubah persentase banyak dan orangnya mungkin dikenali; jangan disebarkan ke luar Puskesmas. <span lang="en">Small numbers: fewer than ${smallCell} persons. One person moves the percentage far and may be recognised; do not pass them on outside the Puskesmas.</span></p></aside>`;
}

/** Numerator, denominator, where the denominator comes from, and whose target, for each indicator; folded up. */
export function definitions(evaluations: readonly Evaluation[]): string {
  const items = evaluations
    .flatMap((evaluation) => indicatorsOf(evaluation, (group) => group.total))
    .map((indicator) => {
      const { title, numeratorText, denominatorText, basis, target } = indicator;
      const source = target
        ? html`<dd>Target ${targetText(indicator)}: ${target.source}${target.year === undefined ? '' : ` (${target.year})`}${target.verified ? '' : ' — * perlu dikonfirmasi'}</dd>`
        : '';
      return html`<dt>!${both(title)}</dt><dd>Pembilang: !${both(numeratorText)}</dd><dd>Penyebut: !${both(denominatorText)}</dd>
!${basis ? html`<dd>!${both(splitLanguages(basis.description))}</dd>` : ''}!${source}`;
    });
  return html`<section><details><summary>Definisi, penyebut, dan asal target <span lang="en">Definitions, denominators, sources of targets</span></summary><dl>!${items.join('')}</dl></details></section>`;
}
