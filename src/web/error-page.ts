import { html } from 'ghtml';
import type { Text } from '../fhir/outcome.js';
import { layout } from './layout.js';
import { webText } from './text.js';

/** What a page says instead of numbers: each problem in both languages, and the way back. */
export function errorPage(status: number, problems: readonly Text[]): string {
  const list = problems.map(({ id, en }) => html`<p>${id} <span lang="en">${en}</span></p>`);
  return layout({
    title: webText.errorTitle,
    lead: { id: `Kesalahan ${status}.`, en: `Error ${status}.` },
    path: [{ label: 'Beranda', href: '/' }],
    periods: [],
    main: html`<section>!${list.join('')}</section>`,
    footer: html`<p>Lontar</p>`,
  });
}
