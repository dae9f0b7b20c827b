import { html } from 'ghtml';
import type { Text } from '../../fhir/outcome.js';
import { both, contentPolicy, layout } from '../layout.js';
import { style } from '../style.js';
import { guideText } from './text.js';

/** The pages of numbers are made for phones; those of the guide hold tables that are read at a desk; on a phone each row stands as a block. */
const guideStyle = `${style}.page{max-width:72rem}
.scroll{overflow-x:auto}.scroll table{min-width:44rem}
.scroll th,.scroll td{text-align:left;padding:.4rem .5rem}
.scroll td:first-child{white-space:nowrap}
.scroll td ul{margin:0;padding-left:1rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Consolas,monospace;font-size:.86em}
td code{overflow-wrap:break-word}p code,li code{overflow-wrap:anywhere}
pre{overflow-x:auto;background:var(--track);border-radius:.4rem;padding:.7rem;margin:.4rem 0;line-height:1.4}
.tag{display:inline-block;border:1px solid var(--line);border-radius:.3rem;padding:0 .35rem;font-size:.78rem;white-space:nowrap}
.tag.strong{background:var(--leaf);border-color:var(--leaf);color:var(--card)}
.tag.stop{color:var(--earth);border-color:var(--earth)}
.nest{color:var(--soft)}
form{display:flex;flex-wrap:wrap;gap:.5rem;margin:.4rem 0}
input{flex:1 1 14rem;font:inherit;padding:.35rem .6rem;border:1px solid var(--line);border-radius:.4rem;background:var(--card);color:var(--ink)}
button{font:inherit;padding:.35rem 1rem;border:0;border-radius:.4rem;background:var(--leaf);color:var(--card)}
ul.links{columns:20rem;margin:.4rem 0 0;padding:0 0 0 1.1rem}ul.links li{break-inside:avoid}
h3{font-size:1rem;margin:.9rem 0 .2rem}
@media (max-width:44rem){.scroll table{min-width:0}.scroll thead{display:none}.scroll tr{display:block;border-top:1px solid var(--line);padding:.5rem 0}.scroll td{display:block;border:0;padding:.1rem 0}.scroll td:first-child{white-space:normal}td code{overflow-wrap:anywhere}}`;

export interface GuidePage {
  readonly title: Text;
  readonly lead: Text;
  /** Parents below the guide's front page. */
  readonly path?: ReadonlyArray<{ readonly label: string; readonly href: string }>;
  /** HTML already escaped. */
  readonly sections: readonly string[];
}

/** A page of the guide as one HTML file. */
export function guidePage({ title, lead, path, sections }: GuidePage): string {
  const page = {
    title,
    lead,
    path: path === undefined ? [] : [{ label: guideText.guide.id, href: '/guide' }, ...path],
    periods: [],
    main: sections.join('\n'),
    footer: html`<p>Lontar · <a href="/guide">!${both(guideText.guide)}</a> · <a href="/docs">API</a> · <a href="/fhir/metadata">/fhir/metadata</a></p>`,
  };
  return layout(page, guideStyle);
}

/** What the guide says is the same for everyone. */
export const guideHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentPolicy(guideStyle),
  'cache-control': 'public, max-age=60',
  'content-language': 'id',
};

/** A section with its heading in both languages. `content` is HTML already escaped. */
export function section(title: Text, content: string, id?: string): string {
  return html`<section!${id === undefined ? '' : html` id="${id}"`}><h2>${title.id}</h2><p lang="en">${title.en}</p>!${content}</section>`;
}

/** A table; one that is too wide scrolls by itself. Cells are HTML already escaped. */
export function table(head: readonly Text[], rows: ReadonlyArray<readonly string[]>): string {
  const heads = head.map((text) => html`<th scope="col">!${both(text)}</th>`);
  const body = rows.map((row) => html`<tr>!${row.map((cell) => html`<td>!${cell}</td>`).join('')}</tr>`);
  return html`<div class="scroll" tabindex="0"><table><thead><tr>!${heads.join('')}</tr></thead><tbody>!${body.join('')}</tbody></table></div>`;
}

/** Items as a list of links. */
export function links(items: ReadonlyArray<{ readonly href: string; readonly text: Text }>): string {
  const lines = items.map(
    ({ href, text }) =>
      html`<li><a href="${href}">${text.id}</a>!${text.en === text.id ? '' : html` <span lang="en">${text.en}</span>`}</li>`,
  );
  return html`<ul class="links">!${lines.join('')}</ul>`;
}

/** Text in either language alone, where the other is missing. */
export function said(text: Text): string {
  return text.id === '' ? html`<span lang="en">${text.en}</span>` : both(text);
}
