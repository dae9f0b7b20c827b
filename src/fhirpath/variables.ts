import { FhirPathError } from './error.js';
import { type Collection, itemOf, string } from './item.js';
import { type Scope, variableItems } from './scope.js';

const constants: Readonly<Record<string, string>> = {
  ucum: 'http://unitsofmeasure.org',
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  'us-zip': '[0-9]{5}(-[0-9]{4}){0,1}',
};

const prefixes: ReadonlyArray<readonly [string, string]> = [
  ['vs-', 'http://hl7.org/fhir/ValueSet/'],
  ['ext-', 'http://hl7.org/fhir/StructureDefinition/'],
];

/** A variable that is the same string in every evaluation. Source: R4 FHIRPath §2.9.1.2. */
export function constantVariable(name: string): string | undefined {
  if (Object.hasOwn(constants, name)) return constants[name];
  const prefix = prefixes.find(([short]) => name.startsWith(short));
  return prefix && `${prefix[1]}${name.slice(prefix[0].length)}`;
}

/** The value of `%name`; an unknown name is an error. */
export function variableValue(name: string, scope: Scope, at: number): Collection {
  for (let binding = scope.bindings; binding; binding = binding.next) if (binding.name === name) return binding.value;
  const { context, root } = scope.evaluation;
  const given = context.variables && Object.hasOwn(context.variables, name) ? context.variables[name] : undefined;
  if (given !== undefined) return variableItems(given);
  switch (name) {
    case 'context':
      return root;
    case 'resource':
      return context.resource === undefined ? root : [itemOf(context.resource)];
    case 'rootResource':
      return context.rootResource === undefined ? variableValue('resource', scope, at) : [itemOf(context.rootResource)];
  }
  const constant = constantVariable(name);
  if (constant !== undefined) return [string(constant)];
  if (context.variables && Object.hasOwn(context.variables, name)) return [];
  throw new FhirPathError('execution', `%${name} has no value`, at);
}
