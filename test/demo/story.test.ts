import type { Patient, Resource } from '@medplum/fhirtypes';
import { test } from 'tap';
import { demoVillages } from '../../src/demo/demo.js';
import { createStory, type Story } from '../../src/demo/story.js';

const options = {
  seed: 7,
  people: 400,
  villages: demoVillages().slice(0, 3),
  end: '2026-10-31',
  zoneMinutes: 420,
  areaName: (code: string) => `Wilayah ${code}`,
};

const story = createStory(options);
const resources = resourcesOf(story);
const patients = resources.filter((resource): resource is Patient => resource.resourceType === 'Patient');

test('the same seed tells the same story, another seed another', async (t) => {
  t.equal(JSON.stringify(createStory(options)), JSON.stringify(story));
  t.not(JSON.stringify(createStory({ ...options, seed: 8 })), JSON.stringify(story));
});

test('has as many people as asked for, over eighteen months', async (t) => {
  t.equal(patients.length, 400);
  t.equal(story.people, 400);
  t.equal(story.start, '2025-05-01');
});

test('gives every resource an id of its own and every NIK to one person, from a province that does not exist', async (t) => {
  const ids = resources.map((resource) => `${resource.resourceType}/${resource.id}`);
  t.equal(new Set(ids).size, ids.length);
  const niks = patients.flatMap(({ identifier }) => identifier ?? []).filter(({ system }) => system?.endsWith('/nik'));
  t.equal(new Set(niks.map(({ value }) => value)).size, niks.length);
  t.ok(niks.every(({ value }) => /^99\d{14}$/.test(value ?? '')));
});

test('names a newborn by the mother until the NIK comes', async (t) => {
  const newborns = patients.filter(({ identifier }) => identifier?.some(({ system }) => system?.endsWith('/nik-ibu')));
  const byNik = new Map(
    patients.flatMap((patient) =>
      (patient.identifier ?? []).filter(({ system }) => system?.endsWith('/nik')).map(({ value }) => [value, patient] as const),
    ),
  );
  t.ok(newborns.length > 0);
  for (const newborn of newborns) {
    const mother = byNik.get(newborn.identifier?.[0]?.value);
    t.ok(mother && (mother.birthDate ?? '') < (newborn.birthDate ?? ''));
  }
});

test('records nothing after its last day', async (t) => {
  const late = resources.filter((resource) => {
    const start =
      resource.resourceType === 'Encounter' ? resource.period?.start : resource.resourceType === 'Patient' ? resource.birthDate : undefined;
    return start !== undefined && start.slice(0, 10) > options.end;
  });
  t.strictSame(late, []);
});

test('refers only to what came before or comes in the same Bundle', async (t) => {
  const known = new Set<string>();
  for (const { bundle } of story.bundles) {
    for (const entry of bundle.entry ?? []) known.add(`${entry.resource?.resourceType}/${entry.resource?.id}`);
    const references = [...JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)].map((match) => match[1] ?? '');
    t.strictSame(
      references.filter((reference) => !known.has(reference)),
      [],
    );
  }
});

test('offers every village of the regency', async (t) => {
  t.equal(demoVillages().length, 185);
  t.equal(new Set(demoVillages().map(({ code }) => code)).size, 185);
});

function resourcesOf({ bundles }: Story): Resource[] {
  return bundles.flatMap(({ bundle }) => (bundle.entry ?? []).flatMap(({ resource }) => resource ?? []));
}
