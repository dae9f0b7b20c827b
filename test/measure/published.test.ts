import t from 'tap';
import type { FhirResource } from '../../src/fhir/resource.js';
import { evaluateMeasure } from '../../src/measure/evaluate.js';
import { guideMeasures } from '../../src/measure/find-measure.js';
import { membership } from '../../src/measure/membership.js';
import { measureProgram } from '../../src/measure/program.js';
import { proportion } from '../../src/measure/score.js';
import type { MeasureSubject } from '../../src/measure/subject/subject.js';
import { measureDatabase } from './measure-database.js';
import { registry } from './memory-persons.js';
import { publishedWoman } from './published-women.js';

// Figures that the programme itself published come out of data that hold them: of women of one Puskesmas, of facilities and of staff.

t.setTimeout(280_000);

const period = { start: '2026-01-01', end: '2026-12-31' } as const;
const organizationTypes = 'http://terminology.kemkes.go.id/CodeSystem/organization-type';

const { services, load } = await measureDatabase(t);

interface Published {
  readonly id: string;
  readonly group: string;
  readonly numerator: number;
  readonly denominator: number;
  readonly percent: number;
}

// One Puskesmas in February 2026, as its programme reported: counts and percentages.
const published: readonly Published[] = [
  { id: 'ANC-ANEMIA', group: 'ANEMIA', numerator: 14, denominator: 300, percent: 4.67 },
  { id: 'ANC-TTD180', group: 'TTD180', numerator: 217, denominator: 999, percent: 21.72 },
  { id: 'ANC-TTD180-MINUM', group: 'TTD180-MINUM', numerator: 53, denominator: 999, percent: 5.31 },
  { id: 'ANC-TTD180-MINUM-LAMA', group: 'TTD180-MINUM-LAMA', numerator: 53, denominator: 901, percent: 5.88 },
  { id: 'ANC-KEK', group: 'KEK', numerator: 58, denominator: 433, percent: 13.39 },
  { id: 'ANC-K1-MURNI', group: 'K1-MURNI', numerator: 289, denominator: 999, percent: 28.93 },
  { id: 'ANC-USG-TM1', group: 'USG-TM1', numerator: 201, denominator: 999, percent: 20.12 },
  { id: 'ANC-USG-TM3', group: 'USG-TM3', numerator: 85, denominator: 999, percent: 8.51 },
  { id: 'ANC-K6', group: 'K6', numerator: 28, denominator: 901, percent: 3.11 },
  { id: 'ANC-12T', group: '12T', numerator: 27, denominator: 901, percent: 3 },
];

t.test('the figures that a Puskesmas published come out of data that reproduces them', async (t) => {
  const measures = new Map(guideMeasures({ registry }).map((measure) => [measure.id ?? '', measure]));
  const sql = services.engines.sql;
  await load(Array.from({ length: 999 }, (_, index) => publishedWoman(index)).flat());
  for (const { id, group, ...expected } of published) {
    const measure = measures.get(id);
    const made = measure && measureProgram(measure);
    if (made?.ok !== true || !sql) {
      t.fail(`${id} is no program`);
      continue;
    }
    const place = made.value.groups.findIndex(({ code }) => code === group);
    const codes = made.value.groups[place]?.populations.map(({ code }) => code) ?? [];
    const persons = await sql.evaluator.persons(made.value, period, { kind: 'all' });
    const members = persons.map(({ populations }) => membership(codes, populations[place] ?? []));
    const counts = codes.map((_, index) => members.filter((member) => member[index]).length);
    t.same(proportion(codes, counts), expected, id);
  }
});

t.test('the figures of facilities and staff that the programme published come out of data that hold them', async (t) => {
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
