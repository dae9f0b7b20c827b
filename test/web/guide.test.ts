import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import t from 'tap';
import { packageRoot } from '../../src/root.js';
import { loadPlatformRules } from '../../src/validation/rules/platform.js';
import { elementTexts } from '../../src/web/guide/element-texts.js';
import { profileElements } from '../../src/web/guide/elements.js';
import { examplesOf } from '../../src/web/guide/examples.js';
import { guideProfiles } from '../../src/web/guide/profiles.js';
import { testApp } from '../support/app.js';

const { services, send } = await testApp(t, { MAX_EVENT_LOOP_DELAY_MS: '0', RATE_LIMIT: '0' });
const { registry } = services;

t.test('every page that the guide links to is there, small, whole and without scripts', async (t) => {
  const seen = new Set(['/guide']);
  for (const url of seen) {
    const page = await send('GET', url);
    if (page.statusCode !== 200) t.fail(`${url}: ${page.statusCode}`);
    if (!/^text\/html/.test(String(page.headers['content-type']))) continue;
    t.notMatch(page.body, /<script|<link|<img|<iframe|@import|\son[a-z]+=/i, url);
    t.notMatch(page.body, /undefined|\[object Object\]|>NaN</, url);
    for (const [, href = ''] of page.body.matchAll(/href="(\/(?:guide|package)[^"#?]*)/g)) seen.add(href);
  }
  const kinds = (prefix: string): number => [...seen].filter((url) => url.startsWith(prefix)).length;
  t.equal(kinds('/guide/indicators/'), registry.ours('Measure').length, 'each measure has its page');
  t.ok(kinds('/guide/profiles/') >= guideProfiles(registry).length, 'each profile has its page');
  t.equal(kinds('/guide/questionnaires/'), registry.ours('Questionnaire').length, 'each questionnaire has its page');
  t.equal(kinds('/guide/value-sets/'), registry.ours('ValueSet').length, 'each value set has its page');
  t.comment(`${seen.size} pages and files`);
});

t.test('a profile’s page names what it demands, its codes, the rules in both languages, and who reads it', async (t) => {
  const page = await send('GET', '/guide/profiles/encounter-antenatal');
  t.match(page.body, 'enc-anc-1');
  t.match(page.body, 'tambahkan salah satunya');
  t.match(page.body, 'href="/guide/value-sets/visit-class"');
  t.match(page.body, 'href="/guide/rules?q=10117"');
  t.match(page.body, 'href="/guide/indicators/ANC-K6"');
  t.match(page.body, 'tanpa-pasien');
  t.match(page.body, /curl\.exe -X POST &#39;http:\/\/[^&]+\/fhir\/Encounter\/\$validate\?profile/);
});

t.test('a questionnaire’s page names its questions, conditions and calculations, and what is made of the answers', async (t) => {
  const checklist = await send('GET', '/guide/questionnaires/kunjungan-dewasa');
  t.match(checklist.body, 'Obat hipertensi diminum dalam 24 jam terakhir');
  t.match(checklist.body, '<code>patuh.hipertensi.ada &#61; true</code>');
  t.match(checklist.body, 'href="/guide/profiles/task-follow-up"');
  t.match(checklist.body, '<code>7 days</code>');
  const scored = await send('GET', '/guide/questionnaires/aks');
  t.match(scored.body, 'Kadang tidak terkendali <b>= 1</b>');
  t.match(scored.body, 'Observation <code>http://loinc.org|96762-0</code>');
  t.equal((await send('GET', '/guide/questionnaires/tidak-ada')).statusCode, 404);
});

t.test('a table holds every element that must be supported or can’t be left out, each with words in both languages', async (t) => {
  const texts = elementTexts(packageRoot);
  for (const { url = '', type = '' } of guideProfiles(registry)) {
    const profile = registry.structureDefinition(url);
    if (!profile) throw new Error(url);
    const rows = profileElements(registry, profile, { texts });
    const paths = new Set(rows.map(({ path }) => path));
    const wanted = (profile.snapshot?.element ?? [])
      .filter(({ id = '', mustSupport, min = 0 }) => mustSupport === true || (min > 0 && id.split('.').length === 2))
      .map(({ id = '' }) => id.slice(type.length + 1))
      .filter((path) => path !== '');
    t.same(
      wanted.filter((path) => !paths.has(path)),
      [],
      url,
    );
    t.same(
      rows
        .filter(({ path, description }) => path !== '' && (description.id === '' || description.en === ''))
        .map(({ description }) => description.en),
      [],
      url,
    );
  }
});

t.test('measures are listed only at profiles whose codes they read', async (t) => {
  const reads = async (id: string): Promise<ReadonlySet<string | undefined>> =>
    new Set(
      [...(await send('GET', `/guide/profiles/${id}`)).body.matchAll(/href="\/guide\/indicators\/([^"]+)"/g)].map(([, measure]) => measure),
    );
  const haemoglobin = await reads('observation-haemoglobin');
  t.ok(haemoglobin.has('ANC-ANEMIA'));
  t.notOk(haemoglobin.has('IMUN-IDL'));
  t.notOk((await reads('observation-barthel')).has('ANC-ANEMIA'), 'another code of the same type');
});

t.test('an indicator’s page holds its CQL, what it includes, its denominator, target and cases', async (t) => {
  const { body } = await send('GET', '/guide/indicators/ANC-ANEMIA');
  t.match(body, 'library ');
  t.match(body, 'boundary');
  t.match(body, /initial-population/);
  t.match((await send('GET', '/guide/indicators/ANC-12T')).body, 'Pregnancy.cql');
});

t.test('rules are found by number, element and word, and all 558 numbers are there', async (t) => {
  const all = await send('GET', '/guide/rules');
  const numbers = new Set(loadPlatformRules().map(({ number }) => number));
  t.equal(numbers.size, 558);
  t.same(
    [...numbers].filter((number) => !all.body.includes(`<b>${number}</b>`)),
    [],
  );
  t.match((await send('GET', '/guide/rules?q=10118')).body, 'Encounter.subject');
  t.match((await send('GET', '/guide/rules?q=nik%20gender')).body, 'nik-gender');
  const hostile = await send('GET', `/guide/rules?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
  t.equal(hostile.statusCode, 200);
  t.notMatch(hostile.body, '<script');
  t.match(hostile.body, '0 aturan');
});

t.test('what isn’t there is said on a page; anyone may read the guide', async (t) => {
  for (const [url, status] of [
    ['/guide/profiles/none', 404],
    ['/guide/indicators/%3Cscript%3E', 404],
    ['/guide/value-sets/..%2F..%2Fpackage', 404],
    ['/guide/examples/KemkesPatient/valid/..%2F..%2F..%2Fpackage.json', 404],
    ['/guide/examples/..%2F..%2Fmeasures/valid/x.json', 404],
    [`/guide/rules?q=${'x'.repeat(101)}`, 400],
    ['/guide/rules?q=a&q=b', 400],
  ] as const) {
    const page = await send('GET', url);
    t.equal(page.statusCode, status, url);
    t.match(page.headers['content-type'], /^text\/html/, url);
  }
  const closed = await testApp(t, { AUTH: 'on' });
  t.equal((await closed.send('GET', '/guide')).statusCode, 200);
});

t.test('an example is served as the file that the tests check', async (t) => {
  const [first] = examplesOf(packageRoot, 'KemkesPatient', 'valid');
  const response = await send('GET', `/guide/examples/KemkesPatient/valid/${first?.name}.json`);
  t.match(response.headers['content-type'], 'application/fhir+json');
  t.equal(response.body, first?.text);
});

t.test('the package holds every definition with its snapshot, an index of them, and the valid examples', async (t) => {
  const response = await send('GET', '/package.tgz', undefined, { 'accept-encoding': 'identity' });
  t.equal(response.statusCode, 200);
  const files = new Map(
    (await unpackTar(gunzipSync(response.rawPayload))).map(({ header, data }) => [header.name, Buffer.from(data ?? '').toString()]),
  );
  const read = (name: string) => JSON.parse(files.get(name) ?? 'null');
  t.match(read('package/package.json'), {
    name: 'id.lontar.ilp',
    canonical: 'https://lontar.id/fhir',
    fhirVersions: ['4.0.1'],
    dependencies: { 'hl7.fhir.r4.core': '4.0.1' },
  });
  const index = read('package/.index.json');
  const listed = new Set(index.files.map(({ filename }: { readonly filename: string }) => `package/${filename}`));
  const own = [...files.keys()].filter((name) => /^package\/[A-Z]/.test(name));
  t.same([...listed].sort(), own.sort(), 'the index lists what lies there');
  for (const { url = '', id = '' } of guideProfiles(registry)) {
    const definition = read(`package/StructureDefinition-${id}.json`);
    t.equal(definition?.url, url);
    t.ok(definition?.snapshot?.element?.length > 0, `${id} has a snapshot`);
  }
  t.ok([...files.keys()].some((name) => name.startsWith('package/example/KemkesPatient-')));
  t.equal((await send('GET', '/package.tgz', undefined, { 'if-none-match': String(response.headers['etag']) })).statusCode, 304);
});
