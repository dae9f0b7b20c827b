import type { Parameters } from '@medplum/fhirtypes';
import { type Issue, type Language, OperationOutcomeError, type Result } from '../fhir/outcome.js';
import { asObject, type FhirResource, isResource } from '../fhir/resource.js';
import { expand } from '../terminology/operations/expand.js';
import { type Inputs, inputsOfParameters, inputsOfQuery } from '../terminology/operations/inputs.js';
import { lookup } from '../terminology/operations/lookup.js';
import { subsumes } from '../terminology/operations/subsumes.js';
import { translate } from '../terminology/operations/translate.js';
import { validateCodeInCodeSystem, validateCodeInValueSet } from '../terminology/operations/validate-code.js';
import type { FhirRequest, FhirResponse } from './message.js';
import type { Operation } from './operations.js';
import { readStored } from './read.js';
import type { Services } from './services.js';

type Answer = (inputs: Inputs, services: Services, language: Language) => Result<object>;

const definitionBase = 'http://hl7.org/fhir/OperationDefinition/';

/** R4's terminology operations. `given` is the parameter by which the instance that is called takes part. */
export const terminologyOperations: readonly Operation[] = [
  row('lookup', 'CodeSystem', ['type'], undefined, (inputs, { terminology }) => lookup(terminology, inputs)),
  row('validate-code', 'CodeSystem', ['type', 'instance'], 'codeSystem', (inputs, { terminology }, language) =>
    validateCodeInCodeSystem(terminology, inputs, language),
  ),
  row('subsumes', 'CodeSystem', ['type', 'instance'], 'system', (inputs, { terminology }) => subsumes(terminology, inputs)),
  row('expand', 'ValueSet', ['type', 'instance'], 'valueSet', (inputs, { terminology, clock }) =>
    expand(terminology, inputs, new Date(clock()).toISOString()),
  ),
  row('validate-code', 'ValueSet', ['type', 'instance'], 'valueSet', (inputs, { terminology }, language) =>
    validateCodeInValueSet(terminology, inputs, language),
  ),
  row('translate', 'ConceptMap', ['type', 'instance'], 'conceptMap', (inputs, { terminology }, language) =>
    translate(terminology, inputs, language),
  ),
];

function row(name: string, type: string, levels: Operation['levels'], given: string | undefined, answer: Answer): Operation {
  return {
    name,
    definition: `${definitionBase}${type}-${name}`,
    levels,
    resourceTypes: [type],
    methods: ['GET', 'POST'],
    handler: async (request, services) => respond(answer(await inputsOf(request, services, given), services, request.language)),
  };
}

async function inputsOf(request: FhirRequest, services: Services, given: string | undefined): Promise<Inputs> {
  const query = [...new URLSearchParams(request.query)].filter(([name]) => name !== '_format' && name !== '_pretty');
  const called =
    isResource(request.body) && request.body.resourceType === 'Parameters'
      ? inputsOfParameters(request.body as unknown as Parameters)
      : inputsOfQuery([]);
  const inputs = merged(called, inputsOfQuery(query));
  if (request.id === undefined || given === undefined) return inputs;
  return withInstance(inputs, given, await readStored(request, services));
}

/** A query's parameters beside those of a body, as R4 lets simple ones stand in either. */
function merged(first: Inputs, second: Inputs): Inputs {
  return {
    has: (name) => first.has(name) || second.has(name),
    texts: (name) => [...first.texts(name), ...second.texts(name)],
    text: (name) => first.text(name) ?? second.text(name),
    flag: (name) => first.flag(name) ?? second.flag(name),
    count: (name) => first.count(name) ?? second.count(name),
    coding: (name) => first.coding(name),
    concept: (name) => first.concept(name),
    resource: (name) => first.resource(name),
  };
}

/** The stored resource that the operation was called on, as if it had been sent along, and its URL beside it. */
function withInstance(inputs: Inputs, given: string, resource: FhirResource): Inputs {
  const { url } = asObject(resource);
  const urlName = given === 'system' ? 'system' : 'url';
  const text = (name: string) => (name === urlName && typeof url === 'string' ? url : inputs.text(name));
  return {
    ...inputs,
    has: (name) => name === given || name === urlName || inputs.has(name),
    text,
    texts: (name) => (name === urlName ? [text(name)].flatMap((one) => one ?? []) : inputs.texts(name)),
    resource: (name) => (name === given ? resource : inputs.resource(name)),
  };
}

function respond(answer: Result<object>): FhirResponse {
  if (answer.ok) return { status: 200, body: JSON.stringify(answer.value) };
  throw new OperationOutcomeError(statusOf(answer.issues), answer.issues);
}

function statusOf(issues: readonly Issue[]): number {
  if (issues.some(({ code }) => code === 'not-found')) return 404;
  return issues.some(({ code }) => code === 'too-costly' || code === 'not-supported' || code === 'processing') ? 422 : 400;
}
