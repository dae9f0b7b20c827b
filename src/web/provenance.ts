import { html } from 'ghtml';
import type { Evaluation } from '../measure/evaluate.js';
import { canonicalOf } from '../measure/program.js';
import { both } from './layout.js';
import { localInstant, type PagePeriod } from './period.js';

/** Where the numbers come from: when the data were read, by which definitions, and the MeasureReports that carry the same numbers, as files too. `subject` as the operation takes it. */
export function provenance(
  evaluations: readonly Evaluation[],
  { subject, period, zoneMinutes }: { readonly subject?: string; readonly period: PagePeriod; readonly zoneMinutes: number },
): string {
  const first = evaluations[0];
  const read = first ? localInstant(first.watermark, zoneMinutes) : { id: '', en: '' };
  const { start, end } = period.period;
  const links = evaluations.map((evaluation) => {
    const query = new URLSearchParams({ periodStart: start, periodEnd: end, ...(subject === undefined ? {} : { subject }) });
    const id = evaluation.measure.id ?? '';
    const files = (['pdf', 'xlsx'] as const).map((format) => {
      return html`<a href="/fhir/Measure/${id}/$export?${query.toString()}&_format=${format}">${format.toUpperCase()}</a>`;
    });
    return html`<a href="/fhir/Measure/${id}/$evaluate-measure?${query.toString()}">${canonicalOf(evaluation.measure).split('/').at(-1)}</a> (${evaluation.engine.evaluator.kind}; !${files.join(', ')})`;
  });
  return html`<p>!${both({ id: `Dihitung dari data sampai ${read.id}, menurut tanggal setempat.`, en: `Computed from the data as of ${read.en}, by local dates.` })}</p>
<p>MeasureReport: !${links.join(', ')}</p>
<p>Lontar · persentase dari jumlah orang, dibulatkan ke dua desimal <span lang="en">percentages of summed persons, rounded to two decimals</span></p>`;
}
