import type { Measure } from '@medplum/fhirtypes';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isResource } from '../fhir/resource.js';
import { measureStatus } from '../measure/agreement/service/status.js';
import { findMeasure } from '../measure/find-measure.js';
import { libraryNamed } from '../measure/library/find-library.js';
import { careGapsOperation } from '../measure/operations/care-gaps.js';
import { collectDataOperation } from '../measure/operations/collect-data.js';
import { dataRequirements } from '../measure/operations/data-requirements.js';
import { cqlOperation, evaluateLibraryOperation } from '../measure/operations/evaluate-cql.js';
import { parseEvaluateMeasure } from '../measure/operations/request.js';
import { traceOperation } from '../measure/operations/trace.js';
import { measureText } from '../measure/text.js';
import { bundle } from './bundle.js';
import { checkEvaluateMeasure, evaluateMeasure, runOf } from './evaluate-measure.js';
import { exportMeasure, exportReport } from './export-report.js';
import type { FhirRequest, FhirResponse } from './message.js';
import type { Operation } from './operations.js';
import { operationParameters } from './parameters.js';
import { printable } from './query.js';
import type { Services } from './services.js';
import { restText } from './text.js';

const both = ['GET', 'POST'] as const;

/** Inputs of an evaluation beside R4's. */
const evaluateInputs = ['parameters', 'productLine', 'asOf', 'audience', 'level'];

/** Operations of the clinical reasoning module, and ours about measures. Source: R4 Measure and Library operations; Using CQL with FHIR. */
export const measureOperations: readonly Operation[] = [
  {
    name: 'evaluate-measure',
    definition: 'http://hl7.org/fhir/OperationDefinition/Measure-evaluate-measure',
    levels: ['type', 'instance'],
    resourceTypes: ['Measure'],
    methods: both,
    ownInputs: evaluateInputs,
    async: { check: checkEvaluateMeasure },
    handler: evaluateMeasure,
  },
  {
    name: 'collect-data',
    definition: 'http://hl7.org/fhir/OperationDefinition/Measure-collect-data',
    levels: ['type', 'instance'],
    resourceTypes: ['Measure'],
    methods: both,
    handler: async (request, { measures }) =>
      answer(await collectDataOperation(measures, request.context.scope, operationParameters(request), request.id)),
  },
  {
    name: 'submit-data',
    definition: 'http://hl7.org/fhir/OperationDefinition/Measure-submit-data',
    levels: ['type', 'instance'],
    resourceTypes: ['Measure'],
    methods: ['POST'],
    takesBundles: true,
    handler: submitData,
  },
  {
    name: 'care-gaps',
    definition: 'http://hl7.org/fhir/OperationDefinition/Measure-care-gaps',
    levels: ['type'],
    resourceTypes: ['Measure'],
    methods: both,
    async: {},
    handler: async (request, { measures, newId }) =>
      answer(await careGapsOperation(measures, request.context.scope, operationParameters(request), newId, runOf(request))),
  },
  {
    name: 'status',
    definition: 'https://lontar.id/fhir/OperationDefinition/measure-status',
    levels: ['instance'],
    resourceTypes: ['Measure'],
    methods: ['GET'],
    handler: async (request, { measures }) => {
      const unknown = operationParameters(request).map(({ name }) =>
        issue('not-supported', 'operation-parameter', restText.unknownParameter(printable(name), '')),
      );
      if (unknown.length > 0) throw new OperationOutcomeError(400, unknown);
      return answer(await measureStatus(measures, request.context.scope, request.id ?? ''));
    },
  },
  {
    name: 'data-requirements',
    definition: 'http://hl7.org/fhir/OperationDefinition/Measure-data-requirements',
    levels: ['type', 'instance'],
    resourceTypes: ['Measure'],
    methods: both,
    ownInputs: ['measure'],
    handler: async (request, { measures }) => {
      // The period decides nothing about what is read, but a wrong one is told.
      const parsed = parseEvaluateMeasure(operationParameters(request), request.id);
      if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
      const measure: Measure = await findMeasure(measures, request.context.scope, parsed.value.measure);
      return answer(dataRequirements(measures.libraries, measure.library ?? [], versionIn(measures)));
    },
  },
  {
    name: 'data-requirements',
    definition: 'http://hl7.org/fhir/OperationDefinition/Library-data-requirements',
    levels: ['type', 'instance'],
    resourceTypes: ['Library'],
    methods: both,
    ownInputs: ['url'],
    handler: async (request, { measures }) => {
      const found = await libraryNamed(measures, request.context.scope, libraryAsked(request));
      return answer(dataRequirements(measures.libraries, [found], versionIn(measures)));
    },
  },
  {
    name: 'evaluate',
    definition: 'http://hl7.org/fhir/uv/cql/OperationDefinition/cql-library-evaluate',
    levels: ['type', 'instance'],
    resourceTypes: ['Library'],
    methods: both,
    handler: async (request, { measures }) =>
      answer(await evaluateLibraryOperation(measures, request.context.scope, operationParameters(request), request.id, runOf(request))),
  },
  {
    name: 'cql',
    definition: 'http://hl7.org/fhir/uv/cql/OperationDefinition/cql-cql',
    levels: ['system'],
    resourceTypes: [],
    methods: both,
    handler: async (request, { measures }) =>
      answer(await cqlOperation(measures, request.context.scope, operationParameters(request), runOf(request))),
  },
  {
    name: 'trace',
    definition: 'https://lontar.id/fhir/OperationDefinition/measurereport-trace',
    levels: ['instance'],
    resourceTypes: ['MeasureReport'],
    methods: both,
    handler: async (request, { measures }) =>
      answer(await traceOperation(measures, request.context.scope, request.id ?? '', operationParameters(request), runOf(request))),
  },
  {
    name: 'export',
    definition: 'https://lontar.id/fhir/OperationDefinition/measurereport-export',
    levels: ['instance'],
    resourceTypes: ['MeasureReport'],
    methods: both,
    ownForms: true,
    handler: exportReport,
  },
  {
    name: 'export',
    definition: 'https://lontar.id/fhir/OperationDefinition/measure-export',
    levels: ['type', 'instance'],
    resourceTypes: ['Measure'],
    methods: both,
    ownInputs: evaluateInputs,
    ownForms: true,
    handler: exportMeasure,
  },
];

/** The Library of the address, else the one that `url` (Using CQL with FHIR) or R4's `target` names. Throws 400 where none does. */
function libraryAsked(request: FhirRequest): string {
  const named = operationParameters(request).flatMap(({ name, text }) => ((name === 'url' || name === 'target') && text ? [text] : []));
  const [name = request.id] = named;
  if (name !== undefined && named.length <= (request.id === undefined ? 1 : 0)) return name;
  throw new OperationOutcomeError(400, [
    issue('required', 'parameter-missing', measureText.parameterMissing('url', 'ANCK6'), {
      expression: "Parameters.parameter.where(name = 'url')",
    }),
  ]);
}

function answer(resource: object): FhirResponse {
  return { status: 200, body: JSON.stringify(resource) };
}

/** The report and its resources as one transaction: each at its id where it has one, else under a new one. */
async function submitData(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const resources = operationParameters(request).flatMap(({ name, resource }) => (resource ? [{ name, resource }] : []));
  const reports = resources.filter(({ name, resource }) => name === 'measureReport' && resource.resourceType === 'MeasureReport');
  if (reports.length !== 1 || resources.some(({ resource }) => !isResource(resource))) {
    throw new OperationOutcomeError(400, [issue('required', 'submit-data', restText.submitData, { expression: 'Parameters.parameter' })]);
  }
  const entry = resources.map(({ resource }) => {
    const { resourceType, id } = resource;
    const request_ = typeof id === 'string' ? { method: 'PUT', url: `${resourceType}/${id}` } : { method: 'POST', url: resourceType };
    return { resource, request: request_ };
  });
  return bundle({ ...request, body: { resourceType: 'Bundle', type: 'transaction', entry } }, services);
}

/** The version of a value set that is in effect: dependencies are told with it. */
function versionIn({ registry }: Services['measures']): (valueSet: string) => string | undefined {
  return (valueSet) => registry.valueSet(valueSet)?.version;
}
