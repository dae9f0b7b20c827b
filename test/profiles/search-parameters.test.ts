import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadRegistry } from '../../src/definitions/load.js';
import { packageRoot } from '../../src/root.js';
import { searchPlans } from '../../src/search/plan.js';

const registry = loadRegistry();
const plans = searchPlans(registry);

t.test('our search parameters find what they promise in the examples', (t) => {
  t.same(values('KemkesPatient/valid/ibu', 'village'), ['6202062011']);
  t.same(values('KemkesPatient/valid/ibu', 'district'), ['620206']);
  t.same(values('KemkesPatient/valid/ibu', 'rt'), ['003']);
  t.same(values('KemkesPatient/valid/ibu', 'rw'), ['001']);
  t.same(values('PustuOrganization/valid/pustu', 'village'), ['6202062011']);
  t.same(values('ServiceLocation/valid/ruang-kia', 'village'), ['6202062011']);
  t.same(values('PuskesmasOrganization/valid/menjalankan-ilp', 'catchment'), ['6202062011', '6202062012']);
  t.same(values('PuskesmasOrganization/valid/menjalankan-ilp', 'ilp'), [true]);
  t.end();
});

t.test('our search parameters are direct walks, not FHIRPath in general', (t) => {
  for (const [type, code] of [
    ['Patient', 'village'],
    ['Organization', 'catchment'],
    ['Organization', 'ilp'],
    ['Location', 'village'],
  ] as const) {
    const paths = plans.type(type).parameter(code)?.paths ?? [];
    t.ok(paths.length > 0 && paths.every(({ stored }) => stored.path.steps !== undefined), `${type}.${code}`);
  }
  t.end();
});

function values(example: string, code: string): readonly unknown[] {
  const resource = JSON.parse(readFileSync(join(packageRoot, 'profiles', 'examples', `${example}.json`), 'utf8'));
  const plan = plans.type(resource.resourceType).parameter(code);
  return (plan?.paths ?? []).flatMap(({ stored }) => stored.path.evaluate(resource)).map(({ value }) => value);
}
