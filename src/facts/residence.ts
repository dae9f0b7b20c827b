import { writtenDay } from '../fhir/date.js';
import { asObject, type FhirResource, isObject, type JsonObject } from '../fhir/resource.js';

const administrativeCode = 'https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode';

/** An address that names a village, with the days on which it holds (`YYYY-MM-DD`, inclusive) as far as it says. */
export interface Residence {
  /** Ten digits without dots. */
  readonly village: string;
  /** Three digits: RW and RT are numbered within their village, and an RT within its RW. */
  readonly rw?: string;
  readonly rt?: string;
  readonly from?: string;
  readonly to?: string;
  /** It no longer holds, whether it says since when or not. */
  readonly isOld: boolean;
}

/** The addresses of a Patient that name a village, that at home first. */
export function residencesOf(patient: FhirResource): readonly Residence[] {
  const addresses = objects(asObject(patient), 'address');
  return [...addresses]
    .sort((a, b) => Number(b['use'] === 'home') - Number(a['use'] === 'home'))
    .flatMap((address) => residence(address) ?? []);
}

/**
 * Village of residence of a Patient: from the home address, else from the first address that names a village; one that has ended only where none else does.
 * Undefined where none names a village. Addresses that are `old` don't count.
 */
export function residenceOf(patient: FhirResource): string | undefined {
  return presentResidence(residencesOf(patient))?.village;
}

/** As `residenceOf`, of the addresses that name a village. */
export function presentResidence(residences: readonly Residence[]): Residence | undefined {
  const present = residences.filter(({ isOld }) => !isOld);
  return present.find(({ to }) => to === undefined) ?? present[0];
}

/**
 * Where somebody lived on a day: the address whose period says so, of several that with the latest move; else one without a period; where the day lies outside
 * all periods, the last one before it, else the first after it.
 */
export function residenceOn(residences: readonly Residence[], day: string): Residence | undefined {
  return datedResidence(residences, day) ?? residences.find((one) => !one.isOld && !isDated(one)) ?? nearest(residences, day);
}

/** The residence that says by its period that it held on a day. */
export function datedResidence(residences: readonly Residence[], day: string): Residence | undefined {
  const holding = residences.filter((one) => isDated(one) && (one.from ?? '') <= day && day <= (one.to ?? '9999'));
  return latest(holding);
}

/** Whether the village may differ from day to day. */
export function hasMoved(residences: readonly Residence[]): boolean {
  return new Set(residences.map(({ village }) => village)).size > 1;
}

function isDated({ from, to }: Residence): boolean {
  return from !== undefined || to !== undefined;
}

function nearest(residences: readonly Residence[], day: string): Residence | undefined {
  const dated = residences.filter(isDated);
  return (
    latest(dated.filter(({ to }) => to !== undefined && to < day)) ??
    latest(
      dated.filter(({ from }) => from !== undefined && from > day),
      -1,
    )
  );
}

/** The one that began last (with -1: first); of several, that which stands first. */
function latest(residences: readonly Residence[], direction: 1 | -1 = 1): Residence | undefined {
  return residences.reduce<Residence | undefined>((best, one) => {
    if (!best) return one;
    const [left, right] = [one.from ?? '', best.from ?? ''];
    return (direction === 1 ? left > right : left < right) ? one : best;
  }, undefined);
}

function residence(address: JsonObject): Residence | undefined {
  const parts = objects(address, 'extension')
    .filter((extension) => extension['url'] === administrativeCode)
    .flatMap((part) => objects(part, 'extension'));
  const codeOf = (url: string): string | undefined => {
    const value = parts.find((part) => part['url'] === url)?.['valueCode'];
    return typeof value === 'string' ? value : undefined;
  };
  const village = codeOf('village')?.replaceAll('.', '') ?? '';
  if (!/^\d{10}$/.test(village)) return undefined;
  const [rw, rt] = [partNumber(codeOf('rw')), partNumber(codeOf('rt'))];
  const period = isObject(address['period']) ? address['period'] : {};
  const [from, to] = [writtenDay(String(period['start'] ?? ''), 'low'), writtenDay(String(period['end'] ?? ''), 'high')];
  return {
    village,
    ...(rw === undefined ? {} : { rw }),
    ...(rt === undefined ? {} : { rt }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    isOld: address['use'] === 'old',
  };
}

/** `2`, `02` and `002` are one. */
function partNumber(code: string | undefined): string | undefined {
  return code !== undefined && /^\d{1,3}$/.test(code) ? code.padStart(3, '0') : undefined;
}

function objects(holder: JsonObject, name: string): readonly JsonObject[] {
  const value = holder[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
