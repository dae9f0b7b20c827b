import { everything } from './everything.js';
import { extract } from './extract.js';
import { growth } from './growth.js';
import { measureOperations } from './measure-operations.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { planVisitsOperation } from './plan-visits.js';
import { populate } from './populate.js';
import type { Services } from './services.js';
import { terminologyOperations } from './terminology-operations.js';
import { validateOperation } from './validate.js';
import { viewOperations } from './view-operations.js';

/**
 * A FHIR operation (`$name`) of this server. Routes, the refusal of unknown operations and the CapabilityStatement come from the table below,
 * so an operation is added by adding its row.
 */
export interface Operation {
  /** Without the dollar sign. */
  readonly name: string;
  /** Canonical of its OperationDefinition. */
  readonly definition: string;
  readonly levels: ReadonlyArray<'system' | 'type' | 'instance'>;
  /** Types whose routes carry it; `all` for every type of R4. Not looked at on system level. */
  readonly resourceTypes: readonly string[] | 'all';
  readonly methods: ReadonlyArray<'GET' | 'POST'>;
  /** Inputs of ours beside those of the definition. */
  readonly ownInputs?: readonly string[];
  /** Whether the body may be as large as a Bundle. */
  readonly takesBundles?: boolean;
  /** May be answered later, where a client prefers that: what is wrong with the request is told at once by `check`. */
  readonly async?: { check?(request: FhirRequest): void };
  /** Its answers have forms of their own, for which the handler looks at `_format` and Accept itself. */
  readonly ownForms?: boolean;
  /** Its answers come in pages, turned by `_cursor`. */
  readonly paged?: boolean;
  /** `request.type` and `request.id` say where it was called; the parameters are the query and, for POST, the body (a Parameters resource or what else it takes). */
  handler(request: FhirRequest, services: Services): Promise<FhirResponse>;
}

export const operations: readonly Operation[] = [
  {
    name: 'validate',
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
    levels: ['system', 'type', 'instance'],
    resourceTypes: 'all',
    methods: ['POST', 'GET'],
    takesBundles: true,
    handler: validateOperation,
  },
  ...measureOperations,
  ...viewOperations,
  {
    name: 'everything',
    definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
    levels: ['instance'],
    resourceTypes: ['Patient'],
    methods: ['GET', 'POST'],
    paged: true,
    handler: everything,
  },
  {
    name: 'growth',
    definition: 'https://lontar.id/fhir/OperationDefinition/observation-growth',
    levels: ['type', 'instance'],
    resourceTypes: ['Observation'],
    methods: ['GET', 'POST'],
    handler: growth,
  },
  {
    name: 'extract',
    definition: 'https://lontar.id/fhir/OperationDefinition/questionnaireresponse-extract',
    levels: ['type', 'instance'],
    resourceTypes: ['QuestionnaireResponse'],
    methods: ['POST', 'GET'],
    takesBundles: true,
    handler: extract,
  },
  {
    name: 'populate',
    definition: 'https://lontar.id/fhir/OperationDefinition/questionnaire-populate',
    levels: ['type', 'instance'],
    resourceTypes: ['Questionnaire'],
    methods: ['POST', 'GET'],
    handler: populate,
  },
  planVisitsOperation,
  ...terminologyOperations,
];
