import type { CodeSystem, StructureDefinition, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { test } from 'tap';
import { areaSystem } from '../../src/definitions/areas.js';
import { createLiveRegistry } from '../../src/definitions/live-registry.js';
import { loadRegistry } from '../../src/definitions/load.js';
import { nearestCodes } from '../../src/fhir/nearest.js';
import { boundedMap } from '../../src/terminology/bounded-map.js';
import { createTerminology } from '../../src/terminology/create.js';
import { expandValueSet } from '../../src/terminology/expand-value-set.js';
import { isInValueSet } from '../../src/terminology/in-value-set.js';
import { convertUnit, ucumSystem } from '../../src/terminology/ucum.js';

const registry = loadRegistry();
const terminology = createTerminology(registry);

const animals: CodeSystem = {
  resourceType: 'CodeSystem',
  url: 'https://example.org/animals',
  version: '1',
  status: 'active',
  content: 'complete',
  caseSensitive: true,
  property: [
    { code: 'legs', type: 'integer' },
    { code: 'notSelectable', type: 'boolean' },
    { code: 'status', type: 'code' },
  ],
  concept: [
    {
      code: 'animal',
      display: 'Animal',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [
        {
          code: 'mammal',
          display: 'Mammal',
          concept: [
            {
              code: 'cat',
              display: 'Cat',
              designation: [{ language: 'id', value: 'Kucing' }],
              property: [{ code: 'legs', valueInteger: 4 }],
            },
            { code: 'whale', display: 'Whale', property: [{ code: 'legs', valueInteger: 0 }] },
          ],
        },
        {
          code: 'bird',
          display: 'Bird',
          concept: [{ code: 'dodo', display: 'Dodo', property: [{ code: 'status', valueCode: 'retired' }] }],
        },
      ],
    },
    { code: 'plant', display: 'Plant' },
  ],
};

const fragment: CodeSystem = {
  resourceType: 'CodeSystem',
  url: 'https://example.org/fragment',
  status: 'active',
  content: 'fragment',
  concept: [{ code: 'a', display: 'A' }],
};

function valueSet(url: string, compose: NonNullable<ValueSet['compose']>): ValueSet {
  return { resourceType: 'ValueSet', url, status: 'active', compose };
}

/** Codes of an expansion of includes over the animals, in order; the failure's kind where there is none. */
function expanded(
  include: readonly ValueSetComposeInclude[],
  more: Partial<NonNullable<ValueSet['compose']>> = {},
): readonly string[] | string {
  const set = valueSet('https://example.org/tested', { include: [...include], ...more });
  const { context } = createTerminology(registry.with([animals, fragment, pets]));
  const result = expandValueSet(context, set, 1000);
  return result.ok ? [...result.members.values()].map(({ code }) => code) : result.failure.kind;
}

function filtered(property: string, op: string, value: string): readonly string[] | string {
  return expanded([{ system: 'https://example.org/animals', filter: [{ property, op: op as 'is-a', value }] }]);
}

const pets = valueSet('https://example.org/pets', {
  include: [{ system: 'https://example.org/animals', concept: [{ code: 'cat' }, { code: 'bird', display: 'Songbird' }] }],
});

test('expands the required value sets of R4 but those that no list holds', (t) => {
  const required = new Set<string>();
  for (const definition of registry.definitions('StructureDefinition')) {
    const structure = definition.load() as StructureDefinition;
    if (structure.derivation === 'constraint' || !structure.url.startsWith('http://hl7.org/fhir/')) continue;
    for (const { binding } of structure.snapshot?.element ?? []) {
      if (binding?.strength === 'required' && binding.valueSet !== undefined) required.add(binding.valueSet);
    }
  }
  const open = [...required].filter((canonical) => !terminology.members(canonical));
  t.ok(required.size > 200);
  // Media types and units have a grammar instead of a list, and LOINC's answer lists aren't published with R4.
  t.same(open.sort(), [
    'http://hl7.org/fhir/ValueSet/mimetypes|4.0.1',
    'http://hl7.org/fhir/ValueSet/ucum-units|4.0.1',
    'http://loinc.org/vs/LL379-9|4.0.1',
  ]);
  t.end();
});

test('applies each filter operator', (t) => {
  t.same(filtered('concept', 'is-a', 'mammal'), ['mammal', 'whale', 'cat']);
  t.same(filtered('concept', 'descendent-of', 'mammal'), ['whale', 'cat']);
  t.same(filtered('concept', 'is-not-a', 'mammal'), ['animal', 'bird', 'dodo', 'plant']);
  t.same(filtered('concept', 'generalizes', 'cat'), ['animal', 'mammal', 'cat']);
  t.same(filtered('legs', '=', '4'), ['cat']);
  t.same(filtered('code', 'in', 'cat, whale'), ['cat', 'whale']);
  t.same(filtered('code', 'not-in', 'animal,mammal,cat,whale,bird'), ['dodo', 'plant']);
  t.same(filtered('code', 'regex', '[a-d].*'), ['animal', 'cat', 'bird', 'dodo']);
  t.same(filtered('code', 'regex', 'at'), [], 'the whole code has to match');
  t.same(filtered('legs', 'exists', 'true'), ['cat', 'whale']);
  t.same(filtered('legs', 'exists', 'false'), ['animal', 'mammal', 'bird', 'dodo', 'plant']);
  t.same(filtered('parent', '=', 'bird'), ['dodo']);
  t.same(filtered('concept', 'is-a', 'unicorn'), []);
  t.end();
});

test('leaves a value set undecided for an operator, property or pattern that it can’t apply', (t) => {
  t.equal(filtered('colour', '=', 'red'), 'unknown-filter');
  t.equal(filtered('legs', 'is-a', '4'), 'unknown-filter');
  t.equal(filtered('code', 'child-of', 'cat'), 'unknown-filter');
  t.equal(filtered('code', 'regex', '(a)\\1'), 'unknown-filter');
  t.end();
});

test('matches a hostile pattern in linear time', (t) => {
  t.same(filtered('display', 'regex', '(a|a|aa)*(a|a|aa)*(a|a|aa)*b'), []);
  t.end();
});

test('unites includes, narrows within one, takes excludes away', (t) => {
  const system = 'https://example.org/animals';
  t.same(expanded([{ system, concept: [{ code: 'plant' }] }, { valueSet: [pets.url ?? ''] }]), ['plant', 'cat', 'bird']);
  t.same(expanded([{ system, filter: [{ property: 'concept', op: 'is-a', value: 'mammal' }], valueSet: [pets.url ?? ''] }]), ['cat']);
  t.same(expanded([{ system }], { exclude: [{ system, filter: [{ property: 'concept', op: 'is-a', value: 'animal' }] }] }), ['plant']);
  t.same(expanded([{ system, concept: [{ code: 'bird' }, { code: 'dodo' }] }], { inactive: false }), ['bird']);
  t.end();
});

test('says why a value set can’t be listed', (t) => {
  t.equal(expanded([{ system: 'https://example.org/nowhere' }]), 'unknown-system');
  t.equal(expanded([{ valueSet: ['https://example.org/nowhere'] }]), 'unknown-value-set');
  t.equal(expanded([{ system: 'https://example.org/fragment' }]), 'incomplete-system');
  t.equal(expanded([{ system: ucumSystem }]), 'unlistable-system');
  t.equal(expanded([{ system: areaSystem }]), 'too-costly');
  t.same(expanded([{ system: 'https://example.org/nowhere', concept: [{ code: 'x' }] }]), ['x'], 'a list of codes needs no code system');
  const a = valueSet('https://example.org/a', { include: [{ valueSet: ['https://example.org/b'] }] });
  const b = valueSet('https://example.org/b', { include: [{ valueSet: ['https://example.org/a'] }] });
  const circular = createTerminology(registry.with([a, b]));
  t.equal(circular.members('https://example.org/a'), undefined);
  t.equal(circular.validateInValueSet('https://example.org/a', { system: 'x', code: 'y' }).valid, undefined);
  t.end();
});

test('works a value set out once, however often others import it, and stops at chains made to harm', (t) => {
  const chain = (length: number): ValueSet[] =>
    Array.from({ length }, (_, at) => {
      const next = `https://example.org/chain-${at + 1}`;
      const last = at === length - 1;
      const include = last ? [{ system: 'urn:x', concept: [{ code: 'end' }] }] : [{ valueSet: [next] }, { valueSet: [next] }];
      return valueSet(`https://example.org/chain-${at}`, {
        include,
        ...(last ? {} : { exclude: [{ valueSet: [next], system: 'urn:none' }] }),
      });
    });
  const short = createTerminology(registry.with(chain(60)));
  t.equal(short.validateInValueSet('https://example.org/chain-0', { system: 'urn:x', code: 'end' }).valid, true);
  t.equal(short.validateInValueSet('https://example.org/chain-0', { system: 'urn:x', code: 'other' }).valid, false);
  const long = createTerminology(registry.with(chain(20_000)));
  t.equal(long.members('https://example.org/chain-0'), undefined);
  t.equal(long.validateInValueSet('https://example.org/chain-0', { system: 'urn:x', code: 'end' }).valid, undefined);
  t.end();
});

test('judges codes: in, out, undecided', (t) => {
  const used = createTerminology(registry.with([animals, fragment, pets]));
  const system = 'https://example.org/animals';
  const pet = (code: string, display?: string) =>
    used.validateInValueSet('https://example.org/pets', { system, code, ...(display === undefined ? {} : { display }) });
  t.same(pet('cat'), { valid: true, display: 'Cat' });
  t.match(pet('cat', 'KUCING'), { valid: true, display: 'Cat' }, 'a designation is right too, whatever its case');
  t.match(pet('cat', 'Dog'), { valid: true, reason: 'wrong-display', display: 'Cat' });
  t.match(pet('bird', 'Songbird'), { valid: true, display: 'Songbird' });
  t.match(pet('bird', 'Bird'), { valid: true, display: 'Songbird' }, 'the code system’s own display stays right');
  t.match(pet('whale'), { valid: false, reason: 'not-in-value-set' });
  t.match(pet('cta'), { valid: false, reason: 'unknown-code', suggestions: ['cat'] });
  t.match(used.validateInValueSet('https://example.org/pets', { code: 'cat' }), { valid: true });
  t.match(used.validateInValueSet('https://example.org/pets', { system: 'https://example.org/other', code: 'cat' }), { valid: false });
  t.match(used.validateInValueSet('https://example.org/none', { code: 'cat' }), { valid: undefined, reason: 'unknown-value-set' });
  t.match(used.validateInCodeSystem({ system, code: 'dodo' }), { valid: true, reason: 'inactive' });
  t.match(used.validateInCodeSystem({ system, code: 'animal' }), { valid: true, reason: 'abstract' });
  t.match(used.validateInCodeSystem({ system, code: 'Cat' }), { valid: false, suggestions: ['cat'] });
  t.match(used.validateInCodeSystem({ system: 'https://example.org/fragment', code: 'a' }), { valid: true });
  t.match(used.validateInCodeSystem({ system: 'https://example.org/fragment', code: 'b' }), { valid: undefined, reason: 'unknown-code' });
  t.match(used.validateInCodeSystem({ system: 'https://example.org/none', code: 'b' }), { valid: undefined, reason: 'unknown-system' });
  t.end();
});

test('ignores case only where the code system does', (t) => {
  const loose: CodeSystem = { ...animals, url: 'https://example.org/loose', caseSensitive: false };
  const all = valueSet('https://example.org/all', { include: [{ system: loose.url ?? '' }] });
  const used = createTerminology(registry.with([loose, all]));
  t.match(used.validateInValueSet('https://example.org/all', { system: loose.url ?? '', code: 'CAT' }), { valid: true, display: 'Cat' });
  t.match(used.lookup(loose.url ?? '', 'Cat'), { code: 'cat' });
  t.end();
});

test('adds the designations and properties of supplements', (t) => {
  const supplement: CodeSystem = {
    resourceType: 'CodeSystem',
    url: 'https://example.org/animals-fr',
    status: 'active',
    content: 'supplement',
    supplements: 'https://example.org/animals',
    property: [{ code: 'sound', type: 'string' }],
    concept: [{ code: 'cat', designation: [{ language: 'fr', value: 'Chat' }], property: [{ code: 'sound', valueString: 'miaou' }] }],
  };
  const used = createTerminology(registry.with([animals, supplement]));
  t.ok(used.lookup('https://example.org/animals', 'cat')?.designations?.some(({ value }) => value === 'Chat'));
  t.same(used.context.source('https://example.org/animals')?.property('cat', 'sound'), ['miaou']);
  t.end();
});

test('follows hierarchies that properties tell, and survives circles', (t) => {
  const circle: CodeSystem = {
    ...animals,
    url: 'https://example.org/circle',
    concept: [
      { code: 'a', property: [{ code: 'parent', valueCode: 'c' }] },
      { code: 'b', property: [{ code: 'parent', valueCode: 'a' }] },
      { code: 'c', property: [{ code: 'subsumedBy', valueCode: 'b' }] },
      { code: 'd', property: [{ code: 'child', valueCode: 'a' }] },
    ],
  };
  const used = createTerminology(registry.with([circle]));
  t.equal(used.subsumes('https://example.org/circle', 'a', 'c'), true);
  t.equal(used.subsumes('https://example.org/circle', 'd', 'b'), true);
  t.equal(used.subsumes('https://example.org/circle', 'b', 'd'), false);
  t.equal(used.subsumes(ucumSystem, 'kg', 'g'), undefined);
  t.end();
});

test('reads a code system that is nested deeper than calls can be', (t) => {
  let concept: NonNullable<CodeSystem['concept']> = [];
  for (let at = 50_000; at > 0; at -= 1) concept = [{ code: `c${at}`, ...(concept.length === 0 ? {} : { concept }) }];
  const used = createTerminology(registry.with([{ ...animals, url: 'https://example.org/deep', concept } as CodeSystem]));
  t.equal(used.subsumes('https://example.org/deep', 'c1', 'c50000'), true);
  t.equal(used.validateInCodeSystem({ system: 'https://example.org/deep', code: 'c49999' }).valid, true);
  t.end();
});

test('takes the stored expansion where the compose can’t be worked out', (t) => {
  const stored: ValueSet = {
    ...valueSet('https://example.org/stored', { include: [{ system: 'https://example.org/nowhere' }] }),
    expansion: {
      timestamp: '2024-01-01T00:00:00Z',
      contains: [{ display: 'heading', contains: [{ system: 'https://example.org/nowhere', code: 'x' }] }],
    },
  };
  const partial: ValueSet = {
    ...stored,
    url: 'https://example.org/partial',
    expansion: { ...stored.expansion, timestamp: '2024-01-01T00:00:00Z', total: 2 },
  };
  const used = createTerminology(registry.with([stored, partial]));
  t.equal(used.members('https://example.org/stored')?.size, 1);
  t.equal(used.members('https://example.org/partial'), undefined);
  t.end();
});

const grammars: ReadonlyArray<readonly [system: string, right: readonly string[], wrong: readonly string[]]> = [
  [
    ucumSystem,
    ['mg', 'mm[Hg]', '10*3/uL', '{score}', 'kg/m2', '/min', '[degF]', 'mg/{x}'],
    ['mgs', 'milligram', 'tablet', '', '{', 'Kg', 'kg//m2'],
  ],
  [
    'urn:ietf:bcp:47',
    ['id', 'id-ID', 'jv', 'en-US', 'zh-Hans-CN', 'de-CH-1996', 'i-klingon', 'x-foo', 'qaa'],
    ['xx', 'en_US', 'english', 'id-', '', 'zz-ZZ'],
  ],
  [
    'urn:ietf:bcp:13',
    ['application/fhir+json', 'text/plain; charset=utf-8', 'image/png'],
    ['json', 'pdf', 'foo/bar', 'text/', 'text plain', ''],
  ],
  ['urn:iso:std:iso:3166', ['ID', 'IDN', '360'], ['XX', 'id', 'INA', '']],
  ['urn:iso:std:iso:3166:-2', ['ID-JB'], ['ID-XX', 'JB']],
  ['http://unstats.un.org/unsd/methods/m49/m49.htm', ['035', '360', '001'], ['999', '36', 'Asia']],
  ['urn:iso:std:iso:4217', ['IDR', 'USD'], ['RP', 'idr', 'XYZ1']],
  ['https://www.iana.org/time-zones', ['Asia/Jakarta', 'Asia/Makassar', 'UTC'], ['Asia/Bandung', '+07:00', '']],
  [areaSystem, ['32', '3201', '320101', '1101012001'], ['32.01', '99', '320', '']],
];

test('knows units, languages, media types, countries, currencies, time zones and areas', (t) => {
  for (const [system, right, wrong] of grammars) {
    for (const code of right) t.equal(terminology.validateInCodeSystem({ system, code }).valid, true, `${system} ${code}`);
    for (const code of wrong) t.equal(terminology.validateInCodeSystem({ system, code }).valid, false, `${system} not ${code}`);
  }
  t.end();
});

test('takes any display for units, languages, countries and areas', (t) => {
  const named = (system: string, code: string, display: string) => terminology.validateInCodeSystem({ system, code, display });
  t.equal(named(ucumSystem, 'mg', 'milligram').reason, undefined);
  t.equal(named('urn:ietf:bcp:47', 'nl-NL', 'Dutch').reason, undefined);
  t.equal(named('urn:iso:std:iso:3166', 'US', 'United States').reason, undefined);
  t.equal(named(areaSystem, '3201', 'KAB. BOGOR').reason, undefined);
  t.end();
});

test('decides value sets that can’t be listed code by code', (t) => {
  const judge = (set: string, system: string, code: string) =>
    terminology.validateInValueSet(`http://hl7.org/fhir/ValueSet/${set}`, { system, code }).valid;
  t.equal(judge('ucum-units', ucumSystem, 'mg'), true);
  t.equal(judge('ucum-units', ucumSystem, 'mgs'), false);
  t.equal(judge('all-distance-units', ucumSystem, 'km'), true);
  t.equal(judge('all-distance-units', ucumSystem, 'kg'), false);
  t.equal(judge('mimetypes', 'urn:ietf:bcp:13', 'text/plain'), true);
  t.equal(judge('mimetypes', 'http://example.org', 'text/plain'), false);
  const villages = valueSet('https://example.org/villages', {
    include: [
      {
        system: areaSystem,
        filter: [
          { property: 'concept', op: 'is-a', value: '32' },
          { property: 'level', op: '=', value: 'village' },
        ],
      },
    ],
    exclude: [{ system: areaSystem, filter: [{ property: 'concept', op: 'is-a', value: '3273' }] }],
  });
  const { context } = createTerminology(registry);
  t.equal(
    isInValueSet(context, villages, { system: areaSystem, code: '3201012001' }),
    terminology.lookup(areaSystem, '3201012001') !== undefined,
  );
  t.equal(isInValueSet(context, villages, { system: areaSystem, code: '3201' }), false);
  t.equal(isInValueSet(context, villages, { system: areaSystem, code: '1101012001' }), false);
  t.equal(isInValueSet(context, villages, { system: areaSystem, code: '3273011001' }), false);
  t.equal(terminology.subsumes(areaSystem, '32', '3201'), true);
  t.equal(terminology.subsumes(areaSystem, '3201', '32'), false);
  t.end();
});

test('answers value sets that exist without a resource', (t) => {
  t.equal(terminology.validateInValueSet(`${ucumSystem}/vs`, { system: ucumSystem, code: 'kg' }).valid, true);
  const snomed: CodeSystem = {
    ...animals,
    url: 'http://snomed.info/sct',
    concept: [{ code: '1', concept: [{ code: '2' }] }, { code: '3' }],
  };
  const used = createTerminology(registry.with([snomed, { ...animals, valueSet: 'https://example.org/all-animals' } as CodeSystem]));
  t.equal(used.members('http://snomed.info/sct?fhir_vs')?.size, 3);
  t.equal(used.members('http://snomed.info/sct?fhir_vs=isa/1')?.size, 2);
  t.equal(used.members('https://example.org/all-animals')?.size, 7);
  t.end();
});

test('answers a version that isn’t on board by the one that is, and forgets what clients think up', (t) => {
  const used = createTerminology(registry.with([animals, pets]));
  t.equal(used.validateInCodeSystem({ system: 'https://example.org/animals', code: 'cat', version: '99' }).valid, true);
  t.equal(used.context.source('https://example.org/animals', '99'), used.context.source('https://example.org/animals'));
  const map = boundedMap<number, string>(3);
  for (let at = 0; at < 10; at += 1) map.set(at, String(at));
  t.same(
    [6, 7, 8, 9].filter((at) => map.has(at)),
    [7, 8, 9],
  );
  t.end();
});

test('answers by what is stored now', (t) => {
  const live = createLiveRegistry(registry);
  const used = createTerminology(live);
  const judge = (code: string) =>
    used.validateInValueSet('https://example.org/pets', { system: 'https://example.org/animals', code }).valid;
  t.equal(judge('cat'), undefined);
  live.renew([animals, pets]);
  t.equal(judge('cat'), true);
  t.equal(used.members('https://example.org/pets')?.size, 2);
  live.renew([
    animals,
    valueSet('https://example.org/pets', { include: [{ system: 'https://example.org/animals', concept: [{ code: 'whale' }] }] }),
  ]);
  t.equal(judge('cat'), false);
  t.equal(judge('whale'), true);
  t.equal(used.with([pets]).validateInValueSet('https://example.org/pets', { code: 'cat' }).valid, true);
  live.renew([]);
  t.equal(used.lookup('https://example.org/animals', 'cat'), undefined);
  t.end();
});

test('converts units that measure the same', (t) => {
  t.equal(convertUnit(1, 'kg', 'g'), 1000);
  t.equal(convertUnit(1, 'kg', 'm'), undefined);
  t.equal(convertUnit(1, 'kg', 'nonsense'), undefined);
  t.end();
});

test('suggests what is near and nothing that is far', (t) => {
  t.same(nearestCodes('finel', ['final', 'preliminary', 'amended']), ['final']);
  t.same(nearestCodes('FINAL', ['final']), ['final']);
  t.same(nearestCodes('fianl', ['final']), ['final']);
  t.same(nearestCodes('SS', ['SB', 'ss']), ['ss'], 'two letters are near by case only');
  t.same(nearestCodes('xyz', ['final', 'amended']), []);
  t.same(nearestCodes('', ['final']), []);
  t.end();
});

test('decides one code as the whole expansion does', (t) => {
  const used = createTerminology(registry.with([animals, pets]));
  const codes = ['animal', 'mammal', 'cat', 'whale', 'bird', 'dodo', 'plant', 'unicorn'];
  const filter = fc.record({
    property: fc.constantFrom('concept', 'code', 'legs', 'parent'),
    op: fc.constantFrom(
      'is-a' as const,
      'descendent-of' as const,
      'is-not-a' as const,
      '=' as const,
      'in' as const,
      'not-in' as const,
      'exists' as const,
    ),
    value: fc.constantFrom(...codes, '4', 'true', 'false'),
  });
  const include = fc.oneof(
    fc.record({ system: fc.constant('https://example.org/animals'), filter: fc.array(filter, { minLength: 1, maxLength: 2 }) }),
    fc.record({
      system: fc.constant('https://example.org/animals'),
      concept: fc.array(
        fc.constantFrom(...codes).map((code) => ({ code })),
        { minLength: 1 },
      ),
    }),
    fc.record({ valueSet: fc.constant(['https://example.org/pets']) }),
    fc.record({ system: fc.constant('https://example.org/animals'), valueSet: fc.constant(['https://example.org/pets']) }),
  );
  const compose = fc.record({
    include: fc.array(include, { minLength: 1, maxLength: 3 }),
    exclude: fc.array(include, { maxLength: 2 }),
    inactive: fc.boolean(),
  });
  fc.assert(
    fc.property(compose, (made) => {
      const set = valueSet('https://example.org/any', made as NonNullable<ValueSet['compose']>);
      const whole = expandValueSet(used.context, set, 1000);
      if (!whole.ok) return true;
      return codes.every((code) => {
        const coding = { system: 'https://example.org/animals', code };
        return isInValueSet(used.context, set, coding) === whole.members.has(`${coding.system}|${code}`);
      });
    }),
    { numRuns: 300 },
  );
  t.end();
});
