import { asObject, type FhirResource, isObject, type JsonObject } from '../fhir/resource.js';

const administrativeCode = 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode';

/**
 * Village of residence of a Patient, ten digits without dots: from the home address, else from the first address that names a village.
 * Undefined where none does. Addresses that are `old` don't count.
 */
export function residenceOf(patient: FhirResource): string | undefined {
  const addresses = objects(asObject(patient), 'address').filter((address) => address['use'] !== 'old');
  const homeFirst = [...addresses].sort((a, b) => Number(b['use'] === 'home') - Number(a['use'] === 'home'));
  return homeFirst.map(villageOf).find((village) => village !== undefined);
}

function villageOf(address: JsonObject): string | undefined {
  const parts = objects(address, 'extension').filter((extension) => extension['url'] === administrativeCode);
  const village = parts.flatMap((part) => objects(part, 'extension')).find((extension) => extension['url'] === 'village')?.['valueCode'];
  if (typeof village !== 'string') return undefined;
  const digits = village.replaceAll('.', '');
  return /^\d{10}$/.test(digits) ? digits : undefined;
}

function objects(holder: JsonObject, name: string): readonly JsonObject[] {
  const value = holder[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
