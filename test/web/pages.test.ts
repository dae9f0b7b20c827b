import { existsSync } from 'node:fs';
import type { MeasureReport, MeasureReportGroup } from '@medplum/fhirtypes';
import { chromium } from 'playwright-core';
import t from 'tap';
import type { FhirResource } from '../../src/fhir/resource.js';
import { renamePerson } from '../../src/measure/agreement/rename.js';
import { loadCases } from '../../src/measure/cases.js';
import { upkeepOf } from '../../src/rest/open-upkeep.js';
import { packageRoot } from '../../src/root.js';
import { testApp } from '../support/app.js';

const village = '6202061001';
const otherVillage = '5171011001';
const measures = ['ANC-ANEMIA', 'ANC-K6', 'IMUN-IDL'] as const;

const kept = [...measures, 'JKN-UHC', 'ANC-TTD90'];
const { app, services, send } = await testApp(t, { MAX_EVENT_LOOP_DELAY_MS: '0', KEPT_MEASURES: kept.join(',') });

const people = measures.flatMap((id) =>
  [...loadCases(packageRoot, id).values()]
    .flatMap(({ cases }) => cases)
    .flatMap(({ resources }, index) => renamePerson(resources, `${id.toLowerCase()}-${index}`)),
);
const hostileName = 'Puskesmas <script>alert("x")</script> & Rekan';
const puskesmas = {
  resourceType: 'Organization',
  id: 'pkm',
  name: hostileName,
  type: [{ coding: [{ system: 'http://terminology.kemkes.go.id/CodeSystem/organization-type', code: '102' }] }],
};
const places = [village, otherVillage].map((code) => ({
  resourceType: 'Location',
  id: `desa-${code}`,
  name: code,
  identifier: [{ system: 'http://sys-ids.kemkes.go.id/administrative-area', value: code }],
  managingOrganization: { reference: 'Organization/pkm' },
}));

// The pages read what is stored; how it came in is another room's test.
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'test' } as const;
const stored = [puskesmas, ...places, { resourceType: 'Practitioner', id: 'p' }, ...people] as readonly FhirResource[];
await services.store.write(
  stored.map((resource) => ({ kind: 'update', type: resource.resourceType, id: resource.id ?? '', resource }) as const),
  context,
);

t.test('the village page shows the numbers of its MeasureReports', async (t) => {
  const page = await send('GET', `/desa/${village}?period=2026`);
  t.equal(page.statusCode, 200);
  t.match(page.headers['content-type'], /^text\/html/);
  const shown = new Map(
    [...page.body.matchAll(/<tr data-indicator="([^"]+)">(.*?)<\/tr>/gs)].map(([, code = '', row = '']) => [code, cells(row)]),
  );
  t.equal(shown.size, 5);
  for (const measure of measures) {
    for (const group of (await report(measure, village)).group ?? []) {
      const code = group.code?.coding?.[0]?.code ?? '';
      t.same(shown.get(code)?.slice(0, 3), numbers(group), code);
    }
  }
});

t.test('pages out of counters show the same numbers, and every other measure that is kept, by stage of life', async (t) => {
  const path = `/desa/${village}?period=2026`;
  const numbersOf = (body: string): readonly string[] => [...body.matchAll(/<tr data-indicator=.*?<\/tr>/gs)].map(([row]) => row);
  const direct = await send('GET', path);
  t.notMatch(direct.body, 'data-row');
  // The year in which the cases lie is open.
  const upkeep = upkeepOf({ ...services, clock: () => Date.parse('2026-11-20T00:00:00Z') }, services.database, {
    refreshed() {},
    log() {},
  });
  await upkeep.round();
  const page = await send('GET', path);
  t.same(numbersOf(page.body), numbersOf(direct.body));
  t.equal(numbersOf(page.body).length, 5);
  const others = [...page.body.matchAll(/<tr data-row="([^"]+)"/g)].map(([, code]) => code);
  t.ok(others.length >= 2, others.join(' '));
  t.ok(page.body.indexOf('Ibu hamil') < page.body.indexOf('data-row'), 'under the name of their stage');
  t.ok(Buffer.byteLength(page.body) < 30_000, `${Buffer.byteLength(page.body)} bytes`);
  t.match((await send('GET', '/puskesmas/pkm?period=2026')).body, 'data-row');
});

t.test('the area page lists every place with its numbers, and their sum', async (t) => {
  for (const [url, subject] of [
    ['/puskesmas/pkm?period=2026', 'Organization/pkm'],
    ['/wilayah/620206?period=2026', '620206'],
    ['/wilayah/62?period=2026', '62'],
    ['/wilayah?period=2026', undefined],
  ] as const) {
    const page = await send('GET', url);
    t.equal(page.statusCode, 200, url);
    const rows = new Map(
      [...page.body.matchAll(/<tr data-area="([^"]*)">(.*?)<\/tr>/gs)].map(([, code = '', row = '']) => [code, cells(row)]),
    );
    const groups = (await Promise.all(measures.map((measure) => report(measure, subject)))).flatMap(({ group }) => group ?? []);
    const expected = groups.map((group) => {
      const [numerator, denominator, percent] = numbers(group);
      return `${percent} ${numerator}/${denominator}`;
    });
    t.same(
      rows.get('total')?.map((cell) => cell.replace('†', '')),
      expected,
      `${url}: the last row is the report's total`,
    );
    const places = [...rows].filter(([code]) => code !== 'total');
    const sum = (at: number, part: number): number =>
      places.reduce((total, [, row]) => total + Number(/(\d+)\/(\d+)†?$/.exec(row[at] ?? '')?.[part] ?? 0), 0);
    const total = (at: number, part: number): number => Number(/(\d+)\/(\d+)$/.exec(expected[at] ?? '')?.[part] ?? 0);
    for (const at of groups.keys()) t.same([sum(at, 1), sum(at, 2)], [total(at, 1), total(at, 2)], `${url}: places add up (${at})`);
  }
});

t.test('the numbers can be had as CSV, village by village, with their sum', async (t) => {
  const response = await send('GET', '/puskesmas/pkm/data.csv?period=2026');
  t.equal(response.statusCode, 200);
  t.match(response.headers['content-type'], /^text\/csv/);
  const [head, ...rows] = response.body.trimEnd().split('\r\n');
  t.match(head, /^measure,group,area_code,area_name,/);
  t.equal(rows.length, 5 * 3, 'five groups over two villages and their sum');
  const k6 = (await report('ANC-K6', 'Organization/pkm')).group?.[2];
  const total = rows.find((row) => row.includes(',K6,total,'))?.split(',');
  t.same([total?.[8], total?.[7], total?.[9]?.replace('.', ',')], numbers(k6 ?? {}));
  t.equal((await send('GET', '/desa/x/data.csv?period=2026')).statusCode, 404);
  t.equal((await send('GET', '/wilayah/data.csv?period=2026-02')).statusCode, 200);
});

t.test('pages are small, run nothing, load nothing and escape what was stored', async (t) => {
  for (const url of [
    '/',
    `/desa/${village}?period=2026`,
    '/puskesmas/pkm?period=2026',
    '/wilayah/6202?period=2026',
    '/wilayah?period=2026-03',
  ]) {
    const page = await send('GET', url);
    t.equal(page.statusCode, 200, url);
    t.ok(Buffer.byteLength(page.body) < 50_000, `${url}: ${Buffer.byteLength(page.body)} bytes`);
    t.notMatch(page.body, /<script|<link|<img|<iframe|@import|\son[a-z]+=/i, url);
    t.match(page.headers['content-security-policy'], /^default-src 'none'; style-src 'sha256-/);
  }
  t.match((await send('GET', '/puskesmas/pkm?period=2026')).body, '&#60;script&#62;');
});

t.test('what cannot be shown is said on a page, in both languages, with the right status', async (t) => {
  for (const [url, status] of [
    ['/desa/6202069999', 404],
    ['/desa/620206', 404],
    ['/desa/%3Cscript%3E', 404],
    ['/wilayah/6202061001', 404],
    ['/wilayah/00', 404],
    ['/puskesmas/nobody', 404],
    ['/puskesmas/desa-x%00', 404],
    [`/desa/${village}?period=2026-13`, 400],
    [`/desa/${village}?period=lalu`, 400],
    [`/desa/${village}?period=2026&period=2027`, 400],
  ] as const) {
    const page = await send('GET', url);
    t.equal(page.statusCode, status, url);
    t.match(page.headers['content-type'], /^text\/html/, url);
    t.match(page.body, 'lang="en"', url);
    t.notMatch(page.body, '<script', url);
  }
  const closed = await testApp(t, { AUTH: 'on' });
  const page = await closed.send('GET', `/desa/${village}`);
  t.equal(page.statusCode, 401, 'who may not see it gets no page');
  t.notMatch(page.body, 'data-indicator');
});

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

t.test('a browser 360 px wide shows every page whole', { skip: executable ? false : 'no Chromium on this machine' }, async (t) => {
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: executable ?? '', args: ['--no-sandbox'] });
  t.teardown(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
  const problems: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('requestfailed', (request) => problems.push(request.url()));
  for (const path of [`/desa/${village}?period=2026`, '/puskesmas/pkm?period=2026', '/wilayah/6202?period=2026', '/']) {
    await page.goto(`${origin}${path}`);
    const seen = await page.evaluate(layoutOf);
    t.ok(seen.width <= 360, `${path}: nothing to scroll sideways`);
    t.same(seen.clipped, [], `${path}: no text runs out of its box`);
    t.ok(seen.smallest >= 10, `${path}: text of ${seen.smallest} px can be read`);
    t.equal(seen.headings[0], 1, `${path}: begins with its one main heading`);
    t.ok(seen.tables === 0 || seen.captions === seen.tables, `${path}: every table has a caption`);
  }
  t.same(problems, [], 'no errors, nothing blocked');
});

interface Seen {
  readonly width: number;
  readonly clipped: readonly string[];
  readonly smallest: number;
  readonly headings: readonly number[];
  readonly tables: number;
  readonly captions: number;
}

// Runs in the browser, of which the compiler's library knows nothing.
const layoutOf = `(() => {
  const texts = [...document.querySelectorAll('th,td,p,h1,h2,li,caption')];
  const sizes = [...document.querySelectorAll('body *')].filter((node) => node.textContent.trim() !== '' && node.getClientRects().length > 0);
  return {
    width: document.documentElement.scrollWidth,
    clipped: texts.filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0).map((node) => node.textContent.trim().slice(0, 40)),
    smallest: Math.min(...sizes.map((node) => parseFloat(getComputedStyle(node).fontSize))),
    headings: [...document.querySelectorAll('h1,h2,h3')].map((node) => Number(node.tagName[1])),
    tables: document.querySelectorAll('table').length,
    captions: document.querySelectorAll('table > caption').length,
  };
})()` as unknown as () => Seen;

async function report(measure: string, subject: string | undefined): Promise<MeasureReport> {
  const query = new URLSearchParams({ periodStart: '2026-01-01', periodEnd: '2026-12-31', ...(subject === undefined ? {} : { subject }) });
  const response = await send('GET', `/fhir/Measure/${measure}/$evaluate-measure?${query}`);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json();
}

/** Numerator, denominator (less exclusions) and per cent of a report's group, as a page writes them. */
function numbers(group: MeasureReportGroup): readonly string[] {
  const count = (code: string): number => group.population?.find((found) => found.code?.coding?.[0]?.code === code)?.count ?? 0;
  const percent = group.measureScore?.value;
  return [
    String(count('numerator')),
    String(count('denominator') - count('denominator-exclusion')),
    percent === undefined ? 't.b.' : percent.toFixed(2).replace('.', ','),
  ];
}

function cells(row: string): readonly string[] {
  return [...row.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell = '']) =>
    cell
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
}
