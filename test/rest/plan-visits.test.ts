import type { Bundle, CarePlan, Task } from '@medplum/fhirtypes';
import { test } from 'tap';
import { testApp } from '../support/app.js';

const address = [
  {
    use: 'home',
    country: 'ID',
    extension: [
      {
        url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode',
        extension: [
          { url: 'province', valueCode: '62' },
          { url: 'city', valueCode: '6202' },
          { url: 'district', valueCode: '620206' },
          { url: 'village', valueCode: '6202061001' },
        ],
      },
    ],
  },
];
const person = (id: string, birthDate: string) => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: 'https://fhir.kemkes.go.id/id/ihs-number', value: `P0000000${id.length}${birthDate.slice(0, 4)}` }],
  name: [{ text: id }],
  gender: 'male',
  birthDate,
  address,
});

test('visits are planned once for what is due, closed when it is done, and failed when the period has passed', async (t) => {
  const { send } = await testApp(t);
  for (const one of [person('bapak', '1980-05-01'), person('balita', '2023-05-01'), person('anak', '2016-05-01')]) {
    t.equal((await send('PUT', `/fhir/Patient/${one.id}`, one)).statusCode, 201, one.id);
  }
  const plan = async (start: string, end: string) => {
    const answer = await send('POST', `/fhir/CarePlan/$plan-visits?subject=6202061001&periodStart=${start}&periodEnd=${end}`);
    t.equal(answer.statusCode, 200, answer.body.slice(0, 400));
    return ((answer.json() as Bundle).entry ?? []).map(({ resource }) => resource as Task | CarePlan);
  };
  const told = (resources: readonly (Task | CarePlan)[]) =>
    resources
      .map((one) =>
        one.resourceType === 'Task'
          ? `${one.status} ${one.reasonCode?.coding?.[0]?.code} ${one.for?.reference}`
          : `${one.status} plan ${one.subject.reference} ${one.activity?.map(({ detail }) => detail?.status).join()}`,
      )
      .sort();

  const first = await plan('2026-06-01', '2026-06-30');
  t.strictSame(told(first), [
    'active plan Patient/balita scheduled',
    'active plan Patient/bapak scheduled',
    'requested DUE-SKRINING Patient/bapak',
    'requested DUE-TIMBANG Patient/balita',
  ]);
  t.strictSame(await plan('2026-06-01', '2026-06-30'), [], 'asked again it adds nothing');

  await send('POST', '/fhir/Observation', {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: 'Patient/balita' },
    effectiveDateTime: '2026-06-12T02:00:00+00:00',
    valueQuantity: { value: 12.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  });
  const second = await plan('2026-06-01', '2026-06-30');
  t.strictSame(
    told(second),
    ['completed DUE-TIMBANG Patient/balita', 'completed plan Patient/balita completed'],
    'what was done is closed',
  );
  t.ok(
    first.some(({ id }) => id === second[0]?.id),
    'under the same id',
  );

  t.strictSame(
    told(await plan('2026-07-01', '2026-07-31')),
    [
      'active plan Patient/balita scheduled',
      'active plan Patient/bapak scheduled',
      'failed DUE-SKRINING Patient/bapak',
      'requested DUE-SKRINING Patient/bapak',
      'requested DUE-TIMBANG Patient/balita',
      'revoked plan Patient/bapak stopped',
    ],
    'what nobody did is failed, and due again; the plan that it replaces is closed',
  );

  const open = ((await send('GET', '/fhir/Task?status=requested&_count=10')).json() as Bundle).entry?.map(
    ({ resource }) => resource as Task,
  );
  const [taken, closed] = open ?? [];
  await send('PUT', `/fhir/Task/${taken?.id}`, { ...taken, status: 'accepted' });
  await send('PUT', `/fhir/Task/${closed?.id}`, { ...closed, status: 'rejected' });
  t.strictSame(told(await plan('2026-07-01', '2026-07-31')), [], 'what somebody took on or closed is left alone');
  t.equal((await send('POST', '/fhir/CarePlan/$plan-visits?periodStart=2026&periodEnd=2026')).statusCode, 400, 'a plan is of somebody');
});
