import type { Bundle } from '@medplum/fhirtypes';
import { systems } from '../synthetic/codes.js';

/** A transaction with three mistakes that vendors really make: a NIK of 15 digits, a gender in Indonesian, a haemoglobin without a status. */
export function faultyBundle(villageCode: string, puskesmas: string): Bundle {
  const patient = {
    resourceType: 'Patient',
    meta: { profile: ['https://fhir.kemkes.go.id/r4/StructureDefinition/Patient'] },
    identifier: [{ use: 'official', system: systems.nik, value: '999999410190000' }],
    name: [{ use: 'official', text: 'Contoh Salah' }],
    gender: 'perempuan',
    birthDate: '1990-01-01',
    multipleBirthInteger: 0,
    address: [
      {
        use: 'home',
        city: 'Contoh',
        country: 'ID',
        extension: [
          {
            url: 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode',
            extension: [
              { url: 'province', valueCode: villageCode.slice(0, 2) },
              { url: 'city', valueCode: villageCode.slice(0, 4) },
              { url: 'district', valueCode: villageCode.slice(0, 6) },
              { url: 'village', valueCode: villageCode },
              { url: 'rt', valueCode: '1' },
              { url: 'rw', valueCode: '1' },
            ],
          },
        ],
      },
    ],
    managingOrganization: { reference: puskesmas },
  };
  const observation = {
    resourceType: 'Observation',
    code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
    subject: { reference: 'urn:uuid:6a3f1f5e-6f1c-4d8e-9a53-0d7a4b1c2e01' },
    effectiveDateTime: '2026-03-02T02:00:00+00:00',
    valueQuantity: { value: 10.8, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
  };
  // Built as plain JSON: the types would not let such a Bundle be written.
  return JSON.parse(
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { fullUrl: 'urn:uuid:6a3f1f5e-6f1c-4d8e-9a53-0d7a4b1c2e01', resource: patient, request: { method: 'POST', url: 'Patient' } },
        {
          fullUrl: 'urn:uuid:6a3f1f5e-6f1c-4d8e-9a53-0d7a4b1c2e02',
          resource: observation,
          request: { method: 'POST', url: 'Observation' },
        },
      ],
    }),
  ) as Bundle;
}
