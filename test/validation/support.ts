import { loadRegistry } from '../../src/definitions/load.js';
import type { Issue } from '../../src/fhir/outcome.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { createTerminology } from '../../src/terminology/create.js';
import { createValidator, type ValidatorParts } from '../../src/validation/create.js';
import type { Validator } from '../../src/validation/validator.js';

const core = loadRegistry();

/** A validator over R4 and `definitions`, without the profiles that our guide requires. */
export function validatorWith(definitions: readonly object[] = [], more: Partial<ValidatorParts> = {}): Validator {
  const registry = core.with(definitions as readonly FhirResource[]);
  return createValidator({ registry: { ...registry, requiredProfiles: () => [] }, terminology: createTerminology(registry), ...more });
}

/** `rule @ expression` of each error, in order. */
export function errors(issues: readonly Issue[]): readonly string[] {
  return issues
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ rule, expression }) => `${rule} @ ${expression}`);
}

/** A profile of `type` whose differential is `elements`; its url ends in `name`. */
export function profile(name: string, type: string, elements: readonly object[], more: object = {}): object {
  return {
    resourceType: 'StructureDefinition',
    id: name,
    url: profileUrl(name),
    name,
    status: 'active',
    kind: /^[A-Z]/.test(type) && core.isResourceType(type) ? 'resource' : 'complex-type',
    abstract: false,
    type,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    derivation: 'constraint',
    differential: { element: elements },
    ...more,
  };
}

export function profileUrl(name: string): string {
  return `https://lontar.test/StructureDefinition/${name}`;
}
