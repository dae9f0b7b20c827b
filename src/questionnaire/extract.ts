import type { Registry } from '../definitions/registry.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import type { JsonObject } from '../fhir/resource.js';
import type { Terminology } from '../terminology/terminology.js';
import { calculateResponse } from './calculate.js';
import { extractDefinitions } from './definitions.js';
import { extractObservations } from './observations.js';
import { questionnaireText } from './text.js';

/** A response with its form, and what is needed to make resources of it. */
export interface Extraction {
  readonly questionnaire: JsonObject;
  /** With the answers that the form computes. */
  readonly response: JsonObject;
  /** What extracted resources are derived from. */
  readonly responseReference: JsonObject;
  /** Ids of what is extracted come from it. */
  readonly key: string;
  readonly registry: Registry;
  readonly terminology: Terminology;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What extraction looks things up in. */
export interface ExtractServices {
  readonly registry: Registry;
  readonly terminology: Terminology;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * A transaction Bundle of what the answers say: Observations of coded items (`observationExtract`) and resources of items that point at elements
 * (`item.definition` within a `definitionExtract` or `itemExtractionContext`). A response without an id stands first in the Bundle, so that what derives
 * from it has something to refer to. Throws OperationOutcomeError 422 where the form can't be followed. Source: SDC, form data extraction.
 */
export function extractResponse(questionnaire: JsonObject, sent: JsonObject, services: ExtractServices): JsonObject {
  if (sent.status === 'entered-in-error')
    throw new OperationOutcomeError(422, [issue('business-rule', 'extract-entered-in-error', questionnaireText.entryError)]);
  const response = calculateResponse(questionnaire, sent, services.registry, services.now);
  const isStored = typeof sent.id === 'string';
  const key = isStored ? `QuestionnaireResponse/${String(sent.id)}` : JSON.stringify(sent);
  const extraction: Extraction = {
    ...services,
    questionnaire,
    response,
    key,
    responseReference: { reference: isStored ? key : responseUrn },
  };
  const entries = [...extractObservations(extraction).map(putEntry), ...extractDefinitions(extraction)];
  const responseEntry = { fullUrl: responseUrn, resource: response, request: { method: 'POST', url: 'QuestionnaireResponse' } };
  const entry = isStored || entries.length === 0 ? entries : [responseEntry, ...entries];
  return { resourceType: 'Bundle', type: 'transaction', ...(entry.length === 0 ? {} : { entry }) };
}

// One response a Bundle, so one name will do.
const responseUrn = 'urn:uuid:5e9ca2a0-57a1-4b2d-9f6e-0d6a4a1f2c11';

function putEntry(resource: JsonObject): JsonObject {
  const url = `${String(resource.resourceType)}/${String(resource.id)}`;
  return { fullUrl: `urn:uuid:${String(resource.id)}`, resource, request: { method: 'PUT', url } };
}
