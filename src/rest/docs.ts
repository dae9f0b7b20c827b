import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import type { Language, Text } from '../fhir/outcome.js';
import { docsText } from './docs-text.js';
import { mediaTypes } from './fhir.js';
import type { Interaction } from './interactions.js';
import { preferredLanguage } from './negotiate.js';
import { type Operation, operations } from './operations.js';
import { softwareVersion } from './version.js';

/** `/docs`: for those who write clients, what the server answers at which address, put together from the tables that serve it. */
export async function docsRoutes(
  app: FastifyInstance,
  options: { readonly prefixes: readonly string[]; readonly interactions: readonly Interaction[] },
): Promise<void> {
  const pages = { id: docsPage('id', options), en: docsPage('en', options) };
  app.get('/docs', async (request, reply) => {
    const language = preferredLanguage(request.headers['accept-language']);
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-language': language,
      vary: 'accept-language',
      'content-security-policy': policy,
    };
    return reply.headers(headers).send(pages[language]);
  });
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1c2a22;background:#fbf9f3}
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #c9cfc6;padding:.3rem .6rem;text-align:left;vertical-align:top}
code,pre{font-size:.92em;background:#eef0e8;padding:.1em .3em}pre{padding:.8rem;overflow-x:auto}`;

const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`;

function docsPage(
  language: Language,
  { prefixes, interactions }: { readonly prefixes: readonly string[]; readonly interactions: readonly Interaction[] },
): string {
  const say = (text: Text) => text[language];
  const [root = ''] = prefixes;
  const served = interactions.filter(({ code }) => code !== 'operation');
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Lontar API</title><style>!${style}</style></head><body>
<h1>Lontar API</h1>
<p>${say(docsText.lead)} (${softwareVersion}) <a href="${root}/metadata">${root}/metadata</a></p>
<h2>${say(docsText.roots)}</h2><ul>!${prefixes.map((prefix) => html`<li><code>${prefix}</code></li>`).join('')}</ul>
<h2>${say(docsText.interactions)}</h2>!${table(
    [docsText.method, docsText.address, docsText.meaning].map(say),
    served.map((one) => [
      html`<code>${one.method}</code>`,
      html`<code>${root}${pathOf(one.path)}</code>`,
      html`${say(docsText.meanings[one.code] ?? plain(one.code))}`,
    ]),
  )}
<h2>${say(docsText.operations)}</h2>!${table(
    [docsText.address, docsText.method, docsText.definition].map(say),
    operations.flatMap((operation) =>
      addressesOf(operation).map((address) => [
        html`<code>${root}${address}</code>`,
        html`${operation.methods.join(', ')}`,
        html`<a href="${operation.definition}">${operation.definition}</a>`,
      ]),
    ),
  )}
<h2>${say(docsText.formats)}</h2><p>!${mediaTypes.resource.map((name) => html`<code>${name}</code>`).join(', ')}. ${say(docsText.formatHint)}</p>
<h2>${say(docsText.headers)}</h2>!${table(
    ['', say(docsText.meaning)],
    docsText.headerMeanings.map(({ name, text }) => [html`<code>${name}</code>`, html`${say(text)}`]),
  )}
<h2>${say(docsText.example)}</h2><pre>curl -X POST '${root}/Patient/$validate' -H 'Content-Type: application/fhir+json' -d @patient.json</pre>
</body></html>
`;
}

function plain(code: string): Text {
  return { id: code, en: code };
}

function pathOf(path: string): string {
  return path.replace(/:([A-Za-z]+)/g, '[$1]');
}

function addressesOf({ name, levels, resourceTypes }: Operation): readonly string[] {
  const types = resourceTypes === 'all' ? ['[type]'] : resourceTypes;
  return levels.flatMap((level) => {
    if (level === 'system') return [`/$${name}`];
    return types.map((type) => (level === 'type' ? `/${type}/$${name}` : `/${type}/[id]/$${name}`));
  });
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const cells = (row: readonly string[]) => row.map((cell) => html`<td>!${cell}</td>`).join('');
  return html`<table><thead><tr>!${head.map((cell) => html`<th>${cell}</th>`).join('')}</tr></thead><tbody>!${rows.map((row) => html`<tr>!${cells(row)}</tr>`).join('')}</tbody></table>`;
}
