import type { CodeableConcept, MeasureReportGroupStratifierStratum } from '@medplum/fhirtypes';
import type { Stratifier } from '../../cql/program.js';
import { type Areas, areaSystem } from '../../definitions/areas.js';
import type { Stratum, ValueStratum } from '../strata.js';
import type { StrataLevel } from '../subject/level.js';
import { measureText } from '../text.js';
import { unknownConcept, valueConcept } from './concepts.js';

/** Code system of the levels that a report is stratified by, and of the RW and RT of villages. */
const stratumSystem = 'https://lontar.id/fhir/CodeSystem/stratum';
export const villagePartSystem = 'https://lontar.id/fhir/sid/village-part';

/** What is needed to name an area. */
export interface AreaNames {
  readonly areas: Pick<Areas, 'find'>;
  readonly level: StrataLevel;
  /** Names of organizations by reference. */
  readonly names: ReadonlyMap<string, string>;
}

const levelTexts: Readonly<Record<StrataLevel, string>> = {
  province: 'Provinsi',
  regency: 'Kabupaten/kota',
  district: 'Kecamatan',
  village: 'Desa/kelurahan',
  posyandu: 'Posyandu',
  rw: 'RW',
  rt: 'RT',
};

/** A stratum by area: a component whose code says of which level. */
export function areaStratum({ area }: Stratum, names: AreaNames): Pick<MeasureReportGroupStratifierStratum, 'component'> {
  return {
    component: [
      {
        code: { coding: [{ system: stratumSystem, code: names.level }], text: levelTexts[names.level] },
        value: area === undefined ? unknownConcept(measureText.outsideAreas.id) : areaConcept(area, names),
      },
    ],
  };
}

/** A stratum by definitions' values: one value, or a component each. */
export function valueStratum(
  { components }: Stratifier,
  { values }: ValueStratum,
  hasComponents: boolean,
): Pick<MeasureReportGroupStratifierStratum, 'value' | 'component'> {
  const concepts = values.map(valueConcept);
  if (!hasComponents) return concepts[0] ? { value: concepts[0] } : {};
  return {
    component: components.map(({ code, text }, index) => ({
      code: { text: text ?? code },
      value: concepts[index] ?? valueConcept(null),
    })),
  };
}

function areaConcept(area: string, { areas, level, names }: AreaNames): CodeableConcept {
  const slash = area.indexOf('/');
  if (slash >= 0) return partConcept(area.slice(0, slash), area.slice(slash + 1), level, names);
  const name = areas.find(area)?.name;
  return name === undefined
    ? { coding: [{ system: areaSystem, code: area }] }
    : { coding: [{ system: areaSystem, code: area, display: name }], text: name };
}

/** `003` of a village, `003/002` of it, or an organization that people of it belong to. */
function partConcept(village: string, part: string, level: StrataLevel, names: ReadonlyMap<string, string>): CodeableConcept {
  if (part === '') return unknownConcept((level === 'posyandu' ? measureText.noPosyandu : measureText.noPart).id);
  if (level === 'posyandu') return { coding: [{ system: 'urn:ietf:rfc:3986', code: part }], text: names.get(part) ?? part };
  const [rw, rt] = part.split('/');
  return { coding: [{ system: villagePartSystem, code: `${village}/${part}` }], text: rt === undefined ? `RW ${rw}` : `RW ${rw} RT ${rt}` };
}
