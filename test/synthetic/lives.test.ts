import { test } from 'tap';
import { loadAreas } from '../../src/definitions/areas.js';
import { type Issue, isFailure } from '../../src/fhir/outcome.js';
import { loadKnowledge } from '../../src/rest/create-services.js';
import { type Mistake, mistakeOf, mistakes } from '../../src/synthetic/errors.js';
import { createHousehold } from '../../src/synthetic/household.js';
import { generateLives, type HouseholdRecords } from '../../src/synthetic/lives.js';
import { patientOf } from '../../src/synthetic/person.js';
import type { Made } from '../../src/synthetic/resource.js';
import { villagesBelow } from '../../src/synthetic/villages.js';
import { createWorld, type WorldOptions } from '../../src/synthetic/world.js';

const areas = loadAreas();
const options: WorldOptions = { seed: 7, villages: villagesBelow(areas, '620203').slice(0, 3), until: '2026-10-31', errors: 0.1 };
const world = createWorld(options, areas);
const people = 300;
const households = [...generateLives(world, people)];
const made = [...world.resources, ...households.flatMap(everything)];
const patients = firsts('Patient').filter((patient) => mistakeOf(patient) !== 'person-twice');

test('the same options make the same people, another seed others', async (t) => {
  const again = (seed: number) => JSON.stringify([...generateLives(createWorld({ ...options, seed }, areas), 60)]);
  t.equal(again(7), again(7));
  t.not(again(8), again(7));
});

test('makes as many people as asked for, and each household without the others', async (t) => {
  t.equal(patients.length, people);
  t.equal(
    households.reduce((sum, household) => sum + household.people, 0),
    people,
  );
  const alone = createHousehold(world, 20);
  const residents = alone.members.map(
    (person) => patientOf(person, alone.residences, Math.max(world.since, person.born), world.zoneMinutes).id,
  );
  const among = households[20]?.records.filter((resource) => resource.resourceType === 'Patient').map(({ id }) => id) ?? [];
  t.strictSame(
    residents.filter((id) => !among.includes(id)),
    [],
  );
});

test('holds no more than a household: ten million people begin at once', async (t) => {
  const lives = generateLives(world, 10_000_000);
  t.equal(JSON.stringify(lives.next().value), JSON.stringify(households[0]));
  t.ok(households.every(({ records, people: members }) => members <= 16 && records.length < 1000));
});

test('gives each resource an id of its own and each NIK to one person, from a province that does not exist', async (t) => {
  const ids = [...world.resources, ...households.flatMap(({ records }) => records)].map(nameOf);
  t.equal(new Set(ids).size, ids.length);
  const last = new Map(made.filter(({ resourceType }) => resourceType === 'Patient').map((patient) => [patient.id, patient]));
  const niks = [...last.values()].flatMap((patient) => identifiers(patient, '/nik'));
  t.equal(new Set(niks).size, niks.length);
  t.ok(niks.every((nik) => /^99\d{14}$/.test(nik)));
});

test('another seed or area has other identity numbers', async (t) => {
  const other = [...generateLives(createWorld({ ...options, seed: 8 }, areas), people)].flatMap(everything);
  const niks = new Set(other.flatMap((resource) => identifiers(resource, '/nik')));
  t.strictSame(
    made.flatMap((resource) => identifiers(resource, '/nik')).filter((nik) => niks.has(nik)),
    [],
  );
});

test('refers only to what came before or comes with it', async (t) => {
  const known = new Set(world.resources.map(nameOf));
  for (const household of households) {
    for (const resource of everything(household)) known.add(nameOf(resource));
    const strangers = everything(household)
      .filter((resource) => mistakeOf(resource) !== 'unknown-person')
      .flatMap((resource) => [...JSON.stringify(resource).matchAll(/"reference":"([^"]+)"/g)].map((match) => match[1] ?? ''))
      .filter((reference) => !known.has(reference));
    t.strictSame(strangers, []);
  }
});

test('records nothing after its last day', async (t) => {
  const late = made.filter((resource) => {
    const time = [resource['effectiveDateTime'], resource['occurrenceDateTime'], resource['authored'], resource['birthDate']].find(Boolean);
    return mistakeOf(resource) === undefined && typeof time === 'string' && Date.parse(time) >= Date.parse('2026-11-01T00:00:00+07:00');
  });
  t.strictSame(late.map(nameOf), []);
});

test('knows a newborn by the mother until the NIK comes, and people by their address before and after a move', async (t) => {
  const newborns = patients.filter((patient) => identifiers(patient, '/nik-ibu').length > 0);
  const mothers = new Set(patients.flatMap((patient) => identifiers(patient, '/nik')));
  t.ok(newborns.length > 0);
  t.ok(newborns.every((patient) => identifiers(patient, '/nik-ibu').every((nik) => mothers.has(nik))));
  const registered = newborns.filter(({ id }) => identifiers(latest(id), '/nik').length === 1);
  t.ok(registered.length > 0);
  const wide = [...generateLives(createWorld({ ...options, errors: 0 }, areas), 1500)];
  const moved = wide.flatMap(({ revisions }) => revisions).filter(({ address }) => Array.isArray(address) && address.length === 2);
  t.ok(moved.length > 0);
  t.ok(moved.every(({ address }) => JSON.stringify((address as { use: string }[]).map(({ use }) => use)) === '["home","old"]'));
});

test('has every stage of life', async (t) => {
  const profiles = new Set(made.flatMap(({ meta }) => meta?.profile ?? []).map((url) => url.replace(/.*\//, '')));
  const expected = [
    ...['episodeofcare-pregnancy', 'encounter-antenatal', 'procedure-ultrasound', 'observation-delivery-time', 'episodeofcare-postnatal'],
    ...['patient-newborn', 'encounter-neonatal', 'observation-birth-weight', 'observation-thyroid-screening', 'immunization'],
    ...['encounter-posyandu', 'observation-growth-score', 'procedure-vitamin-a', 'observation-exclusive-breastfeeding'],
    ...['observation-smoking', 'medicationstatement', 'observation-waist', 'observation-blood-glucose', 'observation-barthel'],
    ...['observation-tuberculosis-test', 'encounter-home-visit', 'questionnaireresponse', 'coverage-jkn', 'group-household'],
    ...['organization-puskesmas', 'organization-pustu', 'organization-posyandu', 'healthcareservice-cluster', 'practitionerrole-kader'],
  ];
  t.strictSame(
    expected.filter((profile) => !profiles.has(profile)),
    [],
  );
});

test('grows children along the standards: about a fifth stunted, few wasted, none beyond belief', async (t) => {
  const sample = [...generateLives(createWorld({ ...options, errors: 0 }, areas), 2000)].flatMap(({ records }) => records);
  const scores = (codes: readonly string[]) =>
    sample
      .filter(({ code }) => codes.some((one) => JSON.stringify(code ?? '').includes(`"${one}"`)))
      .map((resource) => (resource['valueQuantity'] as { value: number }).value);
  const share = (values: readonly number[]) => values.filter((value) => value < -2).length / values.length;
  const height = scores(['1153590000', '1153604005']);
  const thinness = scores(['1153598007', '1153600001']);
  t.ok(height.length > 300 && thinness.length > 300);
  t.ok(share(height) > 0.1 && share(height) < 0.3, `stunted ${share(height)}`);
  t.ok(share(thinness) > 0.01 && share(thinness) < 0.12, `wasted ${share(thinness)}`);
  t.ok([...height, ...thinness].every((value) => Math.abs(value) < 6));
});

test('is valid but for the labelled mistakes, each of which is found by what should find it', async (t) => {
  const { validator } = loadKnowledge({ dataDir: 'none' });
  const now = Date.parse('2026-11-01T12:00:00Z');
  const judge = (resource: Made): readonly Issue[] => validator.validate(resource, { now });
  const found = new Map<string, number>();
  for (const resource of made) {
    const name = mistakeOf(resource);
    const issues = judge(resource);
    const isValid = !issues.some(isFailure);
    if (name === undefined) {
      if (!isValid) t.fail(`${nameOf(resource)}: ${issues.find(isFailure)?.text.en}`);
      continue;
    }
    const { foundBy, rule }: Mistake = mistakes[name];
    const told = issues.find((issue) => issue.rule === rule);
    const isFound =
      foundBy === 'validator'
        ? told !== undefined && isFailure(told)
        : isValid && (foundBy === 'warning' ? told !== undefined : finders[foundBy](resource));
    if (!isFound) t.fail(`${name} is not found in ${JSON.stringify(resource)}`);
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  // Rare ones need many people: what three hundred of them do not make is tried on more.
  t.ok(found.size > Object.keys(mistakes).length - 4, `found ${[...found.keys()].join(', ')}`);
});

const byContent = new Map<string, string[]>();
for (const household of households)
  for (const resource of household.records) byContent.set(content(resource), [...(byContent.get(content(resource)) ?? []), resource.id]);
const patientIds = new Set(patients.map(({ id }) => id));

/** How mistakes are found that no validator can see. */
const finders: Readonly<Record<Exclude<Mistake['foundBy'], 'validator' | 'warning'>, (resource: Made) => boolean>> = {
  reference: ({ subject }) => !patientIds.has(String((subject as { reference: string }).reference).slice('Patient/'.length)),
  duplicate: (resource) => (byContent.get(content(resource))?.length ?? 0) > 1,
  history: ({ id }) => ['corrected', 'entered-in-error'].includes(String(latest(id)['status'])),
  dates: ({ effectiveDateTime, issued }) => Date.parse(String(issued)) - Date.parse(String(effectiveDateTime)) > 14 * 86_400_000,
};

/** What it says of whom, whatever its id. */
function content(resource: Made): string {
  const { resourceType, name, birthDate, gender, subject, code, effectiveDateTime } = resource;
  return JSON.stringify([resourceType, name, birthDate, gender, subject, code, effectiveDateTime]);
}

function everything({ records, revisions }: HouseholdRecords): Made[] {
  return [...records, ...revisions];
}

function firsts(type: string): Made[] {
  return households.flatMap(({ records }) => records).filter(({ resourceType }) => resourceType === type);
}

function latest(id: string): Made {
  const version = made.findLast((resource) => resource.id === id);
  if (version === undefined) throw new Error(`no resource ${id}`);
  return version;
}

function nameOf({ resourceType, id }: Made): string {
  return `${resourceType}/${id}`;
}

function identifiers(resource: Made, system: string): string[] {
  const all = resource['identifier'];
  if (!Array.isArray(all)) return [];
  return (all as { system: string; value: string }[]).filter((one) => one.system.endsWith(system)).map(({ value }) => value);
}
