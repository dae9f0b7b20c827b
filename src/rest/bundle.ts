import { type Issue, isFailure, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { type FhirResource, isObject, type JsonObject } from '../fhir/resource.js';
import { answer, failureAnswer, runEntry } from './bundle-answers.js';
import { type Entry, inProcessingOrder, parseEntries } from './bundle-entries.js';
import { resourceOf } from './judge.js';
import type { FhirRequest, FhirResponse } from './message.js';
import type { Services } from './services.js';
import { restText } from './text.js';
import { transaction } from './transaction.js';

/** A Bundle at the service root: `transaction` is stored whole or not at all, `batch` entry by entry. Source: R4 http §3.1.0.11. */
export async function bundle(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const resource = resourceOf(request.body, 'Bundle') as FhirResource & JsonObject;
  const type = resource.type;
  if (type !== 'transaction' && type !== 'batch') {
    throw new OperationOutcomeError(400, [issue('value', 'bundle-type', restText.bundleType, { expression: 'Bundle.type' })]);
  }
  const entries = Array.isArray(resource.entry) ? resource.entry : [];
  const { entries: parsed, issues } = parseEntries(entries, request, services);
  services.metrics.bundleEntries.inc({ type }, entries.length);
  const shell = shellIssues(resource, entries, services);
  if (type === 'batch') return batch(entries.length, parsed, issues, request, services);
  const { convention } = services;
  try {
    const found = [...shell, ...convention.transactionIssues(entries), ...issues.values()].flat();
    return await transaction(parsed, found, request, services);
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || error.status >= 500) throw error;
    throw new OperationOutcomeError(error.status, convention.refusedTransaction(entries, error.issues), error.headers);
  }
}

/** The Bundle's own rules, judged without its resources: each of those is judged as what its entry makes of it. */
function shellIssues(bundle: JsonObject, entries: readonly unknown[], services: Services): readonly Issue[] {
  const bare = entries.map((entry) => {
    if (!isObject(entry)) return entry;
    const { resource: _, ...rest } = entry;
    return rest;
  });
  const shell = { ...bundle, ...(bundle.entry === undefined ? {} : { entry: bare }) };
  return services.validator.validate(shell, { now: services.clock() }).filter(isFailure);
}

async function batch(
  total: number,
  entries: readonly Entry[],
  issues: ReadonlyMap<number, readonly Issue[]>,
  request: FhirRequest,
  services: Services,
): Promise<FhirResponse> {
  const answers = new Map<number, string>();
  for (const [index, found] of issues) answers.set(index, failureAnswer(400, found, request));
  for (const entry of inProcessingOrder(entries)) answers.set(entry.index, await runEntry(entry, services));
  if (answers.size !== total) throw new Error('a batch entry has no answer');
  return answer('batch-response', answers, services);
}
