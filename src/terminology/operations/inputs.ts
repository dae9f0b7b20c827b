import type { CodeableConcept, Coding, Parameters } from '@medplum/fhirtypes';
import { asObject, type FhirResource, isObject, isResource, type JsonObject } from '../../fhir/resource.js';

/** An operation's input parameters, whether they came as a Parameters resource or as a query string. */
export interface Inputs {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean | undefined;
  /** Undefined where it is absent or no whole number from 0. */
  count(name: string): number | undefined;
  coding(name: string): Coding | undefined;
  concept(name: string): CodeableConcept | undefined;
  resource(name: string): FhirResource | undefined;
  has(name: string): boolean;
}

/** Inputs from a Parameters resource: the value of whichever `value[x]` a parameter has. */
export function inputsOfParameters(parameters: Parameters): Inputs {
  const values = new Map<string, unknown[]>();
  for (const parameter of Array.isArray(parameters.parameter) ? parameters.parameter : []) {
    if (!isObject(parameter)) continue;
    const fields = asObject(parameter);
    const valueKey = Object.keys(fields).find((key) => key.startsWith('value'));
    const value = parameter.resource ?? (valueKey === undefined ? undefined : fields[valueKey]);
    if (parameter.name !== undefined && value !== undefined) add(values, parameter.name, value);
  }
  return inputsOf(values);
}

/** Inputs from a query string's name and value pairs. */
export function inputsOfQuery(pairs: Iterable<readonly [name: string, value: string]>): Inputs {
  const values = new Map<string, unknown[]>();
  for (const [name, value] of pairs) add(values, name, value);
  return inputsOf(values);
}

function add(values: Map<string, unknown[]>, name: string, value: unknown): void {
  const known = values.get(name);
  if (known) known.push(value);
  else values.set(name, [value]);
}

function inputsOf(values: ReadonlyMap<string, readonly unknown[]>): Inputs {
  const first = (name: string): unknown => values.get(name)?.[0];
  const object = (name: string): JsonObject | undefined => {
    const value = first(name);
    return isObject(value) ? value : undefined;
  };
  const texts = (name: string): readonly string[] =>
    (values.get(name) ?? []).filter((value) => ['string', 'number', 'boolean'].includes(typeof value)).map(String);
  return {
    has: (name) => values.has(name),
    texts,
    text: (name) => texts(name)[0],
    flag(name) {
      const text = texts(name)[0];
      return text === 'true' ? true : text === 'false' ? false : undefined;
    },
    count(name) {
      const text = texts(name)[0];
      return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    },
    coding: (name) => codingOf(first(name)),
    concept(name) {
      const value = object(name);
      if (!value) return undefined;
      return { coding: (Array.isArray(value.coding) ? value.coding : []).flatMap((item: unknown) => codingOf(item) ?? []) };
    },
    resource(name) {
      const value = first(name);
      return isResource(value) ? value : undefined;
    },
  };
}

/** What a coding says in text; whatever else was sent in its place is left out. */
function codingOf(value: unknown): Coding | undefined {
  if (!isObject(value)) return undefined;
  const fields = (['system', 'version', 'code', 'display'] as const).filter((name) => typeof value[name] === 'string');
  return Object.fromEntries(fields.map((name) => [name, value[name]]));
}
