import { isObject, type JsonObject } from '../../fhir/resource.js';

const core = 'http://hl7.org/fhir/StructureDefinition/';

// R4 vital signs profile, §9.1.5: whoever uses these LOINC codes claims the profile.
const vitalSigns: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  '85353-1': `${core}vitalspanel`,
  '9279-1': `${core}resprate`,
  '8867-4': `${core}heartrate`,
  '2708-6': `${core}oxygensat`,
  '59408-5': `${core}oxygensat`,
  '8310-5': `${core}bodytemp`,
  '8302-2': `${core}bodyheight`,
  '9843-4': `${core}headcircum`,
  '29463-7': `${core}bodyweight`,
  '39156-5': `${core}bmi`,
  '85354-9': `${core}bp`,
  // panels and means of both pressures, which the profile means to cover
  '35094-2': `${core}bp`,
  '76534-7': `${core}bp`,
  '96607-7': `${core}bp`,
});

const none: readonly string[] = [];

/** Profiles that a resource's own codes claim, declared or not. */
export function signpostedProfiles(resource: JsonObject, type: string): readonly string[] {
  if (type !== 'Observation' || resource['status'] === 'entered-in-error') return none;
  const code = resource['code'];
  const codings = isObject(code) ? code['coding'] : undefined;
  if (!Array.isArray(codings)) return none;
  for (const coding of codings) {
    if (!isObject(coding) || coding['system'] !== 'http://loinc.org') continue;
    const profile = vitalSigns[String(coding['code'])];
    if (profile !== undefined) return [profile];
  }
  return none;
}
