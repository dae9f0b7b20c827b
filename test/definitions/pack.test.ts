import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { areasOf } from '../../src/definitions/areas.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { packAreas } from '../../src/definitions/pack-areas.js';
import { packCore } from '../../src/definitions/pack-core.js';
import { openPack } from '../../src/definitions/pack-file.js';
import { packGuide } from '../../src/definitions/pack-guide.js';

const scratch = mkdtempSync(join(tmpdir(), 'lontar-pack-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

t.test('packs the guide’s resources, wherever they lie in profiles/ and terminology/, but no examples and no cases', async (t) => {
  file('guide/profiles/generated/StructureDefinition-a.json', { resourceType: 'StructureDefinition', id: 'a', url: 'urn:a' });
  file('guide/profiles/measures/M/measure.json', { resourceType: 'Measure', id: 'M', url: 'urn:m' });
  file('guide/profiles/measures/M/cases/in.json', { resourceType: 'Patient', id: 'no' });
  file('guide/profiles/examples/a/valid/one.json', { resourceType: 'Patient', id: 'no' });
  file('guide/profiles/settings.json', { anything: true });
  file('guide/terminology/rules.json', [{ resourceType: 'Patient', rule: 'x' }]);
  file('guide/terminology/bundle.json', {
    resourceType: 'Bundle',
    entry: [{ resource: { resourceType: 'ValueSet', id: 'v', url: 'urn:v' } }],
  });
  const target = join(scratch, 'guide.pack');
  packGuide(join(scratch, 'guide'), target);
  const pack = openPack(target);
  t.same([...(pack?.types ?? [])].sort(), ['Measure', 'StructureDefinition', 'ValueSet']);
  t.same(JSON.parse(pack?.read('ValueSet', 0) ?? ''), { resourceType: 'ValueSet', id: 'v', url: 'urn:v' });
  t.same(pack?.entries('Unicorn'), []);
  t.throws(() => pack?.read('ValueSet', 1), RangeError);
});

t.test('packs again only when something changed', async (t) => {
  const target = join(scratch, 'guide.pack');
  const before = statSync(target).ino;
  packGuide(join(scratch, 'guide'), target);
  t.equal(statSync(target).ino, before);
  file('guide/terminology/more.json', { resourceType: 'ValueSet', id: 'w', url: 'urn:w' });
  packGuide(join(scratch, 'guide'), target);
  t.equal(openPack(target)?.entries('ValueSet').length, 2);
});

t.test('names a file that is no JSON', async (t) => {
  file('broken/profiles/oops.json', '{"resourceType":');
  t.throws(() => packGuide(join(scratch, 'broken'), join(scratch, 'broken.pack')), /profiles.oops\.json is no JSON/);
});

t.test('keeps the pack where its source is absent, and says so where there is neither', async (t) => {
  const target = join(scratch, 'core.pack');
  t.throws(() => packCore(join(scratch, 'nowhere'), target), /npm ci/);
  writeFileSync(target, 'a pack made elsewhere');
  t.doesNotThrow(() => packCore(join(scratch, 'nowhere'), target));
});

t.test('packs areas sorted by code, with undotted codes and whole names', async (t) => {
  file('areas/provinces.csv', 'code,name\n32,Jawa Barat\n11,Aceh\n');
  file('areas/regencies.csv', 'code,province_code,name\r\n32.01,32,"Bogor, ""Kabupaten"""\r\n');
  file('areas/districts.csv', 'code,regency_code,name\n32.01.01,32.01,Cibinong\n');
  file('areas/villages.csv', 'code,district_code,name\n32.01.01.2001,32.01.01,  Desa   Baru \n');
  const target = join(scratch, 'areas.pack');
  packAreas(join(scratch, 'areas'), target);
  const areas = areasOf(readFileSync(target));
  t.same(
    [...areas.all()].map(({ code, name }) => `${code} ${name}`),
    ['11 Aceh', '32 Jawa Barat', '3201 Bogor, "Kabupaten"', '320101 Cibinong', '3201012001 Desa Baru'],
  );
  t.same(areas.find('3201012001'), { code: '3201012001', name: 'Desa Baru', level: 'village', parent: '320101' });
  file('areas/villages.csv', 'code,district_code,name\n32.01.01.1,32.01.01,Too short\n');
  t.throws(() => packAreas(join(scratch, 'areas'), join(scratch, 'other.pack')), /not understood: 32\.01\.01\.1/);
});

t.test('says what to do where packs are absent or cut off', async (t) => {
  const folder = mkdtempSync(join(scratch, 'empty-'));
  t.throws(() => loadRegistry(folder), /npm run build/);
  const cut = join(scratch, 'guide.pack');
  truncateSync(cut, 20);
  t.throws(() => openPack(cut), /npm run build/);
});
