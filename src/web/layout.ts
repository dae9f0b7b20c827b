import { createHash } from 'node:crypto';
import { html } from 'ghtml';
import type { Text } from '../fhir/outcome.js';
import { style } from './style.js';

/** What every page has: title, where one is, the chosen period, content. `main` is HTML already escaped. */
export interface Page {
  readonly title: Text;
  readonly lead: Text;
  /** From the largest area down, without the page itself. */
  readonly path: ReadonlyArray<{ readonly label: string; readonly href: string }>;
  /** Links to other periods, the current one without href. */
  readonly periods: ReadonlyArray<{ readonly label: string; readonly href?: string }>;
  readonly main: string;
  readonly footer: string;
}

/** The page as one HTML file: no script, no outside resource, Indonesian with English beside it. `css` is its whole stylesheet. */
export function layout(page: Page, css: string = style): string {
  const path = page.path.map(({ label, href }) => html`<a href="${href}">${label}</a>`).join(' › ');
  const periods = page.periods.map(({ label, href }) =>
    href === undefined ? html`<li><b aria-current="page">${label}</b></li>` : html`<li><a href="${href}">${label}</a></li>`,
  );
  return html`<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>${page.title.id} · Lontar</title><style>!${css}</style></head>
<body><a class="skip" href="#isi">Langsung ke isi</a>
<header class="top"><div class="page">!${path === '' ? '' : html`<nav aria-label="Wilayah">!${path}</nav>`}
<h1>${page.title.id}</h1>
<p>${page.lead.id} <span lang="en">${page.lead.en}</span></p>
!${periods.length === 0 ? '' : html`<ul class="periods" aria-label="Periode">!${periods.join('')}</ul>`}</div></header>
<main id="isi"><div class="page">!${page.main}</div></main>
<footer><div class="page">!${page.footer}</div></footer>
</body></html>
`;
}

/** The only style that a page with this stylesheet may have; nothing else may load or run. */
export function contentPolicy(css: string): string {
  const hash = createHash('sha256').update(css).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
}

/** Headers of every page of numbers: no cache keeps what only some may see. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentPolicy(style),
  'cache-control': 'private, no-cache',
  'content-language': 'id',
};

/** Indonesian, with the English after it in its own language. */
export function both(text: Text): string {
  return text.id === text.en ? html`${text.id}` : html`${text.id} <span lang="en">${text.en}</span>`;
}
