import { html } from 'ghtml';
import { layout } from './layout.js';
import type { PagePeriod } from './period.js';

/** A Puskesmas and the villages of its catchment. */
export interface PuskesmasEntry {
  readonly id: string;
  readonly name: string;
  readonly villages: ReadonlyArray<{ readonly code: string; readonly name: string }>;
}

/** The front page: every Puskesmas with its villages, and the way down from the provinces. */
export function indexPage(entries: readonly PuskesmasEntry[], period: PagePeriod): string {
  const sections = entries.map(({ id, name, villages }) => {
    const places = villages.map(({ code, name: place }) => html`<li><a href="/desa/${code}?period=${period.name}">${place}</a></li>`);
    return html`<section><h2><a href="/puskesmas/${id}?period=${period.name}">${name}</a></h2>
<p lang="en">${villages.length} villages</p>
<ul class="places">!${places.join('')}</ul></section>`;
  });
  const none = html`<section><p>Belum ada Puskesmas dengan desa di server ini. <span lang="en">No Puskesmas with villages is on this server yet.</span></p></section>`;
  return layout({
    title: { id: 'Pemantauan Wilayah Setempat', en: 'Local area monitoring' },
    lead: { id: 'Indikator kesehatan per desa dan kelurahan.', en: 'Health indicators, village by village.' },
    path: [],
    periods: [],
    main: `${sections.length > 0 ? sections.join('\n') : none}
${html`<section><h2>Menurut wilayah</h2><p lang="en">By area</p><p><a href="/wilayah?period=${period.name}">Indonesia, per provinsi</a></p></section>`}`,
    footer: html`<p>Lontar · <a href="/guide">Panduan integrasi <span lang="en">Integration guide</span></a> · FHIR: <a href="/fhir/metadata">/fhir/metadata</a></p>`,
  });
}
