import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { createTerminology } from '../../src/terminology/create.js';
import type { Fact, FactKind } from '../../src/terminology/release/fact.js';
import { loadRelease } from '../../src/terminology/release/load-release.js';
import { listLoaded, loadedSystems } from '../../src/terminology/release/loaded-systems.js';
import { sortFacts } from '../../src/terminology/release/sort-facts.js';

const scratch = mkdtempSync(join(tmpdir(), 'lontar-release-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

const registry = loadRegistry();
const folder = join(scratch, 'terminology');
const terminology = () => createTerminology(registry, loadedSystems(folder));

function file(name: string, content: string): string {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

t.test('loads LOINC with its hierarchy and answer lists', async (t) => {
  file(
    'Loinc_2.77/LoincTable/Loinc.csv',
    '\uFEFF"LOINC_NUM","COMPONENT","PROPERTY","SCALE_TYP","STATUS","SHORTNAME","LONG_COMMON_NAME"\n' +
      '"718-7","Hemoglobin","MCnc","Qn","ACTIVE","Hgb Bld-mCnc","Hemoglobin [Mass/volume] in Blood"\n' +
      '"1-8","Old, with comma","Prid","Nom","DEPRECATED","Old","An ""old"" test"\n',
  );
  file(
    'Loinc_2.77/AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv',
    'PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\n,1,,LP1-1,Blood\nLP1-1,1,LP1-1,718-7,Hemoglobin\n',
  );
  file(
    'Loinc_2.77/AccessoryFiles/AnswerFile/AnswerList.csv',
    'AnswerListId,AnswerListName,AnswerStringId,DisplayText\nLL1-1,Yes or no,LA33-6,Yes\nLL1-1,Yes or no,LA32-8,No\n',
  );
  const loaded = await loadRelease(join(scratch, 'Loinc_2.77'), folder);
  t.match(loaded, { system: 'http://loinc.org', version: '2.77', concepts: 6 });
  const used = terminology();
  t.match(used.lookup('http://loinc.org', '718-7'), { display: 'Hemoglobin [Mass/volume] in Blood' });
  t.match(used.validateInCodeSystem({ system: 'http://loinc.org', code: '1-8' }), {
    valid: true,
    reason: 'inactive',
    display: 'An "old" test',
  });
  t.match(used.validateInCodeSystem({ system: 'http://loinc.org', code: '718-8' }), { valid: false, suggestions: ['718-7'] });
  t.equal(used.subsumes('http://loinc.org', 'LP1-1', '718-7'), true);
  t.same(used.context.source('http://loinc.org')?.property('718-7', 'SCALE_TYP'), ['Qn']);
  t.match(used.validateInValueSet('http://loinc.org/vs/LL1-1', { system: 'http://loinc.org', code: 'LA33-6' }), {
    valid: true,
    display: 'Yes',
  });
  t.equal(used.validateInValueSet('http://loinc.org/vs/LL1-1', { system: 'http://loinc.org', code: '718-7' }).valid, false);
});

t.test('loads SNOMED CT from RF2 snapshots', async (t) => {
  const rf2 = (name: string, rows: readonly string[]) => file(`snomed/Snapshot/${name}_INT_20240101.txt`, `${rows.join('\r\n')}\r\n`);
  rf2('Terminology/sct2_Concept_Snapshot', ['id\teffectiveTime\tactive', '138875005\t2002\t1', '404684003\t2002\t1', '111\t2002\t0']);
  rf2('Terminology/sct2_Description_Snapshot-en', [
    'id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId',
    '1\t2002\t1\tm\t404684003\ten\t900000000000003001\tClinical finding (finding)\tc',
    '2\t2002\t1\tm\t404684003\ten\t900000000000013009\tClinical finding\tc',
    '3\t2002\t1\tm\t404684003\ten\t900000000000013009\tA finding\tc',
    '4\t2002\t0\tm\t404684003\ten\t900000000000013009\tWithdrawn\tc',
  ]);
  rf2('Refset/Language/der2_cRefset_LanguageSnapshot-en', [
    'id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tacceptabilityId',
    'a\t2002\t1\tm\tr\t2\t900000000000548007',
    'b\t2002\t1\tm\tr\t3\t900000000000549004',
  ]);
  rf2('Terminology/sct2_Relationship_Snapshot', [
    'id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId',
    '1\t2002\t1\tm\t404684003\t138875005\t0\t116680003',
    '2\t2002\t1\tm\t404684003\t111\t0\t363698007',
  ]);
  const loaded = await loadRelease(join(scratch, 'snomed'), folder);
  t.match(loaded, { system: 'http://snomed.info/sct', concepts: 3 });
  const used = terminology();
  t.match(used.lookup('http://snomed.info/sct', '404684003'), { display: 'Clinical finding' });
  t.match(used.validateInCodeSystem({ system: 'http://snomed.info/sct', code: '404684003', display: 'A finding' }), { valid: true });
  t.match(used.validateInCodeSystem({ system: 'http://snomed.info/sct', code: '404684003', display: 'Withdrawn' }), {
    reason: 'wrong-display',
  });
  t.equal(used.validateInCodeSystem({ system: 'http://snomed.info/sct', code: '111' }).reason, 'inactive');
  t.equal(used.subsumes('http://snomed.info/sct', '138875005', '404684003'), true);
  t.equal(used.members('http://snomed.info/sct?fhir_vs=isa/138875005')?.size, 2);
});

t.test('loads ICD-10 from ClaML', async (t) => {
  const path = file(
    'icd10.xml',
    `<?xml version="1.0"?><ClaML version="2.0.0">
      <ModifierClass modifier="S04E10_4" code=".0"><Rubric kind="preferred"><Label xml:lang="en">With coma</Label></Rubric></ModifierClass>
      <ModifierClass modifier="S04E10_4" code=".9"><Rubric kind="preferred"><Label xml:lang="en">Without complications</Label></Rubric></ModifierClass>
      <Class code="E10-E14" kind="block"><SubClass code="E10"/><ModifiedBy code="S04E10_4"/><Rubric kind="preferred"><Label>Diabetes</Label></Rubric></Class>
      <Class code="E10" kind="category"><SuperClass code="E10-E14"/><Rubric kind="preferred"><Label xml:lang="en">Type 1</Label></Rubric></Class>
      <Class code="E11" kind="category"><SuperClass code="E10-E14"/><ExcludeModifier code="S04E10_4"/><Rubric kind="preferred"><Label>Type 2</Label></Rubric></Class>
      <Class code="I" kind="chapter"><Rubric kind="preferred"><Label xml:lang="en">Infectious diseases</Label></Rubric></Class>
      <Class code="A00" kind="category"><SuperClass code="I"/><Rubric kind="preferred"><Label xml:lang="en">Cholera</Label></Rubric>
        <Rubric kind="inclusion"><Label xml:lang="en">something else</Label></Rubric></Class></ClaML>`,
  );
  t.match(await loadRelease(path, folder, { version: '2019' }), { system: 'http://hl7.org/fhir/sid/icd-10', concepts: 7 });
  const used = terminology();
  t.match(used.lookup('http://hl7.org/fhir/sid/icd-10', 'A00'), { display: 'Cholera' });
  t.equal(used.validateInCodeSystem({ system: 'http://hl7.org/fhir/sid/icd-10', code: 'I' }).reason, 'abstract');
  t.equal(used.subsumes('http://hl7.org/fhir/sid/icd-10', 'I', 'A00'), true);
  t.match(used.lookup('http://hl7.org/fhir/sid/icd-10', 'E10.0'), { display: 'Type 1: With coma' });
  t.equal(used.subsumes('http://hl7.org/fhir/sid/icd-10', 'E10-E14', 'E10.9'), true);
  t.equal(used.lookup('http://hl7.org/fhir/sid/icd-10', 'E11.0'), undefined);
});

t.test('loads a plain table, whatever its separator, and keeps versions apart', async (t) => {
  const system = 'https://example.org/kfa';
  const one = file('one.csv', 'kode;nama;induk;display_en;bentuk\n1;Obat;;Drug;\n2;"Tablet; besi";1;Iron tablet;tablet\n');
  const two = file('two.tsv', 'code\tdisplay\tstatus\n2\tIron\tinactive\n');
  await loadRelease(one, folder, { system, version: '1.9' });
  await loadRelease(two, folder, { system, version: '1.10' });
  const used = terminology();
  t.match(used.lookup(system, '2'), { display: 'Iron', inactive: true }, 'the newest version answers');
  const old = used.context.source(system, '1.9');
  t.match(old?.find('2'), { display: 'Tablet; besi', designations: [{ language: 'en', value: 'Iron tablet' }] });
  t.same(old?.property('2', 'bentuk'), ['tablet']);
  t.same(old?.children('1'), ['2']);
  t.same(
    [...(old?.all() ?? [])].map(({ code }) => code),
    ['1', '2'],
  );
  t.equal(listLoaded(folder).filter((header) => header.system === system).length, 2);
});

t.test('loads a CodeSystem resource, nested or linked by properties', async (t) => {
  const path = file(
    'codesystem.json',
    JSON.stringify({
      concept: [
        { code: 'a', display: 'A', concept: [{ code: 'b', display: 'B\twith a tab', designation: [{ language: 'id', value: 'Be' }] }] },
        {
          code: 'c',
          property: [
            { code: 'parent', valueCode: 'b' },
            { code: 'notSelectable', valueBoolean: true },
            { code: 'n', valueInteger: 3 },
          ],
        },
      ],
      resourceType: 'CodeSystem',
      url: 'https://example.org/json',
      version: '7',
      content: 'fragment',
    }),
  );
  t.match(await loadRelease(path, folder), { system: 'https://example.org/json', version: '7', concepts: 3 });
  const used = terminology();
  t.match(used.lookup('https://example.org/json', 'b'), { display: 'B with a tab', designations: [{ language: 'id', value: 'Be' }] });
  t.match(used.lookup('https://example.org/json', 'c'), { abstract: true });
  t.equal(used.subsumes('https://example.org/json', 'a', 'c'), true);
  t.equal(used.validateInCodeSystem({ system: 'https://example.org/json', code: 'zz' }).valid, undefined, 'a fragment can’t say no');
});

t.test('keeps the guide’s own names for codes of a loaded release', async (t) => {
  const system = 'https://example.org/named';
  await loadRelease(file('named.csv', 'code,display\n1,One\n2,Two\n'), folder, { system });
  const fragment = {
    resourceType: 'CodeSystem',
    url: system,
    status: 'active',
    content: 'fragment',
    concept: [{ code: '1', display: 'Satu' }],
  };
  const used = createTerminology(registry.with([fragment as FhirResource]), loadedSystems(folder));
  t.match(used.validateInCodeSystem({ system, code: '1', display: 'Satu' }), { valid: true, display: 'One', reason: undefined });
  t.match(used.lookup(system, '2'), { display: 'Two' });
  t.equal(used.validateInCodeSystem({ system, code: '3' }).valid, false, 'the release knows all its codes');
});

t.test('refuses what it can’t read, and leaves nothing behind', async (t) => {
  await t.rejects(loadRelease(file('note.md', 'hello'), folder), /no release that can be read/);
  await t.rejects(loadRelease(file('patient.json', '{"resourceType":"Patient"}'), folder), /no release that can be read/);
  await t.rejects(loadRelease(file('nosystem.csv', 'code,display\n1,One\n'), folder), /--system/);
  await t.rejects(loadRelease(file('nocode.csv', 'a,b\n1,2\n'), folder, { system: 'urn:x' }), /no code column/);
  await t.rejects(
    loadRelease(file('broken.json', '{"resourceType":"CodeSystem","url":"urn:y","concept":[{"code":'), folder, { system: 'urn:y' }),
  );
  await t.rejects(loadRelease(file('empty.csv', 'code,display\n'), folder, { system: 'urn:z' }), /no concept/);
  await t.rejects(loadRelease(join(scratch, 'absent.csv'), folder), /ENOENT/);
  t.same(
    readdirSync(folder).filter((name) => !name.endsWith('.codes')),
    [],
  );
  t.equal(terminology().context.source('urn:x'), undefined);
  t.same(listLoaded(join(scratch, 'nothing-here')), []);
});

t.test('groups facts by code however many runs they take', async (_t) => {
  const kind = fc.constantFrom<FactKind>('concept', 'display', 'parent');
  const code = fc.string({ minLength: 1, maxLength: 4 }).filter((text) => !/[\t\n\r]/.test(text));
  const fact = fc.record({ code, kind, value: fc.string({ maxLength: 5 }).filter((text) => !/[\t\n\r]/.test(text)) });
  await fc.assert(
    fc.asyncProperty(fc.array(fact, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), async (facts, chunk) => {
      const runs = mkdtempSync(join(scratch, 'runs-'));
      const groups = [...(await sortFacts(stream(facts), runs, () => undefined, chunk))];
      const codes = groups.map((group) => group.code);
      const expected = [...new Set(facts.map((one) => one.code))].sort();
      const told = new Set(facts.map((one) => JSON.stringify([one.code, one.kind, one.value])));
      const kept = new Set(groups.flatMap((group) => group.facts.map((one) => JSON.stringify([one.code, one.kind, one.value]))));
      return JSON.stringify(codes) === JSON.stringify(expected) && told.size === kept.size && [...told].every((one) => kept.has(one));
    }),
    { numRuns: 60 },
  );
});

async function* stream(facts: readonly Fact[]): AsyncGenerator<Fact> {
  yield* facts;
}
