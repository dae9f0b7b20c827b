import { test } from 'tap';
import { sqlEvaluator } from '../../src/cql/evaluator.js';
import { addLibrary, type PackedLibrary } from '../../src/cql/libraries.js';
import type { MeasureProgram } from '../../src/cql/program.js';
import { type ReferencePerson, referenceEvaluator } from '../../src/cql/reference.js';
import { translate } from '../../src/cql/translate.js';
import { factCatalogue, factTables, factViews } from '../../src/facts/catalogue.js';
import { residenceOf } from '../../src/facts/residence.js';
import { zoneMinutesOf } from '../../src/facts/zone.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { sql } from '../../src/sql.js';
import { libraries as packed } from '../measure/memory-persons.js';
import { factDatabase } from './fact-database.js';

const head = `library Sample version '1'
using FHIR version '4.0.1'
include FHIRHelpers version '4.0.1'
codesystem "LOINC": 'http://loinc.org'
codesystem "SNOMED": 'http://snomed.info/sct'
code "Hb": '718-7' from "LOINC"
code "Weight": '29463-7' from "LOINC"
code "Physician": '309343006' from "SNOMED"
valueset "Weights": 'urn:weights'
parameter "Measurement Period" Interval<DateTime>
context Patient
define "Hb Results": [Observation: "Hb"] O where O.status = 'final'
define "Hb Days": "Hb Results" O let taken: date from (O.effective as FHIR.dateTime) where day from taken is not null return taken
define "Last Hb": Last("Hb Results" O sort by (effective as FHIR.dateTime).value)
define "Visits": [Encounter] E where E.status = 'finished'
define function "Grown"(birth Date, at Date): years between birth and at >= 18
`;

// One definition a line: what it shows.
const definitions: Readonly<Record<string, string>> = {
  'count of days': 'Count("Hb Days") >= 2',
  'count without distinct': 'Count("Hb Results" O return all date from (O.effective as FHIR.dateTime)) >= 2',
  'half-open window': 'exists ("Hb Days" D where D in Interval[@2026-01-01, @2026-01-10))',
  'closed window': 'exists ("Hb Days" D where D in Interval[@2026-01-01, @2026-01-10])',
  'open low': 'exists ("Hb Days" D where D in Interval(@2026-01-01, @2026-01-10])',
  'during the period': 'exists ("Hb Results" O where (O.effective as FHIR.dateTime) during "Measurement Period")',
  'during day of the period': 'exists ("Hb Results" O where (O.effective as FHIR.dateTime) during day of "Measurement Period")',
  'same day as': 'exists ("Hb Results" O with "Visits" E such that (O.effective as FHIR.dateTime) same day as E.period.start)',
  without: 'exists ("Hb Results" O without "Visits" E such that E.period.start same day as (O.effective as FHIR.dateTime))',
  'before a date': 'exists ("Hb Results" O where (O.effective as FHIR.dateTime) before @2026-01-10T00:00:00.000)',
  'months later': 'exists ("Hb Days" D where D + 1 month = @2026-02-28)',
  'thirty days earlier': 'exists ("Hb Days" D where D - 30 days <= @2025-12-11)',
  'least value': 'Min("Hb Results" O return (O.value as FHIR.Quantity).value) < 11.0',
  'sum of values': 'Sum("Hb Results" O return all (O.value as FHIR.Quantity).value) > 20.0',
  'quantity below': 'exists ("Hb Results" O where (O.value as FHIR.Quantity) < 11.0 \'g/dL\')',
  'quantity in other units': 'exists ("Hb Results" O where (O.value as FHIR.Quantity) >= 110 \'g/L\')',
  'another dimension': 'exists ("Hb Results" O where (O.value as FHIR.Quantity) > 1 \'mmol/L\')',
  'not null logic': 'not ((("Last Hb".value as FHIR.Quantity) < 11.0 \'g/dL\'))',
  'last by date': '("Last Hb".value as FHIR.Quantity) < 11.0 \'g/dL\'',
  'first by value':
    '(First("Hb Results" O where (O.value as FHIR.Quantity).value is not null return (O.value as FHIR.Quantity).value.value sort desc)) > 11.5',
  'a doctor took part': 'exists ("Visits" E where exists (E.participant P where exists (P.type T where T ~ "Physician")))',
  'several in one item': "exists ([Encounter] E where exists (E.identifier I where I.system = 'urn:a' and I.value = '1'))",
  'in or out of a list': "exists ([Encounter] E where E.status in { 'finished', 'planned' } and not (E.class.code in { 'IMP' }))",
  'counts of dependent rows': 'exists ("Visits" E where Count("Hb Days" D where D on or after (date from E.period.start)) >= 2)',
  'dependent rows in or': 'exists ("Visits" E where E.class.code = \'HH\' or exists ("Hb Days" D where D = date from E.period.start))',
  'age at the end': '"Grown"(Patient.birthDate.value, date from end of "Measurement Period")',
  'years of age': 'AgeInYearsAt(date from end of "Measurement Period") >= 18',
  case: 'case when Patient.gender = \'female\' then Count("Visits") > 0 else exists "Hb Days" end',
  coalesce: "Coalesce(Patient.active.value, Patient.gender = 'male')",
  if: 'if exists "Visits" then exists "Hb Days" else Patient.gender = \'male\'',
  'xor and implies': '(exists "Visits") xor ((exists "Hb Days") implies Patient.gender = \'female\')',
  'union of retrieves': 'Count([Observation: "Hb"] union [Observation: "Weight"]) >= 2',
  'period overlaps': 'exists ([EpisodeOfCare] P where P.period overlaps Interval[@2026-01-01T00:00:00.000, @2026-01-31T23:59:59.999])',
  'period starts': 'exists ([EpisodeOfCare] P where start of P.period same or after @2026-01-05T00:00:00.000)',
  died: 'Patient.deceased is not null or (Patient.deceased as FHIR.boolean)',
  tuples:
    'exists (("Visits" E return Tuple { visited: date from E.period.start, kind: E.class.code }) V where V.kind = \'AMB\' and V.visited > @2026-01-05)',
  'two sources': 'exists (from "Visits" E, "Hb Results" O where E.period.start same day as (O.effective as FHIR.dateTime) return E)',
  'interval of the persons own': 'exists ("Visits" E where date from E.period.start in Interval[Min("Hb Days"), Max("Hb Days")])',
  'in a value set': 'exists ([Observation] O where (O.code as FHIR.CodeableConcept) in "Weights")',
  strings: "exists ([Encounter] E where StartsWith(E.id, 'p1') and Length(E.class.code) = 3)",
};

const unsupported: Readonly<Record<string, string>> = {
  power: '2 ^ 3 = 8',
  'no column': "exists ([Observation] O where O.bodySite.text = 'arm')",
  'no table': 'exists [Device]',
  'first without order': 'First("Hb Days") = @2026-01-01',
};

const people = persons();
const members = (): readonly string[] => ['http://loinc.org|29463-7', 'http://loinc.org|3141-9'];

test('compiled SQL and the reference engine give each definition the same value', async (t) => {
  const names = Object.keys(definitions);
  const { libraries, program } = sample(definitions);
  const { database, load } = await factDatabase(t);
  await load(people.flatMap(({ resources }) => resources));
  const compiled = sqlEvaluator({
    database,
    libraries,
    catalogue: factCatalogue(factTables(factViews())),
    members,
    now: () => 0,
  });
  for (const name of names) t.strictSame(compiled.refusal(only(program, name)), undefined, `${name}: compiles`);
  const period = { start: '2026-01-01', end: '2026-01-31' };
  const found = await compiled.persons(program, period, { kind: 'all' });
  const expected = await reference(libraries).persons(program, period, { kind: 'all' });
  for (const [index, name] of names.entries()) {
    const values = (results: typeof found) => results.map(({ person, populations }) => `${person} ${String(populations[0]?.[index])}`);
    t.strictSame(values(found), values(expected), `${name}: ${definitions[name] ?? ''}`);
  }
  const decided = names.filter((_, index) => new Set(expected.map(({ populations }) => populations[0]?.[index])).size === 2);
  t.ok(
    decided.length >= names.length - 4,
    `nearly all tell persons apart; not: ${names.filter((name) => !decided.includes(name)).join(', ')}`,
  );
});

test('an expression that SQL can not take is refused by node, place and reason', async (t) => {
  const { libraries, program } = sample(unsupported);
  const compiled = sqlEvaluator({
    database: { query: async () => [], transaction: async () => Promise.reject(new Error('nothing is run')) },
    libraries,
    catalogue: factCatalogue(factTables(factViews())),
    members: () => undefined,
    now: () => 0,
  });
  const texts = Object.keys(unsupported).map((name) => compiled.refusal(only(program, name))?.[0]?.text.en ?? '');
  t.match(texts[0], /^The expression Power at Sample \d+:\d+-\d+:\d+ can't be compiled to SQL: /);
  t.match(texts[1], 'bodySite');
  t.match(texts[2], 'Device');
  t.match(texts[3], 'without an order');
  await t.rejects(compiled.persons(program, { start: '2026-01-01', end: '2026-01-31' }, { kind: 'all' }), { name: 'CqlError' });
  t.match(compiled.refusal({ ...program, library: 'Absent|1' })?.[0]?.text.en, 'Absent');
});

test('what a program reads is told by resource type, with codes where every retrieve has them', (t) => {
  const { libraries, program } = sample({
    results: 'exists "Hb Days" and exists [Observation: "Weights"]',
    visits: 'exists "Visits"',
    today: 'exists "Hb Days" and "Grown"(Patient.birthDate.value, Today())',
  });
  const compiled = sqlEvaluator({
    database: { query: async () => [], transaction: async () => Promise.reject(new Error('nothing is run')) },
    libraries,
    catalogue: factCatalogue(factTables(factViews())),
    members,
    now: () => 0,
  });
  t.same(compiled.reads(only(program, 'results')), {
    resources: [{ type: 'Patient' }, { type: 'Observation', codes: new Set(['http://loinc.org|718-7', ...members()]) }],
    clock: false,
  });
  t.same(compiled.reads(only(program, 'visits')), { resources: [{ type: 'Patient' }, { type: 'Encounter' }], clock: false });
  t.equal(compiled.reads(only(program, 'today'))?.clock, true);
  t.equal(compiled.reads({ ...program, library: 'Absent|1' }), undefined);
  t.end();
});

test('a definition that refers to itself is refused, not run for ever', async (t) => {
  const made = translate(`${head}define "A": "B"\ndefine "B": 1 = 1`);
  if (!made.ok) throw new Error('the sample does not translate');
  const looped = structuredClone(made.value) as unknown as { statements: { def: Array<{ name: string; expression: unknown }> } };
  const a = looped.statements.def.find(({ name }) => name === 'A');
  const b = looped.statements.def.find(({ name }) => name === 'B');
  if (a && b) b.expression = { type: 'ExpressionRef', name: 'A', locator: '1:1-1:2' };
  const libraries = new Map<string, PackedLibrary>(packed);
  addLibrary(libraries, { cqlHash: '', library: looped as unknown as typeof made.value });
  const compiled = sqlEvaluator({
    database: { query: async () => [], transaction: async () => Promise.reject(new Error('nothing is run')) },
    libraries,
    catalogue: factCatalogue(factTables(factViews())),
    members: () => undefined,
    now: () => 0,
  });
  t.match(compiled.refusal(programOf(['A']))?.[0]?.text.en, 'refers to itself');
});

test('facts are read as they stood at a past instant', async (t) => {
  const { libraries, program } = sample({ measured: 'exists "Hb Days"' });
  const { database, load } = await factDatabase(t);
  await load(people.flatMap(({ resources }) => resources));
  await database.query(sql`update fact_observation set valid_from = '2026-03-01T00:00:00Z'`);
  const at = (asOf: string) =>
    sqlEvaluator({ database, libraries, catalogue: factCatalogue(factTables(factViews())), members: () => [], now: () => 0, asOf });
  const period = { start: '2026-01-01', end: '2026-01-31' };
  const count = async (asOf: string) =>
    (await at(asOf).persons(program, period, { kind: 'all' })).filter(({ populations }) => populations[0]?.[0] === true).length;
  t.equal(await count('2026-02-28T23:59:59Z'), 0);
  t.ok((await count('2026-03-01T00:00:00Z')) > 0);
});

function sample(lines: Readonly<Record<string, string>>): {
  readonly libraries: ReadonlyMap<string, PackedLibrary>;
  readonly program: MeasureProgram;
} {
  const made = translate(
    head +
      Object.entries(lines)
        .map(([name, body]) => `define "${name}": ${body}\n`)
        .join(''),
  );
  if (!made.ok) throw new Error(made.issues.map(({ text }) => text.en).join('\n'));
  const libraries = new Map<string, PackedLibrary>(packed);
  addLibrary(libraries, { cqlHash: '', library: made.value });
  return { libraries, program: programOf(Object.keys(lines)) };
}

function programOf(names: readonly string[]): MeasureProgram {
  return {
    measure: 'urn:sample|1',
    library: 'Sample|1',
    groups: [{ code: 'main', populations: names.map((expression) => ({ code: 'initial-population', expression }) as const) }],
  };
}

function only(program: MeasureProgram, name: string): MeasureProgram {
  return { ...program, groups: programOf([name]).groups };
}

function reference(libraries: ReadonlyMap<string, PackedLibrary>): ReturnType<typeof referenceEvaluator> {
  return referenceEvaluator({
    libraries,
    members,
    now: () => 0,
    async *loadPersons() {
      yield people;
    },
  });
}

/** Persons of three zones whose visits and results stand on midnights, period ends, months known only, missing values and other units. */
function persons(): readonly ReferencePerson[] {
  const times = [
    '2025-12-31T16:59:59Z',
    '2025-12-31T17:00:00Z',
    '2026-01-09T17:00:00+00:00',
    '2026-01-09',
    '2026-01',
    '2026-01-28T00:30:00+07:00',
    '2026-01-31T14:59:59.999Z',
  ];
  const values = [
    { value: 10.9, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
    { value: 110, unit: 'g/L', system: 'http://unitsofmeasure.org', code: 'g/L' },
    { value: 12.1, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
    { value: 6.8, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    undefined,
  ];
  const villages = ['3507102001', '5171011001', '9471021001', undefined];
  return Array.from({ length: 48 }, (_, index) => {
    const id = `p${index}`;
    const pick = <Item>(list: readonly Item[], step: number): Item | undefined => list[(index * step + step) % list.length];
    const village = villages[index % villages.length];
    const extension =
      village === undefined
        ? []
        : [
            {
              url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode',
              extension: [{ url: 'village', valueCode: village }],
            },
          ];
    const subject = { reference: `Patient/${id}` };
    const resources: unknown[] = [
      {
        resourceType: 'Patient',
        id,
        ...(index % 5 === 0 ? {} : { gender: index % 2 === 0 ? 'female' : 'male' }),
        birthDate: ['2008-01-31', '2008-02-01', '2008', '1990-05', '2024-02-29'][index % 5],
        ...(index % 7 === 0 ? { active: true } : {}),
        ...(index % 6 === 0 ? { deceasedBoolean: index % 12 === 0 } : {}),
        address: [{ use: 'home', extension }],
      },
    ];
    for (let number = 0; number < index % 4; number += 1) {
      const value = pick(values, number + 2);
      resources.push({
        resourceType: 'Observation',
        id: `${id}-o${number}`,
        status: number === 2 && index % 3 === 0 ? 'entered-in-error' : 'final',
        code: {
          coding: [
            { system: 'http://loinc.org', code: '718-7' },
            ...(index % 3 === 0 ? [{ system: 'http://loinc.org', code: '29463-7' }] : []),
          ],
        },
        subject,
        effectiveDateTime: pick(times, number + 1),
        ...(value === undefined ? {} : { valueQuantity: value }),
      });
    }
    for (let number = 0; number < (index + 1) % 3; number += 1) {
      resources.push({
        resourceType: 'Encounter',
        id: `${id}-e${number}`,
        status: number === 1 && index % 4 === 0 ? 'cancelled' : 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: ['AMB', 'HH', 'IMP'][(index + number) % 3] },
        subject,
        period: { start: pick(times, number + 3) },
        identifier: [
          { system: 'urn:a', value: index % 2 === 0 ? '2' : '1' },
          { system: 'urn:b', value: '1' },
        ],
        ...(index % 4 === 1 ? { participant: [{ type: [{ coding: [{ system: 'http://snomed.info/sct', code: '309343006' }] }] }] } : {}),
      });
    }
    if (index % 3 === 1) {
      resources.push({
        resourceType: 'EpisodeOfCare',
        id: `${id}-p`,
        status: 'active',
        patient: subject,
        period: index % 2 === 0 ? { start: pick(times, 1), end: pick(times, 5) } : { start: pick(times, 2) },
      });
    }
    const area = residenceOf(resources[0] as FhirResource);
    return {
      id,
      ...(area === undefined ? {} : { area }),
      zoneMinutes: zoneMinutesOf(area),
      resources: resources as readonly FhirResource[],
    };
  });
}
