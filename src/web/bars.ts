import { html } from 'ghtml';
import type { Indicator } from './indicators.js';
import { formatCount, formatPercent, formatTarget } from './number.js';

/** One bar: a place or an indicator. */
export interface Bar {
  readonly label: string;
  readonly href?: string;
  readonly indicator: Indicator;
}

const barHeight = 16;
// Label, bar, and below it the words of the target where the row has its own.
const rowHeight = { own: 66, shared: 48 } as const;

/**
 * Horizontal bars as SVG, one a row: label and numbers above, the bar, and the target as a line with its words. A solid bar meets its target, a striped one doesn't,
 * a dashed track can't be judged: nothing depends on colour. Widths are per cent of the space there is, so text keeps its size on any screen.
 * Where all bars share one target its words stand once, below the last. `id` must be unique on the page; `title` is what a screen reader says first.
 */
export function barChart(id: string, title: string, bars: readonly Bar[]): string {
  const top = Math.max(100, ...bars.map(({ indicator }) => indicator.percent ?? 0));
  const share = (percent: number): string => `${Math.round((percent / top) * 10_000) / 100}%`;
  const shared = new Set(bars.map(({ indicator }) => indicator.target?.percent)).size === 1;
  const height = shared ? rowHeight.shared : rowHeight.own;
  const rows = bars.map((bar, index) => row(id, bar, index * height, share, !shared || index === bars.length - 1)).join('');
  // An image hides what is inside it from a screen reader: a chart with links is a group.
  const role = bars.some(({ href }) => href !== undefined) ? 'group' : 'img';
  return html`<svg class="bars" role="${role}" aria-labelledby="${id}-t" width="100%" height="${bars.length * height + (shared ? 12 : 0)}">
<title id="${id}-t">${title}</title>
<defs><pattern id="${id}-p" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe-ground" width="6" height="6"/><rect class="stripe" width="3" height="6"/></pattern></defs>
!${rows}</svg>`;
}

function row(id: string, { label, href, indicator }: Bar, y: number, share: (percent: number) => string, worded: boolean): string {
  const { percent, target, met, numerator, denominator } = indicator;
  const numbers =
    percent === undefined ? 'tidak berlaku' : `${formatCount(numerator).id}/${formatCount(denominator).id} · ${formatPercent(percent).id}`;
  const name =
    href === undefined
      ? html`<text class="label" x="0" y="${y + 14}">${label}</text>`
      : html`<a href="${href}"><text class="label" x="0" y="${y + 14}">${label}</text></a>`;
  const track = html`<rect class="${percent === undefined ? 'track none' : 'track'}" x="0.5" y="${y + 20.5}" width="99.5%" height="${barHeight - 1}" rx="3"/>`;
  const fill =
    percent === undefined || percent === 0
      ? ''
      : met === false
        ? html`<rect class="miss" x="0" y="${y + 20}" width="${share(percent)}" height="${barHeight}" rx="3" fill="url(#${id}-p)"/>`
        : html`<rect class="fill" x="0" y="${y + 20}" width="${share(percent)}" height="${barHeight}" rx="3"/>`;
  return `${name}${html`<text class="numbers" x="100%" y="${y + 14}">${numbers}</text>`}${track}${fill}${target ? targetMark(target.percent, target.comparator, y, share, worded) : ''}`;
}

function targetMark(percent: number, comparator: string, y: number, share: (percent: number) => string, worded: boolean): string {
  const x = share(percent);
  const anchor = percent > 55 ? 'end' : percent < 15 ? 'start' : 'middle';
  const word = comparator === '<=' ? 'batas' : 'target';
  const words = html`<text class="target-text" x="${x}" y="${y + 52}" text-anchor="${anchor}">${word} ${formatTarget(percent).id}</text>`;
  return html`<line class="target" x1="${x}" x2="${x}" y1="${y + 17}" y2="${y + 39}"/>!${worded ? words : ''}`;
}
