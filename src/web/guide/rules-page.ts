import { html } from 'ghtml';
import type { Text } from '../../fhir/outcome.js';
import { both } from '../layout.js';
import { guidePage, said, section, table } from './layout.js';
import type { RuleEntry } from './rules.js';
import { guideText, mechanismText } from './text.js';

const head = [guideText.number, guideText.element, guideText.mechanism, guideText.meaning];

const kinds: ReadonlyArray<{ readonly kind: RuleEntry['kind']; readonly title: Text; readonly hint?: Text }> = [
  { kind: 'platform', title: guideText.platformRules, hint: guideText.platformRulesHint },
  { kind: 'business', title: guideText.businessRules },
  { kind: 'profile', title: guideText.profileRules },
];

/** The rules found for a query (all of them for none), by kind, with the form to search again. */
export function rulesPage(found: readonly RuleEntry[], query: string): string {
  const sections = kinds.flatMap(({ kind, title, hint }) => {
    const rules = found.filter((rule) => rule.kind === kind);
    if (rules.length === 0) return [];
    return [section(title, `${hint === undefined ? '' : html`<p>!${both(hint)}</p>`}${table(head, rules.map(ruleRow))}`)];
  });
  return guidePage({
    title: guideText.rules,
    lead: guideText.found(found.length),
    path: [],
    sections: [html`<section>!${searchForm(query)}</section>`, ...sections],
  });
}

export function searchForm(query: string): string {
  return html`<form action="/guide/rules" method="get" role="search"><input name="q" type="search" value="${query}" maxlength="100" aria-label="${guideText.search.id}" placeholder="${guideText.searchHint.id}"><button>${guideText.search.id}</button></form><p lang="en">${guideText.search.en}: ${guideText.searchHint.en}</p>`;
}

function ruleRow({ id, path, mechanism, text, href }: RuleEntry): readonly string[] {
  const how = mechanismText[mechanism] ?? { id: mechanism, en: mechanism };
  return [href === undefined ? html`<b>${id}</b>` : html`<a href="${href}">${id}</a>`, html`<code>${path}</code>`, both(how), said(text)];
}
