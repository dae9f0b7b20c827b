import { createHash } from 'node:crypto';

/** What the samples of one folder are filled with: ids that the server gave so far, and the facility and persons that they speak of. */
export interface SampleState {
  readonly organization: string;
  readonly patient: string;
  readonly practitioner: string;
  /** By resource type, the id of the resource that was stored last. */
  readonly latest: Map<string, string>;
  /** Values that were chosen before: a variable keeps its value within a collection. */
  readonly chosen: Map<string, string>;
}

/** Types that a name of a variable speaks of, most telling words first. */
const typeByWord: readonly (readonly [RegExp, string])[] = [
  [/^(org|suborg|divisi)/i, 'Organization'],
  [/^(location|bangsal|ruang|ranap)/i, 'Location'],
  [/^\{?(encounter|episodeofcare|servicerequest|specimen|procedure|condition|observation|medicationrequest|relatedperson)/i, ''],
  [/^diagnosis/i, 'Condition'],
];

/** Variables that stand for a number. */
const numbers: Readonly<Record<string, string>> = { IMT_calc: '16.4', TD_Systolic: '165', TD_Diastolic: '100' };

/** Identifiers that a system numbers anew for each resource that it creates. */
const numbering = /^(\{?identifier_value|registration_id|acsn_value|mrid|mrnprivate)$/i;

/**
 * `text` with a valid value for each `{{variable}}`: in a reference the id of what was stored last of the type before it, elsewhere an id, a number, a
 * code or a name as the variable's name says. `serial` makes identifiers of one request differ from those of every other.
 */
export function fillVariables(text: string, state: SampleState, serial: number): string {
  return (
    text
      .replace(/([A-Z][A-Za-z]+)\/\{\{([^{}]*)\}\}/g, (_all, type: string, name: string) => `${type}/${referenced(type, name, state)}`)
      // A reference that is all variable means an entry of the same Bundle.
      .replace(/("reference":\s*")\{\{([^{}]*)\}\}"/g, (_all, start: string, name: string) => `${start}${entryUrl(text, name)}"`)
      .replace(/\{\{\{?([^{}]*)\}\}\}?/g, (_all, name: string) => plain(name, state, serial))
  );
}

function referenced(type: string, name: string, state: SampleState): string {
  if (type === 'Patient') return state.patient;
  if (type === 'Practitioner') return state.practitioner;
  if (type === 'Organization' && /^org_id$/i.test(name)) return state.organization;
  return state.latest.get(type) ?? (type === 'Organization' ? state.organization : sampleUuid(`${type}/${name}`));
}

/** fullUrl of the first entry of the Bundle whose type the name of the variable speaks of. */
function entryUrl(bundle: string, name: string): string {
  const type = typeOf(name);
  const found = new RegExp(`"fullUrl":\\s*"(urn:uuid:[^"]+)",\\s*"resource":\\s*\\{\\s*"resourceType":\\s*"${type}"`).exec(bundle)?.[1];
  return found ?? `urn:uuid:${sampleUuid(name)}`;
}

/** Resource type that the name of a variable speaks of. */
function typeOf(name: string): string {
  const [, type = ''] = typeByWord.find(([word]) => word.test(name)) ?? [];
  return type === '' ? (/^\{?([A-Za-z]+)/.exec(name)?.[1] ?? '') : type;
}

function plain(name: string, state: SampleState, serial: number): string {
  const number = numbers[name];
  if (number !== undefined) return number;
  if (/^org_id$/i.test(name)) return state.organization;
  if (/^patient(_ibu)?_id$/i.test(name)) return state.patient;
  if (numbering.test(name)) return `S${String(serial).padStart(6, '0')}`;
  if (/(_name|_string|_text)$/i.test(name) || /name$/i.test(name)) return 'Contoh Nama';
  const stored = state.latest.get(typeOf(name));
  if (stored !== undefined) return stored;
  const value = state.chosen.get(name) ?? sampleUuid(`${state.organization} ${name}`);
  state.chosen.set(name, value);
  return value;
}

/** The same uuid (version 4) for the same words. */
export function sampleUuid(words: string): string {
  const hex = createHash('sha256').update(words).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
