import type { ValueSet } from '@medplum/fhirtypes';
import { html } from 'ghtml';
import { splitLanguages, translated } from '../../fhir/translation.js';
import type { Concept } from '../../terminology/terminology.js';
import { both } from '../layout.js';
import { guidePage, section, table } from './layout.js';
import { guideText } from './text.js';

/** The codes of a value set, or that they can't be told. */
export function valueSetPage(valueSet: ValueSet, concepts: readonly Concept[] | undefined): string {
  const { name = '', title = name, url = '', version = '', id = '' } = valueSet;
  const rows = (concepts ?? []).map(({ system, code, display = '', designations }) => {
    const english = designations?.find(({ language }) => language?.startsWith('en'))?.value ?? display;
    return [html`<code>${code}</code>`, both({ id: display, en: english }), html`<code>${system}</code>`];
  });
  const head = [guideText.code, guideText.display, guideText.system];
  return guidePage({
    title: translated(valueSet, title, 'title'),
    lead: splitLanguages(valueSet.description ?? ''),
    path: [{ label: guideText.valueSets.id, href: '/guide#value-sets' }],
    sections: [
      html`<section><p><code>${url}|${version}</code> · <a href="/fhir/ValueSet/${id}">ValueSet</a></p></section>`,
      section(guideText.codes, concepts ? table(head, rows) : html`<p>!${both(guideText.notExpandable)}</p>`),
    ],
  });
}
