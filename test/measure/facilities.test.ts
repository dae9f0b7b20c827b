import t from 'tap';
import type { FhirResource } from '../../src/fhir/resource.js';
import { evaluateMeasure } from '../../src/measure/evaluate.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { proportion } from '../../src/measure/score.js';
import type { MeasureSubject } from '../../src/measure/subject.js';
import { measureDatabase } from './measure-database.js';
import { registry } from './memory-persons.js';

// Measures that count facilities and roles, over data of the size that the programme itself published.

const period = { start: '2026-01-01', end: '2026-12-31' } as const;
const organizationTypes = 'http://terminology.kemkes.go.id/CodeSystem/organization-type';

t.setTimeout(280_000);

t.test('the figures that the programme published come out of data that hold them', async (t) => {
  const { services, load } = await measureDatabase(t);
  await load([
    ...facilities('pustu', 'OT000002', 152, 43),
    ...facilities('posyandu', '131', 310, 229),
    ...facilities('puskesmas', '102', 20, 8),
    ...Array.from({ length: 5265 }, (_, index) => role(`kader-${index}`, 'posyandu-0', index < 1211 ? 'kader-purwa' : 'kader')),
    ...staff('pustu-0', ['309453006', '106292003'], ['kader', 'kader-madya']),
    ...staff('pustu-1', ['309453006', '106292003'], ['kader']),
  ]);

  const scoreOf = async (id: string, subject: MeasureSubject = { kind: 'all' }): Promise<object> => {
    const measure = guideMeasures({ registry }).find((found) => found.id === id);
    if (!measure) throw new Error(`no measure ${id}`);
    const { program, groups, engine } = await evaluateMeasure(services, { measure, period, subject, named: false });
    t.equal(engine.evaluator.kind, 'reference', `${id} is counted by the reference engine`);
    const codes = program.groups[0]?.populations.map(({ code }) => code) ?? [];
    return proportion(codes, groups[0]?.total ?? []);
  };

  t.strictSame(await scoreOf('ILP-PUSTU'), { numerator: 43, denominator: 152, percent: 28.29 });
  t.strictSame(await scoreOf('ILP-POSYANDU'), { numerator: 229, denominator: 310, percent: 73.87 });
  t.strictSame(await scoreOf('ILP-PKM'), { numerator: 8, denominator: 20, percent: 40 });
  t.strictSame(await scoreOf('KADER-KOMPETEN'), { numerator: 1211, denominator: 5265, percent: 23 });
  t.strictSame(
    await scoreOf('PUSTU-NAKES'),
    { numerator: 1, denominator: 152, percent: 0.66 },
    'one Pustu has its midwife, nurse and two kader',
  );

  const area = services.areas.find('6202062011');
  if (!area) throw new Error('no such village');
  t.strictSame(
    await scoreOf('ILP-PUSTU', { kind: 'area', area }),
    { numerator: 0, denominator: 76, percent: 0 },
    'a facility lies in the village of its address',
  );
});

/** `count` organizations of one type, of which the first `applying` declare ILP. The even ones lie in one village, the odd ones in another. */
function facilities(name: string, code: string, count: number, applying: number): readonly FhirResource[] {
  return Array.from({ length: count }, (_, index) => ({
    resourceType: 'Organization',
    id: `${name}-${index}`,
    active: true,
    type: [{ coding: [{ system: organizationTypes, code }] }],
    name: `${name} ${index}`,
    address: [address(index < count / 2 ? '6202061001' : '6202062011')],
    extension: [
      {
        url: 'https://lontar.id/fhir/StructureDefinition/ilp-status',
        extension: [{ url: 'applied', valueBoolean: index < applying }],
      },
    ],
  }));
}

function address(village: string): object {
  return {
    use: 'work',
    extension: [
      {
        url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode',
        extension: [{ url: 'village', valueCode: village }],
      },
    ],
  };
}

function staff(organization: string, professions: readonly string[], kader: readonly string[]): readonly FhirResource[] {
  return [
    ...professions.map((code) => role(`${organization}-${code}`, organization, code, 'http://snomed.info/sct', false)),
    // Not active as kader of the regency: they would change its number.
    ...kader.map((code, index) => role(`${organization}-${code}-${index}`, organization, code, staffRoles, false)),
  ];
}

const staffRoles = 'https://lontar.id/fhir/CodeSystem/staff-role';

function role(id: string, organization: string, code: string, system = staffRoles, saysActive = true): FhirResource {
  const resource = {
    resourceType: 'PractitionerRole',
    id,
    // Without `active` a role counts as staff, but not as an active kader.
    ...(saysActive ? { active: true } : {}),
    practitioner: { reference: `Practitioner/${id}` },
    organization: { reference: `Organization/${organization}` },
    code: [{ coding: [{ system, code }] }],
  };
  return resource;
}
