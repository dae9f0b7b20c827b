import type { DataRequirement, Measure, MeasureGroup } from '@medplum/fhirtypes';
import { html } from 'ghtml';
import { splitLanguages, translated } from '../../fhir/translation.js';
import type { MeasureCases } from '../../measure/cases.js';
import { denominatorBasisOf, type Target, targetOf } from '../../measure/report/target.js';
import { both } from '../layout.js';
import { formatTarget } from '../number.js';
import type { CqlFile } from './cql-files.js';
import { guidePage, section, table } from './layout.js';
import { measureTitle } from './measure-title.js';
import { guideText } from './text.js';
import { evaluateOnce } from './try-it.js';

/** What an indicator's page shows. */
export interface IndicatorPage {
  readonly measure: Measure;
  /** The measure's own CQL first, then what it includes. */
  readonly cql: readonly CqlFile[];
  readonly cases: ReadonlyMap<string, MeasureCases>;
  readonly requirements: readonly DataRequirement[];
  readonly origin: string;
}

/** One indicator: its definition in words and in CQL, where its denominator comes from, and the cases that decide it. */
export function indicatorPage({ measure, cql, cases, requirements, origin }: IndicatorPage): string {
  const [own, ...included] = cql;
  const id = measure.id ?? '';
  return guidePage({
    title: measureTitle(measure),
    lead: splitLanguages(measure.description ?? ''),
    path: [{ label: guideText.indicators.id, href: '/guide#indicators' }],
    sections: [
      section(guideText.definition, words(measure)),
      section(guideText.populations, (measure.group ?? []).map(groupBlock).join('')),
      section(guideText.versions, versions(measure)),
      section(guideText.reads, table([guideText.type, guideText.codes], requirements.map(requirementRow))),
      section(guideText.tryIt, evaluateOnce(origin, id)),
      ...(own ? [section({ id: 'CQL', en: own.name }, html`<pre>${own.text}</pre>`)] : []),
      ...(included.length === 0 ? [] : [section(guideText.included, included.map(fileBlock).join(''))]),
      section(guideText.cases, casesTable(measure, cases)),
    ],
  });
}

function words({ definition, guidance, purpose }: Measure): string {
  const texts = [...(purpose === undefined ? [] : [purpose]), ...(definition ?? []), ...(guidance === undefined ? [] : [guidance])];
  return texts.map((text) => html`<p>!${both(splitLanguages(text))}</p>`).join('');
}

function groupBlock(group: MeasureGroup): string {
  const title = translated(group.code ?? {}, group.code?.text ?? group.code?.coding?.[0]?.display ?? group.id ?? '');
  const rows = (group.population ?? []).map(({ code, description, criteria }) => [
    html`<code>${code?.coding?.[0]?.code ?? ''}</code>`,
    both(splitLanguages(description ?? '')),
    html`<code>${criteria?.expression ?? ''}</code>`,
  ]);
  const basis = denominatorBasisOf(group);
  const target = targetOf(group);
  return html`<h3>!${both(title)}</h3>!${table([guideText.populations, guideText.meaning, { id: 'CQL', en: 'CQL' }], rows)}
!${basis ? html`<p><b>!${both(guideText.denominator)}</b>: <code>${basis.code}</code> !${both(splitLanguages(basis.description))}</p>` : ''}
!${target ? html`<p><b>!${both(guideText.target)}</b>: !${targetWords(target)}</p>` : ''}`;
}

function targetWords({ comparator, percent, source, year, verified }: Target): string {
  const sign = comparator === '>=' ? '≥' : '≤';
  return html`${sign} ${formatTarget(percent).id} — ${source}!${year === undefined ? '' : html` (${year})`}!${verified ? '' : html` <span class="tag stop">!${both(guideText.toConfirm)}</span>`}`;
}

function versions({ id = '', url = '', version = '', library, effectivePeriod, identifier }: Measure): string {
  const own = (identifier ?? []).map(({ value }) => value).join(', ');
  return html`<p><code>${url}|${version}</code> !${effectivePeriod?.start === undefined ? '' : html`(${effectivePeriod.start} –)`}</p>
<p>${own} · CQL: <code>${(library ?? []).join(', ')}</code> · <a href="/fhir/Measure/${id}">Measure</a></p>`;
}

function requirementRow({ type, codeFilter }: DataRequirement): readonly string[] {
  const codes = (codeFilter ?? []).flatMap(({ code, valueSet, path }) => [
    ...(valueSet === undefined ? [] : [html`${path}: <code>${valueSet}</code>`]),
    ...(code ?? []).map(({ system, code: value }) => html`${path}: <code>${system}|${value}</code>`),
  ]);
  return [html`${type}`, codes.join('<br>')];
}

function fileBlock({ name, text }: CqlFile): string {
  return html`<details><summary>${name}</summary><pre>${text}</pre></details>`;
}

function casesTable(measure: Measure, cases: ReadonlyMap<string, MeasureCases>): string {
  const names = new Map((measure.group ?? []).map((group) => [group.code?.coding?.[0]?.code ?? group.id ?? '', group.code?.text ?? '']));
  const rows = [...cases].flatMap(([file, { period, cases: decided }]) =>
    decided.map(({ name, resources, expected }) => [
      html`${file.replace(/\.json$/, '')}`,
      html`${name}`,
      html`${period.start} – ${period.end}`,
      html`${resources.length}`,
      Object.entries(expected)
        .map(
          ([group, populations]) =>
            html`<b title="${names.get(group) ?? ''}">${group}</b>: ${populations.length === 0 ? '–' : populations.join(', ')}`,
        )
        .join('<br>'),
    ]),
  );
  const head = [
    { id: 'Jenis', en: 'Kind' },
    { id: 'Kasus', en: 'Case' },
    { id: 'Periode', en: 'Period' },
    { id: 'Resource', en: 'Resources' },
    { id: 'Termasuk dalam', en: 'Member of' },
  ];
  return table(head, rows);
}
