import type { Measure, StructureDefinition } from '@medplum/fhirtypes';
import { html } from 'ghtml';
import { splitLanguages } from '../../fhir/translation.js';
import { both } from '../layout.js';
import type { ElementRow } from './elements.js';
import type { Example, ExampleKind } from './examples.js';
import { guidePage, links, said, section, table } from './layout.js';
import { measureTitle } from './measure-title.js';
import { guideText } from './text.js';
import { sendExample } from './try-it.js';

/** What a profile's page shows. */
export interface ProfilePage {
  readonly profile: StructureDefinition;
  readonly elements: readonly ElementRow[];
  readonly valid: readonly Example[];
  readonly invalid: readonly Example[];
  readonly readBy: readonly Measure[];
  /** Where this server is reached: scheme, host and port. */
  readonly origin: string;
  /** Page of a value set, where it is one of the guide's. */
  valueSetHref(canonical: string): string | undefined;
}

/** One profile: its table, examples, the indicators that read it, and how to try it. */
export function profilePage(page: ProfilePage): string {
  const { profile, valid, invalid, readBy, origin } = page;
  const { name = '', type = '', url = '' } = profile;
  const [first] = valid;
  return guidePage({
    title: splitLanguages(profile.title ?? name),
    lead: splitLanguages(profile.description ?? ''),
    path: [{ label: guideText.profiles.id, href: '/guide#profiles' }],
    sections: [
      html`<section><p><code>${url}</code></p><p>${type} · ${profile.version ?? ''} · <a href="/fhir/StructureDefinition/${profile.id ?? ''}">StructureDefinition</a></p></section>`,
      section(guideText.elements, elementTable(page)),
      ...(first ? [section(guideText.tryIt, sendExample(origin, exampleHref(name, 'valid', first.name), type, url))] : []),
      section(guideText.readBy, readBy.length === 0 ? html`<p>!${both(guideText.readByNone)}</p>` : links(readBy.map(indicatorLink))),
      section(guideText.validExamples, valid.map((example) => exampleBlock(name, 'valid', example)).join('')),
      section(guideText.invalidExamples, invalid.map((example) => exampleBlock(name, 'invalid', example)).join('')),
    ],
  });
}

export function exampleHref(profile: string, kind: ExampleKind, example: string): string {
  return `/guide/examples/${profile}/${kind}/${example}.json`;
}

function indicatorLink(measure: Measure): { readonly href: string; readonly text: ReturnType<typeof measureTitle> } {
  return { href: `/guide/indicators/${measure.id ?? ''}`, text: measureTitle(measure) };
}

function elementTable({ elements, valueSetHref }: ProfilePage): string {
  const head = [guideText.element, guideText.cardinality, guideText.typeAndCodes, guideText.meaningAndRules];
  return table(
    head,
    elements.map((row) => {
      const isWhole = row.path === '';
      return [
        isWhole ? html`<i>!${both(guideText.whole)}</i>` : html`<code>!${nested(row.path)}</code>`,
        isWhole ? '' : html`${row.min}..${row.max} !${tags(row)}`,
        [...row.types.map((type) => html`${type}`), ...codesAndValue(row, valueSetHref)].join('<br>'),
        `${isWhole ? '' : said(row.description)}${checks(row)}`,
      ];
    }),
  );
}

/** The steps to an element in grey, its own name in ink. */
function nested(path: string): string {
  const at = path.lastIndexOf('.') + 1;
  return html`<span class="nest">${path.slice(0, at)}</span>${path.slice(at)}`;
}

function tags({ min, max, mustSupport }: ElementRow): string {
  const tag = (text: { readonly id: string; readonly en: string }, look: string): string =>
    html`<span class="tag ${look}" title="${text.en}">${text.id}</span> `;
  if (max === '0') return tag(guideText.forbidden, 'stop');
  return (min > 0 ? tag(guideText.required, 'strong') : '') + (mustSupport ? tag(guideText.mustSupport, '') : '');
}

function codesAndValue({ binding, value }: ElementRow, hrefOf: ProfilePage['valueSetHref']): readonly string[] {
  const demanded = value === undefined ? [] : [html`<code>${value}</code>`];
  if (!binding) return demanded;
  const name = binding.valueSet.slice(binding.valueSet.lastIndexOf('/') + 1);
  const href = hrefOf(binding.valueSet);
  const link = href === undefined ? html`<code>${name}</code>` : html`<a href="${href}">${name}</a>`;
  return [html`!${link} <span class="tag">${binding.strength}</span>`, ...demanded];
}

function checks({ constraints, ruleNumbers }: ElementRow): string {
  const own = constraints.map(({ key, severity, text }) => html`<li><b>${key}</b> (${severity}): !${both(text)}</li>`);
  const platform = ruleNumbers.map((number) => html`<a href="/guide/rules?q=${number}">${number}</a>`).join(', ');
  const numbered = platform === '' ? '' : html`<p class="small">!${both(guideText.platformNumbers)}: !${platform}</p>`;
  return html`!${own.length === 0 ? '' : html`<ul>!${own.join('')}</ul>`}!${numbered}`;
}

function exampleBlock(profile: string, kind: ExampleKind, { name, text, expected }: Example): string {
  const reasons = expected.map(
    ({ expression, rule }) => html`<li><code>${expression}</code>!${rule === undefined ? '' : html` — ${rule}`}</li>`,
  );
  return html`<details><summary>${name}</summary>!${reasons.length === 0 ? '' : html`<ul>!${reasons.join('')}</ul>`}<p><a href="${exampleHref(profile, kind, name)}">${name}.json</a></p><pre>${text}</pre></details>`;
}
