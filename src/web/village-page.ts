import { html } from 'ghtml';
import type { Area, Areas } from '../definitions/areas.js';
import type { Registry } from '../definitions/registry.js';
import { zoneMinutesOf } from '../facts/zone.js';
import type { Evaluation } from '../measure/evaluate.js';
import { breadcrumb, placeName } from './areas.js';
import { barChart } from './bars.js';
import { finding } from './findings.js';
import { type Indicator, indicatorsOf } from './indicators.js';
import { both, layout } from './layout.js';
import { formatCount, formatDecimals } from './number.js';
import { definitions, isSmall, shortTarget, smallCells, verdict } from './parts.js';
import type { PagePeriod } from './period.js';
import { provenance } from './provenance.js';
import { stageTable } from './stage-table.js';

/**
 * A village's page: for each measure in front what it says, a chart, and the numbers in one table; then all others in a table by stage of life. The evaluations are those
 * of the village's MeasureReports.
 */
export function villagePage(
  village: Area,
  period: PagePeriod,
  { headline: evaluations, others }: { readonly headline: readonly Evaluation[]; readonly others: readonly Evaluation[] },
  { areas, registry }: { readonly areas: Areas; readonly registry: Pick<Registry, 'codeSystem'> },
): string {
  const cards = evaluations.map((evaluation) => ({ evaluation, indicators: indicatorsOf(evaluation, (group) => group.total) }));
  const all = cards.flatMap(({ indicators }) => indicators);
  const name = placeName(village);
  const href = (name: string): string => `/desa/${village.code}?period=${name}`;
  return layout({
    title: { id: name.id, en: name.en },
    lead: { id: `Situasi kesehatan desa, ${period.label.id}.`, en: `Health of the village, ${period.label.en}.` },
    path: breadcrumb(village, areas, period.name),
    periods: [
      { label: `‹ ${period.previous}`, href: href(period.previous) },
      { label: period.label.id },
      { label: `${period.next} ›`, href: href(period.next) },
    ],
    main: [
      ...cards.map(({ evaluation, indicators }, index) => card(evaluation, indicators, index)),
      numbersTable(cards, name.id, period, `/desa/${village.code}/data.csv?period=${period.name}`),
      stageTable(registry, others),
      all.some(isSmall) ? smallCells() : '',
      definitions(evaluations),
    ].join('\n'),
    footer: provenance(evaluations, { subject: village.code, period, zoneMinutes: zoneMinutesOf(village.code) }),
  });
}

function card(evaluation: Evaluation, indicators: readonly Indicator[], index: number): string {
  // A measure's last group is its strictest, as K6 after K1 and K4: it speaks for the measure.
  const headline = indicators.at(-1);
  if (!headline) return '';
  const found = finding(headline);
  const title = evaluation.measure.title ?? evaluation.measure.id ?? '';
  const chart = barChart(
    `c${index}`,
    found.id,
    indicators.map((indicator) => ({ label: indicator.short.id, indicator })),
  );
  return html`<section aria-labelledby="h${index}"><p class="kicker">${title}</p>
<h2 id="h${index}">!${verdict(headline)}${found.id}</h2>
<p lang="en">${found.en}</p>
!${chart}
<p class="small">!${both(headline.numeratorText)}</p>!${coverage(headline)}</section>`;
}

/** Who isn't judged, where there are such: not measured, or excluded. */
function coverage({ basis, denominator, initialPopulation, excluded }: Indicator): string {
  const of = (part: number, whole: number): string => `${formatCount(part).id} dari ${formatCount(whole).id}`;
  const measured =
    basis?.code === 'measured'
      ? html`<p class="small">Diperiksa: ${of(denominator, initialPopulation)} orang <span lang="en">measured, of those who should be</span></p>`
      : '';
  const left =
    excluded > 0 ? html`<p class="small">Dikecualikan: ${formatCount(excluded).id} orang <span lang="en">excluded</span></p>` : '';
  return measured + left;
}

function numbersTable(
  cards: ReadonlyArray<{ readonly indicators: readonly Indicator[] }>,
  place: string,
  period: PagePeriod,
  dataHref: string,
): string {
  const rows = cards
    .flatMap(({ indicators }) => indicators)
    .map(
      (indicator) => html`<tr data-indicator="${indicator.code}"><th scope="row">${indicator.short.id}!${isSmall(indicator) ? '†' : ''}</th>
<td>${formatCount(indicator.numerator).id}</td><td>${formatCount(indicator.denominator).id}</td>
<td>${indicator.percent === undefined ? 't.b.' : formatDecimals(indicator.percent)}</td><td>${shortTarget(indicator)}</td></tr>`,
    );
  const unconfirmed = cards.some(({ indicators }) => indicators.some(({ target }) => target?.verified === false));
  return html`<section><table class="numbers-table"><caption>Angka ${place}, ${period.label.id} <span lang="en">The same numbers as in the charts</span></caption>
<thead><tr><th scope="col">Indikator<span lang="en">Indicator</span></th><th scope="col">Pem&shy;bilang<span lang="en">Num.</span></th><th scope="col">Penye&shy;but<span lang="en">Den.</span></th><th scope="col">%</th><th scope="col">Target, %</th></tr></thead>
<tbody>!${rows.join('')}</tbody></table>
<p class="small">t.b. = tidak berlaku, penyebut nol <span lang="en">not applicable: the denominator is zero</span></p>!${unconfirmed ? html`<p class="small">* target perlu dikonfirmasi <span lang="en">target to be confirmed</span></p>` : ''}
<p class="small screen"><a href="${dataHref}">Unduh angka (CSV)</a> <span lang="en">Download the numbers</span></p></section>`;
}
