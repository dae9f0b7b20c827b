import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import { asObject, isObject, type JsonObject } from '../fhir/resource.js';
import type { Terminology } from '../terminology/terminology.js';
import { objectsOf } from './sdc.js';

/** A profile of ours for Observations of certain codes. */
interface Candidate {
  readonly url: string;
  readonly elements: readonly ElementDefinition[];
  readonly code: ElementDefinition;
}

const candidates = new WeakMap<Registry, readonly Candidate[]>();

/** The URL of our profile that names this Observation's code, where the rest of what it demands is there; undefined where we have none. */
export function observationProfile(observation: JsonObject, registry: Registry, terminology: Terminology): string | undefined {
  const known = candidates.get(registry) ?? candidatesOf(registry);
  candidates.set(registry, known);
  const code = isObject(observation.code) ? objectsOf(observation.code.coding) : [];
  return known.find(({ code: element, elements }) => names(element, code, terminology) && demandsAreMet(elements, observation))?.url;
}

function candidatesOf(registry: Registry): readonly Candidate[] {
  return registry.ours('StructureDefinition').flatMap((resource) => {
    const { url, type, derivation } = asObject(resource);
    if (type !== 'Observation' || derivation !== 'constraint' || typeof url !== 'string') return [];
    const elements = (registry.structureDefinition(url) as StructureDefinition | undefined)?.snapshot?.element ?? [];
    const code = elements.find(({ id }) => id === 'Observation.code');
    const isOfCodes = code?.patternCodeableConcept !== undefined || code?.binding?.strength === 'required';
    return code !== undefined && isOfCodes ? [{ url, elements, code }] : [];
  });
}

function names({ patternCodeableConcept, binding }: ElementDefinition, codings: readonly JsonObject[], terminology: Terminology): boolean {
  const wanted = patternCodeableConcept?.coding ?? [];
  if (wanted.length > 0) return wanted.every((one) => codings.some(({ system, code }) => one.system === system && one.code === code));
  if (binding?.valueSet === undefined) return false;
  return codings.some(({ system, code }) => {
    if (typeof system !== 'string' || typeof code !== 'string') return false;
    return terminology.validateInValueSet(binding.valueSet ?? '', { system, code }).valid === true;
  });
}

/** Only what an answer can lack: elements at the top, the type of the value, and whom it is about. */
function demandsAreMet(elements: readonly ElementDefinition[], observation: JsonObject): boolean {
  const valueKeys = Object.keys(observation).filter((key) => key.startsWith('value'));
  return elements.every(({ id = '', min = 0, max, type = [] }) => {
    const name = /^Observation\.(\w+)(\[x\])?$/.exec(id);
    if (name === null) return true;
    const keys =
      name[2] === undefined ? [name[1] ?? ''] : type.map(({ code = '' }) => `${name[1]}${code.charAt(0).toUpperCase()}${code.slice(1)}`);
    if (name[1] === 'value' && valueKeys.some((key) => !keys.includes(key))) return false;
    const isThere = keys.some((key) => observation[key] !== undefined);
    return isThere ? max !== '0' && (name[1] !== 'subject' || isOfPatient(observation)) : min === 0;
  });
}

function isOfPatient({ subject }: JsonObject): boolean {
  return isObject(subject) && typeof subject.reference === 'string' && /(?:^|\/)Patient\//.test(subject.reference);
}
