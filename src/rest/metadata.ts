import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceInteraction,
  SearchParameter,
} from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { rowParameters } from '../search/parse.js';
import { searchPlans } from '../search/plan.js';
import type { Interaction } from './interactions.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { operations } from './operations.js';
import { compartments } from './search.js';
import type { Services } from './services.js';
import { restText } from './text.js';
import { softwareVersion } from './version.js';

/** The CapabilityStatement: what the tables of interactions and operations, the registry and the search room hold, and nothing beside. */
export async function metadata(request: FhirRequest, services: Services, interactions: readonly Interaction[]): Promise<FhirResponse> {
  const mode = new URLSearchParams(request.query).get('mode') ?? 'full';
  if (mode !== 'full' && mode !== 'normative') {
    const expected = { id: 'full atau normative', en: 'full or normative' };
    throw new OperationOutcomeError(400, [issue('not-supported', 'metadata-mode', restText.badParameter('mode', expected))]);
  }
  let statements = cache.get(services);
  if (statements === undefined) {
    statements = new Map();
    cache.set(services, statements);
  }
  let body = statements.get(request.baseUrl);
  if (body === undefined) {
    body = JSON.stringify(capabilityStatement(request.baseUrl, services, interactions));
    // The base address comes from the Host header: only a few are kept, whatever clients send.
    if (statements.size < 8) statements.set(request.baseUrl, body);
  }
  return { status: 200, body };
}

/** Codes of http://hl7.org/fhir/ValueSet/type-restful-interaction. */
const typeCodes: ReadonlySet<string> = new Set([
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
]);

const cache = new WeakMap<Services, Map<string, string>>();

function capabilityStatement(baseUrl: string, services: Services, interactions: readonly Interaction[]): CapabilityStatement {
  const systemCodes = new Set(interactions.filter((one) => one.level === 'system').map((one) => one.code));
  if (systemCodes.has('transaction')) systemCodes.add('batch');
  const reverse = reverseIncludes(services);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date(services.clock()).toISOString(),
    kind: 'instance',
    software: { name: 'Lontar', version: softwareVersion },
    implementation: { description: 'Lontar: server FHIR R4 untuk Integrasi Layanan Primer', url: baseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    ...(interactions.some((one) => one.code === 'patch')
      ? { patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'] }
      : {}),
    rest: [
      {
        mode: 'server',
        security: { cors: services.config.corsOrigin !== 'none' },
        resource: services.registry.resourceTypes.map((type) => resourceCapability(type, services, interactions, reverse.get(type) ?? [])),
        interaction: (['transaction', 'batch', 'search-system', 'history-system'] as const)
          .filter((code) => systemCodes.has(code))
          .map((code) => ({ code })),
        compartment: compartments.map((type) => `http://hl7.org/fhir/CompartmentDefinition/${type.toLowerCase()}`),
        operation: operations.filter((one) => one.levels.includes('system')).map(({ name, definition }) => ({ name, definition })),
      },
    ],
  };
}

function resourceCapability(
  type: string,
  services: Services,
  interactions: readonly Interaction[],
  reverse: readonly string[],
): CapabilityStatementRestResource {
  const codes = new Set(interactions.filter((one) => typeCodes.has(one.code)).map((one) => one.code));
  const parameters = searchableParameters(type, services);
  const profiles = supportedProfiles(type, services);
  const own = operations.filter(
    ({ levels, resourceTypes }) =>
      (levels.includes('type') || levels.includes('instance')) && (resourceTypes === 'all' || resourceTypes.includes(type)),
  );
  return {
    type: type as CapabilityStatementRestResource['type'],
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(profiles.length === 0 ? {} : { supportedProfile: profiles }),
    interaction: [...codes].map((code) => ({ code: code as CapabilityStatementRestResourceInteraction['code'] })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    ...(parameters.length === 0
      ? {}
      : { searchParam: parameters.map(({ code, url, type: kind }) => ({ name: code, definition: url, type: kind })) }),
    ...includesOf(type, parameters),
    ...(reverse.length === 0 ? {} : { searchRevInclude: reverse }),
    ...(own.length === 0 ? {} : { operation: own.map(({ name, definition }) => ({ name, definition })) }),
  } as CapabilityStatementRestResource;
}

/** What may be included from resources of a type: every reference of theirs that can be searched. */
function includesOf(type: string, parameters: readonly SearchParameter[]): { searchInclude?: string[] } {
  const references = parameters.filter((parameter) => parameter.type === 'reference').map((parameter) => `${type}:${parameter.code}`);
  return references.length === 0 ? {} : { searchInclude: references };
}

/** For each type, the references by which others may be included beside it. */
function reverseIncludes(services: Services): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const source of services.registry.resourceTypes) {
    for (const parameter of searchableParameters(source, services)) {
      if (parameter.type !== 'reference') continue;
      for (const target of parameter.target ?? []) {
        const names = found.get(target) ?? [];
        names.push(`${source}:${parameter.code}`);
        found.set(target, names);
      }
    }
  }
  return found;
}

/** Our guide's profiles of the type. */
function supportedProfiles(type: string, services: Services): string[] {
  return services.registry.ours('StructureDefinition').flatMap((definition) => {
    const {
      url,
      type: constrained,
      derivation,
    } = definition as { readonly url?: unknown; readonly type?: unknown; readonly derivation?: unknown };
    return typeof url === 'string' && constrained === type && derivation === 'constraint' ? [url] : [];
  });
}

/** The parameters of a type that search really answers. */
function searchableParameters(type: string, services: Services): readonly SearchParameter[] {
  const plan = searchPlans(services.registry).type(type);
  return services.registry
    .searchParameters(type)
    .filter(({ code }) => code !== undefined && (code in rowParameters || plan.parameter(code) !== undefined));
}
