import type { ElementDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';

/** One step down from an element to a child of it, as JSON has it. */
export interface Step {
  /** `name`, `value[x]`, `identifier`; what a choice is called depends on the value. */
  readonly name: string;
  readonly isChoice: boolean;
  readonly isArray: boolean;
  /** Types the element may have, without profiles. */
  readonly types: readonly string[];
  readonly slice?: string;
  /** Values that the profile fixes for children of this slice, each by its path below it. */
  readonly fixed: ReadonlyArray<readonly [readonly string[], unknown]>;
}

/** The steps to the element `id` (`Patient.name.given`, `Patient.identifier:nik.value`, `Observation.valueQuantity`) of a definition; undefined where it has none such. */
export function stepsTo(id: string, canonical: string, registry: Registry): readonly Step[] | undefined {
  const [root = '', ...names] = id.split('.');
  let elements = elementsOf(canonical, registry);
  let at = root;
  let types: readonly string[] = [];
  if (!elements.some((element) => element.id === root)) return undefined;
  const steps: Step[] = [];
  for (const written of names) {
    const [name = '', slice] = written.split(':');
    let found = childOf(elements, at, name, slice);
    if (found === undefined && types.length === 1) {
      // The children of a data type stand in its own definition.
      at = types[0] ?? '';
      elements = elementsOf(at, registry);
      found = childOf(elements, at, name, slice);
    }
    if (found === undefined) return undefined;
    const { element, chosen } = found;
    at = element.contentReference?.slice(1) ?? element.id ?? '';
    types = chosen === undefined ? (element.type ?? []).map(({ code }) => typeName(code)) : [chosen];
    steps.push({
      name: (element.path ?? '').split('.').at(-1) ?? name,
      isChoice: (element.path ?? '').endsWith('[x]'),
      isArray: (element.base?.max ?? element.max) !== '1',
      types,
      ...(slice === undefined ? {} : { slice }),
      fixed: slice === undefined ? [] : fixedBelow(elements, element.id ?? ''),
    });
  }
  return steps.length === 0 ? undefined : steps;
}

/** What an element's definition fixes or patterns, whatever its type. */
export function fixedValue(element: ElementDefinition): unknown {
  const key = Object.keys(element).find((name) => /^(?:fixed|pattern)[A-Z]/.test(name));
  return key === undefined ? undefined : (element as unknown as Readonly<Record<string, unknown>>)[key];
}

/** The snapshot of a profile, resource or data type; empty where it isn't known. */
export function elementsOf(canonical: string, registry: Registry): readonly ElementDefinition[] {
  return registry.structureDefinition(canonical)?.snapshot?.element ?? [];
}

interface Found {
  readonly element: ElementDefinition;
  /** The type that a name like `valueQuantity` chooses. */
  readonly chosen?: string;
}

function childOf(elements: readonly ElementDefinition[], at: string, name: string, slice: string | undefined): Found | undefined {
  const suffix = slice === undefined ? '' : `:${slice}`;
  const element = elements.find(({ id }) => id === `${at}.${name}${suffix}`);
  if (element !== undefined) return { element };
  for (const choice of elements) {
    const stem = choice.id?.startsWith(`${at}.`) && choice.id.endsWith('[x]') ? choice.id.slice(at.length + 1, -3) : undefined;
    if (stem === undefined || stem.includes('.') || !name.startsWith(stem)) continue;
    const chosen = (choice.type ?? []).map(({ code }) => typeName(code)).find((type) => `${stem}${capital(type)}` === name);
    if (chosen !== undefined) return { element: choice, chosen };
  }
  return undefined;
}

function fixedBelow(elements: readonly ElementDefinition[], slice: string): ReadonlyArray<readonly [readonly string[], unknown]> {
  return elements.flatMap((element) => {
    const below = element.id?.startsWith(`${slice}.`) ? element.id.slice(slice.length + 1).split('.') : undefined;
    const value = fixedValue(element);
    return below === undefined || value === undefined || below.some((name) => /[:[]/.test(name)) ? [] : [[below, value] as const];
  });
}

function typeName(code = ''): string {
  return code.startsWith('http://hl7.org/fhirpath/System.') ? code.slice('http://hl7.org/fhirpath/System.'.length).toLowerCase() : code;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
